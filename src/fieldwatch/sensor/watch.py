"""A watched folder: every capture that comes to lie there is read once, when it is complete, and its batches go to the spool.

A file is complete when two looks at it, some seconds apart, show the same size and time. What it is, is the SHA-256 of its bytes: a copy
under another name is the same capture. The same bytes give the same batches, so a reading that was cut short is begun again, and what is
in the spool already is passed over. Nothing in the folder is moved, changed or deleted.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from fieldwatch.facts import Batch
from fieldwatch.pipeline.codec import BadBatch, encode, pack
from fieldwatch.pipeline.sources import UnusableInput, is_capture_name
from fieldwatch.sensor.journal import Journal, Look, Unread
from fieldwatch.sensor.spool import OutOfStep, Spool

log = logging.getLogger(__name__)

PIECE = 1 << 20
MOST_FILES = 1_000_000
CAPTURE = "sha256:"

GoesOn = Callable[[], bool]


class Read(Protocol):
    """Reads a capture apart (`pipeline.child.read_apart`): batches, and between them how far it is. Raises UnusableInput."""

    def __call__(self, path: str, identity: str, name: str, secret_key: bytes) -> Iterator[object]:
        """What it has."""


class Found(NamedTuple):
    """A file of the folder."""

    path: str
    look: Look


class Changed(Exception):
    """The file is not any more what it was when it was begun."""


class Watch:
    """A folder that is watched. Of one thread."""

    def __init__(self, folder: Path, spool: Spool, journal: Journal, secret_key: bytes, read: Read) -> None:
        self.folder, self.spool, self.journal = folder, spool, journal
        self.secret_key, self._read = secret_key, read
        self.reading = ""
        """Name of the file that is being read."""
        self.packets = 0
        self.unreachable: dict[str, str] = {}
        """Files that cannot be opened, with the reason."""
        self._before: dict[str, Look] = {}

    def scan(self, goes_on: GoesOn) -> int:
        """Looks through the folder once and reads what is complete; returns how many files were read to their end."""
        try:
            now = {found.path: found.look for found in _files(self.folder)}
        except OSError as error:
            self.unreachable = {str(self.folder): f"cannot be looked through: {error.strerror}"}
            return 0
        complete = [Found(path, look) for path, look in now.items() if self._before.get(path) == look]
        self._before, self.unreachable = now, {}
        done = 0
        for found in sorted(complete, key=lambda each: (each.look.mtime_ns, each.path)):
            if not goes_on():
                break
            done += self._deal(found, goes_on)
        return done

    def again(self, identity: str) -> None:
        """The capture is to be read again."""
        self.journal.unsettle(identity.removeprefix(CAPTURE))

    def unread(self) -> list[Unread]:
        """The files that were not read, and why."""
        return [*self.journal.unread(), *(Unread(_shown(path), why) for path, why in sorted(self.unreachable.items()))]

    def _deal(self, found: Found, goes_on: GoesOn) -> bool:
        """Reads the file, unless that was done; True where it was read to its end now."""
        raw, name = os.fsencode(found.path), _shown(os.path.relpath(found.path, self.folder))
        try:
            digest = self.journal.digest(raw, found.look) or _digest(found, goes_on)
        except OSError as error:
            self.unreachable[found.path] = f"cannot be read: {error.strerror}"
            return False
        except Changed:
            return False
        if not digest or self.journal.is_settled(digest):
            if digest:
                self.journal.note(raw, found.look, digest)
            return False
        return self._take(found, digest, name, goes_on)

    def _take(self, found: Found, digest: str, name: str, goes_on: GoesOn) -> bool:
        identity, reason = CAPTURE + digest, ""
        self.reading, self.packets = name, 0
        try:
            if not self._spooled(found, identity, name, goes_on):
                return False
        except OutOfStep:
            return False  # told again from its beginning, at the next look
        except Changed:
            log.warning("%s: changed while it was read; it is read again", name)
            self.spool.close(identity)
            return False
        except (UnusableInput, BadBatch) as error:
            log.warning("%s: not read: %s", name, error)
            self.spool.close(identity)
            reason = str(error)
        finally:
            self.reading = ""
        self.journal.settle(digest, name, reason)
        self.journal.note(os.fsencode(found.path), found.look, digest)
        return not reason

    def _spooled(self, found: Found, identity: str, name: str, goes_on: GoesOn) -> bool:
        """Puts the batches into the spool; False where it was told to stop before the end."""
        for told in self._read(found.path, identity, name, self.secret_key):
            if not goes_on():
                return False
            if not isinstance(told, Batch):
                self.packets = getattr(told, "packets", self.packets)
                continue
            if told.is_last and _look(found.path) != found.look:
                raise Changed
            if told.number <= self.spool.last(identity):
                continue
            if not self.spool.put_when_room(identity, told.number, pack(encode(told)), goes_on, is_last=told.is_last):
                return False
        return True


def _files(folder: Path) -> Iterator[Found]:
    """The captures of the folder and those below it; links are not followed."""
    pending = [os.fspath(folder)]
    count = 0
    while pending and count < MOST_FILES:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif entry.is_file(follow_symlinks=False) and is_capture_name(entry.name):
                    count += 1
                    look = _look(entry.path)
                    if look:
                        yield Found(entry.path, look)


def _look(path: str) -> Look | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return Look(found.st_size, found.st_mtime_ns, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _digest(found: Found, goes_on: GoesOn) -> str:
    """SHA-256 of the file; "" where it was told to stop. Raises Changed, OSError."""
    sums = hashlib.sha256()
    with open(os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
        while piece := stream.read(PIECE):
            sums.update(piece)
            if not goes_on():
                return ""
    if _look(found.path) != found.look:
        raise Changed
    return sums.hexdigest()


def _shown(path: str) -> str:
    """A name that UTF-8 can hold."""
    return os.fsencode(path).decode("utf-8", "replace")


__all__ = ["Read", "Watch"]
