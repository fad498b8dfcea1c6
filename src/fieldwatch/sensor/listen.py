"""A live interface on its way to the spool: the epochs of the pipeline, told only when there is room for what is told.

Rows are cumulative: what is put off is told later, in one piece, and packets go on being read and counted meanwhile.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fieldwatch.facts import Batch
from fieldwatch.pipeline.codec import BadBatch, encode, pack
from fieldwatch.pipeline.epoch import Epoch, give_up
from fieldwatch.sensor.health import Traffic
from fieldwatch.sensor.spool import OutOfStep, Spool

log = logging.getLogger(__name__)

TRAFFIC_S, DIRECTIONS_S = 1.0, 60.0
"""How often packets are counted, and how often conversations are looked through for their directions."""

LAST_S = 5.0
"""How long the last batches of an epoch wait for room when the sensor ends; the epoch tells them again when it does not."""

GoesOn = Callable[[], bool]


class PatientEpoch(Epoch):
    """An epoch that tells nothing while `has_room` says no; `put_off` counts how often."""

    has_room: GoesOn = staticmethod(lambda: True)
    put_off: int = 0

    def _tell(self, lost: str | None = None, *, is_end: bool = False) -> Iterator[Batch]:
        if not is_end and not self.has_room():
            self.put_off += 1
            return
        yield from super()._tell(lost, is_end=is_end)


class Listener:
    """One interface. `run` belongs to one thread; the rest may be asked by others."""

    def __init__(self, epoch: Callable[[], PatientEpoch], spool: Spool, interface: str, folder: Path) -> None:
        self.spool, self.interface, self.folder = spool, interface, folder
        self._make = epoch
        self._traffic = Traffic(interface, 0, 0, 0, 0, 0)
        self._before = self._traffic
        self._anew = ""
        self._put_off = 0
        self._looked_s = self._turned_s = 0.0
        self.epoch: PatientEpoch | None = None

    def traffic(self) -> Traffic:
        """What came to the interface since the sensor began."""
        now, before = self._traffic, self._before
        return now._replace(packets=now.packets + before.packets, drops=now.drops + before.drops)

    def put_off(self) -> int:
        """How often telling was put off."""
        return self._put_off + (self.epoch.put_off if self.epoch else 0)

    def again(self, identity: str) -> None:
        """The centre has lost what this epoch told: another one begins."""
        self._anew = identity

    def run(self, goes_on: GoesOn) -> None:
        """One epoch, to its end: `goes_on` says no, or the interface is lost. Raises UnusableInput where it cannot be opened."""
        epoch = self.epoch = self._make()
        epoch.has_room = self.spool.has_room
        self._anew, self._looked_s, self._turned_s = "", 0.0, 0.0

        def listening() -> bool:
            self._look(epoch.reader.session)
            return goes_on() and not self._anew

        told = epoch.batches(listening)
        try:
            for batch in told:
                if not self._keep(batch, goes_on):
                    break
        except OutOfStep:
            self._forget()
        finally:
            told.close()  # type: ignore[attr-defined]
            self._count(epoch)
        if self._anew:
            self._forget()

    def _keep(self, batch: Batch, goes_on: GoesOn) -> bool:
        """Puts the batch into the spool; False where there was no room to the end."""
        until = time.monotonic() + LAST_S
        try:
            packed = pack(encode(batch))
        except BadBatch as error:
            log.error("%s", error)
            raise OutOfStep(str(error)) from error
        identity = batch.source.identity
        return self.spool.put_when_room(
            identity, batch.number, packed, lambda: goes_on() or time.monotonic() < until, is_last=batch.is_last
        ) or batch.number <= self.spool.last(identity)

    def _count(self, epoch: PatientEpoch) -> None:
        self._put_off += epoch.put_off
        self.epoch = None
        self._before = self.traffic()
        self._traffic = Traffic(self.interface, 0, 0, self._traffic.conversations, self._traffic.one_way, self._traffic.duplicates)

    def _look(self, session: Any) -> None:
        """Reads the counters of the core, in the thread that runs it."""
        now = time.monotonic()
        if now - self._looked_s < TRAFFIC_S and self._looked_s:
            return
        self._looked_s = now
        packets, drops = session.drops()
        self._traffic = self._traffic._replace(packets=packets, drops=drops)
        if now - self._turned_s < DIRECTIONS_S and self._turned_s:
            return
        self._turned_s = now
        talks = [packets for row in session.conversations() if row[3] == "tcp" for packets in (row[6],)]
        doubles = dict(session.counters()).get("duplicated", 0)
        self._traffic = self._traffic._replace(conversations=len(talks), one_way=sum(0 in each for each in talks), duplicates=doubles)

    def _forget(self) -> None:
        """The epoch cannot go on under its numbers: a new one begins."""
        log.warning("%s: a new epoch begins", self.interface)
        give_up(self.folder)


__all__ = ["Listener", "PatientEpoch"]
