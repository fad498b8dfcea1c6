"""Which errors say that the store cannot be reached or written now."""

from __future__ import annotations

import errno
import sqlite3

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError

from fieldwatch.server.trouble import trouble
from fieldwatch.store.ingest import StoreAway, StoreBusy, StoreFull, StoreWaits


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OperationalError("database is locked"), StoreBusy),
        (OperationalError("database or disk is full"), StoreFull),
        (OperationalError("disk I/O error"), StoreFull),
        (OperationalError("connection to server at 127.0.0.1 failed"), StoreAway),
        (InterfaceError("the connection is closed"), StoreAway),
        (OperationalError("couldn't get a turn after 20.00 sec"), StoreWaits),
        (OperationalError(), StoreWaits),
        (sqlite3.OperationalError("database or disk is full"), StoreFull),
        (sqlite3.OperationalError("database is locked"), StoreBusy),
        (OSError(errno.ENOSPC, "no room"), StoreFull),
        (OSError(errno.EDQUOT, "no room"), StoreFull),
        (StoreBusy("x"), StoreBusy),
    ],
    ids=repr,
)
def test_trouble_of_the_store(error: Exception, kind: type[Exception]) -> None:
    known = trouble(error)
    assert type(known) is kind
    assert str(known)


@pytest.mark.parametrize("error", [None, KeyError("x"), OSError(errno.EACCES, "no"), IntegrityError("UNIQUE"), SystemExit(1)], ids=repr)
def test_what_is_no_trouble_of_the_store(error: BaseException | None) -> None:
    assert trouble(error) is None
