"""The frames that prove what a live source tells: they are sent along, for nobody else has them. Never a frame that holds credentials.

A message is read when its last byte or its answer has come. So a frame is shown only a while after it came: then it is known what is in it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from fieldwatch.facts import Evidence, Proof
from fieldwatch.pipeline.assemble import Facts
from fieldwatch.pipeline.ring import frames

SETTLE_S = 60.0
"""How long after a frame came it is shown."""

Clock = Callable[[], float]


class Proofs:
    """The frames of one epoch that were shown, and those that are due."""

    def __init__(self, folder: Path, *, settle_s: float = SETTLE_S, clock: Clock = time.monotonic) -> None:
        self.folder = folder
        self.settle_s = settle_s
        self.clock = clock
        self._done: set[int] = set()
        self._read: deque[tuple[float, int]] = deque()
        self._settled = 0

    def due(self, facts: Facts, secret: Iterable[int], frame: int, *, is_end: bool = False) -> Iterator[Proof]:
        """Frames that prove facts and were not shown yet. `frame` is the last one that was read; those of `secret` are never shown."""
        self._done.update(secret)
        settled = frame if is_end else self._settle(frame)
        wanted = {number for number in proving(facts) if number <= settled} - self._done
        self._done |= wanted
        for one in frames(self.folder, wanted):
            yield Proof(one.number, one.link, one.seen_ns, one.data, one.wire_length)

    def _settle(self, frame: int) -> int:
        """The last frame that came long enough ago."""
        now = self.clock()
        self._read.append((now, frame))
        while self._read and now - self._read[0][0] >= self.settle_s:
            self._settled = self._read.popleft()[1]
        return self._settled


def proving(facts: Facts) -> set[int]:
    """The frames of the evidence of claims, of the first occurrence of operations, and of broken rules."""
    evidence = (one.evidence for rows in (facts.claims, facts.operations, facts.malformed) for one in rows)
    return {frame for one in evidence for frame in _frames(one)}


def secret(facts: Facts) -> set[int]:
    """The frames of logins."""
    return {frame for login in facts.logins for frame in (*login.frames, *_frames(login.evidence))}


def _frames(evidence: Evidence) -> Iterator[int]:
    return (span.frame for span in evidence.spans)


__all__ = ["Proofs", "proving", "secret"]
