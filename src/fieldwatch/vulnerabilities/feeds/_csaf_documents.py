"""The CSAF documents that a provider lists: fetched where they are new, checked, and put on the shelf; a faulty one changes nothing.

Standards: CSAF 2.0 (OASIS Standard, 18 November 2022): 7.1.1 valid document, 7.1.2 file name, 7.1.11 one folder a year, 7.1.12 index.txt,
7.1.13 changes.csv, 7.1.18 hashes, 7.1.19 signatures, 7.1.20 keys, 7.3 retrieval.
"""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from fieldwatch.vulnerabilities.csaf import UnreadableDocument
from fieldwatch.vulnerabilities.feeds import signature
from fieldwatch.vulnerabilities.feeds._feed import Work
from fieldwatch.vulnerabilities.feeds._listing import listing
from fieldwatch.vulnerabilities.feeds.fetch import LATER, Expected, Missing, Unfetched
from fieldwatch.vulnerabilities.feeds.shelf import NAME, Entry, entry
from fieldwatch.vulnerabilities.feeds.signature import Check, State
from fieldwatch.vulnerabilities.feeds.validate import check

if TYPE_CHECKING:
    from pysequoia import Cert

log = logging.getLogger(__name__)

HASHES = (".sha512", ".sha256")
"""Ends of the hash files, the better first (7.1.18)."""

SIGNATURE = ".asc"


class Listed(NamedTuple):
    """A document in a listing: its address and what the listing says of its age; hash and signature where the listing names them."""

    url: str
    stamp: str
    hash_url: str = ""
    signature_url: str = ""


class Proof(NamedTuple):
    """What a provider gives to check its documents with: its keys, and whether each document has hash and signature beside it (7.1.18)."""

    keys: Sequence[Cert] = ()
    beside: bool = False


def bring(work: Work, documents: Iterable[Listed], proof: Proof, near: str) -> None:
    """Brings the drawer up to date with the listing. `near` is the address of the listing."""
    seen = set()
    for one in documents:
        name = name_of(one.url)
        if not name:
            work.report.fault(f"{one.url}: no name for a document; NAME.json is needed: not taken, tell the publisher")
        elif name not in seen:
            seen.add(name)
            try:
                _bring(work, one, name, proof, near)
            except (Unfetched, UnreadableDocument) as error:
                work.report.fault(error)


def name_of(url: str) -> str:
    """The last part of an address, "" where it cannot be the name of a document."""
    name = unquote(urlsplit(url).path.rpartition("/")[2]).lower()
    return name if NAME.match(name) and name.endswith(".json") else ""


def _bring(work: Work, one: Listed, name: str, proof: Proof, near: str) -> None:
    known = work.drawer.entries.get(name)
    if known is not None and one.stamp and known.stamp == one.stamp:
        work.report.unchanged += 1
        return
    etag, last_modified = (known.etag, known.last_modified) if known is not None else ("", "")
    got = work.fetcher.get(one.url, Expected.JSON, etag=etag, last_modified=last_modified, near=near)
    if got is None and known is not None:
        work.report.unchanged += 1
        work.drawer.note(Entry(**{**known.__dict__, "stamp": one.stamp}))
    elif got is not None:
        hashed = _hash(work, one, got.data, proof)
        signed = _signature(work, one, got.data, proof)
        put(work, name, got.data, one, hashed, signed, etag=got.etag, last_modified=got.last_modified)


def put(work: Work, name: str, data: bytes, one: Listed, hashed: Check, signed: Check, **more: str) -> None:
    """Puts a document on the shelf whose hash and signature were looked at. Raises Unfetched or UnreadableDocument for a faulty one."""
    for state, why in (hashed, signed):
        if state is State.WRONG:
            raise Unfetched(f"{one.url}: {why}; what the publisher made is needed: not taken, {LATER}")
    sound = check(data, one.url, name)
    work.report.cosmetic += bool(sound.cosmetic)
    work.report.fetched += 1
    states: dict[str, Any] = {"hash": hashed.state.value, "signature": signed.state.value, "cosmetic": sound.cosmetic}
    work.drawer.put(entry(name, one.url, data, work.now().isoformat(), stamp=one.stamp, **states, **more), data)


def _hash(work: Work, one: Listed, data: bytes, proof: Proof) -> Check:
    """Checks the hash that the listing names, else the one beside the document; one that is named must be there."""
    if one.hash_url:
        return signature.hashed(data, _file(work, one.hash_url, Expected.TEXT, one.url))
    for end in HASHES if proof.beside else ():
        try:
            return signature.hashed(data, _file(work, one.url + end, Expected.TEXT, one.url))
        except Missing:
            continue
    return Check(State.ABSENT)


def _signature(work: Work, one: Listed, data: bytes, proof: Proof) -> Check:
    if not proof.keys or not (one.signature_url or proof.beside):
        return Check(State.ABSENT)
    try:
        file = _file(work, one.signature_url or one.url + SIGNATURE, Expected.OPENPGP, one.url)
    except Missing:
        if one.signature_url:
            raise
        return Check(State.ABSENT)
    return signature.signed(data, file, proof.keys)


def _file(work: Work, url: str, expected: Expected, near: str) -> bytes:
    got = work.fetcher.get(url, expected, near=near)
    assert got is not None, "asked without a condition"
    return got.data


def directory(work: Work, url: str) -> list[Listed]:
    """The documents of a directory distribution: by changes.csv (7.1.13), by index.txt where there is none (7.1.12)."""
    base = url if url.endswith("/") else url + "/"
    try:
        return listing(work, base + "changes.csv", Expected.TEXT, lambda data, _: changes(data, base), url)
    except Missing:
        return listing(work, base + "index.txt", Expected.TEXT, lambda data, _: index(data, base), url)


def changes(data: bytes, base: str) -> list[Listed]:
    """The lines of changes.csv: path below `base`, time of the last change."""
    try:
        rows = [row for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unfetched(f"{base}changes.csv: no table ({error}); lines of path and time are needed; {LATER}") from None
    short = next((row for row in rows if len(row) < 2), None)
    if short is not None:
        raise Unfetched(f"{base}changes.csv: a line that was cut ({short[0][:80]!r}); path and time are needed; {LATER}")
    return [Listed(address, stamp.strip()) for path, stamp, *_ in rows for address in _below(base, path)]


def index(data: bytes, base: str) -> list[Listed]:
    """The lines of index.txt: paths below `base`."""
    return [Listed(address, "") for line in data.decode("utf-8-sig", "replace").splitlines() for address in _below(base, line)]


def _below(base: str, path: str) -> Iterator[str]:
    """The address of a path in a listing. What is no document, or does not lie below `base`, is not in the listing's power to name."""
    address = urljoin(base, path.strip())
    if address.startswith(base) and address.endswith(".json") and "/../" not in unquote(address):
        yield address
    elif path.strip():
        log.info("%s lists %r, which is no document below it", base, path[:200])


def keys(work: Work, announced: Iterable[tuple[str, str]], near: str) -> list[Cert]:
    """The provider's OpenPGP keys, as (fingerprint, address) announces them (7.1.20); one that cannot be had is a fault, not the end."""
    found = []
    for fingerprint, url in announced:
        try:
            found.append(_announced(work, fingerprint, url, near))
        except Unfetched as error:
            work.report.fault(error)
    return found


def _announced(work: Work, fingerprint: str, url: str, near: str) -> Cert:
    """The key with this fingerprint, which the address says again; the one that is kept where it cannot be fetched now."""

    def read(data: bytes, at: str) -> Cert:
        return _key(data, at, fingerprint)

    try:
        return listing(work, url, Expected.OPENPGP, read, near)
    except Unfetched as error:
        known = work.drawer.listing(url)
        if known is None:
            raise
        work.report.fault(error)
        return read(known[0], url)


def _key(data: bytes, url: str, fingerprint: str) -> Cert:
    try:
        return signature.key(data, fingerprint)
    except signature.UnusableKey as error:
        raise Unfetched(f"{url}: {error}; the announced key is needed: signatures are not verified, tell the publisher") from None
