"""Tags of Logix controllers: services that read and write them, and values by their types.

Standards: [V1] CIP Networks Library, Volume 1, Edition 3.33, C-6.1 (types); [TAG] Rockwell Automation 1756-PM020 (2022).
"""

from __future__ import annotations

import struct
from collections.abc import Generator

from fieldwatch.facts import Values
from fieldwatch.protocols._cip_call import Call, Read, as_value
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._protocol import At, Broken, Side, Value

TYPES = {
    0xC1: "B", 0xC2: "b", 0xC3: "h", 0xC4: "i", 0xC5: "q", 0xC6: "B", 0xC7: "H", 0xC8: "I", 0xC9: "Q",
    0xCA: "f", 0xCB: "d", 0xD1: "B", 0xD2: "H", 0xD3: "I", 0xD4: "Q",
}  # fmt: skip
"""[V1] C-6.1: elementary types by code, as `struct` reads them: BOOL, SINT to LINT, USINT to ULINT, REAL, LREAL, BYTE to LWORD."""

STRUCTURE, STRING = 0x02A0, 0x0FCE
"""[TAG]: the type code of a structure, which a handle follows; the handle of the predefined STRING (length, 82 characters)."""

SHOWN = 16
"""Elements of an array whose values are shown; the others are in the bytes."""

FOLLOWED = 64
"""Elements of an array that are followed one by one."""


def _count(elements: int) -> str:
    return "" if elements == 1 else f" {elements} elements"


def read_tag(call: Call) -> Read:
    """[TAG]: Read Tag, and Read Tag Fragmented with its byte offset."""
    elements = call.ask.u16le()
    if call.code == 0x52:
        yield from as_value(call.ask, 4)
    values: Values = ()
    if call.answer is not None and call.answer.left:
        code, handle = _type(call.answer)
        if call.code == 0x52:
            yield from as_value(call.answer, call.answer.left)
        else:
            values = yield from read_elements(call.answer, code, handle)
    return _count(elements), values


def write_tag(call: Call) -> Read:
    """[TAG]: Write Tag, and Write Tag Fragmented with its byte offset."""
    code, handle = _type(call.ask)
    elements = call.ask.u16le()
    if call.code == 0x53:
        yield from as_value(call.ask, 4)
    form = TYPES.get(code)
    if form and call.code == 0x4D and call.ask.left != elements * struct.calcsize(form):
        at = At(Side.REQUEST, call.ask.at, call.ask.left)
        yield Broken("data length", "[TAG] Write Tag", at, str(call.ask.left), str(elements * struct.calcsize(form)))
    values = yield from read_elements(call.ask, code, handle)
    return _count(elements), values


def modify_tag(call: Call) -> Read:
    """[TAG]: Read Modify Write Tag: a size, the bits to set, and the bits to keep."""
    size = call.ask.u16le()
    if size not in (1, 2, 4, 8, 12):
        yield Broken("mask size", "[TAG] Read Modify Write Tag", call.ask.span(2), str(size), "1, 2, 4, 8 or 12")
    at = call.ask.at
    yield from as_value(call.ask, size)
    yield from as_value(call.ask, size)
    return "", (("or", call.ask.data[at : at + size][::-1].hex()), ("and", call.ask.data[at + size : at + 2 * size][::-1].hex()))


def read_elements(cursor: Cursor, code: int, handle: int) -> Generator[Value, None, Values]:
    """Reads the rest as elements of the type: marks them, and returns the first ones as named values."""
    at, length = cursor.at, cursor.left
    form = TYPES.get(code, "")
    if not form:
        raw = cursor.data[at : cursor.end]
        yield from as_value(cursor, length)
        if handle == STRING and length >= 4:
            return (("value", text(raw[4 : 4 + int.from_bytes(raw[:4], "little")], "latin-1")),)
        return (("value", raw[:32].hex()),) if raw else ()
    size = struct.calcsize(form)
    count = length // size
    shown = struct.unpack_from(f"<{min(count, SHOWN)}{form}", cursor.data, at)
    for _ in range(min(count, FOLLOWED)):
        yield from as_value(cursor, size)
    yield from as_value(cursor, cursor.left)
    if count == 1:
        return (("value", f"{shown[0]:g}" if form in "fd" else str(shown[0])),)
    return tuple((str(number), f"{item:g}" if form in "fd" else str(item)) for number, item in enumerate(shown))


def _type(cursor: Cursor) -> tuple[int, int]:
    """[TAG]: the type of a tag's data, and the handle of its structure (0: it is none)."""
    code = cursor.u16le()
    return code, cursor.u16le() if code == STRUCTURE else 0
