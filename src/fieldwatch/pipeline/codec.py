"""A batch as bytes and back: how a sensor hands its facts to the centre.

The form is JSON (RFC 8259): `{"form": 1, "source": [...], "number": n, "told_ns": n, "last": false, "rows": [["claim", ...], ...]}`.
A record is the list of its fields, in the order in which it declares them; a row is preceded by its type's name; bytes are Base64
(RFC 4648, 4).

The same batch gives the same bytes. What is read here may come from anybody who has a sensor's key: whatever is no batch ends in one
`BadBatch` that says where, what was read and what is allowed.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import orjson

from fieldwatch.facts import (
    Batch,
    Claim,
    Conversation,
    Effect,
    Evidence,
    Gap,
    Login,
    Malformed,
    MessageClass,
    Occurrence,
    Operation,
    Proof,
    Row,
    Sighting,
    Slice,
    Source,
    Span,
    Subject,
    Undecoded,
)
from fieldwatch.facts.batch import MOST_ROWS, SLICE_NS
from fieldwatch.pipeline.batches import weight

CONTENT_TYPE = "application/vnd.fieldwatch.batch+json"

FORM = 1
MOST_BYTES = 8 * 1024 * 1024
"""Bytes of one encoded batch, unpacked."""

MOST_WEIGHT = 4 * MOST_ROWS
"""Rows of a store that one batch may be; over `MOST_ROWS` because the occurrences of one frame stay together."""

MOST_FRAMES = 100_000
MOST_TEXT = 1024 * 1024
MOST_DATA = 262_144
"""Bytes of one frame: the longest that captures hold (`MAXIMUM_SNAPLEN` of libpcap, 2024)."""

GREATEST = 2**63 - 1
Read = Callable[[Any], Any]


class BadBatch(ValueError):
    """What was read is no batch: says where in it, what was read and what is allowed."""


class _Refused(Exception):
    """A value that is not allowed; `where` grows on the way out."""

    def __init__(self, have: object, allowed: str, *where: str) -> None:
        super().__init__()
        self.have, self.allowed, self.where = have, allowed, where

    def within(self, place: str) -> _Refused:
        self.where = (place, *self.where)
        return self

    def __str__(self) -> str:
        return f"{'.'.join(self.where) or 'batch'}: {_shown(self.have)} was read, {self.allowed} is allowed"


def _shown(value: object) -> str:
    """A value as far as a line has room for it."""
    text = f"a list of {len(value)} values" if isinstance(value, list) else ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


# ------------------------------------------------------------------------------------------------------ single values


def _text(value: Any) -> Any:
    if type(value) is str and len(value) <= MOST_TEXT:
        return value
    raise _Refused(value, f"text of at most {MOST_TEXT:,} characters")


def _name(value: Any) -> Any:
    if type(value) is str and len(value) <= 200:
        return value
    raise _Refused(value, "text of at most 200 characters")


def _count(value: Any) -> Any:
    if type(value) is int and 0 <= value <= GREATEST:
        return value
    raise _Refused(value, "a whole number from 0 to 2^63-1")


def _moment(value: Any) -> Any:
    if type(value) is int and -GREATEST <= value <= GREATEST:
        return value
    raise _Refused(value, "nanoseconds since 1970 in 64 bits")


def _moment_or_none(value: Any) -> Any:
    return None if value is None else _moment(value)


def _number16(value: Any) -> Any:
    if type(value) is int and 0 <= value <= 0xFFFF:
        return value
    raise _Refused(value, "a whole number from 0 to 65535")


def _vlan(value: Any) -> Any:
    if type(value) is int and 0 <= value <= 4095:  # IEEE 802.1Q-2018 9.6: 12 bits
        return value
    raise _Refused(value, "a whole number from 0 to 4095")


def _byte(value: Any) -> Any:
    if type(value) is int and 0 <= value <= 255:
        return value
    raise _Refused(value, "a whole number from 0 to 255")


def _truth(value: Any) -> Any:
    if value is True or value is False:
        return value
    raise _Refused(value, "true or false")


EFFECTS = {effect.value: effect for effect in Effect}


def _effect(value: Any) -> Any:
    found = EFFECTS.get(value) if type(value) is str else None
    return found or _refuse(value, "the name of an effect (docs/words.md)")


def _kind(value: Any) -> Any:
    return value if value in ("capture", "live") else _refuse(value, "'capture' or 'live'")


def _data(value: Any) -> Any:
    if type(value) is not str or len(value) > MOST_DATA * 4 // 3 + 4:
        raise _Refused(value, f"Base64 of at most {MOST_DATA:,} bytes")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise _Refused(value, "Base64") from None


def _slice_start(value: Any) -> Any:
    if _moment(value) % SLICE_NS == 0:
        return value
    raise _Refused(value, f"a multiple of {SLICE_NS} ns")


def _refuse(have: object, allowed: str) -> NoReturn:
    raise _Refused(have, allowed)


# ------------------------------------------------------------------------------------------------------ lists and records


def _many(read: Read, most: int) -> Read:
    """A list of at most `most` such values, as a tuple."""

    def many(value: Any) -> Any:
        if type(value) is not list or len(value) > most:
            raise _Refused(value, f"a list of at most {most:,}")
        try:
            return tuple(map(read, value))
        except _Refused as refused:
            raise refused.within(str(_first_refused([read] * len(value), value))) from None

    return many


def _record(make: Callable[[Any], Any], **fields: Read) -> Read:
    """A list of these fields, in this order. `make` makes the record of an iterable."""
    readers, names = tuple(fields.values()), tuple(fields)
    length = len(readers)

    def record(value: Any) -> Any:
        if type(value) is not list or len(value) != length:
            raise _Refused(value, f"a list of {length}: {', '.join(names)}")
        try:
            return make([read(each) for read, each in zip(readers, value, strict=True)])
        except _Refused as refused:
            raise refused.within(names[_first_refused(readers, value)]) from None

    return record


def _first_refused(readers: Any, values: list[Any]) -> int:
    for at, (read, value) in enumerate(zip(readers, values, strict=True)):
        try:
            read(value)
        except _Refused:
            return at
    raise AssertionError("one of them was refused before")


SUBJECT = _record(Subject._make, ip=_name, mac=_name, vlan=_vlan, component=_text)
SPAN = _record(Span._make, frame=_count, offset=_count, length=_count)
EVIDENCE = _record(Evidence._make, source=_name, spans=_many(SPAN, MOST_FRAMES), seen_ns=_moment, protocol=_name)
VALUES = _many(_record(tuple, name=_text, value=_text), MOST_FRAMES)
OCCURRENCE = _record(Occurrence._make, frame=_count, seen_ns=_moment, values=VALUES, result=_text)
MESSAGE = _record(
    MessageClass._make,
    operation=_text, effect=_effect, object=_text, times=_count, unanswered=_count, distinct=_count, first_ns=_moment, last_ns=_moment,
)  # fmt: skip
COUNT = _record(tuple, start_ns=_slice_start, times=_count, unanswered=_count)

ROWS: dict[str, tuple[type, Read]] = {
    "claim": (Claim, _record(Claim._make, subject=SUBJECT, attribute=_name, value=_text, evidence=EVIDENCE)),
    "conversation": (Conversation, _record(
        Conversation._make,
        client=SUBJECT, server=SUBJECT, transport=_name, port=_number16, protocol=_name,
        packets=_count, size_bytes=_count, first_ns=_moment, last_ns=_moment, messages=_many(MESSAGE, MOST_WEIGHT),
    )),
    "operation": (Operation, _record(
        Operation._make,
        actor=SUBJECT, target=SUBJECT, protocol=_name, name=_text, effect=_effect, object=_text, technique=_name, times=_count,
        occurrences=_many(OCCURRENCE, MOST_WEIGHT), evidence=EVIDENCE,
    )),
    "login": (Login, _record(
        Login._make,
        client=SUBJECT, server=SUBJECT, protocol=_name, username=_text, secret=_name, cleartext=_truth, result=_text, times=_count,
        frames=_many(_count, MOST_FRAMES), evidence=EVIDENCE,
    )),
    "malformed": (Malformed, _record(
        Malformed._make,
        speaker=SUBJECT, protocol=_name, reason=_text, clause=_text, have=_text, allowed=_text, times=_count, evidence=EVIDENCE,
    )),
    "undecoded": (Undecoded, _record(
        Undecoded._make, protocol=_name, function=_text, reason=_text, times=_count, evidence=EVIDENCE,
    )),
    "gap": (Gap, _record(Gap._make, protocol=_name, client=SUBJECT, server=SUBJECT, times=_count, size_bytes=_count)),
    "sighting": (Sighting, _record(
        Sighting._make,
        ip=_name, mac=_name, vlan=_vlan, first_ns=_moment, last_ns=_moment, packets=_count, source=_name, frame=_count, greatest_ttl=_byte,
    )),
    "proof": (Proof, _record(
        Proof._make, frame=_count, link=_number16, seen_ns=_moment, data=_data, wire_length=_count,
    )),
    "slice": (Slice, _record(
        Slice._make,
        client=SUBJECT, server=SUBJECT, transport=_name, port=_number16, operation=_text, effect=_effect, object=_text,
        counts=_many(COUNT, MOST_WEIGHT),
    )),
}  # fmt: skip
"""Name of a type of rows -> the type, and what reads one."""

NAMES = {kind: name for name, (kind, _) in ROWS.items()}
READERS = {name: read for name, (_, read) in ROWS.items()}

SOURCE = _record(
    Source._make,
    identity=_name, kind=_kind, name=_text, packets=_count, size_bytes=_count, first_ns=_moment_or_none, last_ns=_moment_or_none,
    truncated=_text, counters=_many(_record(tuple, name=_name, count=_count), 1_000),
)  # fmt: skip

FIELDS = ("form", "source", "number", "told_ns", "last", "rows")


# ------------------------------------------------------------------------------------------------------ batches


def encode(batch: Batch) -> bytes:
    """The batch as bytes. Half of a surrogate pair, which no UTF-8 holds, becomes U+FFFD. Raises BadBatch where it is too large."""
    rows = [(NAMES[type(row)], *row) for row in batch.rows]
    told = {
        "form": FORM, "source": batch.source, "number": batch.number, "told_ns": batch.told_ns, "last": batch.is_last, "rows": rows,
    }  # fmt: skip
    try:
        data = _dumped(told)
    except orjson.JSONEncodeError as error:
        raise BadBatch(f"batch {batch.number} of {batch.source.name}: {error}; text, bytes and numbers of 64 bits are allowed") from None
    if len(data) > MOST_BYTES:
        raise BadBatch(f"batch {batch.number} of {batch.source.name}: {len(data):,} bytes; at most {MOST_BYTES:,} are allowed")
    return data


def _dumped(told: object) -> bytes:
    try:
        return orjson.dumps(told, default=_plain)
    except orjson.JSONEncodeError:
        return orjson.dumps(_whole(told), default=_plain)


def decode(data: bytes) -> Batch:
    """The batch of these bytes. Raises BadBatch for anything that is none."""
    if len(data) > MOST_BYTES:
        raise BadBatch(f"batch: {len(data):,} bytes were read, at most {MOST_BYTES:,} are allowed")
    try:
        told = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadBatch(f"batch: no JSON was read ({error}), a batch in form {FORM} is allowed") from None
    try:
        return _batch(told)
    except _Refused as refused:
        raise BadBatch(str(refused)) from None


def pack(encoded: bytes) -> bytes:
    """Encoded bytes as they cross the network and lie on disk (gzip, RFC 1952); the same bytes for the same batch."""
    return gzip.compress(encoded, compresslevel=3, mtime=0)


def unpack(packed: bytes) -> bytes:
    """The encoded bytes. Raises BadBatch for what is no gzip, and for what grows over the limit."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(packed, MOST_BYTES + 1)
    except zlib.error as error:
        raise BadBatch(f"batch: no gzip was read ({error}), a packed batch is allowed") from None
    if len(data) > MOST_BYTES:
        raise BadBatch(f"batch: over {MOST_BYTES:,} bytes were read, at most so many are allowed")
    if not unpacker.eof or unpacker.unused_data:
        raise BadBatch(f"batch: {'half a' if not unpacker.eof else 'more than a'} gzip was read, one whole packed batch is allowed")
    return data


def _batch(told: Any) -> Batch:
    if type(told) is not dict or tuple(sorted(told)) != tuple(sorted(FIELDS)):
        raise _Refused(list(told) if type(told) is dict else told, f"an object of {', '.join(FIELDS)}")
    if told["form"] != FORM or type(told["form"]) is not int:
        raise _Refused(told["form"], f"form {FORM} (sensor and centre need versions that understand each other)", "form")
    found = []
    for field, read in (("source", SOURCE), ("number", _first), ("told_ns", _moment), ("rows", _rows), ("last", _truth)):
        try:
            found.append(read(told[field]))
        except _Refused as refused:
            raise refused.within(field) from None
    return Batch._make(found)


def _first(value: Any) -> Any:
    return _count(value) or _refuse(value, "a whole number from 1")


def _rows(value: Any) -> tuple[Row, ...]:
    if type(value) is not list or len(value) > MOST_WEIGHT:
        raise _Refused(value, f"a list of at most {MOST_WEIGHT:,}")
    rows: list[Row] = []
    for at, told in enumerate(value):
        try:
            rows.append(_row(told))
        except _Refused as refused:
            raise refused.within(str(at)) from None
    size = sum(map(weight, rows))
    if size > MOST_WEIGHT:
        raise _Refused(size, f"a weight of at most {MOST_WEIGHT:,} rows")
    return tuple(rows)


def _row(told: Any) -> Any:
    name = told[0] if type(told) is list and told else None
    read = READERS.get(name) if type(name) is str else None
    if read is None:
        raise _Refused(name if name is not None else told, f"a list that begins with one of {', '.join(ROWS)}")
    try:
        return read(told[1:])
    except _Refused as refused:
        raise refused.within(str(name)) from None


def _plain(value: Any) -> Any:
    """What JSON has no form for: records are lists of their fields, bytes are Base64."""
    if isinstance(value, tuple):
        return tuple(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} stands in no batch")


def _whole(value: Any) -> Any:
    """The same, with text that UTF-8 can hold."""
    if isinstance(value, Effect):
        return value
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, (tuple, list)):
        return [_whole(each) for each in value]
    return {name: _whole(each) for name, each in value.items()} if isinstance(value, dict) else value


def read_packed(packed: bytes) -> Batch:
    """The batch of packed bytes. Raises BadBatch."""
    return decode(unpack(packed))


def packed(batches: Iterator[Batch]) -> Iterator[tuple[Batch, bytes]]:
    """Each batch with its packed bytes."""
    for batch in batches:
        yield batch, pack(encode(batch))


__all__ = ["CONTENT_TYPE", "BadBatch", "decode", "encode", "pack", "packed", "read_packed", "unpack"]
