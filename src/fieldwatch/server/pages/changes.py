"""Changes, as a log book: what was done to the plant, by whom, on what; and what became another device. Grouped by day, latest first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.listing.cells import at
from fieldwatch.server.listing.page import as_one_query, failed, table_of
from fieldwatch.server.listing.query import BadQuery, page, query
from fieldwatch.server.pages._page import Page
from fieldwatch.server.pages.context import chosen_site
from fieldwatch.server.records import change, operation
from fieldwatch.server.records._ends import end_name
from fieldwatch.server.records._record import Record
from fieldwatch.server.words import attribute


def ledger(request: HttpRequest) -> HttpResponse:
    """What was done to the plant."""
    return _book(request, operation.RECORD, "operations", _operation)


def identity(request: HttpRequest) -> HttpResponse:
    """What became another device."""
    return _book(request, change.RECORD, "identity", _change)


def _book(request: HttpRequest, record: Record, tab: str, entry: Any) -> HttpResponse:
    held = access(request)
    moved = as_one_query(request.GET, record)
    if moved is not None:
        return HttpResponseRedirect(f"?{moved.urlencode()}")
    params = request.GET.copy()
    if slug := chosen_site(request, held):
        params["site"] = slug
    if tab == "operations" and "changing" not in params and "effect" not in params:
        params["changing"] = "yes"
    context: dict[str, Any] = {"section": "changes", "title": _("Changes"), "tabs": _tabs(tab, slug)}
    try:
        asked = query(record, params, held)
        found = page(asked)
        table, status = table_of(request, asked, found, base=f"/{record.plural}/"), 200
        for name in ("views", "view_save_url", "column_choice", "rows"):
            table.pop(name, None)
        context["days"] = list(_days(found.rows, entry))
    except BadQuery as error:
        table, status = failed(record, error), 400
    return render(request, "changes/changes.html", context | {"table": table}, status=status)


def _tabs(tab: str, slug: str) -> list[dict[str, Any]]:
    rest = f"?site={slug}" if slug else ""
    ways = (("operations", _("Done to the plant"), "/changes/"), ("identity", _("Devices"), "/changes/devices/"))
    return [{"label": label, "url": url + rest, "current": name == tab} for name, label, url in ways]


def _days(rows: list[Any], entry: Any) -> Iterator[dict[str, Any]]:
    """The entries by day, in the zone of the page."""
    entries = [entry(row) for row in rows]
    for day, of_day in groupby(entries, key=lambda one: timezone.localtime(one["when"]).date()):
        yield {"day": day, "entries": list(of_day)}


def _operation(row: Any) -> dict[str, Any]:
    one = row.operation
    return {
        "when": at(row.seen_ns),
        "effect": row.effect,
        "who": end_name(one.actor),
        "who_url": _asset(one.actor),
        "what": one.name,
        "object": one.object,
        "values": " ".join(f"{name}={value}" for name, value in row.values[:8]),
        "on": end_name(one.target),
        "on_url": _asset(one.target),
        "result": row.result,
        "evidence": f"/operations/{row.pk}/evidence/",
    }


def _change(row: Any) -> dict[str, Any]:
    words = f"{attribute(row.attribute)}: {row.before or '–'} → {row.after or '–'}" if row.attribute else ""
    return {
        "when": at(row.seen_ns),
        "kind": row.get_kind_display(),
        "on": str(row.asset),
        "on_url": f"/assets/{row.asset.uid}/",
        "what": words,
        "evidence": f"/assets/{row.asset.uid}/evidence/{row.attribute}/" if row.attribute and row.kind == "identity" else "",
    }


def _asset(end: Any) -> str:
    return f"/assets/{end.asset.uid}/" if end.asset else ""


PAGES = (Page("changes/", ledger, May.SEE, "changes"), Page("changes/devices/", identity, May.SEE, "changes-devices"))
