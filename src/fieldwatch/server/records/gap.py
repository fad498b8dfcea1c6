"""What the captures do not hold."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._ends import either, end, end_url
from fieldwatch.server.records._record import Column, Filter, Kind, Record
from fieldwatch.store.models import Gap

RECORD = Record(
    name="gap",
    plural="gaps",
    title=_("gap"),
    titles=_("Gaps"),
    model=Gap,
    may=May.SEE,
    columns=(
        Column("client", _("Client"), get=end("client"), url=end_url("client")),
        Column("server", _("Server"), get=end("server"), url=end_url("server")),
        Column("protocol", _("Protocol"), sort="protocol"),
        Column("times", _("Gaps"), Kind.NUMBER),
        Column("bytes", _("Bytes missing"), Kind.BYTES, get="size_bytes", sort="size_bytes"),
        Column("capture", _("Source"), get="source.name", url=lambda row: f"/captures/{row.source_id}/"),
        Column("site", _("Site"), get="site.name", is_shown=False),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="-bytes",
    filters=(
        filters.exact("protocol", _("protocol")),
        filters.number("capture", _("source"), "source"),
        Filter("asset", _("asset"), either("client", "server")),
    ),
    related=("client__asset", "server__asset", "source", "site"),
    section="blind-spots",
    empty=_("Bytes that the sender sent and no capture holds: a mirror port that loses packets shows here."),
)
