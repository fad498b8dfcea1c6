"""Vulnerabilities and exposures: what to act on now, next and never; the same by asset, by advisory and by CVE."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.pages._page import Page
from fieldwatch.server.pages.context import chosen_site
from fieldwatch.store.models import Asset, Finding

FEW = 25
"""Findings of a column."""

MOST = 500
"""Groups that are shown."""

COLUMNS = ((0, "now"), (1, "next"), (2, "never"))


def tabs(current: str, query: str) -> list[dict[str, Any]]:
    """The ways in which findings are shown."""
    ways = (
        ("board", _("Now, next, never"), "/vulnerabilities/"),
        ("list", _("All findings"), "/findings/"),
        ("assets", _("By asset"), "/vulnerabilities/assets/"),
        ("advisories", _("By advisory"), "/vulnerabilities/advisories/"),
        ("cves", _("By CVE"), "/vulnerabilities/cves/"),
    )
    return [{"label": label, "url": url + query, "current": name == current} for name, label, url in ways]


def _rows(request: HttpRequest) -> tuple[Access, QuerySet[Finding], str]:
    """The findings that are meant, and the query that means them."""
    held = access(request)
    slug = chosen_site(request, held)
    rows = held.narrow(Finding.objects.all(), May.SEE_FINDINGS, "site", "asset__zone")
    return held, rows.filter(site__slug=slug) if slug else rows, f"?site={slug}" if slug else ""


def board(request: HttpRequest) -> HttpResponse:
    """Three columns: what to act on first stands first in each."""
    _held, rows, query = _rows(request)
    rows = rows.filter(state=Finding.State.OPEN)
    totals = dict(rows.values_list("priority").annotate(n=Count("pk")).order_by())
    columns = []
    for priority, name in COLUMNS:
        found = list(rows.filter(priority=priority).select_related("asset__parent", "assignee").order_by("rank", "pk")[:FEW])
        total = totals.get(priority, 0)
        columns.append(
            {"name": name, "findings": found, "total": total, "more": total > FEW, "url": _list(query, f"priority={name}&state=open")}
        )
    accepted = _rows(request)[1].filter(state=Finding.State.ACCEPTED).count()
    context = {"columns": columns, "accepted": accepted, "accepted_url": _list(query, "state=accepted")}
    return render(request, "vulnerabilities/board.html", _frame("board", query) | context)


def _list(query: str, filters: str) -> str:
    return f"/findings/{query}{'&' if query else '?'}{filters}"


def _frame(current: str, query: str) -> dict[str, Any]:
    return {"section": "vulnerabilities", "title": _("Vulnerabilities"), "tabs": tabs(current, query), "query": query}


def by_asset(request: HttpRequest) -> HttpResponse:
    """Assets by what they have to be acted on."""
    held, _findings, query = _rows(request)
    slug = query.removeprefix("?site=")
    rows = held.narrow(Asset.objects.filter(gone_at=None).exclude(findings_now=0, findings_next=0), May.SEE_FINDINGS, "site", "zone")
    rows = rows.filter(site__slug=slug) if slug else rows
    found = rows.select_related("site", "parent").order_by("-findings_now", "-findings_next", "pk")[:MOST]
    groups = [
        {
            "name": str(one),
            "url": f"/assets/{one.uid}/findings/?state=open",
            "words": " ".join(filter(None, (one.vendor, one.model, one.firmware))),
            "now": one.findings_now,
            "next": one.findings_next,
            "never": one.findings_never,
            "kev": one.has_kev,
        }
        for one in found
    ]
    return _grouped(request, "assets", _("Asset"), _("Device"), groups, query)


def by_advisory(request: HttpRequest) -> HttpResponse:
    """Advisories by what they have to be acted on."""
    _held, rows, query = _rows(request)
    return _grouped(request, "advisories", _("Advisory"), _("Says"), _groups(rows.exclude(advisory=""), "advisory", query), query)


def by_cve(request: HttpRequest) -> HttpResponse:
    """CVEs by what they have to be acted on."""
    _held, rows, query = _rows(request)
    return _grouped(request, "cves", "CVE", _("Says"), _groups(rows.exclude(cve=""), "cve", query), query)


def _groups(rows: QuerySet[Finding], field: str, query: str) -> list[dict[str, Any]]:
    counts = {name: Count("pk", filter=Q(state=Finding.State.OPEN, priority=priority)) for priority, name in COLUMNS}
    found = rows.values(field).annotate(
        **counts,
        devices=Count("asset", distinct=True),
        exploited=Count("pk", filter=Q(kev=True)),
        words=Min("title"),
        score=Max("score"),
        epss=Max("epss"),
    )
    return [
        {
            "name": row[field],
            "url": _list(query, f"{field}={row[field]}"),
            "words": row["words"],
            "now": row["now"],
            "next": row["next"],
            "never": row["never"],
            "kev": row["exploited"] > 0,
            "devices": row["devices"],
            "score": row["score"],
        }
        for row in found.order_by("-now", "-next", "-score", field)[:MOST]
    ]


def _grouped(request: HttpRequest, way: str, what: str, words: str, groups: list[dict[str, Any]], query: str) -> HttpResponse:
    context = {"groups": groups, "what": what, "words": words, "most": MOST if len(groups) == MOST else 0, "with_devices": way != "assets"}
    return render(request, "vulnerabilities/grouped.html", _frame(way, query) | context)


PAGES = (
    Page("vulnerabilities/", board, May.SEE_FINDINGS, "vulnerabilities"),
    Page("vulnerabilities/assets/", by_asset, May.SEE_FINDINGS, "vulnerabilities-assets"),
    Page("vulnerabilities/advisories/", by_advisory, May.SEE_FINDINGS, "vulnerabilities-advisories"),
    Page("vulnerabilities/cves/", by_cve, May.SEE_FINDINGS, "vulnerabilities-cves"),
)
