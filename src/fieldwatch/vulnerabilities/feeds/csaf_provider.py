"""A CSAF provider, found by its provider-metadata.json.

Standards: CSAF 2.0 (OASIS Standard, 18 November 2022): 7.1.7 provider metadata, 7.1.11 to 7.1.15 directory and ROLIE distributions, 7.1.18
to 7.1.20 hashes, signatures, keys.
Not read: discovery by security.txt or DNS (7.1.8, 7.1.10: the table of providers names the metadata itself), TLP:AMBER and TLP:RED.
"""

from __future__ import annotations

from fieldwatch.vulnerabilities.feeds._csaf_documents import Listed, Proof, bring, directory, keys
from fieldwatch.vulnerabilities.feeds._feed import ADVISORIES, Feed, Work
from fieldwatch.vulnerabilities.feeds._listing import listing
from fieldwatch.vulnerabilities.feeds._metadata import TRUSTED, Metadata, metadata, rolie
from fieldwatch.vulnerabilities.feeds.fetch import Expected, Unfetched


def sync(work: Work) -> None:
    """Fetches what is new: from the ROLIE feeds, from the directories where no feed could be read."""
    url = work.source.url
    about = listing(work, url, Expected.JSON, metadata)
    proof = Proof(keys(work, about.keys, url), about.role == TRUSTED)
    documents, unread = _listed(work, about)
    bring(work, documents, proof, url)
    if unread is not None and not documents:
        raise unread


def _listed(work: Work, about: Metadata) -> tuple[list[Listed], Unfetched | None]:
    """The documents of all distributions that can be read, and the last fault of one that cannot."""
    found: list[Listed] = []
    unread = None
    for read, addresses in ((_rolie, about.rolie), (directory, about.directories)):
        for address in addresses:
            try:
                found += read(work, address)
            except Unfetched as error:
                work.report.fault(error)
                unread = error
        if found:
            break
    return found, unread


def _rolie(work: Work, address: str) -> list[Listed]:
    return listing(work, address, Expected.JSON, rolie, work.source.url)


FEED = Feed(kind="csaf_provider", brings=ADVISORIES, stale_after_days=7, sync=sync)
