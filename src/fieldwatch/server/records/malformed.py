"""Broken rules of protocols."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._ends import either, end, end_url
from fieldwatch.server.records._record import Column, Filter, Kind, Record
from fieldwatch.store.models import Malformed

RECORD = Record(
    name="malformed",
    plural="malformed",
    title=_("broken rule"),
    titles=_("Broken rules"),
    model=Malformed,
    may=May.SEE,
    columns=(
        Column("time", _("First seen"), Kind.TIME, get="seen_ns", sort="seen_ns", evidence=lambda row: f"/malformed/{row.pk}/evidence/"),
        Column("speaker", _("Who"), get=end("speaker"), url=end_url("speaker")),
        Column("protocol", _("Protocol")),
        Column("reason", _("Rule")),
        Column("clause", _("Clause")),
        Column("have", _("Read"), Kind.CODE),
        Column("allowed", _("Allowed")),
        Column("times", _("Times"), Kind.NUMBER),
        Column("site", _("Site"), get="site.name", is_shown=False),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="-time",
    zones=("speaker__asset__zone",),
    filters=(
        filters.exact("protocol", _("protocol")),
        filters.exact("reason", _("rule")),
        Filter("asset", _("asset"), either("speaker")),
        filters.since("seen_ns"),
        filters.until("seen_ns"),
    ),
    related=("speaker__asset", "site"),
    section="blind-spots",
    empty=_("Messages that break a rule of their protocol: which rule, where, what was there and what is allowed."),
)
