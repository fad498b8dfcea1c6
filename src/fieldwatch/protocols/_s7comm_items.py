"""Variables of S7 communication: their addresses in the notation of STEP 7, and the data that they hold.

Known from Wireshark 4.0.17 (packet-s7comm), Snap7 and libnodave, for no standard is public.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from typing import NamedTuple

from fieldwatch.facts import Values
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._protocol import At, Broken, Fact, Unread, Value

AREAS = {
    0x03: "SI",
    0x05: "SF",
    0x06: "AI",
    0x07: "AQ",
    0x1C: "C",
    0x1D: "T",
    0x1E: "C",
    0x1F: "T",
    0x80: "P",
    0x81: "I",
    0x82: "Q",
    0x83: "M",
    0x84: "DB",
    0x85: "DI",
    0x86: "L",
    0x87: "V",
}
"""Memory areas of an S7ANY address."""

COUNTED_AREAS = frozenset((0x1C, 0x1D, 0x1E, 0x1F))
"""Areas whose address is a number, not a byte and a bit: counters and timers."""

TYPES = {
    1: "BIT",
    2: "BYTE",
    3: "CHAR",
    4: "WORD",
    5: "INT",
    6: "DWORD",
    7: "DINT",
    8: "REAL",
    9: "DATE",
    10: "TOD",
    11: "TIME",
    12: "S5TIME",
    15: "DATE_AND_TIME",
    28: "COUNTER",
    29: "TIMER",
    30: "IEC_TIMER",
    31: "IEC_COUNTER",
    32: "HS_COUNTER",
}
"""Data types of an S7ANY address."""

FORMATS = {"BIT": "B", "BYTE": "B", "WORD": "H", "INT": "h", "DWORD": "I", "DINT": "i", "REAL": "f"}
"""How elements of a data type are read (`struct`, big-endian)."""

S7ANY, DBREAD = 0x10, 0xB0
"""Syntax ids of addresses that are read; 0x82 to 0x84 are NCK, 0xB2 symbolic addresses."""

IN_BITS = frozenset((3, 4, 5))
"""Transport sizes of data whose length counts bits."""

TIS_AREAS = {0x0: "M", 0x1: "I", 0x2: "Q", 0x3: "P", 0x7: "DB", 0x5: "T", 0x6: "C"}
TIS_WIDTHS = {0: "BIT", 1: "BYTE", 2: "WORD", 3: "DWORD", 4: ""}
"""High and low nibble of an address in a variable table (test and commissioning, "TIS")."""


class Item(NamedTuple):
    """An address that is read or written: what it is called, its data type, and where it stands."""

    object: str
    type: str
    at: At


def read_items(cursor: Cursor, count: int, function: str) -> Generator[Fact, None, list[Item]]:
    """Reads `count` addresses."""
    items: list[Item] = []
    for _ in range(count):
        start = cursor.at
        kind, length = cursor.u8(), cursor.u8()
        if kind != 0x12:
            yield Broken("variable specification", "", At(cursor.side, start, 1), f"0x{kind:02x}", "0x12")
            return items
        raw = cursor.take(length)
        at = cursor.span(length + 2)
        if (length + 2) & 1 and cursor.left:
            cursor.skip(1)  # items start at even offsets
        if length == 10 and raw[0] == S7ANY:
            items.append(Item(*_any(raw), at))
        elif length >= 2 and raw[0] == DBREAD and length >= 2 + 5 * raw[1]:
            items.append(Item(_db_parts(raw), "BYTES", at))
        else:
            syntax = raw[0] if raw else 0
            items.append(Item(f"syntax 0x{syntax:02x} {raw[1:].hex()}", "", at))
            yield Unread(f"{function} item of syntax 0x{syntax:02x}")
    return items


def _any(raw: bytes) -> tuple[str, str]:
    """An S7ANY address as object, and its data type."""
    size, count, block, area = raw[1], raw[2] << 8 | raw[3], raw[4] << 8 | raw[5], raw[6]
    address = int.from_bytes(raw[7:10], "big")
    kind = TYPES.get(size, f"TYPE{size}")
    name = AREAS.get(area, f"AREA{area}:")
    if area in COUNTED_AREAS:
        return f"{name}{address} {kind} {count}", kind
    place = f"{address >> 3}.{address & 7}"
    if area in (0x84, 0x85):
        return f"{name}{block}.{name}X{place} {kind} {count}", kind
    return f"{name}{place} {kind} {count}", kind


def _db_parts(raw: bytes) -> str:
    """The areas of a DBREAD address."""
    parts = []
    for at in range(2, 2 + 5 * raw[1], 5):
        size, block, start = struct.unpack_from(">BHH", raw, at)
        parts.append(f"DB{block}.DBX{start}.0 BYTE {size}")
    return ", ".join(parts)


class Datum(NamedTuple):
    """The data of one item, with its return code."""

    code: int
    raw: bytes


def read_data(cursor: Cursor, count: int) -> Generator[Value, None, list[Datum]]:
    """Reads `count` data items and marks what they hold as values."""
    found: list[Datum] = []
    for number in range(count):
        code, size, length = cursor.u8(), cursor.u8(), cursor.u16()
        length = 0 if size == 0 else (length + 7) // 8 if size in IN_BITS else length  # size 0: no data, whatever the length says
        raw = cursor.take(length)
        if length:
            yield Value(cursor.side, cursor.at - length, length)
        if length & 1 and number + 1 < count and cursor.left:
            cursor.skip(1)  # items start at even offsets
        found.append(Datum(code, raw))
    return found


def read_codes(cursor: Cursor, count: int) -> list[Datum]:
    """Reads the return codes of a Write Var answer."""
    return [Datum(code, b"") for code in cursor.take(count)]


MOST_ELEMENTS, MOST_BYTES = 16, 64
"""Longer values are shown as bytes, and longer bytes are cut."""


def shown(kind: str, raw: bytes) -> Values:
    """What an item holds: numbers of its data type where they are few, else bytes in hex."""
    if not raw:
        return ()
    letter = FORMATS.get(kind)
    if letter:
        size = struct.calcsize(letter)
        if len(raw) % size == 0 and len(raw) // size <= MOST_ELEMENTS:
            numbers = struct.unpack(f">{len(raw) // size}{letter}", raw)
            return (("value", " ".join(f"{number:g}" if letter == "f" else str(number) for number in numbers)),)
    return (("value", raw[:MOST_BYTES].hex() + ("..." if len(raw) > MOST_BYTES else "")),)


def tis_address(raw: bytes) -> tuple[str, str]:
    """An address of a variable table as object, and its data type."""
    area, width = raw[0] >> 4, raw[0] & 0xF
    repeat, block, start = raw[1], raw[2] << 8 | raw[3], raw[4] << 8 | raw[5]
    name, kind = TIS_AREAS.get(area, f"AREA{area}:"), TIS_WIDTHS.get(width, f"TYPE{width}")
    if area in (0x5, 0x6):
        kind = "TIMER" if area == 0x5 else "COUNTER"
        return f"{name}{start} {kind} {repeat}", kind
    bit, count = (repeat, 1) if width == 0 else (0, repeat)
    if area == 0x7:
        name = f"DB{block}.DBX"
    return f"{name}{start}.{bit} {kind} {count}", kind
