"""Elements of BER and DER, as far as protocols here need them.

Standards: [BER] ITU-T X.690 (2021), 8.1: identifier, length, contents. Only definite lengths and one-byte identifiers.
"""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.protocols._protocol import Short, Side

INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, SEQUENCE, SET = 0x02, 0x03, 0x04, 0x05, 0x06, 0x30, 0x31

MOST_LENGTH_BYTES = 4
MOST_ARCS = 128


class Element(NamedTuple):
    """An identifier, and where the contents start and stop."""

    tag: int
    start: int
    stop: int


def element(raw: bytes, at: int, stop: int, side: Side = Side.REQUEST) -> Element:
    """The element that starts at `at`, within `stop`; `Short` where it reaches beyond, or its length has no definite form."""
    start = at + 2
    if start > stop:
        raise Short(side, at, 2, max(0, stop - at))
    length = raw[at + 1]
    if length >= 0x80:
        size = length & 0x7F
        if not 0 < size <= MOST_LENGTH_BYTES or start + size > stop:
            raise Short(side, start, size or 1, max(0, stop - start))
        length = int.from_bytes(raw[start : start + size], "big")
        start += size
    end = start + length
    if end > stop:
        raise Short(side, start, length, stop - start)
    return Element(raw[at], start, end)


def elements(raw: bytes, at: int, stop: int, side: Side = Side.REQUEST, most: int = 1024) -> list[Element]:
    """The elements that follow each other from `at` to `stop`."""
    found: list[Element] = []
    while at < stop and len(found) < most:
        one = element(raw, at, stop, side)
        found.append(one)
        at = one.stop
    return found


def number(raw: bytes, one: Element) -> int:
    """The contents as a signed number."""
    return int.from_bytes(raw[one.start : min(one.stop, one.start + 16)], "big", signed=True)


def oid(raw: bytes, one: Element) -> str:
    """The contents as an object identifier, [BER] 8.19: `1.3.6.1`."""
    contents = raw[one.start : one.stop]
    arcs = list(contents[:MOST_ARCS]) if contents.isascii() else _arcs(contents)
    if not arcs:
        return ""
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def _arcs(contents: bytes) -> list[int]:
    """Arcs of which some are longer than a byte: bit 7 says that the next byte belongs to the same arc."""
    arcs: list[int] = []
    arc = 0
    for byte in contents:
        arc = arc << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(arc)
            arc = 0
            if len(arcs) >= MOST_ARCS:
                break
    return arcs
