"""Object headers of DNP3: of which group and variation the objects are, how many, and which points.

Standards: [1815] IEEE 1815-2012, 4.2.2.7. Numbers are little-endian.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._dnp3_objects import name_of
from fieldwatch.protocols._protocol import At, Broken

RANGES = {0: 1, 1: 2, 2: 4}
"""Range codes (low half of the qualifier) with a start and a stop index: bytes of each."""

COUNTS = {7: 1, 8: 2, 9: 4, 11: 1}
"""Range codes with a count: its bytes."""

EVERY = 6
"""The range code without a range: all objects."""

INDEXES, SIZES = {1: 1, 2: 2, 3: 4}, {4: 1, 5: 2, 6: 4}
"""Prefix codes (high half of the qualifier): bytes of the index, or of the size, in front of each object."""

PREFIXES = {**dict.fromkeys((*RANGES, EVERY), (0,)), **dict.fromkeys((7, 8, 9), (0, 1, 2, 3)), 11: (4, 5, 6)}
"""The prefix codes that each range code allows."""


class Header(NamedTuple):
    """An object header: `number` of objects; `first` index of a range; `all` without a range.

    `indexed` is the size of the index in front of each object, `sized` the size of each object's own size; 0 where there is none.
    """

    group: int
    variation: int
    number: int
    first: int | None
    indexed: int
    sized: int
    all: bool

    @property
    def named(self) -> str:
        """The points of a range, or of all."""
        name = name_of(self.group, self.variation)
        if self.group == 0:
            return f"{name} {self.variation}"
        if self.first is not None:
            return f"{name} {run(self.first, self.first + self.number - 1)}"
        return name if self.all or self.number == 1 or self.indexed or self.sized else f"{name}, at most {self.number}"


def header(cursor: Cursor) -> Generator[Broken, None, Header | None]:
    """Reads an object header; None where it breaks a rule."""
    group, variation, qualifier = cursor.u8(), cursor.u8(), cursor.u8()
    prefix, reach = qualifier >> 4, qualifier & 0x0F
    start, count, first = cursor.at, 0, None
    if size := RANGES.get(reach):
        first, last = int.from_bytes(cursor.take(size), "little"), int.from_bytes(cursor.take(size), "little")
        count = last - first + 1
    elif size := COUNTS.get(reach):
        count = int.from_bytes(cursor.take(size), "little")
    if prefix not in PREFIXES.get(reach, ()):
        at = At(cursor.side, start - 1, 1)
        yield Broken("qualifier", "[1815] 4.2.2.7", at, f"0x{qualifier:02X}", "0x00..0x02, 0x06..0x09, 0x17..0x39, 0x4B..0x6B")
        return None
    if count < 0 or (first is not None and count == 0):
        yield Broken("range", "[1815] 4.2.2.7", At(cursor.side, start, cursor.at - start), f"{first}..{last}", "start not above stop")
        return None
    return Header(group, variation, count, first, INDEXES.get(prefix, 0), SIZES.get(prefix, 0), reach == EVERY)


def run(first: int, last: int) -> str:
    """Indexes that follow each other, by the first and the last."""
    return str(first) if first == last else f"{first}-{last}"


def listed(block: bytes, indexed: int, size: int) -> str:
    """The indexes that stand in front of objects of `size` bytes, neighbours as runs."""
    runs: list[list[int]] = []
    for at in range(0, len(block), size):
        index = int.from_bytes(block[at : at + indexed], "little")
        if runs and runs[-1][1] + 1 == index:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    return ", ".join(run(first, last) for first, last in runs)
