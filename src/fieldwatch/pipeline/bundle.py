"""A bundle of evidence: frames with the statement that they prove, in one zip file, which anybody with Fieldwatch can read again.

`statement.json` says what is stated, from which source and frames, and `expected`: the fields that reading the frames gives. `frames.pcap`
holds the frames, numbered from 1. Bytes of credentials are blanked before anything is written.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from fieldwatch import __version__
from fieldwatch.pipeline.fields import Field, fields
from fieldwatch.pipeline.inspect import inspect
from fieldwatch.pipeline.slice import Frame, write_pcap
from fieldwatch.pipeline.sources import UnusableInput

SCHEMA = "fieldwatch/evidence/1"
FRAMES, STATEMENT = "frames.pcap", "statement.json"

MOST_BYTES = 64 << 20
"""Unpacked bytes of each file of a bundle that is read."""

BLANK = 0x2A
"""What stands in the place of credentials: an asterisk."""


class Expected(NamedTuple):
    """A field that reading the frames gives: the frame in the bundle, the bytes, what was read, its value."""

    frame: int
    offset: int
    length: int
    name: str
    value: str


class Check(NamedTuple):
    """One thing that was looked at: whether it holds, and in words."""

    holds: bool
    words: str


def blanked(frame: Frame, found: Iterable[Field]) -> Frame:
    """The frame without credentials."""
    data = bytearray(frame.data)
    for one in found:
        if one.secret:
            end = min(len(data), one.offset + one.length)
            data[one.offset : end] = bytes([BLANK]) * max(0, end - one.offset)
    return frame._replace(data=bytes(data))


def pack(statement: Mapping[str, Any], frames: Sequence[Frame], expected: Iterable[Expected]) -> bytes:
    """The bundle. `frames` have no credentials in them any more."""
    with tempfile.TemporaryDirectory(prefix="fieldwatch-") as folder:
        path = Path(folder) / FRAMES
        write_pcap(path, frames)
        data = path.read_bytes()
    told = {
        "schema": SCHEMA,
        "version": __version__,
        **statement,
        "frames": [{"bundle": at, "frame": one.number, "length": one.wire_length} for at, one in enumerate(frames, 1)],
        "sha256": {FRAMES: hashlib.sha256(data).hexdigest()},
        "expected": [one._asdict() for one in expected],
    }
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(STATEMENT, json.dumps(told, indent=1, ensure_ascii=False))
        archive.writestr(FRAMES, data)
    return held.getvalue()


def read_again(frames: Sequence[Frame]) -> list[Expected]:
    """The fields that reading these frames, and nothing before them, gives."""
    with tempfile.TemporaryDirectory(prefix="fieldwatch-") as folder:
        path = Path(folder) / FRAMES
        write_pcap(path, frames)
        return _fields(path, len(frames))


def _fields(path: Path, count: int) -> list[Expected]:
    facts = inspect([str(path)]).facts
    found = {Expected(frame, one.offset, one.length, one.name, one.value) for frame in range(1, count + 1) for one in fields(facts, frame)}
    return sorted(found)


def verify(path: str) -> tuple[dict[str, Any], list[Check]]:
    """The statement of a bundle, and what holds of it. Raises `UnusableInput` where the file is no bundle."""
    statement, data = _unpacked(path)
    checks = [_same_bytes(statement, data)]
    with tempfile.TemporaryDirectory(prefix="fieldwatch-") as folder:
        file = Path(folder) / FRAMES
        file.write_bytes(data)
        checks += _same_fields(statement, file)
    checks += _same_verdict(statement.get("judged") or {})
    return statement, checks


def _unpacked(path: str) -> tuple[dict[str, Any], bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            held = [_member(archive, name, path) for name in (STATEMENT, FRAMES)]
        statement = json.loads(held[0])
        if statement["schema"] != SCHEMA:
            raise UnusableInput(f"{path}: its schema is {statement['schema']!r}; {SCHEMA} is read")
        return statement, held[1]
    except FileNotFoundError:
        raise UnusableInput(f"{path}: there is no such file") from None
    except OSError as error:
        raise UnusableInput(f"{path}: cannot be read: {error.strerror or error}") from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, NotImplementedError, RuntimeError):
        raise UnusableInput(f"{path}: is no bundle of evidence; a zip file with {STATEMENT} and {FRAMES} is read") from None


def _member(archive: zipfile.ZipFile, name: str, path: str) -> bytes:
    if archive.getinfo(name).file_size > MOST_BYTES:
        raise UnusableInput(f"{path}: {name} is larger than {MOST_BYTES >> 20} MB; a bundle holds single frames")
    with archive.open(name) as stream:
        return stream.read(MOST_BYTES)


def _same_bytes(statement: Mapping[str, Any], data: bytes) -> Check:
    told = statement.get("sha256", {}).get(FRAMES, "")
    is_same = hashlib.sha256(data).hexdigest() == told
    return Check(is_same, "the frames are those that were put in" if is_same else "the frames are not those that were put in (SHA-256)")


def _same_fields(statement: Mapping[str, Any], file: Path) -> list[Check]:
    """Each expected field, read again."""
    try:
        expected = [Expected(**one) for one in statement.get("expected", ())]
        found = set(_fields(file, len(statement.get("frames", ()))))
    except (TypeError, UnusableInput):
        return [Check(False, "the frames cannot be read, or what is expected of them is no list of fields")]
    if not expected:
        return [Check(False, "nothing is expected of these frames alone: they need what came before them; the bytes are there to look at")]
    return [_same_field(one, found) for one in expected]


def _same_field(one: Expected, found: set[Expected]) -> Check:
    where = f"frame {one.frame}, {one.length} bytes at {one.offset:#06x}"
    if one in found:
        return Check(True, f"{one.name}: {one.value} ({where})")
    other = next((each for each in sorted(found) if each[:4] == one[:4]), None)
    return Check(False, f"{one.name}: {one.value} was stated ({where}); {f'{other.value} is read' if other else 'nothing is read there'}")


def _same_verdict(judged: Mapping[str, Any]) -> list[Check]:
    """The value held against the quoted range again, where a range decided and leaves no doubt."""
    quoted, value, verdict = (str(judged.get(name) or "") for name in ("range", "value", "verdict"))
    if not (quoted and value and judged.get("field") == "firmware"):
        return []
    from fieldwatch.library.scheme import scheme
    from fieldwatch.vulnerabilities.advisory import Product
    from fieldwatch.vulnerabilities.range.inside import within
    from fieldwatch.vulnerabilities.range.leaf import read
    from fieldwatch.vulnerabilities.range.record import Range

    vendor, product = str(judged.get("vendor") or ""), str(judged.get("product") or "")
    found = read(Product("", vendor, product, quoted, "product_version_range", quoted))
    inside = within(found, value, scheme(vendor, product)) if isinstance(found, Range) else None
    if inside is None:
        return []
    words = f"{value} is {'' if inside else 'not '}in {quoted!r}"
    return [Check(inside == (verdict == "affected"), f"{words}; the verdict was {verdict.replace('_', ' ')}")]


__all__ = ["Check", "Expected", "blanked", "pack", "read_again", "verify"]
