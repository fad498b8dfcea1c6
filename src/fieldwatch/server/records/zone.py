"""Zones of sites."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.store.events import Kind as Event
from fieldwatch.store.models import Zone

RECORD = Record(
    name="zone",
    plural="zones",
    title=_("zone"),
    titles=_("Zones"),
    model=Zone,
    may=May.SEE,
    columns=(
        Column("name", _("Name"), sort="name", url=lambda row: f"/assets/?zone={row.name}&site={row.site.slug}"),
        Column("level", _("Level"), Kind.LEVEL, get=lambda row: -1 if row.level is None else row.level),
        Column("site", _("Site"), get="site.name"),
        Column("description", _("Description")),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="name",
    zones=("pk",),
    related=("site",),
    section="sensors",
    is_from_captures=False,
    follows=(Event.SITE,),
    empty=_("A zone holds assets with common security requirements (IEC 62443)."),
)
