"""Which captures of a watched folder were dealt with: by the SHA-256 of their bytes, not by name. SQLite, so that a kill loses nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple

from fieldwatch import __version__


class Look(NamedTuple):
    """What a file looked like: if nothing of it changed, it need not be read again."""

    size_bytes: int
    mtime_ns: int
    inode: int


class Unread(NamedTuple):
    """A file that was not read, and why."""

    name: str
    reason: str


class Journal:
    """The journal of one watched folder. Files that were not read are tried again by another version of the program."""

    def __init__(self, path: Path) -> None:
        self._held = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._held.execute("PRAGMA journal_mode = WAL")
        self._held.execute("PRAGMA synchronous = FULL")
        self._held.execute(
            "CREATE TABLE IF NOT EXISTS capture (digest TEXT PRIMARY KEY, name TEXT, reason TEXT, version TEXT) WITHOUT ROWID"
        )
        self._held.execute(
            "CREATE TABLE IF NOT EXISTS look (path BLOB PRIMARY KEY, size INT, mtime INT, inode INT, digest TEXT) WITHOUT ROWID"
        )

    def close(self) -> None:
        """Closes the file."""
        self._held.close()

    def is_settled(self, digest: str) -> bool:
        """Whether a capture was read, or cannot be read by this version."""
        found = self._held.execute("SELECT reason, version FROM capture WHERE digest = ?", (digest,)).fetchone()
        return bool(found) and (found[0] == "" or found[1] == __version__)

    def settle(self, digest: str, name: str, reason: str = "") -> None:
        """A capture was read to its end; with a `reason`, it was not and will not be."""
        self._held.execute("INSERT OR REPLACE INTO capture VALUES (?, ?, ?, ?)", (digest, name, reason, __version__))

    def unsettle(self, digest: str) -> None:
        """A capture is to be read again."""
        self._held.execute("DELETE FROM capture WHERE digest = ?", (digest,))

    def digest(self, path: bytes, look: Look) -> str:
        """The digest of a file that looks as it did when it was noted; "" otherwise."""
        found = self._held.execute("SELECT size, mtime, inode, digest FROM look WHERE path = ?", (path,)).fetchone()
        return str(found[3]) if found and Look(*found[:3]) == look else ""

    def note(self, path: bytes, look: Look, digest: str) -> None:
        """The file at this path has these bytes as long as it looks like this."""
        self._held.execute("INSERT OR REPLACE INTO look VALUES (?, ?, ?, ?, ?)", (path, *look, digest))

    def unread(self) -> list[Unread]:
        """The captures that were not read, with the reasons."""
        found = self._held.execute("SELECT name, reason FROM capture WHERE reason != '' ORDER BY name, digest")
        return [Unread(*row) for row in found]

    def count(self) -> int:
        """How many captures were read."""
        return int(self._held.execute("SELECT count(*) FROM capture WHERE reason = ''").fetchone()[0])


__all__ = ["Journal", "Look", "Unread"]
