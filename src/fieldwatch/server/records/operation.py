"""The ledger of operations: every time something was done to the plant."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._ends import either, end, end_url
from fieldwatch.server.records._record import Column, Filter, Kind, Record
from fieldwatch.server.words import effects
from fieldwatch.store.models import Occurrence


def _values(row: Occurrence) -> str:
    return " ".join(f"{name}={value}" for name, value in row.values)


IS_CHANGE = Q(is_change__in=(True,))
"""As a list of one: for `WHERE is_change` alone SQLite uses no index."""


RECORD = Record(
    name="operation",
    plural="operations",
    title=_("operation"),
    titles=_("Operations"),
    model=Occurrence,
    may=May.SEE,
    columns=(
        Column("time", _("Time"), Kind.TIME, get="seen_ns", sort="seen_ns", evidence=lambda row: f"/operations/{row.pk}/evidence/"),
        Column("effect", _("Effect"), Kind.EFFECT),
        Column("actor", _("Who"), get=end("operation__actor"), url=end_url("operation__actor")),
        Column("operation", _("What"), get="operation.name"),
        Column("object", _("Object"), Kind.CODE, get="operation.object"),
        Column("values", _("Values"), Kind.CODE, get=_values),
        Column("target", _("On"), get=end("operation__target"), url=end_url("operation__target")),
        Column("result", _("Result")),
        Column("protocol", _("Protocol"), get="protocol"),
        Column("technique", _("ATT&CK"), Kind.CODE, get="operation.technique", is_shown=False, help=_("technique of ATT&CK for ICS")),
        Column("capture", _("Source"), get="operation.source.name", is_shown=False),
        Column("frame", _("Frame"), Kind.CODE, is_shown=False),
        Column("site", _("Site"), get="site.name", is_shown=False),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="-time",
    zones=("operation__actor__asset__zone", "operation__target__asset__zone"),
    filters=(
        filters.choice("effect", _("effect"), effects),
        filters.flag("changing", _("changes the plant"), IS_CHANGE),
        filters.exact("protocol", _("protocol")),
        Filter("asset", _("asset"), either("operation__actor", "operation__target")),
        Filter("by", _("who"), either("operation__actor")),
        Filter("on", _("on"), either("operation__target")),
        filters.contains("name", _("what"), "operation__name"),
        filters.exact("technique", _("ATT&CK technique"), "operation__technique"),
        filters.exact("result", _("result")),
        filters.since("seen_ns"),
        filters.until("seen_ns"),
    ),
    related=("operation__actor__asset", "operation__target__asset", "operation__source", "site"),
    section="changes",
    empty=_("Downloads, stops, writes, mode changes: each time that one is seen, it stands here."),
)
