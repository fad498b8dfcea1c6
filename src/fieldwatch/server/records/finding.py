"""Findings: what is wrong, when to act, and what people do about it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.access import Access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._ends import of_asset
from fieldwatch.server.records._record import Column, Filter, Kind, Record
from fieldwatch.server.words import term
from fieldwatch.store.events import Kind as Event
from fieldwatch.store.models import Asset, Finding, User
from fieldwatch.store.search import assets_matching

PRIORITIES = (("now", _("now")), ("next", _("next")), ("never", _("never")))


def _priority(text: str) -> Q:
    return Q(priority=[name for name, _words in PRIORITIES].index(text))


def _search(text: str) -> Q:
    assets = Asset.objects.filter(assets_matching(text)).values("pk")
    return Q(cve=text.upper()) | Q(advisory__iexact=text) | Q(title__icontains=text) | Q(asset__in=assets)


def _actions(held: Access) -> list[dict[str, Any]]:
    """How selected findings are handled (pages/finding.py)."""
    made: list[dict[str, Any]] = []
    if held.may(May.HANDLE_FINDINGS):
        names = User.objects.filter(is_active=True).order_by("username").values_list("username", flat=True)[:500]
        people = [("", _("nobody")), *((name, name) for name in names)]
        made += [
            _action("assign", _("Assign"), {"name": "assignee", "label": _("To whom"), "choices": people}),
            _action("due", _("Set a due day"), {"name": "due", "label": _("Until when"), "type": "date"}),
            _action("note", _("Write a note"), {"name": "text", "label": _("Note"), "type": "text"}),
        ]
    if held.may(May.ACCEPT_RISK):
        until, why = {"name": "until", "label": _("Until when"), "type": "date"}, {"name": "why", "label": _("Why"), "type": "text"}
        made.append(_action("accept", _("Accept the risk"), until, why))
    return made


def _action(name: str, label: Any, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "url": f"/findings/bulk/{name}/", "fields": fields}


RECORD = Record(
    name="finding",
    plural="findings",
    title=_("finding"),
    titles=_("Findings"),
    model=Finding,
    may=May.SEE_FINDINGS,
    columns=(
        Column("priority", _("When"), Kind.PRIORITY, sort="rank"),
        Column("title", _("Finding"), url=lambda row: f"/findings/{row.pk}/"),
        Column("asset", _("Asset"), get=lambda row: str(row.asset), url=lambda row: f"/assets/{row.asset.uid}/"),
        Column("verdict", _("Verdict"), Kind.VERDICT, evidence=lambda row: f"/findings/{row.pk}/evidence/"),
        Column("reason", _("Why")),
        Column("score", _("CVSS"), Kind.SCORE, sort="score"),
        Column("epss", _("EPSS"), Kind.SHARE, sort="epss"),
        Column("kev", _("Exploited"), Kind.FLAG, help=_("listed in KEV")),
        Column("cve", "CVE", Kind.CODE, sort="cve"),
        Column("advisory", _("Advisory"), Kind.CODE, sort="advisory", is_shown=False),
        Column("state", _("State"), Kind.STATE),
        Column("assignee", _("Assignee"), get="assignee.username", is_shown=False),
        Column("due", _("Due"), Kind.DAY, is_shown=False),
        Column("accepted_until", _("Accepted until"), Kind.DAY, is_shown=False),
        Column("kind", _("Kind"), is_shown=False, words=lambda value: term("kind", value)),
        Column("priority_reason", _("Why then"), is_shown=False),
        Column("settle", _("What would settle it"), is_shown=False),
        Column("opened_at", _("Open since"), Kind.MOMENT, sort="opened_at", is_shown=False),
        Column("site", _("Site"), get="site.name", is_shown=False),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="priority",
    filters=(
        Filter("priority", _("when"), _priority, lambda: PRIORITIES),
        filters.choice("state", _("state"), lambda: Finding.State.choices),
        filters.choice(
            "verdict",
            _("verdict"),
            lambda: [("affected", _("affected")), ("undetermined", _("undetermined")), ("not_affected", _("not affected"))],
        ),
        filters.choice("kind", _("kind"), lambda: [("vulnerability", _("vulnerability")), ("exposure", _("exposure"))]),
        filters.exact("cve", "CVE"),
        filters.exact("advisory", _("advisory")),
        filters.flag("kev", _("exploited"), Q(kev=True)),
        Filter("asset", _("asset"), of_asset("asset")),
        filters.exact("assignee", _("assignee"), "assignee__username"),
        filters.exact("vendor", _("vendor"), "asset__vendor"),
        filters.since("opened_at", is_ns=False),
    ),
    zones=("asset__zone",),
    related=("asset__parent", "assignee", "site"),
    search=_search,
    detail=lambda row: f"/findings/{row.pk}/",
    section="vulnerabilities",
    follows=(Event.FOLDED, Event.FINDING),
    empty=_("Vulnerabilities and exposures of your assets, with the range or the frame that decided, and when to act."),
    actions=_actions,
)
