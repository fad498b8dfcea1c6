"""Segmented answers of BACnet: each segment is read by itself, behind what the segment before it has begun.

Standards: [BAC] ANSI/ASHRAE 135-2020: 5.2 (segmentation), 20.1.5 (complex acknowledgement). A segment ends at any byte. What the next one
needs is little: the tags that are open there, those that lead to them (object, property, index), and the tag that is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fieldwatch.protocols import _bacnet_tags as tags
from fieldwatch.protocols._bacnet_layers import Apdu
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._protocol import At, Claimed, Context, Fact, Open, Short, Value

LEVELS = {12: 1, 14: 2}
"""Services whose later segments are read, readProperty and readPropertyMultiple: how many tags are open around their values."""

MOST_BEGUN = 512
"""Bytes that are kept for the next segment; a tag that is cut and longer is not read."""

MOST_KEY = 7
"""Bytes of a context's key."""


class Piece(NamedTuple):
    """A segment of an answer: its service and number, and what is kept for the next one under `key`. Its data begin at `start`."""

    service: int
    sequence: int
    more: bool
    key: bytes
    start: int
    begun: bytes | None = None
    """What the segment before has begun: it is read in front of the data. None of the first segment."""


class Rest(NamedTuple):
    """What is open for the segment `sequence` of an answer, from `source` where it comes from behind a router."""

    service: int
    sequence: int
    source: str
    begun: bytes


def key(answer: Apdu, invoke: int) -> bytes:
    """The invoke id, and as much of the address behind a router as a key holds (5.2.2: an invoke id is unique for each peer)."""
    return (bytes([invoke]) + answer.origin)[:MOST_KEY]


def continued(piece: Piece, answer: Apdu, context: Context) -> Piece | None:
    """The later segment with what is open for it; None where that is not known."""
    if isinstance(context, Rest) and context[:3] == (piece.service, piece.sequence, answer.source):
        return piece._replace(begun=context.begun)
    return None


def joined(piece: Piece, answer: Apdu) -> Apdu:
    """The answer with what is begun in front of its data."""
    if not piece.begun:
        return answer
    return answer._replace(cursor=Cursor(piece.begun + answer.cursor.data[piece.start :], side=answer.cursor.side))


def moved(piece: Piece, facts: Iterator[Fact]) -> Iterator[Fact]:
    """Facts of a joined answer, at their places in the message; what was begun before is cut off."""
    try:
        for fact in facts:
            if isinstance(fact, Claimed):
                yield fact._replace(at=_place(piece, fact.at))
            elif isinstance(fact, Value):
                yield Value(*_place(piece, At(fact.side, fact.offset, fact.length)))
            else:
                yield fact
    except Short as short:
        _, offset, have = _place(piece, At(short.side, short.offset, short.have))
        raise Short(short.side, offset, short.need, have) from None


def _place(piece: Piece, at: At) -> At:
    if not piece.begun:
        return at
    moved = at.offset - len(piece.begun) + piece.start
    start = max(moved, piece.start)
    return At(at.side, start, max(0, moved + at.length - start))


def opens(piece: Piece, data: Apdu) -> Open | None:
    """What the next segment needs; what is open is closed by the last one. None where it cannot be kept."""
    if not piece.more:
        return None if piece.begun is None else Open(None, piece.key)
    raw = data.cursor.data if piece.begun else data.cursor.data[piece.start :]
    begun = _begun(raw, LEVELS[piece.service]) if piece.service in LEVELS else None
    if begun is None or len(begun) > MOST_BEGUN:
        return None
    return Open(Rest(piece.service, piece.sequence + 1 & 0xFF, data.source, begun), piece.key)


def _begun(raw: bytes, values: int) -> bytes | None:
    """The tags that are open at the end, those that lead to them, and the tag that is cut. Values are inside of `values` open tags."""
    cursor = Cursor(raw)
    levels: list[list[bytes]] = [[]]
    while cursor.left:
        start = cursor.at
        try:
            found = tags.tag(cursor)
        except Short:
            levels.append([raw[start:]])
            break
        if found.closes:
            levels.pop()
            if not levels:
                return None
            levels[-1].clear()
        elif found.opens or len(levels) <= values:
            levels[-1].append(raw[start : cursor.at])
        if found.opens:
            levels.append([])
            if len(levels) > tags.DEEPEST:
                return None
    return b"".join(piece for level in levels for piece in level)
