"""CISA's CSAF repository: a directory distribution that is kept in git. The first time it comes as one archive, then document by document.

Standards: CSAF 2.0 (OASIS Standard, 18 November 2022): 7.1.13 changes.csv, 7.1.18 hashes, 7.1.19 signatures; the archive has the same tree.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fieldwatch.vulnerabilities.catalogue import DAMAGED
from fieldwatch.vulnerabilities.csaf import UnreadableDocument
from fieldwatch.vulnerabilities.feeds import signature
from fieldwatch.vulnerabilities.feeds._csaf_documents import HASHES, SIGNATURE, Listed, Proof, bring, changes, directory, keys, name_of, put
from fieldwatch.vulnerabilities.feeds._feed import ADVISORIES, Feed, Work
from fieldwatch.vulnerabilities.feeds._listing import listing
from fieldwatch.vulnerabilities.feeds._metadata import metadata
from fieldwatch.vulnerabilities.feeds.fetch import LATER, Expected, Unfetched
from fieldwatch.vulnerabilities.feeds.signature import Check, State

if TYPE_CHECKING:
    from pysequoia import Cert

MISSING_OR_DAMAGED = (*DAMAGED, KeyError)
"""What zipfile raises for archives that were cut, made by hand, locked with a password, or packed in another way."""

FIRST_TIME = 50
"""With fewer documents than this on the shelf the archive is fetched, if there is one."""


def sync(work: Work) -> None:
    """Fetches what is new."""
    proof = Proof(_keys(work), beside=True)
    if work.source.archive and len(work.drawer.entries) < FIRST_TIME:
        try:
            _by_archive(work, proof)
        except Unfetched as error:
            work.report.fault(error)
    bring(work, directory(work, work.source.url), proof, work.source.url)


def _keys(work: Work) -> list[Cert]:
    """The keys that the metadata announce; without them hashes are checked all the same."""
    if not work.source.keys:
        return []
    try:
        about = listing(work, work.source.keys, Expected.JSON, metadata)
    except Unfetched as error:
        work.report.fault(error)
        return []
    return keys(work, about.keys, work.source.keys)


def _by_archive(work: Work, proof: Proof) -> None:
    """Takes all documents of the archive. Those that it lists and that are faulty come one by one afterwards, or are faults there."""
    path = work.drawer.root / "partial" / f"{work.source.name}.zip"
    work.fetcher.download(work.source.archive, Expected.ZIP, path)
    try:
        with zipfile.ZipFile(path) as archive:
            _take(work, archive, proof)
    except MISSING_OR_DAMAGED as error:
        raise Unfetched(f"{work.source.archive}: damaged archive ({error}); the documents are fetched one by one; {LATER}") from None
    finally:
        path.unlink(missing_ok=True)


def _take(work: Work, archive: zipfile.ZipFile, proof: Proof) -> None:
    names = set(archive.namelist())
    base = work.source.url
    folder = _folder(names, base)
    for one in changes(_member(work, archive, folder + "changes.csv"), base):
        member, name = folder + one.url.removeprefix(base), name_of(one.url)
        if member not in names or not name:
            continue
        try:
            data = _member(work, archive, member)
            hash_file = next((_member(work, archive, member + end) for end in HASHES if member + end in names), None)
            signed_by = _member(work, archive, member + SIGNATURE) if member + SIGNATURE in names else None
            hashed = signature.hashed(data, hash_file) if hash_file is not None else Check(State.ABSENT)
            signed = signature.signed(data, signed_by, proof.keys) if signed_by is not None else Check(State.ABSENT)
            put(work, name, data, Listed(one.url, one.stamp), hashed, signed)
        except (Unfetched, UnreadableDocument):
            continue  # not on the shelf now: the directory brings it, or says what is wrong with it


def _folder(names: set[str], base: str) -> str:
    """The folder of the archive that stands for the address `base`: the one with its listing whose path ends in the same two names."""
    tail = "/".join(Path(urlsplit(base).path).parts[-2:]) + "/changes.csv"
    found = next((name for name in sorted(names) if name == tail or name.endswith("/" + tail)), None)
    if found is None:
        raise Unfetched(f"{base}: the archive has no {tail}; the documents are fetched one by one: tell the publisher")
    return found.removesuffix("changes.csv")


def _member(work: Work, archive: zipfile.ZipFile, name: str) -> bytes:
    most = work.fetcher.limits.document_bytes
    with archive.open(name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Unfetched(f"{work.source.archive}!{name}: larger than {most // 2**20} MB; not taken: tell the publisher")
    return data


FEED = Feed(kind="cisa_csaf", brings=ADVISORIES, stale_after_days=7, sync=sync)
