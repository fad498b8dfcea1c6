"""How the worker is, in a file of the data folder: pages can say so also while the database is away."""

from __future__ import annotations

import json
import os
import time
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

STALE_S = 30
"""A state older than this says nothing about now; the worker writes it anew at least every 10 s."""


class State(StrEnum):
    """What it does."""

    WORKING = "working"
    FULL = "the disk is full"
    AWAY = "the database does not answer"
    STOPPED = "it does not run"


class Told(NamedTuple):
    """What the file says: the state, more words, and when (seconds since 1970)."""

    state: State
    words: str
    at: float


def say(data: Path, state: State, words: str = "") -> None:
    """Writes the state. A disk that has no room for it is no reason to stop."""
    path = data / "worker.state"
    try:
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"state": state.name, "words": words[:500], "at": time.time()}), encoding="utf-8")
        os.replace(fresh, path)
    except OSError:
        return


def told(data: Path) -> Told:
    """The state; that it does not run, where nothing was said lately."""
    try:
        found = json.loads((data / "worker.state").read_text(encoding="utf-8"))
        one = Told(State[found["state"]], str(found["words"]), float(found["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Told(State.STOPPED, "", 0.0)
    return one if abs(time.time() - one.at) <= STALE_S else Told(State.STOPPED, "", one.at)
