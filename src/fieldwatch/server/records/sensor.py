"""Sensors: where they listen, and how they are."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.store.models import Sensor

RECORD = Record(
    name="sensor",
    plural="sensors",
    title=_("sensor"),
    titles=_("Sensors"),
    model=Sensor,
    may=May.SEE,
    columns=(
        Column("name", _("Name"), sort="name", url=lambda row: f"/sensors/{row.pk}/"),
        Column("state", _("State"), Kind.STATE),
        Column("site", _("Site"), get="site.name", url=lambda row: f"/sites/{row.site.slug}/"),
        Column("seen_at", _("Last heard"), Kind.MOMENT),
        Column("packets", _("Packets"), Kind.NUMBER, get=lambda row: row.health.get("packets")),
        Column("drops", _("Dropped"), Kind.NUMBER, get=lambda row: row.health.get("drops")),
        Column("spool", _("Waiting"), Kind.NUMBER, get=lambda row: row.health.get("spool_batches")),
        Column("version", _("Version"), Kind.CODE),
        Column("expires_at", _("Certificate until"), Kind.MOMENT, is_shown=False),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="name",
    filters=(filters.choice("state", _("state"), lambda: Sensor.State.choices),),
    related=("site",),
    detail=lambda row: f"/sensors/{row.pk}/",
    empty=_("A sensor listens at a mirror port, or watches a folder of captures. Enrol one with a token that works once."),
    template="records/sensors.html",
)
