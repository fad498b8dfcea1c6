"""What is answered while the database is away or locked, or the disk is full: what happens, what to do; and pages ask again by themselves.

Such an answer asks the database nothing. Standards: RFC 9110 15.6.4 (503), 10.2.3 (Retry-After); RFC 4918 11.5 (507).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import server_error

from fieldwatch.server.api.problem import WAIT_S, of_store
from fieldwatch.server.trouble import trouble
from fieldwatch.server.worker.state import State, told
from fieldwatch.store.ingest import StoreBusy, StoreFull, StoreWaits
from fieldwatch.store.room import missing

log = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]

HEALTH = "/health"


class Outage:
    """Middleware: where the store failed a view, that is answered."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer, where it is the store."""
        known = trouble(error)
        return said(request, known) if known else None


def uncaught(request: HttpRequest) -> HttpResponse:
    """The answer to what failed before a view or after it: of the store as `Outage` gives it, else that it is our mistake."""
    known = trouble(sys.exc_info()[1])
    return said(request, known) if known else server_error(request)


def said(request: HttpRequest, known: StoreWaits) -> HttpResponse:
    """503, or 507 where the disk is full; a problem in JSON for programs, a page that asks again for people."""
    log.warning("%s %s: %s", request.method, request.path, known)
    if request.path.startswith(("/api/", "/events")):
        return of_store(known).answer()
    if request.path == HEALTH:
        return _health(State.FULL if isinstance(known, StoreFull) else State.AWAY)
    is_full, is_reading = isinstance(known, StoreFull), request.method in {"GET", "HEAD"}
    context = {"state": _state(known), "is_full": is_full, "again_s": WAIT_S if is_reading else 0}
    headers = {"Retry-After": str(WAIT_S), "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("outage.html", context), status=507 if is_full else 503, headers=headers)


def _state(known: StoreWaits) -> str:
    if isinstance(known, StoreFull):
        return _("The disk of the server is full")
    return _("The database is busy") if isinstance(known, StoreBusy) else _("The database does not answer")


def health(request: HttpRequest) -> HttpResponse:
    """For who watches over the server: 200 where it works, else 503 with what it does instead. Nobody has to be signed in."""
    state = told(settings.DATA).state
    if state is State.WORKING and missing(settings.DATA):
        state = State.FULL
    return _health(state)


def _health(state: State) -> HttpResponse:
    return JsonResponse({"state": state.value}, status=200 if state is State.WORKING else 503, headers={"Cache-Control": "no-store"})
