"""What all faults share: a platform that is fed, what people, programs and sensors are told, and how it is at the end."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench._feeds import Feeder, captures
from bench._killed import FED, against_calm, leftovers
from bench._stage import Stage, until
from bench._visitor import Seen, Visitor
from fieldwatch.facts import Batch
from fieldwatch.facts.batch import Source
from fieldwatch.pipeline.codec import encode, pack
from fieldwatch.sensor.centre import Away, Centre, trusting
from fieldwatch.sensor.state import State

LONGEST_S = 300.0
"""How long a platform may take to come to its end."""

PROBE = pack(encode(Batch(Source("sha256:" + "f" * 64, "capture", "probe", 0, 0, None, None, "", ()), 1, 0, (), True)))
"""A batch that is sent while nothing can be taken: were it taken, the sites would not be as undisturbed."""


class Told(NamedTuple):
    """Who asked for what, and what came."""

    who: str
    what: str


class Fault(NamedTuple):
    """A fault that was made: what was told meanwhile, seconds from its end until all was well, and what was not as it should be."""

    name: str
    told: tuple[Told, ...]
    well_s: float
    wrong: tuple[str, ...]
    notes: tuple[str, ...] = ()


class Platform:
    """Server with worker, and a sensor that watches a folder; captures come by upload and by that folder; somebody looks at the pages."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.prepare(*FED, "noise", "calm")
        self.feeder = Feeder(stage, captures(stage.folder / "made", random.Random(7)))
        self.visitor = Visitor(stage)
        self.told: list[Told] = []
        self.wrong: list[str] = []
        self.urls: dict[Path, str] = {}
        """Where uploads that are begun go on."""

    def begin(self) -> None:
        """Starts everything."""
        self.server = self.stage.serve()
        until(self.stage.answers, "the pages answer")
        self.stage.sensor("folder", "--watch", str(self.feeder.watched))
        enrolled = self.stage.state("folder") / "centre.json"
        until(enrolled.exists, "the sensor enrols")

    def note(self, who: str, seen: Seen, *wanted: int, says: str = "") -> None:
        """Keeps what was told; what is not of the wanted kind is wrong."""
        self.told.append(Told(who, str(seen).replace(str(self.stage.data), "DATA")))
        if seen.status not in wanted or says.lower() not in seen.text.lower():
            self.wrong.append(f"{who}: {' or '.join(map(str, wanted))} with {says!r} was expected: {seen}")

    def asks(self, who: str, ask: Callable[[], Seen], *wanted: int, says: str = "", patience_s: float = 30.0) -> None:
        """Asks until the answer is of the wanted kind, for a while, and keeps the last one: a worker says how it is every few seconds."""
        end = time.monotonic() + patience_s
        while True:
            seen = ask()
            if (seen.status in wanted and says.lower() in seen.text.lower()) or time.monotonic() > end:
                return self.note(who, seen, *wanted, says=says)
            time.sleep(0.5)

    def sensor_says(self) -> Seen:
        """What the door answers to a batch, with the sensor's certificate."""
        state = State(self.stage.state("folder"))
        enrolled = state.enrolled()
        assert enrolled
        try:
            with Centre(enrolled.url, trusting(enrolled.authority, state.identity)) as centre:
                reply = centre.batch(PROBE)
        except Away as away:
            return Seen(0, str(away))
        again = f", Retry-After {reply.retry_after_s:.0f} s" if reply.retry_after_s else ""
        return Seen(reply.status, f"{reply.body.get('error', reply.body)}{again}")

    def is_well(self) -> bool:
        """Whether all that was brought is read and folded, and neither pages nor `/health` say that something is wrong."""
        try:
            if not self.stage.settled(FED, len(self.feeder.brought)):
                return False
        except Exception:  # the store cannot be asked yet
            return False
        health, page = self.visitor.sees("/health"), self.visitor.sees("/")
        return (health.status, page.status) == (200, 200) and "nothing new is taken in" not in page.text.lower()

    def well(self) -> float:
        """Waits until all is well, without doing anything for it; how many seconds that took."""
        began = time.monotonic()
        until(self.is_well, "all is well again", LONGEST_S)
        return time.monotonic() - began

    def end(self, name: str, well_s: float, *notes: str) -> Fault:
        """Ends what comes, and compares what is there with an undisturbed run."""
        self.feeder.stop()
        until(self.is_well, "all is well at the end", LONGEST_S)
        if self.server.poll() is not None:
            self.wrong.append(f"the server ended with {self.server.poll()}")
        self.wrong += bugs(self.stage)
        self.stage.end()
        self.wrong += against_calm(self.stage, self.feeder) + leftovers(self.stage)
        return Fault(name, tuple(self.told), well_s, tuple(self.wrong), notes)


@contextmanager
def platform(stage: Stage) -> Iterator[Platform]:
    """A platform that runs; it is ended at the end."""
    made = Platform(stage)
    try:
        made.begin()
        yield made
    finally:
        try:
            made.feeder.stop()
        finally:
            stage.end()


def bugs(stage: Stage) -> list[str]:
    """What no fault of the machine excuses in the log of server and worker: tracebacks, and workers that ended by themselves."""
    log = (stage.folder / "serve.log").read_text(errors="replace")
    traces = log.count("Traceback (most recent call last)")
    ended = [line for line in log.splitlines() if "it is started again" in line]
    return ([f"{traces} tracebacks in the log of the server, the first: {_first(log)}"] if traces else []) + ended


def _first(log: str) -> str:
    """The last line of the first traceback."""
    lines = log[log.index("Traceback (most recent call last)") :].splitlines()[1:]
    return next((line for line in lines if line and not line.startswith((" ", "\t"))), "")[:300]
