"""Watches the clock: it is held against the seconds that this machine has run, which nobody sets."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from fieldwatch.server.worker.state import told, up_s
from fieldwatch.store import clock

log = logging.getLogger(__name__)

OFF_S = 7 * 86_400
"""A pause between two workers that is longer than this may be a clock that was set."""


class Clock:
    """The clock as it was when it was looked at last."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._offset: float | None = None

    def step(self) -> None:
        """Notes it where the clock was set since the last look. What cannot be noted now is noted at the next one."""
        offset = time.time() - up_s()
        by_s = self._while_off() if self._offset is None else offset - self._offset
        if abs(by_s) >= clock.LEAST_S:
            log.warning("the clock was set by %d s: nothing is deleted by its age for a day", round(by_s))
            clock.note(by_s)
        self._offset = offset

    def set_s(self) -> int:
        """By how much it was set, where that is of late; else 0."""
        jump = clock.doubted()
        return jump.by_s if jump else 0

    def _while_off(self) -> float:
        """Seconds by which the clock stands before the last word of the worker before this one, or far behind it; 0 where all is well."""
        last = told(self.data).at
        by_s = time.time() - last if last else 0.0
        return by_s if by_s < 0 or by_s > OFF_S else 0.0
