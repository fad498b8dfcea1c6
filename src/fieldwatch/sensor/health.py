"""How a sensor is: what it saw and missed, what waits, what it could not read. Gathered every few seconds and told to the centre."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from fieldwatch import __version__
from fieldwatch.sensor.journal import Unread
from fieldwatch.sensor.sender import Sender
from fieldwatch.sensor.spool import Spool

REPORT_S = 10.0
MOST_UNREAD = 50
"""Files that were not read of which the centre is told, with how many there are."""


class Traffic(NamedTuple):
    """What came to an interface since the sensor began. `one_way`: of its TCP conversations, those with packets of one direction only."""

    interface: str
    packets: int
    drops: int
    conversations: int
    one_way: int
    duplicates: int


@dataclass(frozen=True)
class Health:
    """How the sensor is at one moment. Packets and drops that are new are those since the last report."""

    traffic: Traffic | None
    new_packets: int
    new_drops: int
    silent_s: float
    skew_ns: int | None
    away: str
    away_s: float
    revoked: str
    refused: Mapping[str, str]
    disk_free_bytes: int
    is_disk_full: bool
    spool_batches: int
    spool_bytes: int
    spool_most_bytes: int
    is_spool_full: bool
    put_off: int
    reading: str
    read_files: int
    unread: Sequence[Unread]
    sent: int
    uptime_s: float
    version: str = __version__

    def told(self) -> dict[str, Any]:
        """As the centre is told."""
        traffic = self.traffic
        return {
            "version": self.version,
            "kernel": os.uname().release,
            "uptime_s": round(self.uptime_s),
            "interface": traffic.interface if traffic else "",
            "packets": traffic.packets if traffic else 0,
            "drops": traffic.drops if traffic else 0,
            "conversations": traffic.conversations if traffic else 0,
            "one_way_share": round(traffic.one_way / traffic.conversations, 4) if traffic and traffic.conversations else 0.0,
            "duplicates": traffic.duplicates if traffic else 0,
            "silent_s": round(self.silent_s, 1),
            "skew_ns": self.skew_ns or 0,
            "disk_free_bytes": self.disk_free_bytes,
            "spool": {
                "batches": self.spool_batches,
                "bytes": self.spool_bytes,
                "most_bytes": self.spool_most_bytes,
                "put_off": self.put_off,
            },
            "sent": self.sent,
            "refused": dict(list(self.refused.items())[:MOST_UNREAD]),
            "reading": self.reading,
            "read_files": self.read_files,
            "unread_count": len(self.unread),
            "unread": [{"name": one.name[:300], "reason": one.reason[:300]} for one in self.unread[:MOST_UNREAD]],
        }


@dataclass
class Gauge:
    """Gathers it. `traffic` is asked for what came to the interface; None where no interface is listened to."""

    spool: Spool
    sender: Sender
    traffic: Callable[[], Traffic] | None = None
    unread: Callable[[], Sequence[Unread]] = tuple
    read_files: Callable[[], int] = int
    reading: Callable[[], str] = str
    put_off: Callable[[], int] = int
    clock: Callable[[], float] = time.monotonic
    _since: float = field(init=False)
    _last: Traffic | None = None
    _moved: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self._moved = self.clock()

    def read(self) -> Health:
        """How the sensor is now."""
        now, traffic = self.clock(), self.traffic() if self.traffic else None
        before, self._last = self._last, traffic
        new = (traffic.packets - before.packets, traffic.drops - before.drops) if traffic and before else (0, 0)
        if traffic and (new != (0, 0) or (before is None and traffic.packets)):
            self._moved = now
        full, sender = self.spool.full, self.sender
        return Health(
            traffic=traffic,
            new_packets=new[0],
            new_drops=new[1],
            silent_s=now - self._moved if traffic else 0.0,
            skew_ns=sender.skew_ns,
            away=sender.away,
            away_s=now - sender.away_since if sender.away_since is not None else 0.0,
            revoked=sender.revoked,
            refused=dict(sender.refused),
            disk_free_bytes=free_bytes(self.spool.folder),
            is_disk_full=full is not None and full.is_disk,
            spool_batches=self.spool.held_batches,
            spool_bytes=self.spool.held_bytes,
            spool_most_bytes=self.spool.most_bytes,
            is_spool_full=full is not None and not full.is_disk,
            put_off=self.put_off(),
            reading=self.reading(),
            read_files=self.read_files(),
            unread=self.unread(),
            sent=sender.sent,
            uptime_s=now - self._since,
        )


def free_bytes(folder: Path) -> int:
    """What is free on the disk of a folder."""
    return shutil.disk_usage(folder).free


__all__ = ["Gauge", "Health", "Traffic", "free_bytes"]
