"""Subnets of sites."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.store.events import Kind as Event
from fieldwatch.store.models import Subnet

RECORD = Record(
    name="subnet",
    plural="subnets",
    title=_("subnet"),
    titles=_("Subnets"),
    model=Subnet,
    may=May.SEE,
    columns=(
        Column("network", _("Network"), Kind.CODE, sort="network"),
        Column("name", _("Name")),
        Column("zone", _("Zone"), get="zone.name"),
        Column("site", _("Site"), get="site.name"),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="network",
    zones=("zone",),
    related=("site", "zone"),
    section="sensors",
    is_from_captures=False,
    follows=(Event.SITE,),
    empty=_("Networks of the site, and the zones that their devices belong to."),
)
