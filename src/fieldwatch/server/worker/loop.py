"""The ingest worker: takes what sensors sent, reads captures, folds sites, judges, does the chores - one thing after the other, for ever.

All that it knows stands in the store and the data folder: it can be killed at any moment, and the next one goes on where it was. Where the
database is away or the disk is full it waits, says so, and goes on by itself.
"""

from __future__ import annotations

import logging
import threading
import time
from functools import partial

from django.db import close_old_connections, connection

from fieldwatch.pipeline.assemble import hashed
from fieldwatch.server.keys import key
from fieldwatch.server.options import Options
from fieldwatch.server.trouble import trouble
from fieldwatch.server.worker import captures
from fieldwatch.server.worker.basis import Shelf
from fieldwatch.server.worker.chores import Rota
from fieldwatch.server.worker.clock import Clock
from fieldwatch.server.worker.courier import Courier
from fieldwatch.server.worker.sensors import Arrivals
from fieldwatch.server.worker.sites import Folder
from fieldwatch.server.worker.state import State, say
from fieldwatch.store.ingest import StoreFull, Writer
from fieldwatch.store.room import missing

log = logging.getLogger(__name__)

IDLE_S = 0.5
"""How long it sleeps when there is nothing to do."""

SAY_S = 5.0
"""How often it says that it works."""

WAIT_S = (1.0, 2.0, 5.0, 10.0)
"""How long it waits before it tries again, the first times and from then on."""


class Worker:
    """The worker of a data folder, which has the lock."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.key = key(options.data, "credentials")
        self.writer = Writer(options.data / "history")
        self.arrivals = Arrivals(options, self.writer)
        self.folder = Folder(Shelf(options["feeds.shelf"]), partial(hashed, self.key))
        self.rota = Rota(options)
        self.clock = Clock(options.data)
        self.stopped = threading.Event()
        self._failed = 0
        self._said = 0.0
        self._clock_s = 0

    def stop(self) -> None:
        """Ends `run` after the batch that is being taken."""
        self.stopped.set()

    def run(self) -> None:
        """Works until it is stopped."""
        courier = Courier(self.options)
        courier.start()
        try:
            while not self.stopped.is_set():
                if not self.step():
                    self.stopped.wait(IDLE_S)
        finally:
            courier.stop()

    def run_until_idle(self) -> None:
        """Works until nothing waits."""
        while not self.stopped.is_set() and self.step(with_chores=False):
            pass

    def step(self, *, with_chores: bool = True) -> bool:
        """Does one thing. False where nothing waits."""
        try:
            done = self._step(with_chores)
            self._say()
        except Exception as error:
            known = trouble(error)
            if known is None:
                raise
            return self._wait(State.FULL if isinstance(known, StoreFull) else State.AWAY, known)
        if self._failed:
            log.info("it goes on")
            self._failed = 0
            say(self.options.data, State.WORKING, clock_s=self._clock_s)
        return done

    def _say(self) -> None:
        """Says now and then that it works."""
        if time.monotonic() - self._said >= SAY_S:
            self._said = time.monotonic()
            self.clock.step()
            self._clock_s = self.clock.set_s()
            say(self.options.data, State.WORKING, clock_s=self._clock_s)

    def _step(self, with_chores: bool) -> bool:
        full = missing(self.options.data)
        if full:
            if with_chores and self._chore():  # one of them may make room
                return True
            raise StoreFull(full)
        if self.arrivals.step():
            self.folder.step(is_idle=False)
            return True
        waiting = captures.waiting()
        if waiting is not None:
            captures.read(waiting, self.options, self.key, self.writer, self._beat)
            self.folder.step(is_idle=False)
            return True
        if self.folder.step(is_idle=True):
            return True
        return with_chores and self._chore()

    def _chore(self) -> bool:
        """Does one that is due. The clock is looked at before: some of them delete what is old."""
        self.clock.step()
        return self.rota.step()

    def _beat(self) -> None:
        """Between the batches of a capture: sensors do not wait for a long capture, and its first assets are shown soon."""
        if self.stopped.is_set():
            raise SystemExit(0)
        full = missing(self.options.data)
        if full:
            raise StoreFull(full)
        self._say()
        self.arrivals.step()
        self.folder.step(is_idle=False)

    def _wait(self, state: State, error: Exception) -> bool:
        pause = WAIT_S[min(self._failed, len(WAIT_S) - 1)]
        self._failed += 1
        log.warning("%s: %s; tried again in %d s", state.value, error, pause)
        say(self.options.data, state, str(error), self._clock_s)
        connection.close()
        close_old_connections()
        self.stopped.wait(pause)
        return True
