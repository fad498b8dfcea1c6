"""One finding: the verdict with its reason, what to do, and how it is handled."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.pages._page import Page, found
from fieldwatch.server.records import finding
from fieldwatch.server.trail import address
from fieldwatch.store import findings
from fieldwatch.store.deciding import By, Refused
from fieldwatch.store.models import Finding, User

Change = Callable[[list[Finding], Any, By], int]


def show(request: HttpRequest, key: int) -> HttpResponse:
    """The page."""
    row: Finding = found(request, finding.RECORD, key)
    held, place = access(request), (row.site_id, row.asset.zone_id)
    context = {
        "section": "vulnerabilities",
        "title": row.title,
        "crumbs": [
            {"label": _("Findings"), "url": f"/findings/?site={row.site.slug}"},
            {"label": str(row.asset), "url": f"/assets/{row.asset.uid}/findings/"},
        ],
        "finding": row,
        "details": row.details,
        "steps": row.steps.select_related("by")[:200],
        "others": _others(request, row),
        "people": User.objects.filter(is_active=True).order_by("username")[:500],
        "can_handle": held.may(May.HANDLE_FINDINGS, *place),
        "can_accept": held.may(May.ACCEPT_RISK, *place),
        "soon": datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=90),
    }
    return render(request, "vulnerabilities/finding.html", context)


def _others(request: HttpRequest, row: Finding) -> list[Finding]:
    """Other devices with the same finding."""
    if not row.cve:
        return []
    rows = access(request).narrow(Finding.objects.filter(cve=row.cve).exclude(pk=row.pk), May.SEE_FINDINGS, "site", "asset__zone")
    return list(rows.select_related("asset__parent").order_by("rank", "pk")[:20])


# -------------------------------------------------------------------------------------------------------- what people do


def _assign(rows: list[Finding], form: Any, by: By) -> int:
    name = form.get("assignee", "")
    person = User.objects.filter(username=name, is_active=True).first() if name else None
    if name and person is None:
        raise Refused(_("assignee: %(told)s was read; choose one of the list") % {"told": name[:40]})
    return findings.assign(rows, person, by=by)


def _due(rows: list[Finding], form: Any, by: By) -> int:
    return findings.set_due(rows, _day(form.get("due", "")), by=by)


def _note(rows: list[Finding], form: Any, by: By) -> int:
    return findings.add_note(rows, form.get("text", ""), by=by)


def _accept(rows: list[Finding], form: Any, by: By) -> int:
    until = _day(form.get("until", ""))
    if until is None:
        raise Refused(_("until: nothing was read; an acceptance ends on a day"))
    return findings.accept(rows, until, form.get("why", ""), by=by)


def _end(rows: list[Finding], form: Any, by: By) -> int:
    return findings.end_acceptance(rows, by=by, why=form.get("why", ""))


def _day(text: str) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Refused(_("day: %(told)s was read; a day as 2026-12-31 is allowed") % {"told": text[:40]}) from None


def posting(change: Change, may: May) -> Any:
    """The view that takes the form for one finding."""

    def view(request: HttpRequest, key: int) -> HttpResponse:
        row: Finding = found(request, finding.RECORD, key)
        required(request, may, row.site_id, row.asset.zone_id)
        _do(request, change, [row])
        return HttpResponseRedirect(f"/findings/{row.pk}/")

    return view


def bulk(change: Change, may: May) -> Any:
    """The view that takes the form for the selected findings of the list; those that the person may not handle are left out."""

    def view(request: HttpRequest) -> HttpResponse:
        keys = [int(one) for one in request.POST.getlist("id")[:1000] if one.isascii() and one.isdigit() and len(one) < 18]
        rows = access(request).narrow(Finding.objects.filter(pk__in=keys), may, "site", "asset__zone")
        _do(request, change, list(rows))
        return HttpResponseRedirect(_back(request))

    return view


def _do(request: HttpRequest, change: Change, rows: list[Finding]) -> None:
    try:
        count = change(rows, request.POST, By(access(request).user, address(request)))
        messages.success(request, _("Saved: %(count)d.") % {"count": count})
    except Refused as error:
        messages.error(request, str(error))


def _back(request: HttpRequest) -> str:
    told = request.POST.get("next", "")
    return told if told.startswith("/findings/") and "\\" not in told else "/findings/"


KINDS: tuple[tuple[str, Change, May], ...] = (
    ("assign", _assign, May.HANDLE_FINDINGS),
    ("due", _due, May.HANDLE_FINDINGS),
    ("note", _note, May.HANDLE_FINDINGS),
    ("accept", _accept, May.ACCEPT_RISK),
    ("reopen", _end, May.ACCEPT_RISK),
)

PAGES = (
    Page("findings/<int:key>/", show, May.SEE_FINDINGS, "finding"),
    *(Page(f"findings/<int:key>/{name}/", posting(change, may), may, f"finding-{name}", ("POST",)) for name, change, may in KINDS),
    *(Page(f"findings/bulk/{name}/", bulk(change, may), may, f"findings-{name}", ("POST",)) for name, change, may in KINDS),
)
