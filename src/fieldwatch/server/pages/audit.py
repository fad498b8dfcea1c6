"""The state of the audit log, above its list: whether it is whole, and when that was looked at last."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.pages._page import Page
from fieldwatch.store.audit_check import check, last


def state(request: HttpRequest) -> HttpResponse:
    """The last result, and the button that looks again. It is of the whole log, and so for who may see all of it."""
    _all_of_it(request)
    return _shown(request)


def look(request: HttpRequest) -> HttpResponse:
    """Verifies the whole log."""
    _all_of_it(request)
    check(access(request).user.get_username())
    return _shown(request)


def _all_of_it(request: HttpRequest) -> None:
    """Raises PermissionDenied to who may see the entries of some sites only."""
    held = access(request)
    if not held.scope(May.SEE_AUDIT).everywhere:
        raise PermissionDenied(
            f"{May.SEE_AUDIT.value} is allowed to {held.user.get_username()} at some sites only; it is needed everywhere"
        )


def _shown(request: HttpRequest) -> HttpResponse:
    return render(request, "administration/audit_state.html", {"result": last()})


PAGES = (
    Page("audit-events/state/", state, May.SEE_AUDIT, "audit-state"),
    Page("audit-events/verify/", look, May.SEE_AUDIT, "audit-verify", ("POST",)),
)
