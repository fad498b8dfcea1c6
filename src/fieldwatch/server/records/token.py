"""API tokens."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.store.models import ApiToken

RECORD = Record(
    name="token",
    plural="tokens",
    title=_("token"),
    titles=_("Tokens"),
    model=ApiToken,
    may=May.ADMINISTER,
    columns=(
        Column("name", _("Name"), sort="name"),
        Column("hint", _("Begins with"), Kind.CODE),
        Column("user", _("Of"), get="user.username"),
        Column("scope", _("Scope")),
        Column("site", _("Site"), get="site.name"),
        Column("expires_at", _("Until"), Kind.MOMENT),
        Column("used_at", _("Last used"), Kind.MOMENT),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="name",
    site="",
    related=("user", "site"),
    section="administration",
    template="administration/list.html",
    is_from_captures=False,
    follows=(),
    empty=_("A token lets a program act for a person, within a scope and for a time."),
)
