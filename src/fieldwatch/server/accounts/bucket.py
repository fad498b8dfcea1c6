"""Token buckets: how many requests somebody may send. In memory; one process serves all pages."""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST_KEYS = 20_000
"""Buckets that are kept; the ones that were used longest ago go first."""


class Buckets:
    """A bucket for each key: it holds a minute's worth, and fills evenly."""

    def __init__(self, per_minute: int) -> None:
        self.size = float(per_minute)
        self.held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self.lock = threading.Lock()

    def wait_s(self, key: str, now: float) -> float:
        """Takes one; seconds to wait for it where there is none (then none is taken). `now`: seconds of a clock that never goes back."""
        if not self.size:
            return 0.0
        with self.lock:
            left, then = self.held.pop(key, (self.size, now))
            left = min(self.size, left + (now - then) * self.size / 60)
            taken = left >= 1
            self.held[key] = (left - 1 if taken else left, now)
            if len(self.held) > MOST_KEYS:
                self.held.popitem(last=False)
        return 0.0 if taken else (1 - left) * 60 / self.size
