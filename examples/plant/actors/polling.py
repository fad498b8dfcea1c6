"""Runs an actor's duties side by side, each at its own pace, until the time is up."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Duty:
    """One thing done again and again: every `every_s` seconds, first after `after_s`."""

    act: Callable[[], object]
    every_s: float
    after_s: float = 0.0


def _keep(duty: Duty, until: float) -> None:
    due = time.monotonic() + duty.after_s
    while due < until:
        time.sleep(max(0.0, due - time.monotonic()))
        duty.act()
        due = max(due + duty.every_s, time.monotonic())


def in_turns(duties: list[Duty], step_s: float = 0.1) -> list[Duty]:
    """One duty that does whichever of these is due, for clients that allow one question at a time."""
    begin = time.monotonic()
    due = [begin + duty.after_s for duty in duties]

    def turn() -> None:
        for place, duty in enumerate(duties):
            if time.monotonic() >= due[place]:
                due[place] += duty.every_s
                duty.act()

    return [Duty(turn, step_s)]


def keep(groups: list[list[Duty]], seconds: float) -> None:
    """Each duty has a thread of its own; a client shared by a group must be safe for that."""
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=_keep, args=(duty, until), daemon=True) for group in groups for duty in group]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=seconds + 20)
