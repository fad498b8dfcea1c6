"""Processes of a platform, killed: at moments drawn by chance, and at each of their commit points."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bench._feeds import Feeder
from bench._stage import Stage, kill, until

Process = subprocess.Popen[bytes]
LONGEST_S = 6.0
"""How long a process lives at most before it is killed."""

EVERY_S = 4.0
"""Pause between two captures, while a commit point is waited for."""

REACHED_S = 12.0
"""How long a commit point is waited for: in its work, then at its end."""

INTERFACE = "sensor, interface"
"""The name of the one that listens."""


class Victim:
    """A process that is killed and started again: `kills` times; `ended_ns` has the moments at which it was, or was told to end."""

    def __init__(self, name: str, start: Callable[..., Process]) -> None:
        self.name, self.start = name, start
        self.ended_ns: list[int] = []
        self.kills = 0
        self.process: Process | None = None
        self.due_s = 0.0

    def begin(self, **how: str) -> Process:
        """Starts it."""
        self.process = self.start(**how)
        return self.process

    def kill(self) -> None:
        """Kills it."""
        assert self.process
        assert self.process.poll() is None, f"{self.name} ended by itself with {self.process.poll()}"
        kill(self.process)
        self.kills += 1
        self.ended_ns.append(time.time_ns())


def victims(stage: Stage) -> list[Victim]:
    """The processes of a platform with a watched folder and, in a namespace, with an interface."""
    watched = str(stage.folder / "watched")
    made = [
        Victim("server", lambda **how: stage.serve("--no-worker", **how)),
        Victim("worker", stage.worker),
        Victim("sensor, watched folder", lambda **how: stage.sensor("folder", "--watch", watched, **how)),
    ]
    if stage.inside:
        made.append(Victim(INTERFACE, lambda **how: stage.sensor("live", "--interface", "seen", **how)))
    return made


def storm(chosen: Iterable[Victim], dice: random.Random, done: Callable[[], bool]) -> None:
    """Kills each of them again and again, at moments of its own, and starts it again at once, until `done`."""
    all_ = list(chosen)
    for victim in all_:
        victim.due_s = time.monotonic() + dice.uniform(0.2, LONGEST_S)
    while not done():
        victim = min(all_, key=lambda one: one.due_s)
        time.sleep(max(victim.due_s - time.monotonic(), 0))
        victim.kill()
        victim.begin()
        victim.due_s = time.monotonic() + dice.uniform(0.2, LONGEST_S)


class Point(NamedTuple):
    """A commit point: its place, which time it is there, and on which side of it the process dies."""

    place: str
    ordinal: int
    when: str

    def __str__(self) -> str:
        return f"{self.place}|{self.ordinal}|{self.when}"


def points(trace: Path) -> list[Point]:
    """The commit points that a process went through: before and after each place at its first time, and after it at a later one."""
    seen: dict[str, int] = {}
    for place in trace.read_text(encoding="utf-8").splitlines():
        seen[place] = seen.get(place, 0) + 1
    found = []
    for place, times in seen.items():
        found += [Point(place, 1, "before"), Point(place, 1, "after")]
        found += [Point(place, (times + 1) // 2, "after")] if times > 2 else []
    return found


def die_at(stage: Stage, victim: Victim, point: Point, feeder: Feeder) -> bool:
    """Kills the process at the point, while captures come; False where it did not come there. It is not running afterwards."""
    process = victim.begin(fatal=str(point))
    if victim.name == "server":
        until(lambda: stage.answers() or process.poll() is not None, "the pages answer")
    _wait(process, feeder)
    if process.poll() is None:
        victim.ended_ns.append(time.time_ns())
        process.terminate()  # what it goes through at its end
        _wait(process, feeder)
    reached = process.poll() == -signal.SIGKILL
    if process.poll() is None:
        kill(process)
    victim.kills += process.poll() == -signal.SIGKILL
    victim.ended_ns.append(time.time_ns())
    return reached


def _wait(process: Process, feeder: Feeder) -> None:
    """Until it is dead, for a while; captures come one after the other meanwhile."""
    end = time.monotonic() + REACHED_S
    while process.poll() is None and time.monotonic() < end:
        feeder.start_one()
        with suppress(subprocess.TimeoutExpired):
            process.wait(EVERY_S)
