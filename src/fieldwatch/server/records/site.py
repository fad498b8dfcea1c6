"""Sites."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.store.events import Kind as Event
from fieldwatch.store.models import Site

RECORD = Record(
    name="site",
    plural="sites",
    title=_("site"),
    titles=_("Sites"),
    model=Site,
    may=May.SEE,
    columns=(
        Column("name", _("Name"), sort="name", url=lambda row: f"/sites/{row.slug}/"),
        Column("slug", _("Short name"), Kind.CODE),
        Column("timezone", _("Time zone")),
        Column("description", _("Description")),
        Column("created_at", _("Since"), Kind.MOMENT, is_shown=False),
    ),
    order="name",
    site="pk",
    zones=("zones",),
    id="slug",
    detail=lambda row: f"/sites/{row.slug}/",
    section="sensors",
    is_from_captures=False,
    follows=(Event.SITE,),
    empty=_("A site is a plant, a building, a works: addresses mean something within one site only."),
)
