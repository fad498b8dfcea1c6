"""Packed batches on disk, until the centre has them: in order, bounded, and whole whatever happens to the process or the machine.

A folder a source, in the order in which they began: `source` (its identity), a file a batch (`000000000003.batch`; the last of a source
ends in `.end`), `sent` (the number up to which the centre has them, and whether that was the last) and `closed` (nothing more comes, though
no last batch was written). A file is written beside its place, made durable, then renamed; the folder likewise. What a killed process left
half done is removed at the next start.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import re
import shutil
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger(__name__)

END = " end"
"""What `sent` says behind the number of the last batch of a source: nothing more comes."""

NAME = re.compile(r"(?P<number>[0-9]{12})\.(?P<kind>batch|end)")
ROOM_BYTES = 4 * 1024 * 1024
"""How much is kept free for what is told at once."""

LOOK_S = 0.5
"""How often somebody who waits for room is asked whether to go on."""


class Full(Exception):
    """There is no room: the text says why. `is_disk`: the disk has none; else the bound of the spool is reached."""

    def __init__(self, why: str, *, is_disk: bool) -> None:
        super().__init__(why)
        self.is_disk = is_disk


class OutOfStep(Exception):
    """The spool does not hold what comes before this batch: the source was dropped, and is to be told again from its beginning."""


class Held(NamedTuple):
    """A batch in the spool."""

    number: int
    size_bytes: int
    is_last: bool


@dataclass
class Queue:
    """The batches of one source. `last` is the number of the last one that was put, whether it is still here or not."""

    identity: str
    folder: Path
    last: int = 0
    is_closed: bool = False
    held: deque[Held] = field(default_factory=deque)


class Spool:
    """The folder of batches that wait. Safe to use from several threads; one process has it."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        self.full: Full | None = None
        """Why the last batch found no room; None where it found some."""
        self._room = threading.Condition()
        self._queues: dict[str, Queue] = {}
        self._held_bytes = 0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._order = 1
        with self._room:
            self._begin()

    # -------------------------------------------------------------------------------------------------- who fills it

    def put(self, identity: str, number: int, packed: bytes, *, is_last: bool = False) -> bool:
        """Keeps the batch; when it returns, it is on disk. False where it was put before. Raises Full, OutOfStep."""
        with self._room:
            queue = self._queues.get(identity)
            if queue and number <= queue.last:
                return False
            if number != (queue.last if queue else 0) + 1:
                raise OutOfStep(f"batch {number} of {identity} does not follow batch {queue.last if queue else 0}")
            try:
                self._keep(identity, Held(number, len(packed), is_last), packed)
            except Full as full:
                self.full = full
                raise
            self.full = None
            return True

    def put_when_room(self, identity: str, number: int, packed: bytes, goes_on: Callable[[], bool], *, is_last: bool = False) -> bool:
        """The same, but waits for room as long as `goes_on` says so; False where it was given up."""
        while goes_on():
            try:
                self.put(identity, number, packed, is_last=is_last)
                return True
            except Full as full:
                log.info("waiting: %s", full)
                with self._room:
                    self._room.wait(LOOK_S)
        return False

    def has_room(self) -> bool:
        """Whether the next batches will find room: a few of the largest, and the disk took the one before."""
        with self._room:
            return self.full is None and self._held_bytes + ROOM_BYTES <= self.most_bytes

    def last(self, identity: str) -> int:
        """The number of the last batch of a source that was put; 0 where none is known."""
        with self._room:
            queue = self._queues.get(identity)
            return queue.last if queue else 0

    def close(self, identity: str) -> None:
        """Nothing more comes of this source: it is forgotten once the centre has what is here."""
        with self._room:
            queue = self._queues.get(identity)
            if queue:
                queue.is_closed = True
                (queue.folder / "closed").touch(mode=0o600)
                self._forget_if_done(queue)

    def drop(self, identity: str) -> None:
        """Forgets the source and what waits of it."""
        with self._room:
            queue = self._queues.get(identity)
            if queue:
                self._forget(queue)

    # -------------------------------------------------------------------------------------------------- who empties it

    def sources(self) -> list[str]:
        """The sources, in the order in which they began."""
        with self._room:
            return list(self._queues)

    def waiting(self) -> list[str]:
        """The sources of which batches wait, in the order in which they began."""
        with self._room:
            return [queue.identity for queue in self._queues.values() if queue.held]

    def head(self, identity: str) -> tuple[int, bytes] | None:
        """The first batch of a source that waits: its number and bytes."""
        with self._room:
            queue = self._queues.get(identity)
            if not queue or not queue.held:
                return None
            first = queue.held[0]
            return first.number, _path(queue.folder, first).read_bytes()

    def sent(self, identity: str, number: int) -> None:
        """The centre has all batches up to this one."""
        with self._room:
            queue = self._queues.get(identity)
            if not queue:
                return
            ended = any(held.is_last and held.number <= number for held in queue.held)
            told = f"{min(number, queue.last)}{END if ended else ''}"
            _write(queue.folder / "sent", told.encode(), durable=ended)
            while queue.held and queue.held[0].number <= number:
                first = queue.held.popleft()
                self._held_bytes -= first.size_bytes
                _path(queue.folder, first).unlink(missing_ok=True)
            queue.is_closed = queue.is_closed or ended
            self._forget_if_done(queue)
            if self.full and (self.full.is_disk or self._held_bytes < self.most_bytes):
                self.full = None
            self._room.notify_all()

    @property
    def held_bytes(self) -> int:
        """How much waits."""
        with self._room:
            return self._held_bytes

    @property
    def held_batches(self) -> int:
        """How many batches wait."""
        with self._room:
            return sum(len(queue.held) for queue in self._queues.values())

    # -------------------------------------------------------------------------------------------------- on disk

    def _keep(self, identity: str, held: Held, packed: bytes) -> None:
        if self._held_bytes + held.size_bytes > self.most_bytes and self._held_bytes:
            raise Full(f"{self._held_bytes:,} bytes wait for the centre, at most {self.most_bytes:,} may", is_disk=False)
        try:
            queue = self._queues.get(identity) or self._new(identity)
            _write(_path(queue.folder, held), packed)
        except OSError as error:
            why = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else f"cannot be written: {error.strerror}"
            raise Full(f"{self.folder}: {why}; make room", is_disk=True) from error
        queue.held.append(held)
        queue.last = held.number
        self._held_bytes += held.size_bytes

    def _new(self, identity: str) -> Queue:
        """The folder of a source that begins: it appears with its name in it, or not at all."""
        name = f"{self._order:012d}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
        made = self.folder / f".new-{name}"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(mode=0o700)
        _write(made / "source", identity.encode())
        made.rename(self.folder / name)
        _keep_names(self.folder)
        self._order += 1
        queue = self._queues[identity] = Queue(identity, self.folder / name)
        return queue

    def _begin(self) -> None:
        for place in sorted(self.folder.iterdir()):
            if place.name.startswith("."):
                shutil.rmtree(place, ignore_errors=True)
            elif (place / "source").is_file():
                queue = _found(place)
                self._queues[queue.identity] = queue
                self._order = int(place.name.split("-")[0]) + 1
                self._held_bytes += sum(held.size_bytes for held in queue.held)
        for queue in list(self._queues.values()):
            self._forget_if_done(queue)

    def _forget_if_done(self, queue: Queue) -> None:
        if queue.is_closed and not queue.held:
            self._forget(queue)

    def _forget(self, queue: Queue) -> None:
        gone = self.folder / f".gone-{queue.folder.name}"
        queue.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
        self._held_bytes -= sum(held.size_bytes for held in queue.held)
        del self._queues[queue.identity]
        self._room.notify_all()


def _found(folder: Path) -> Queue:
    """A source as its folder tells it. Batches behind a hole are none: their numbers come again."""
    sent = folder / "sent"
    told = sent.read_text() if sent.exists() else ""
    is_closed = told.endswith(END) or (folder / "closed").exists()
    queue = Queue((folder / "source").read_text(encoding="utf-8"), folder, int(told.removesuffix(END) or 0), is_closed)
    for path in sorted(folder.iterdir()):
        named = NAME.fullmatch(path.name)
        if path.name.startswith("."):
            path.unlink()
        elif named and int(named["number"]) <= queue.last and not queue.held:
            path.unlink()  # the centre has it
        elif named and int(named["number"]) == queue.last + 1:
            queue.last += 1
            queue.held.append(Held(queue.last, path.stat().st_size, named["kind"] == "end"))
        elif named:
            log.warning("%s: batch %s stands behind a hole and is removed", queue.identity, named["number"])
            path.unlink()
    return queue


def _path(folder: Path, held: Held) -> Path:
    return folder / f"{held.number:012d}.{'end' if held.is_last else 'batch'}"


def _write(path: Path, data: bytes, *, durable: bool = True) -> None:
    """The file, whole or not at all; `durable`: after a power cut as well."""
    made = path.with_name(f".{path.name}")
    try:
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        made.replace(path)
        if durable:
            _keep_names(path.parent)
    except OSError:
        made.unlink(missing_ok=True)
        raise


def _keep_names(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


__all__ = ["Full", "OutOfStep", "Spool"]
