"""Sessions whose end cannot be moved, because nothing can be written now, go on: whoever reads pages goes on reading."""

from __future__ import annotations

import logging

from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from fieldwatch.server.trouble import trouble
from fieldwatch.store.ingest import StoreWaits

log = logging.getLogger(__name__)


class Sessions(SessionMiddleware):
    """Django's, for a store that cannot be written now and then."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The answer, with its session written. One that only reads is given without; else the answer says that nothing was done."""
        try:
            return super().process_response(request, response)
        except (DatabaseError, SessionInterrupted) as error:
            known = _behind(error)
            if known is None:
                raise
            if request.method in {"GET", "HEAD"}:
                log.warning("a session cannot be written: %s", known)
                return response
            from fieldwatch.server.outage import said

            return said(request, known)


def _behind(error: BaseException | None) -> StoreWaits | None:
    """What is wrong with the store, where that is behind the error."""
    while error is not None:
        known = trouble(error)
        if known is not None:
            return known
        error = error.__cause__ or error.__context__
    return None
