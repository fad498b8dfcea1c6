"""Changes of what is known of assets: appeared, another firmware, another address."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fieldwatch.server import words
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._ends import of_asset
from fieldwatch.server.records._record import Column, Filter, Kind, Record
from fieldwatch.store.models import Change

RECORD = Record(
    name="change",
    plural="identity-changes",
    title=_("change"),
    titles=_("Changes of identity"),
    model=Change,
    may=May.SEE,
    columns=(
        Column("time", _("Seen"), Kind.TIME, get="seen_ns", sort="seen_ns"),
        Column("kind", _("Change"), get=lambda row: row.get_kind_display()),
        Column("asset", _("Asset"), get=lambda row: str(row.asset), url=lambda row: f"/assets/{row.asset.uid}/"),
        Column("attribute", _("Attribute"), words=words.attribute),
        Column("before", _("Before"), Kind.CODE),
        Column("after", _("After"), Kind.CODE),
        Column("capture", _("Source"), get="source.name", is_shown=False),
        Column("site", _("Site"), get="site.name", is_shown=False),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="-time",
    filters=(
        filters.choice("kind", _("change"), lambda: Change.Kind.choices),
        filters.exact("attribute", _("attribute")),
        Filter("asset", _("asset"), of_asset("asset")),
        filters.since("seen_ns"),
        filters.until("seen_ns"),
    ),
    zones=("asset__zone",),
    related=("asset", "source", "site"),
    section="changes",
    empty=_("When a device appears, gets another firmware, or moves, it is noted here."),
)
