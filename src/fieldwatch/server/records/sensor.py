"""Sensors: where they listen, and how they are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.store.events import Kind as Event
from fieldwatch.store.models import Sensor, Skipped


def told(row: Sensor, name: str, part: str = "") -> int | None:
    """A count that the sensor told of itself; None where it told none."""
    health = row.health if isinstance(row.health, dict) else {}
    found = health.get(name)
    if part:
        found = found.get(part) if isinstance(found, dict) else None
    return found if type(found) is int else None


def _around(request: HttpRequest) -> dict[str, Any]:
    """Where sensors can be enrolled, and files that were not read."""
    held = access(request)
    sites = [one for one in held.sites if held.may(May.MANAGE_SITE, one.pk)]
    skipped = held.narrow(Skipped.objects.select_related("site"), May.SEE, "site").order_by("-pk")
    slug = request.GET.get("site", "")
    chosen = skipped.filter(site__slug=slug) if slug else skipped
    return {"enrol_sites": sites, "enrol_slug": slug, "skipped": list(chosen[:20])}


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
        Column("packets", _("Packets"), Kind.NUMBER, get=lambda row: told(row, "packets")),
        Column("drops", _("Dropped"), Kind.NUMBER, get=lambda row: told(row, "drops")),
        Column("spool", _("Waiting"), Kind.NUMBER, get=lambda row: told(row, "spool", "batches")),
        Column("version", _("Version"), Kind.CODE),
        Column("expires_at", _("Certificate until"), Kind.MOMENT, is_shown=False),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="name",
    filters=(filters.choice("state", _("state"), lambda: Sensor.State.choices),),
    related=("site",),
    detail=lambda row: f"/sensors/{row.pk}/",
    is_from_captures=False,
    follows=(Event.SENSOR, Event.ALERT),
    empty=_("A sensor listens at a mirror port, or watches a folder of captures. Enrol one with a token that works once."),
    template="records/sensors.html",
    around=_around,
)
