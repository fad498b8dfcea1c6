"""The audit log: entries about a site are seen by its auditors, entries of no site by who may see them all."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.store.models import AuditEvent


def _detail(row: Any) -> str:
    return ", ".join(f"{name}: {value}" for name, value in row.detail.items())


def _around(request: HttpRequest) -> dict[str, bool]:
    """Whether the state of the whole log is shown: to who may see all of it."""
    return {"sees_all": access(request).scope(May.SEE_AUDIT).everywhere}


RECORD = Record(
    name="audit-event",
    plural="audit-events",
    title=_("entry"),
    titles=_("Audit log"),
    noun=_("entries"),
    model=AuditEvent,
    may=May.SEE_AUDIT,
    columns=(
        Column("number", _("Number"), Kind.CODE, sort="number"),
        Column("time", _("Time"), Kind.TIME, get="at_ns"),
        Column("actor", _("Who")),
        Column("action", _("What")),
        Column("object", _("Object")),
        Column("detail", _("Detail"), get=_detail),
        Column("site", _("Site")),
        Column("address", _("From"), Kind.CODE),
        Column("seal", _("Seal"), Kind.CODE, is_shown=False),
    ),
    order="-number",
    filters=(
        filters.exact("actor", _("who")),
        filters.exact("action", _("what")),
        filters.contains("object", _("object")),
        filters.since("at_ns"),
        filters.until("at_ns"),
    ),
    site="site",
    site_is_word=True,
    id="number",
    section="administration",
    template="administration/audit.html",
    around=_around,
    is_from_captures=False,
    follows=(),
    empty=_("Everything that people and programs do here is written down, each entry sealed with the one before it."),
)
