"""Batches that were acknowledged and wait for the ingest: on disk before the sensor hears of it, in the order of their arrival.

The process that serves sensors puts, the ingest worker takes: the folder is all that they share. A batch is a file with a name that says
which one it is; how far each source is stands in `taken.sqlite3` before the last file that says so goes. So a process may be killed
between any two steps: what was acknowledged is taken at least once, and the store takes each number once.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fieldwatch.store.room import missing

SUFFIX = ".batch"
NAME = re.compile(r"(?P<order>[0-9]{16})-(?P<mark>[0-9a-f]{32})-(?P<number>[0-9]+)-(?P<sensor>[0-9a-f]+)\.batch")
"""Name of a file: order of arrival, source, number, sensor."""

FULL_S = 5
"""Seconds that a sensor is asked to wait where the inbox is full; where the disk is, `DISK_S`."""

DISK_S = 30
LOOK_S = 1.0
"""How often a full inbox looks whether the worker made room."""


class Full(Exception):
    """There is no room now: the text says why, `retry_after_s` when to ask again."""

    def __init__(self, why: str, retry_after_s: int) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


class OutOfOrder(Exception):
    """Not the next batch of its source: `taken` is the last one that was."""

    def __init__(self, taken: int) -> None:
        super().__init__(f"batch {taken + 1} is expected")
        self.taken = taken


class Waiting(NamedTuple):
    """A batch in the inbox: who sent it, its number, its packed bytes, and the file that holds it."""

    sensor: str
    number: int
    packed: bytes
    path: Path
    mark: str


class Inbox:
    """The folder of batches that wait; `most_bytes` bounds it."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._looked_s = 0.0
        self._held = 0
        self._next = 1
        self._taken: dict[str, int] = {}
        with self._marks() as marks:
            marks.execute("CREATE TABLE IF NOT EXISTS taken (mark TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID")
        self._begin()

    # -------------------------------------------------------------------------------------------------- the door's side

    def put(self, sensor: str, identity: str, number: int, packed: bytes) -> int:
        """Keeps the batch; returns the number of the last one of its source that was taken. When it returns, the batch is on disk.

        One that was taken before changes nothing. Raises OutOfOrder and Full.
        """
        mark = _mark(sensor, identity)
        with self._lock:
            taken = self._taken_of(mark)
            if number <= taken:
                return taken
            if number != taken + 1:
                raise OutOfOrder(taken)
            self._room(len(packed))
            self._write(f"{self._next:016d}-{mark}-{number}-{sensor}{SUFFIX}", packed)
            self._next += 1
            self._held += len(packed)
            self._taken[mark] = number
            return number

    def taken(self, sensor: str, identity: str) -> int:
        """The number of the last batch of a source that was taken; 0 where none was."""
        with self._lock:
            return self._taken_of(_mark(sensor, identity))

    def _taken_of(self, mark: str) -> int:
        if mark not in self._taken:
            self._taken[mark] = self._marked(mark)
        return self._taken[mark]

    def _room(self, size: int) -> None:
        full = missing(self.folder)
        if full:
            raise Full(f"the disk of the centre is full: {full}", DISK_S)
        if self._held + size <= self.most_bytes:
            return
        if time.monotonic() - self._looked_s >= LOOK_S:
            self._looked_s = time.monotonic()
            self._held = sum(_size(path) for path in self._files())
        if self._held + size > self.most_bytes:
            raise Full(f"{self._held:,} bytes wait, at most {self.most_bytes:,} are allowed", FULL_S)

    def _write(self, name: str, packed: bytes) -> None:
        made = self.folder / f".{name}.part"
        try:
            with made.open("wb") as stream:
                stream.write(packed)
                stream.flush()
                os.fsync(stream.fileno())
            made.replace(self.folder / name)
            self._keep_names()
        except OSError as error:
            made.unlink(missing_ok=True)
            (self.folder / name).unlink(missing_ok=True)
            raise Full(f"the batch cannot be written: {error.strerror}", DISK_S) from error

    def _keep_names(self) -> None:
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _begin(self) -> None:
        """What the folder says: files first, then marks, because the worker writes the mark before it removes the file."""
        for leftover in self.folder.glob(f".*{SUFFIX}.part"):
            leftover.unlink(missing_ok=True)
        files = self._files()
        self._held = sum(map(_size, files))
        self._next = max((_parts(path)[0] for path in files), default=0) + 1
        for path in files:
            _, mark, number, _ = _parts(path)
            self._taken[mark] = max(number, self._taken.get(mark, 0))
        for mark, number in self._taken.items():
            self._taken[mark] = max(number, self._marked(mark))

    # -------------------------------------------------------------------------------------------------- the worker's side

    def take(self) -> Iterator[Waiting]:
        """The batches that wait, oldest first; each stays until it is `done`."""
        for path in self._files():
            try:
                packed = path.read_bytes()
            except FileNotFoundError:
                continue
            _, mark, number, sensor = _parts(path)
            yield Waiting(sensor, number, packed, path, mark)

    def done(self, waiting: Waiting) -> None:
        """The store has it: how far the source is, is noted, then the file goes."""
        with self._marks() as marks:
            marks.execute(
                "INSERT INTO taken VALUES (?, ?) ON CONFLICT (mark) DO UPDATE SET number = max(number, excluded.number)",
                (waiting.mark, waiting.number),
            )
        waiting.path.unlink(missing_ok=True)

    def waiting_bytes(self) -> int:
        """How much waits."""
        return sum(map(_size, self._files()))

    # -------------------------------------------------------------------------------------------------- both

    def _files(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if NAME.fullmatch(path.name))

    def _marked(self, mark: str) -> int:
        with self._marks() as marks:
            found = marks.execute("SELECT number FROM taken WHERE mark = ?", (mark,)).fetchone()
        return int(found[0]) if found else 0

    def _marks(self) -> _Marks:
        return _Marks(self.folder / "taken.sqlite3")


class _Marks:
    """One transaction on the file of marks."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> sqlite3.Connection:
        self.connection = sqlite3.connect(self.path, timeout=30, isolation_level="IMMEDIATE")
        return self.connection

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self.connection.commit()
        finally:
            self.connection.close()


def _mark(sensor: str, identity: str) -> str:
    """A source of a sensor, as file names have it."""
    return hashlib.sha256(f"{sensor}\n{identity}".encode()).hexdigest()[:32]


def _parts(path: Path) -> tuple[int, str, int, str]:
    found = NAME.fullmatch(path.name)
    assert found
    return int(found["order"]), found["mark"], int(found["number"]), found["sensor"]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


__all__ = ["Full", "Inbox", "OutOfOrder", "Waiting"]
