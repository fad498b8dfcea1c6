"""Errors that say that the store cannot be reached or written now: nobody's mistake, and over once there is a database, or room, again."""

from __future__ import annotations

import sqlite3

from django.db import InterfaceError, OperationalError

from fieldwatch.store.ingest import StoreBusy, StoreFull, StoreWaits
from fieldwatch.store.ingest.refusal import FULL, translated
from fieldwatch.store.room import NO_ROOM

DISK = "the disk has no room left"


def trouble(error: BaseException | None) -> StoreWaits | None:
    """What is wrong with the store, where that is why the error came; else None."""
    if isinstance(error, StoreWaits):
        return error
    if isinstance(error, OSError):
        return StoreFull(DISK) if error.errno in NO_ROOM else None
    if isinstance(error, sqlite3.OperationalError):
        return StoreFull(DISK) if str(error).lower() in FULL else StoreBusy(str(error))
    if isinstance(error, OperationalError | InterfaceError):
        known = translated(error)
        return known if isinstance(known, StoreWaits) else StoreWaits((str(error).splitlines() or ["no answer"])[0])
    return None
