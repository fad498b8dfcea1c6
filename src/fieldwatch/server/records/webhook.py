"""Webhooks: other systems that are told of events."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.store.events import Kind as Event
from fieldwatch.store.models import Webhook

RECORD = Record(
    name="webhook",
    plural="webhooks",
    title=_("webhook"),
    titles=_("Webhooks"),
    model=Webhook,
    may=May.ADMINISTER,
    columns=(
        Column("name", _("Name"), sort="name", url=lambda row: f"/webhooks/{row.pk}/"),
        Column("url", _("Address"), Kind.CODE),
        Column("kinds", _("Events"), Kind.LIST),
        Column("is_active", _("Active"), Kind.FLAG),
        Column("failures", _("Failures"), Kind.NUMBER),
        Column("last_error", _("Last error")),
        Column("site", _("Site"), get="site.name"),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="name",
    detail=lambda row: f"/webhooks/{row.pk}/",
    site="",
    related=("site",),
    section="administration",
    template="administration/list.html",
    is_from_captures=False,
    follows=(Event.WEBHOOK,),
    empty=_("An address that is told of events, signed, at least once each."),
)
