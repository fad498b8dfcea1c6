"""Why a batch was not taken: the store has to be waited for, or the batch can never be taken. Either way nothing of it is in the store."""

from __future__ import annotations

import errno

from django.db import DatabaseError, DataError, InterfaceError, OperationalError

BUSY = ("database is locked", "database table is locked", "database schema is locked")
FULL = ("database or disk is full", "disk i/o error", "no space left on device")
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})

WAITS_FOR_ANOTHER = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL, appendix A: serialization failure, deadlock detected, lock not available."""

NO_ROOM_LEFT = frozenset({"53000", "53100", "53200", "58030"})
"""PostgreSQL, appendix A: insufficient resources, disk full, out of memory, I/O error."""


class StoreWaits(Exception):
    """The store cannot take anything now: the same batch is taken when it can again."""


class StoreBusy(StoreWaits):
    """Somebody else writes for longer than we wait."""


class StoreFull(StoreWaits):
    """The disk of the store is full, or fails."""


class StoreAway(StoreWaits):
    """The database does not answer."""


class UnusableBatch(Exception):
    """The batch breaks the rules of batches, or holds what no column can: to send it again does not help."""


def translated(error: Exception) -> Exception:
    """The error in our words, where it is one that we know; else the error itself."""
    if isinstance(error, OSError):
        return StoreFull(f"history: {error.strerror}: make room on the disk of the data folder") if error.errno in NO_ROOM else error
    if isinstance(error, (DataError, OverflowError)):
        return UnusableBatch(f"a value does not fit its column: {str(error).splitlines()[0]}")
    if not isinstance(error, DatabaseError | InterfaceError):
        return error
    return _of_database(error)


def _is_lost(words: str, code: str | None) -> bool:
    """PostgreSQL gives a lost connection no code, or one of the classes 08 and 57P (appendix A); SQLite cannot open its file."""
    if code is not None:
        return code.startswith(("08", "57P"))
    return "connection" in words or "unable to open" in words or "server" in words


def _of_database(error: Exception) -> Exception:
    words, code = str(error).lower(), getattr(error.__cause__, "sqlstate", None)
    if code in NO_ROOM_LEFT or any(one in words for one in FULL):
        return StoreFull("the database has no room left, or its disk fails: make room; nothing is lost")
    if code in WAITS_FOR_ANOTHER or any(one in words for one in BUSY):
        return StoreBusy("the database is locked by another writer; the batch is taken when it is free")
    if isinstance(error, InterfaceError) or (isinstance(error, OperationalError) and _is_lost(words, code)):
        return StoreAway(f"the database does not answer: {words.splitlines()[0] if words else type(error).__name__}")
    return error
