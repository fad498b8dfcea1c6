"""What was recognised and not read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.store.models import Undecoded

RECORD = Record(
    name="undecoded",
    plural="undecoded",
    title=_("kind of message"),
    titles=_("Not decoded"),
    model=Undecoded,
    may=May.SEE,
    columns=(
        Column("protocol", _("Protocol"), sort="protocol", evidence=lambda row: f"/undecoded/{row.pk}/evidence/"),
        Column("function", _("Function")),
        Column("reason", _("Why")),
        Column("times", _("Times"), Kind.NUMBER, sort="times"),
        Column("first_seen", _("First seen"), Kind.TIME, get="seen_ns"),
        Column("capture", _("Source"), get="source.name", url=lambda row: f"/captures/{row.source_id}/"),
        Column("site", _("Site"), get="site.name", is_shown=False),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="-times",
    filters=(filters.exact("protocol", _("protocol")), filters.number("capture", _("source"), "source")),
    related=("source", "site"),
    section="blind-spots",
    empty=_("Messages that Fieldwatch recognises and does not read, counted by protocol and function."),
)
