"""People and their roles."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._record import Column, Kind, Record, Rows
from fieldwatch.store.models import User


def _rows() -> Rows:
    return User.objects.prefetch_related("memberships__site", "memberships__zone")


def _roles(row: Any) -> list[str]:
    return [f"{one.role} @ {one.zone or one.site or '*'}" for one in row.memberships.all()]


RECORD = Record(
    name="person",
    plural="people",
    title=_("person"),
    titles=_("People"),
    model=User,
    may=May.ADMINISTER,
    columns=(
        Column("username", _("Name"), sort="username", url=lambda row: f"/people/{row.pk}/"),
        Column("email", _("E-mail"), Kind.CODE),
        Column("roles", _("Roles"), Kind.LIST, get=_roles),
        Column("is_active", _("Active"), Kind.FLAG),
        Column("last_login", _("Last sign-in"), Kind.MOMENT),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="username",
    filters=(filters.flag("active", _("active"), Q(is_active=True)),),
    rows=_rows,
    site="",
    detail=lambda row: f"/people/{row.pk}/",
    section="administration",
    template="administration/list.html",
    is_from_captures=False,
    follows=(),
    empty=_("Accounts are made by administrators, or come from the directory."),
)
