"""What sensors say is wrong with what they see."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.store.events import Kind as Event
from fieldwatch.store.models import SensorAlert

RECORD = Record(
    name="sensor-alert",
    plural="sensor-alerts",
    title=_("self-alert"),
    titles=_("Self-alerts of sensors"),
    model=SensorAlert,
    may=May.SEE,
    columns=(
        Column("opened_at", _("Since"), Kind.MOMENT, sort="opened_at"),
        Column("sensor", _("Sensor"), get="sensor.name", url=lambda row: f"/sensors/{row.sensor_id}/"),
        Column("kind", _("What")),
        Column("words", _("In words")),
        Column("closed_at", _("Until"), Kind.MOMENT),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="-opened_at",
    filters=(filters.flag("open", _("open"), Q(closed_at=None)), filters.exact("kind", _("what"))),
    site="sensor__site",
    related=("sensor__site",),
    section="sensors",
    is_from_captures=False,
    follows=(Event.ALERT,),
    empty=_("Packet loss, one-way traffic, a clock that is wrong, silence: a sensor says so itself."),
)
