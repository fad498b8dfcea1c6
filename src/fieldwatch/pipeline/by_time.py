"""Counts by time: when a reading stops at the end of a slice, and what was counted in it.

A slice is where a packet was *read*: where the clock goes back by more than a slice, counting goes on in the slice that it shows; a little
disorder changes nothing. A long capture, or one whose clock jumps, gets longer slices, so that the work has an end whatever the times say.
"""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.wire import Session

HOUR_NS = 12 * SLICE_NS
WIDTHS = (SLICE_NS, HOUR_NS, 24 * HOUR_NS, 30 * 24 * HOUR_NS)
"""How long slices may be; each is a multiple of the one before."""

MOST_TURNS = 576
"""Slices of one width that are counted before they get longer: two days of five minutes."""

LONG_NS = 2 * 24 * HOUR_NS
"""Captures that are longer have slices of an hour or more."""

NEVER = -(1 << 63)


class Count(NamedTuple):
    """How often a tag was counted in a conversation, in the slice that begins at `start_ns`."""

    conversation: int
    tag: int
    start_ns: int
    times: int


class Clock:
    """Says to what time to read, and takes what was counted when it is reached.

    `widens`: slices get longer where there are many. What was counted up to `told_frame` was told already and is taken no more.
    """

    def __init__(self, *, widens: bool = True, told_frame: int = 0) -> None:
        self.widens = widens
        self.told_frame = told_frame
        self.ended_frame = 0
        """The frames up to this one are those of the slices that are over; what was told ends here, too."""
        self.ended_ns = 0
        self.counts: list[Count] = []
        self.turns = 0
        self.since_ns: int | None = None
        self.until_ns: int | None = NEVER
        self._start_ns = 0
        self._level = 0

    def turn(self, session: Session) -> None:
        """The next packet is of another slice: what was counted so far belongs to the one that ends."""
        held = session.held()
        assert held is not None
        self.take(session)
        self.ended_frame = held[0] - 1
        if self.turns:
            self.ended_ns = max(self.ended_ns, self._start_ns + WIDTHS[self._level])
        if self.ended_frame <= self.told_frame:
            self.counts.clear()
        self.turns += 1
        if self.widens and self.turns > MOST_TURNS * (self._level + 1):
            self._level += 1
        if self._level >= len(WIDTHS):
            self.since_ns = self.until_ns = None
            self._level = len(WIDTHS) - 1
            self.widens = False
            return
        width = WIDTHS[self._level]
        self._start_ns = max(held[1] // width * width, 0)  # what claims to be from before 1970 has no slice of its own
        self.since_ns = self._start_ns - width if self._start_ns else None
        self.until_ns = self._start_ns + width

    def take(self, session: Session) -> None:
        """What was counted since the last time, as counts of the slice that goes on."""
        start_ns = self._start_ns
        self.counts.extend(Count(conversation, tag, start_ns, times) for conversation, tag, times in session.counted())

    def width_ns(self) -> int:
        """How long the slices are."""
        starts = [one.start_ns for one in self.counts]
        is_long = self.widens and starts and max(starts) + SLICE_NS - min(starts) > LONG_NS
        return max(WIDTHS[self._level], HOUR_NS if is_long else 0)


__all__ = ["Clock", "Count"]
