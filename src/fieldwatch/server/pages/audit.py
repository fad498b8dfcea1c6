"""The state of the audit log, above its list: whether it is whole, and when that was looked at last."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.pages._page import Page
from fieldwatch.store.audit import verify
from fieldwatch.store.models import Setting

NAME = "audit.verified"
"""The setting that keeps the last result."""


def state(request: HttpRequest) -> HttpResponse:
    """The last result, and the button that looks again."""
    return _shown(request)


def look(request: HttpRequest) -> HttpResponse:
    """Verifies the whole log."""
    found = verify()
    value = {
        "at": timezone.now().isoformat(),
        "is_whole": found.is_whole,
        "entries": found.entries,
        "number": found.number,
        "reason": found.reason,
        "by": access(request).user.get_username(),
    }
    Setting.objects.update_or_create(name=NAME, defaults={"value": value})
    return _shown(request)


def last() -> dict[str, Any] | None:
    """The last result; none where nobody has looked yet."""
    kept = Setting.objects.filter(name=NAME).first()
    return {**kept.value, "at": parse_datetime(kept.value["at"])} if kept is not None else None


def _shown(request: HttpRequest) -> HttpResponse:
    return render(request, "administration/audit_state.html", {"result": last()})


PAGES = (
    Page("audit-events/state/", state, May.SEE_AUDIT, "audit-state"),
    Page("audit-events/verify/", look, May.SEE_AUDIT, "audit-verify", ("POST",)),
)
