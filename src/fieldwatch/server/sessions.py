"""Sessions whose end cannot be moved, because nothing can be written now, go on: whoever reads pages goes on reading."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from fieldwatch.server.databases import WAIT_S
from fieldwatch.server.trouble import trouble
from fieldwatch.store.ingest import StoreWaits

log = logging.getLogger(__name__)

SOON_MS = 500
"""Milliseconds that somebody who reads a page waits for the lock of SQLite, only for the end of the session to be moved."""


class Sessions(SessionMiddleware):
    """Django's, for a store that cannot be written now and then."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The answer, with its session written. One that only reads is given without; else the answer says that nothing was done."""
        is_reading = request.method in {"GET", "HEAD"}
        try:
            with impatient() if is_reading else nullcontext():
                return super().process_response(request, response)
        except (DatabaseError, SessionInterrupted) as error:
            known = _behind(error)
            if known is None:
                raise
            if is_reading:
                log.warning("a session cannot be written: %s", known)
                return response
            from fieldwatch.server.outage import said

            return said(request, known)


@contextmanager
def impatient() -> Iterator[None]:
    """While it lasts, a lock of SQLite is waited for a moment only."""
    if connection.vendor != "sqlite" or connection.connection is None:
        yield
        return
    connection.connection.execute(f"PRAGMA busy_timeout={SOON_MS}")
    try:
        yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout={WAIT_S * 1000}")


def _behind(error: BaseException | None) -> StoreWaits | None:
    """What is wrong with the store, where that is behind the error."""
    while error is not None:
        known = trouble(error)
        if known is not None:
            return known
        error = error.__cause__ or error.__context__
    return None
