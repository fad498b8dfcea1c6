"""What a person brings in by hand: a file, a folder or a zip archive of CSAF documents, KEV, EPSS and SSVC data, told by their content.

A faulty document is counted and named once, and the others are taken. From an archive nothing is ever written where its names say: only
bytes are read, and the document's own id gives it its name. Hash files beside documents are checked (CSAF 2.0, 7.1.18).
"""

from __future__ import annotations

import hashlib
import stat
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from fieldwatch.vulnerabilities import epss, kev, ssvc
from fieldwatch.vulnerabilities.catalogue import DAMAGED
from fieldwatch.vulnerabilities.csaf import UnreadableDocument
from fieldwatch.vulnerabilities.feeds import facts, signature
from fieldwatch.vulnerabilities.feeds._feed import ADVISORIES, FACTS, Report
from fieldwatch.vulnerabilities.feeds.epss import TABLE
from fieldwatch.vulnerabilities.feeds.kev import NAME as CATALOGUE
from fieldwatch.vulnerabilities.feeds.shelf import Drawer, Shelf, entry
from fieldwatch.vulnerabilities.feeds.validate import check, file_name

MB = 1024 * 1024
DOCUMENT, UNPACKED = 64 * MB, 4096 * MB
"""Bytes of one document, and of all documents of an archive together."""

BY_HAND = "imported"
"""The drawer of advisories that were brought in by hand."""

TAKEN = (".json", ".jsonl", ".csv", ".gz")
HASHES = (".sha512", ".sha256")
BEFORE_ALL = "0-"
"""Begins the names of facts that were brought in by hand, so that facts that were fetched are read after them and win."""


class Found(NamedTuple):
    """Bytes that may be a document: where they are, their name, its hash file where there is one, and whether the name must fit."""

    source: str
    name: str
    data: bytes
    hash_file: bytes | None = None
    named: bool = True


class UnusableImport(Exception):
    """There is nothing to read at the place that was given."""


class Refused(Exception):
    """A document is not taken; the text says what was read, what is allowed, and what to do."""


def bring_in(shelf: Shelf, paths: Iterable[Path], now: datetime) -> Report:
    """Brings in all that is at the paths. The shelf must be held. Raises UnusableImport for a path that is not there."""
    report = Report(BY_HAND)
    with (
        shelf.drawer(BY_HAND, ADVISORIES) as advisories,
        shelf.drawer(facts.KEV, FACTS) as known,
        shelf.drawer(facts.EPSS, FACTS) as likely,
        shelf.drawer(facts.SSVC, FACTS) as decided,
    ):
        drawers = {BY_HAND: advisories, facts.KEV: known, facts.EPSS: likely, facts.SSVC: decided}
        for path in paths:
            for found in _at(path, report):
                try:
                    _take(found, drawers, now, report)
                except (Refused, UnreadableDocument, kev.UnreadableCatalogue, epss.UnreadableScores, ssvc.UnreadableDecisions) as error:
                    report.fault(error)
    return report


def _at(path: Path, report: Report) -> Iterator[Found]:
    """What is at the path: a file, all files of a folder, all members of an archive."""
    if path.is_dir():
        yield from _folder(path, report)
    elif not path.exists():
        raise UnusableImport(f"{path}: does not exist; give a file, a folder or a zip archive of documents")
    elif zipfile.is_zipfile(path):
        yield from _archive(path, report)
    else:
        try:
            yield Found(str(path), path.name.lower(), _file(path), named=False)
        except Refused as error:
            report.fault(error)


def _folder(path: Path, report: Report) -> Iterator[Found]:
    for file in sorted(path.rglob("*")):
        if file.is_symlink() or not stat.S_ISREG(file.stat().st_mode):
            continue
        if zipfile.is_zipfile(file):
            yield from _archive(file, report)
        elif file.name.lower().endswith(TAKEN):
            try:
                beside = [file.with_name(file.name + end) for end in HASHES]
                hash_file = next((_file(one) for one in beside if one.is_file()), None)
                yield Found(str(file), file.name.lower(), _file(file), hash_file)
            except Refused as error:
                report.fault(error)


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(DOCUMENT + 1)
    except OSError as error:
        raise Refused(f"{path}: cannot be read ({error.strerror or error}); a file that you may read is needed") from None
    if len(data) > DOCUMENT:
        raise Refused(f"{path}: larger than {DOCUMENT // MB} MB; not taken: fetch it again")
    return data


def _archive(path: Path, report: Report) -> Iterator[Found]:
    left = UNPACKED
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member for member in archive.infolist()}
            for member in sorted(members.values(), key=lambda one: one.filename):
                if member.is_dir() or not member.filename.lower().endswith(TAKEN):
                    continue
                try:
                    found = _member(path, archive, member, members)
                except Refused as error:
                    report.fault(error)
                    continue
                left -= len(found.data)
                if left < 0:
                    report.fault(f"{path}: more than {UNPACKED // MB} MB unpacked; the rest is not read: give it in parts")
                    return
                yield found
    except DAMAGED as error:
        report.fault(f"{path}: damaged archive ({error}); a whole zip archive is needed: copy it again")


def _member(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, members: Mapping[str, zipfile.ZipInfo]) -> Found:
    source = f"{path}!{member.filename}"
    parts = member.filename.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or ":" in parts[0]:
        raise Refused(f"{source}: a path that leaves the archive; paths below it are needed: not taken, do not trust this archive")
    beside = next((members[member.filename + end] for end in HASHES if member.filename + end in members), None)
    hash_file = _unpacked(archive, beside, source) if beside is not None else None
    return Found(source, parts[-1].lower(), _unpacked(archive, member, source), hash_file)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: str) -> bytes:
    """The bytes of a member; a bomb is left after the first bytes that are too many, whatever its header says."""
    try:
        with archive.open(member) as file:
            data = file.read(DOCUMENT + 1)
    except DAMAGED as error:
        raise Refused(f"{source}: damaged ({error}); a whole document is needed: copy the archive again") from None
    if len(data) > DOCUMENT:
        raise Refused(f"{source}: larger than {DOCUMENT // MB} MB unpacked; not taken: do not trust this archive")
    return data


def _take(found: Found, drawers: Mapping[str, Drawer], now: datetime, report: Report) -> None:
    """Looks what the document is, and puts it where it belongs."""
    if found.hash_file is not None:
        hashed = signature.hashed(found.data, found.hash_file)
        if hashed.state is signature.State.WRONG:
            raise Refused(f"{found.source}: {hashed.why}; what the publisher made is needed: not taken, copy it again")
    state = "verified" if found.hash_file is not None else "absent"
    match content(found.data):
        case "csaf":
            sound = check(found.data, found.source, found.name if found.named else "")
            report.cosmetic += bool(sound.cosmetic)
            more = {"stamp": sound.updated, "hash": state, "cosmetic": sound.cosmetic}
            _put(drawers[BY_HAND], file_name(sound.id), found, now, report, **more)
        case "kev":
            released = kev.edition(found.data, found.source).released
            _put(drawers[facts.KEV], CATALOGUE, found, now, report, stamp=released, hash=state)
        case "epss":
            date = next(iter(epss.read(found.data, found.source).values())).date
            _put(drawers[facts.EPSS], TABLE, found, now, report, stamp=date, hash=state)
        case "ssvc":
            ssvc.read(found.data, found.source)
            name = f"{BEFORE_ALL}{hashlib.sha256(found.data).hexdigest()[:16]}.jsonl"
            _put(drawers[facts.SSVC], name, found, now, report, hash=state)
        case other:
            raise Refused(f"{found.source}: {other}; a CSAF document or KEV, EPSS or SSVC data are needed: not taken")


def content(data: bytes) -> str:
    """What the bytes are: csaf, kev, epss or ssvc; else in words what they look like."""
    if data.startswith(epss.GZIP):
        return "epss"
    if data.startswith(b"PK"):
        return "a zip archive that was cut"
    start = data[:4096].decode("utf-8", "replace").lstrip("\ufeff").lstrip().lower()
    if start.startswith("{"):
        return _json(data)
    if start.startswith("#model_version") or ("cve" in start.partition("\n")[0] and "epss" in start.partition("\n")[0]):
        return "epss"
    return "a web page" if start.startswith("<") else "nothing that is known" if start else "an empty file"


def _json(data: bytes) -> str:
    try:
        whole: dict[str, Any] = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        first = data.splitlines()[0]
        return "ssvc" if b'"ssvc"' in first and b'"cve"' in first and first.rstrip().endswith(b"}") else f"not JSON ({error})"
    if "document" in whole:
        return "csaf"
    if "catalogVersion" in whole:
        return "kev"
    if "containers" in whole or "ssvc" in whole:
        return "ssvc"
    return "epss" if isinstance(whole.get("data"), list) else "JSON of another kind"


def _put(drawer: Drawer, name: str, found: Found, now: datetime, report: Report, **more: Any) -> None:
    """Puts the document on the shelf; one that is older than ours, by its own date, changes nothing."""
    new, known = entry(name, found.source, found.data, now.isoformat(), **more), drawer.entries.get(name)
    if known is not None and known.sha256 == new.sha256:
        report.unchanged += 1
    elif known is not None and known.stamp > new.stamp:
        report.older += 1
    else:
        drawer.put(new, found.data)
        report.fetched += 1
