"""All advisories at a place: a document, a folder of documents, or a zip archive of them."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fieldwatch.vulnerabilities.advisory import Advisory
from fieldwatch.vulnerabilities.csaf import UnreadableDocument, read

LARGEST = 64 * 1024 * 1024
"""Bytes of one document; CSAF producers are asked to stay below 15 MB (CSAF 2.0, annex C)."""


DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError)
"""What zipfile raises for members that were cut, locked with a password, or packed in another way."""


class UnusableAdvisories(Exception):
    """Nothing can be read at the place that was given."""


class Catalogue(NamedTuple):
    """Advisories by id, the newest of each, in order of their ids; and what was left out, each with its reason."""

    advisories: tuple[Advisory, ...]
    skipped: tuple[str, ...] = ()


def load(path: Path | str) -> Catalogue:
    """The advisories at `path`. Raises UnusableAdvisories when there is none."""
    path = Path(path)
    found: dict[str, Advisory] = {}
    skipped = []
    for source, data in _documents(path):
        try:
            if data is None:
                raise UnreadableDocument(f"{source}: larger than {LARGEST // 2**20} MB or damaged; fetch it again")
            one = read(data, source)
        except UnreadableDocument as error:
            skipped.append(str(error))
            continue
        known = found.get(one.id)
        if known is None or (known.updated, known.source) <= (one.updated, one.source):
            found[one.id] = one
    if not found:
        why = f" ({skipped[0]})" if skipped else ""
        raise UnusableAdvisories(f"{path}: no advisory found{why}; give a CSAF document, a folder or a zip archive of them")
    return Catalogue(tuple(found[name] for name in sorted(found)), tuple(skipped))


def _documents(path: Path) -> Iterator[tuple[str, bytes | None]]:
    """Name and bytes of each document; None for bytes that cannot be had."""
    if path.is_dir():
        for file in sorted(path.rglob("*.json")):
            if not file.is_file():
                continue
            yield str(file), file.read_bytes() if file.stat().st_size <= LARGEST else None
    elif not path.exists():
        raise UnusableAdvisories(f"{path}: does not exist; give a CSAF document, a folder or a zip archive of them")
    elif zipfile.is_zipfile(path):
        yield from _members(path)
    else:
        yield str(path), path.read_bytes() if path.stat().st_size <= LARGEST else None


def _members(path: Path) -> Iterator[tuple[str, bytes | None]]:
    with zipfile.ZipFile(path) as archive:
        for member in sorted(archive.infolist(), key=lambda one: one.filename):
            if not member.filename.endswith(".json"):
                continue
            name = f"{path}!{member.filename}"
            try:
                with archive.open(member) as file:
                    data = file.read(LARGEST + 1)
            except DAMAGED:
                yield name, None
                continue
            yield name, data if len(data) <= LARGEST else None
