"""The first page: what needs somebody, then how each site is, then what happened last. Every number opens the rows that it counts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import Count, Max, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.listing.page import table_of
from fieldwatch.server.listing.query import Page as Rows
from fieldwatch.server.listing.query import page as rows_of
from fieldwatch.server.listing.query import query
from fieldwatch.server.pages._page import Page
from fieldwatch.server.pages.context import chosen_site
from fieldwatch.server.records import change, finding, operation
from fieldwatch.server.records._record import Record
from fieldwatch.store.audit_check import last
from fieldwatch.store.models import Asset, Finding, Occurrence, SensorAlert, Site, Source

DAY_NS = 86_400_000_000_000
SOON = datetime.timedelta(days=14)
"""An acceptance of a risk that ends within this time is announced."""

FEW = 8
"""Rows of the short lists."""

FIRST = {"engineer": "operations", "vendor": "operations", "auditor": "changes"}
"""What stands first for a role; findings for all others."""


class Need(NamedTuple):
    """A sentence about something that needs somebody: how urgent (high, medium, low), and where it leads."""

    tone: str
    words: str
    url: str


def overview(request: HttpRequest) -> HttpResponse:
    """The page."""
    held = access(request)
    slug = chosen_site(request, held)
    sites = [one for one in held.sites if not slug or one.slug == slug]
    scope = {"site": slug} if slug else {}
    context = {
        "section": "overview",
        "title": _("Overview"),
        "needs": list(_needs(held, sites, scope)),
        "tiles": _tiles(held, sites),
        "lists": _lists(request, held, scope),
        "has_sites": bool(sites),
    }
    return render(request, "overview/overview.html", context)


# ------------------------------------------------------------------------------------------------------------ sentences


def _needs(held: Access, sites: list[Site], scope: Mapping[str, str]) -> Iterable[Need]:
    yield from _of_audit(held)
    place = {"site__in": sites}
    if held.may(May.SEE_FINDINGS):
        yield from _of_findings(held, place, scope)
    yield from _of_assets(held, place, scope)
    yield from _of_sensors(held, sites)
    failed = held.narrow(Source.objects.filter(state=Source.State.FAILED, **place), May.SEE).count()
    if failed:
        words = ngettext("%(count)d capture could not be read.", "%(count)d captures could not be read.", failed) % {"count": failed}
        yield Need("low", words, _url("captures", scope, state="failed"))


def _of_audit(held: Access) -> Iterable[Need]:
    """The log is of all sites: who sees all of it is told that it is not whole."""
    if not held.scope(May.SEE_AUDIT).everywhere:
        return
    result = last()
    if result is not None and not result["is_whole"]:
        yield Need("high", _("The audit log is not whole: %(reason)s.") % {"reason": result["reason"]}, "/audit-events/")


def _of_findings(held: Access, place: Mapping[str, Any], scope: Mapping[str, str]) -> Iterable[Need]:
    today = timezone.now().date()
    rows = held.narrow(Finding.objects.filter(**place), May.SEE_FINDINGS, "site", "asset__zone")
    found = rows.aggregate(
        now=Count("pk", filter=Q(state="open", priority=0)),
        late=Count("pk", filter=Q(state="open", due__lt=today)),
        ending=Count("pk", filter=Q(state="accepted", accepted_until__lte=today + SOON)),
    )
    if found["now"]:
        words = ngettext("%(count)d finding to act on now.", "%(count)d findings to act on now.", found["now"]) % {"count": found["now"]}
        yield Need("high", words, _url("findings", scope, priority="now", state="open"))
    if found["late"]:
        words = ngettext("%(count)d finding is overdue.", "%(count)d findings are overdue.", found["late"]) % {"count": found["late"]}
        yield Need("medium", words, _url("findings", scope, state="open"))
    if found["ending"]:
        words = ngettext("%(count)d accepted risk ends within 14 days.", "%(count)d accepted risks end within 14 days.", found["ending"])
        yield Need("low", words % {"count": found["ending"]}, _url("findings", scope, state="accepted"))


def _of_assets(held: Access, place: Mapping[str, Any], scope: Mapping[str, str]) -> Iterable[Need]:
    rows = held.narrow(Asset.objects.filter(gone_at=None, parent=None, **place), May.SEE, "site", "zone")
    found = rows.aggregate(refused=Count("pk", filter=Q(standing="unauthorised")), conflicts=Count("pk", filter=Q(conflicts__gt=0)))
    if found["refused"]:
        words = ngettext("%(count)d device that is not authorised.", "%(count)d devices that are not authorised.", found["refused"])
        yield Need("high", words % {"count": found["refused"]}, _url("assets", scope, standing="unauthorised"))
    if found["conflicts"]:
        words = ngettext(
            "%(count)d device says something else than a person entered.",
            "%(count)d devices say something else than a person entered.",
            found["conflicts"],
        )
        yield Need("medium", words % {"count": found["conflicts"]}, _url("assets", scope, conflicts="yes"))


def _of_sensors(held: Access, sites: list[Site]) -> Iterable[Need]:
    alerts = SensorAlert.objects.filter(closed_at=None, sensor__site__in=sites)
    for alert in held.narrow(alerts, May.SEE, "sensor__site").select_related("sensor").order_by("-id")[:FEW]:
        yield Need("medium", f"{alert.sensor.name}: {alert.words}", f"/sensors/{alert.sensor_id}/")


# ---------------------------------------------------------------------------------------------------------------- sites


def _tiles(held: Access, sites: list[Site]) -> list[dict[str, Any]]:
    """The figures of each site, each with the address of its rows."""
    if not sites:
        return []
    assets = _by_site(
        held.narrow(Asset.objects.filter(gone_at=None, parent=None), May.SEE, "site", "zone"),
        n=Count("pk"),
        new=Count("pk", filter=Q(standing="new")),
        now=Sum("findings_now"),
        next=Sum("findings_next"),
        last=Max("last_ns"),
    )
    alerts = dict(SensorAlert.objects.filter(closed_at=None).values_list("sensor__site").annotate(n=Count("pk")).order_by())
    return [_tile(held, site, assets.get(site.pk, {}), alerts.get(site.pk, 0)) for site in sites[:200]]


def _by_site(rows: Any, **figures: Any) -> dict[int, dict[str, Any]]:
    return {row["site"]: row for row in rows.values("site").annotate(**figures).order_by()}


def _tile(held: Access, site: Site, figures: Mapping[str, Any], alerts: int) -> dict[str, Any]:
    scope = {"site": site.slug}
    last = figures.get("last") or 0
    since = datetime.datetime.fromtimestamp(max(last - DAY_NS, 0) / 1e9, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S")
    made = [
        {"label": _("assets"), "value": figures.get("n", 0), "url": _url("assets", scope, parts="no")},
        {"label": _("new"), "value": figures.get("new", 0), "url": _url("assets", scope, standing="new", parts="no")},
        {
            "label": _("changes of the last day"),
            "value": _changing(held, site, last),
            "url": _url("operations", scope, changing="yes", since=since),
        },
    ]
    if held.may(May.SEE_FINDINGS):
        now = figures.get("now") or 0
        made.append(
            {"label": _("now"), "value": now, "url": _url("findings", scope, priority="now", state="open"), "tone": "high" if now else ""}
        )
        made.append({"label": _("next"), "value": figures.get("next") or 0, "url": _url("findings", scope, priority="next", state="open")})
    made.append(
        {
            "label": _("alerts of sensors"),
            "value": alerts,
            "url": f"/sensor-alerts/?open=yes&site={site.slug}",
            "tone": "medium" if alerts else "",
        }
    )
    return {"name": site.name, "url": f"/?site={site.slug}", "figures": made, "last_ns": last}


def _changing(held: Access, site: Site, last_ns: int) -> str:
    """How many operations changed the plant on the last day of which something is known; no more than 999 are counted."""
    rows = Occurrence.objects.filter(site=site, is_change=True, seen_ns__gte=last_ns - DAY_NS)
    rows = held.narrow(rows, May.SEE, "site", *operation.RECORD.zones)
    count = rows.values("pk")[:1000].count()
    return "999+" if count > 999 else str(count)


# ---------------------------------------------------------------------------------------------------------------- lists


def _lists(request: HttpRequest, held: Access, scope: Mapping[str, str]) -> list[dict[str, Any]]:
    """The short lists, that of the person's role first."""
    made = {}
    if held.may(May.SEE_FINDINGS):
        columns = "priority,title,asset,verdict,reason"
        made["findings"] = _list(request, held, finding.RECORD, _("To act on first"), {**scope, "state": "open", "columns": columns})
    columns = "time,effect,actor,operation,object,target,result"
    made["operations"] = _list(
        request, held, operation.RECORD, _("Done to the plant last"), {**scope, "changing": "yes", "columns": columns}
    )
    columns = "time,kind,asset,attribute,before,after"
    made["changes"] = _list(request, held, change.RECORD, _("Devices that changed last"), {**scope, "columns": columns})
    first = next((FIRST[one.role] for one in held.memberships if one.role in FIRST), "findings")
    order = [first, *(name for name in made if name != first)]
    return [made[name] for name in order if name in made]


def _list(request: HttpRequest, held: Access, record: Record, title: str, params: dict[str, str]) -> dict[str, Any]:
    asked = query(record, {**params, "limit": str(FEW)}, held)
    found = rows_of(asked)
    table = table_of(request, asked, Rows(found.rows, "", "", found.total, found.is_more))
    bare = {name: table[name] for name in ("id", "label", "columns", "rows", "empty")}
    for column in bare["columns"]:
        column.pop("sort_url", None)
    shown = {name: value for name, value in params.items() if name != "columns"}
    return {
        "title": title,
        "url": _url(record.plural, shown),
        "table": bare,
        "more": found.total > len(found.rows),
        "total": table["count"],
    }


def _url(plural: str, scope: Mapping[str, str], **filters: str) -> str:
    from urllib.parse import urlencode

    words = urlencode({**scope, **filters})
    return f"/{plural}/?{words}" if words else f"/{plural}/"


PAGES = (Page("", overview, None, "overview"),)
