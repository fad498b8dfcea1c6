"""A sensor at work: one thread reads (interface or folder), one talks to the centre, the main one waits for the signal to end.

A fault of ours in either ends the process, with the reason in the log; whoever started it starts it again, and it goes on where it was.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from fieldwatch.pipeline.child import read_apart
from fieldwatch.pipeline.sources import UnusableInput
from fieldwatch.sensor.health import Gauge
from fieldwatch.sensor.journal import Journal
from fieldwatch.sensor.link import Link
from fieldwatch.sensor.listen import Listener, PatientEpoch
from fieldwatch.sensor.sender import Sender
from fieldwatch.sensor.spool import Spool
from fieldwatch.sensor.state import Enrolled, State
from fieldwatch.sensor.watch import CAPTURE, Watch

log = logging.getLogger(__name__)

SCAN_S = 2.0
"""How often a folder is looked through."""

AGAIN_S = 5.0
"""How long after an interface was lost it is tried again."""


class Plan(NamedTuple):
    """What a sensor is to do. Either `interface` or `folder` is named."""

    interface: str
    folder: Path | None
    ring_gib: int
    spool_gib: int


class Sensor:
    """One sensor. `run` is its life; `stop` ends it from anywhere."""

    def __init__(self, plan: Plan, state: State, enrolled: Enrolled) -> None:
        self.plan, self.state, self.enrolled = plan, state, enrolled
        self.spool = Spool(state.spool, plan.spool_gib << 30)
        self.link = Link(state, enrolled)
        self.link.sender = Sender(self.spool, self.link, self._again)
        self.watch: Watch | None = None
        self.listener: Listener | None = None
        self._stopped, self._read_all = threading.Event(), threading.Event()
        self._failed = False
        self.link.gauge = self._watched() if plan.folder else self._heard()

    def run(self) -> bool:
        """Works until `stop`, SIGTERM or SIGINT; False where a fault of ours ended it."""
        self._obey_signals()
        work = self._scan if self.watch else self._listen
        reader = threading.Thread(target=self._fenced, args=(work,), name="reader")
        talker = threading.Thread(target=self._fenced, args=(self._talk,), name="talker")
        for thread in (reader, talker):
            thread.start()
        while reader.is_alive() and not self._stopped.wait(0.5):
            pass
        reader.join()
        self._read_all.set()
        talker.join()
        if self.watch:
            self.watch.journal.close()
        return not self._failed

    def stop(self) -> None:
        """Ends it: what was read is put into the spool first."""
        self._stopped.set()

    # -------------------------------------------------------------------------------------------------- what it is made of

    def _watched(self) -> Gauge:
        assert self.plan.folder
        journal = Journal(self.state.folder / "captures.sqlite3")
        watch = self.watch = Watch(self.plan.folder, self.spool, journal, self.enrolled.secret_key, read_apart)
        return Gauge(self.spool, self.link.sender, unread=watch.unread, read_files=journal.count, reading=lambda: watch.reading)

    def _heard(self) -> Gauge:
        folder, plan = self.state.folder / "live" / self.plan.interface, self.plan

        def epoch() -> PatientEpoch:
            now = self.link.enrolled
            return PatientEpoch(plan.interface, now.sensor, now.secret_key, folder, keep_mib=plan.ring_gib << 10)

        listener = self.listener = Listener(epoch, self.spool, plan.interface, folder)
        return Gauge(self.spool, self.link.sender, traffic=listener.traffic, put_off=listener.put_off)

    # -------------------------------------------------------------------------------------------------- the threads

    def _scan(self) -> None:
        assert self.watch
        while self._goes_on():
            self.watch.scan(self._goes_on)
            self._stopped.wait(SCAN_S)

    def _listen(self) -> None:
        assert self.listener
        while self._goes_on():
            try:
                self.listener.run(self._goes_on)
            except UnusableInput as error:
                log.error("%s; tried again in %.0f s", error, AGAIN_S)
            if self._goes_on():
                self._stopped.wait(AGAIN_S)

    def _talk(self) -> None:
        self.link.run(lambda: not self._read_all.is_set(), self._read_all.wait)

    def _fenced(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            log.exception("the sensor ends by a fault of ours")
            self._failed = True
            self._stopped.set()

    def _goes_on(self) -> bool:
        return not self._stopped.is_set()

    def _again(self, identity: str) -> None:
        """The centre has lost what was told of a source."""
        if self.watch and identity.startswith(CAPTURE):
            self.watch.again(identity)
        if self.listener:
            self.listener.again(identity)

    def _obey_signals(self) -> None:
        def obey(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, obey)


__all__ = ["Plan", "Sensor"]
