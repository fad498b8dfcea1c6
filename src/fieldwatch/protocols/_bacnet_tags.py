"""BACnet tags: how data of the application layer are encoded (ANSI/ASHRAE 135-2020, 20.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from fieldwatch.library.table import names
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._protocol import At, Short

NULL, BOOLEAN, UNSIGNED, SIGNED, REAL, DOUBLE, OCTETS, CHARACTERS, BITS, ENUMERATED, DATE, TIME, OBJECT = range(13)

CHARACTER_SETS = {0: "utf-8", 3: "utf-32-be", 4: "utf-16-be", 5: "latin-1"}
"""20.2.9: character sets; 1 (IBM/Microsoft DBCS) and 2 (JIS) are read as Latin-1."""

WILDCARD = 0x3FFFFF
"""12.11: the instance that stands for whatever device is asked."""

DEEPEST = 16
"""Opening tags within one another that are followed."""


class Tag(NamedTuple):
    """A tag: its number, whether it is a context tag, whether it opens or closes, and where its data stand (`start`, `length`)."""

    number: int
    context: bool
    opens: bool
    closes: bool
    start: int
    length: int
    flag: int
    """What the length field says: the value of an application-tagged boolean."""


def tag(cursor: Cursor) -> Tag:
    """20.2.1: reads a tag, and passes over its data."""
    first = cursor.u8()
    number, field, context = first >> 4, first & 0x07, first & 0x08 != 0
    if number == 15:
        number = cursor.u8()
    if field >= 5:
        if field >= 6 and context:
            return Tag(number, True, field == 6, field == 7, cursor.at, 0, 0)
        if field == 5:
            field = _long(cursor)
    start = cursor.at
    if number == BOOLEAN and not context:
        return Tag(BOOLEAN, False, False, False, start, 0, field)
    if start + field > cursor.end:
        raise Short(cursor.side, start, field, cursor.end - start)
    cursor.at = start + field
    return Tag(number, context, False, False, start, field, field)


def _long(cursor: Cursor) -> int:
    """20.2.1.3.1: a length of more than four bytes."""
    length = cursor.u8()
    if length < 254:
        return length
    return cursor.u16() if length == 254 else cursor.u32()


def unsigned(cursor: Cursor, found: Tag) -> int:
    """The data of a tag as an unsigned number."""
    return int.from_bytes(cursor.data[found.start : found.start + found.length], "big")


def at(cursor: Cursor, found: Tag) -> At:
    """Where the data of a tag stand."""
    return At(cursor.side, found.start, found.length)


def object_name(number: int) -> str:
    """20.2.14: an object identifier: ten bits of type, 22 of instance; the greatest instance stands for whatever is asked."""
    instance = number & WILDCARD
    return f"any {type_name(number >> 22)}" if instance == WILDCARD else f"{type_name(number >> 22)} {instance}"


def type_name(number: int) -> str:
    """An object type's name, or its number."""
    return names("bacnet_object_types.tsv").get(number, f"object-type-{number}")


def property_name(number: int) -> str:
    """A property identifier's name, or its number."""
    return names("bacnet_properties.tsv").get(number, f"property-{number}")


def characters(raw: bytes) -> str:
    """20.2.9: a character string: one byte of character set, then text (for set 1 a code page of two bytes)."""
    if not raw:
        return ""
    if raw[0] == 1:
        return text(raw[3:], "latin-1")
    encoding = CHARACTER_SETS.get(raw[0], "latin-1")
    return " ".join(raw[1:].decode(encoding, "replace").replace("\0", " ").split())


def bits(raw: bytes) -> str:
    """20.2.10: a bit string: how many bits of the last byte are not used, then the bits, first bit first."""
    shown = "".join(f"{byte:08b}" for byte in raw[1:17])
    return shown[: len(raw) * 8 - 8 - raw[0]] if raw and raw[0] < 8 else raw.hex()


def value(cursor: Cursor, found: Tag) -> str:
    """An application-tagged value as text."""
    raw = cursor.data[found.start : found.start + found.length]
    match found.number:
        case 0:
            return "null"
        case 1:
            return "true" if found.flag else "false"
        case 2 | 9:
            return str(int.from_bytes(raw, "big"))
        case 3:
            return str(int.from_bytes(raw, "big", signed=True))
        case 4 if len(raw) == 4:
            return f"{struct.unpack('>f', raw)[0]:g}"
        case 5 if len(raw) == 8:
            return f"{struct.unpack('>d', raw)[0]:g}"
        case 7:
            return characters(raw)
        case 8:
            return bits(raw)
        case 10 if len(raw) == 4:
            return "-".join("*" if byte == 255 else str(byte + 1900 if place == 0 else byte) for place, byte in enumerate(raw[:3]))
        case 11 if len(raw) == 4:
            return ":".join("*" if byte == 255 else f"{byte:02}" for byte in raw[:3])
        case 12 if len(raw) == 4:
            return object_name(int.from_bytes(raw, "big"))
        case _:
            return raw[:32].hex()


def inside(cursor: Cursor, number: int) -> Iterator[Tag]:
    """The tags up to the closing tag `number`, those of nested constructions too; the cursor stands behind the closing tag then."""
    depth = 0
    while True:
        found = tag(cursor)
        if found.closes:
            if depth == 0:
                return
            depth -= 1
        elif found.opens:
            depth += 1
            if depth > DEEPEST:
                return
        else:
            yield found


Path = tuple[int, ...]
"""Where a tag stands: the numbers of the tags that are open, then its own; application tags count -1, -2, ... within what is open."""


def walk(cursor: Cursor) -> Iterator[tuple[Path, Tag]]:
    """All tags with data up to the end, each with its path."""
    path: Path = ()
    counts = [0]
    while cursor.left:
        found = tag(cursor)
        if found.opens:
            if len(path) >= DEEPEST:
                return
            path = (*path, found.number)
            counts.append(0)
        elif not found.closes:
            if found.context:
                yield (*path, found.number), found
            else:
                counts[-1] -= 1
                yield (*path, counts[-1]), found
        elif path:
            path = path[:-1]
            counts.pop()
