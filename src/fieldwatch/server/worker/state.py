"""How the worker is, in a file of the data folder: pages can say so also while the database is away, the disk full or the clock wrong."""

from __future__ import annotations

import json
import os
import time
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

STALE_S = 30
"""A state older than this says nothing about now; the worker writes it anew at least every 10 s."""

ROOM = 2048
"""Bytes of the file, always: where the disk is full, what is there already can be written over."""


class State(StrEnum):
    """What it does."""

    WORKING = "working"
    FULL = "the disk is full"
    AWAY = "the database does not answer"
    STOPPED = "it does not run"


class Told(NamedTuple):
    """What the file says: the state, more words, when (seconds since 1970), and by how much the clock was set of late (0: it was not)."""

    state: State
    words: str
    at: float
    clock_s: int = 0


def say(data: Path, state: State, words: str = "", clock_s: int = 0) -> None:
    """Writes the state. A disk that has no room for it is no reason to stop."""
    told = {"state": state.name, "words": words[:300], "at": time.time(), "up": up_s(), "clock_s": clock_s}
    text = json.dumps(told).encode().ljust(ROOM)
    try:
        file = os.open(data / "worker.state", os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.pwrite(file, text, 0)
        finally:
            os.close(file)
    except OSError:
        return


def told(data: Path) -> Told:
    """The state; that it does not run, where nothing was said lately."""
    try:
        found = json.loads((data / "worker.state").read_text(encoding="utf-8"))
        one = Told(State[found["state"]], str(found["words"]), float(found["at"]), int(found["clock_s"]))
        is_fresh = 0 <= up_s() - float(found["up"]) <= STALE_S
    except (OSError, ValueError, KeyError, TypeError):
        return Told(State.STOPPED, "", 0.0)
    return one if is_fresh else one._replace(state=State.STOPPED, words="")


def up_s() -> float:
    """Seconds that this machine has run, with those in which it slept: nobody sets them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
