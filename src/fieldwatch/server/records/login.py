"""Logins seen on the wire: who signed in where, and whether anybody could read it."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._ends import either, end, end_url
from fieldwatch.server.records._record import Column, Filter, Kind, Record
from fieldwatch.store.models import Login

RECORD = Record(
    name="login",
    plural="logins",
    title=_("login"),
    titles=_("Logins"),
    model=Login,
    may=May.SEE_LOGINS,
    columns=(
        Column("time", _("First seen"), Kind.TIME, get="seen_ns", sort="seen_ns", evidence=lambda row: f"/logins/{row.pk}/evidence/"),
        Column("username", _("User"), Kind.CODE),
        Column("client", _("From"), get=end("client"), url=end_url("client")),
        Column("server", pgettext_lazy("end of a login", "To"), get=end("server"), url=end_url("server")),
        Column("protocol", _("Protocol")),
        Column("cleartext", _("In clear"), Kind.FLAG),
        Column("result", _("Result")),
        Column("times", _("Times"), Kind.NUMBER),
        Column("capture", _("Source"), get="source.name", is_shown=False),
        Column("site", _("Site"), get="site.name", is_shown=False),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="-time",
    zones=("client__asset__zone", "server__asset__zone"),
    filters=(
        filters.exact("username", _("user")),
        filters.exact("protocol", _("protocol")),
        filters.flag("cleartext", _("in clear"), Q(cleartext=True)),
        filters.exact("result", _("result")),
        Filter("asset", _("asset"), either("client", "server")),
        filters.since("seen_ns"),
        filters.until("seen_ns"),
    ),
    related=("client__asset", "server__asset", "source", "site"),
    empty=_("Users, stations and devices, as logins on the wire show them. Secrets are hashed at once; only which are equal is known."),
)
