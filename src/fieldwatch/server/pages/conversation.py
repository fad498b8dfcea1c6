"""One conversation, at the level of commands: what is asked, how often, when, and what was done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api.talks import CLASSES
from fieldwatch.server.history import history
from fieldwatch.server.listing.page import failed, table_of
from fieldwatch.server.listing.query import BadQuery, page, query
from fieldwatch.server.pages._page import Page, found
from fieldwatch.server.records import conversation, operation
from fieldwatch.server.records._ends import end_name
from fieldwatch.store.effects import effects
from fieldwatch.store.history.read import Asked, HistoryBusy, Series
from fieldwatch.store.models import Conversation, MessageClass, Occurrence

BARS = 96
"""Bars of the chart of times."""

GRAINS_NS = (SLICE_NS, 12 * SLICE_NS, 288 * SLICE_NS)
"""How long slices are: five minutes, hours, days."""

FEW = 25
"""Operations that are shown; the ledger has all."""


def show(request: HttpRequest, key: int) -> HttpResponse:
    """The page."""
    row: Conversation = found(request, conversation.RECORD, key)
    table, status = _classes(request, row)
    context = {
        "section": "conversations",
        "title": f"{end_name(row.client)} → {end_name(row.server)}",
        "crumbs": [{"label": _("Conversations"), "url": f"/conversations/?site={row.site.slug}"}],
        "conversation": row,
        "effects": [one.value for one in effects(row.effects)],
        "table": table,
        "chart": _chart(row),
        "operations": _operations(row),
        "record": operation.RECORD,
    }
    return render(request, "conversation/conversation.html", context, status=status)


def _classes(request: HttpRequest, row: Conversation) -> tuple[dict[str, Any], int]:
    """The message classes as a list."""
    record = CLASSES._replace(rows=lambda: MessageClass.objects.filter(conversation=row))
    params = request.GET.copy()
    params.pop("site", None)
    try:
        asked = query(record, params, access(request))
        table = table_of(request, asked, page(asked))
    except BadQuery as error:
        return failed(record, error), 400
    for name in ("views", "view_save_url", "exports"):
        table.pop(name, None)
    return table, 200


def _chart(row: Conversation) -> dict[str, Any]:
    """How often something was said, by time, as bars."""
    series = None
    for grain_ns in GRAINS_NS:  # slices that are old were put together into longer ones, which begin earlier
        asked = Asked(row.site_id, row.first_ns // grain_ns * grain_ns, row.last_ns + 1, conversations=[row.pk])
        try:
            series = history().times(asked, BARS)
        except HistoryBusy as error:
            return {"busy": str(error)}
        if any(series.times):
            break
    most = max(series.times, default=0) if series else 0
    bars = _bars(series, most) if series else []
    return {
        "bars": bars,
        "most": most,
        "first_ns": series and series.first_ns,
        "last_ns": row.last_ns,
        "unreadable": series and series.unreadable,
    }


def _bars(series: Series, most: int) -> list[dict[str, float]]:
    """Each bar by its place (0 to 1000) and its height (0 to 100)."""
    width = 1000 / max(len(series.times), 1)
    return [
        {"x": round(at * width, 1), "width": round(width * 0.8, 1), "height": round(100 * times / most, 1)}
        for at, times in enumerate(series.times)
        if times
    ]


def _operations(row: Conversation) -> list[Occurrence]:
    """What was done in it last."""
    ends = {"operation__actor": row.client_id, "operation__target__ip": row.server.ip, "operation__target__mac": row.server.mac}
    rows = Occurrence.objects.filter(site=row.site_id, **ends)
    return list(rows.select_related("operation__target__asset").order_by("-seen_ns", "-pk")[:FEW])


PAGES = (Page("conversations/<int:key>/", show, May.SEE, "conversation"),)
