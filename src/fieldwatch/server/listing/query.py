"""The rows of a record that a request asks for: filters, search, order, cursor, columns - each checked, none guessed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import Access
from fieldwatch.server.listing import cursor as cursors
from fieldwatch.server.listing.cursor import BadCursor, Cursor
from fieldwatch.server.records._record import Column, Filter, Record, Rows

MOST = 10_000
"""Rows that are counted exactly; beyond it is "more than"."""

USUAL, LARGEST = 50, 500
"""Rows of a page."""

LONGEST = 500
"""Characters of a filter or a search."""

OF_PAGE = frozenset({"view", "drawer", "partial", "dir"})
"""Parameters that are the page's own: no program is told of them."""

OWN = frozenset({"q", "sort", "cursor", "columns", "limit", "site"}) | OF_PAGE
"""Parameters that every list knows."""


class BadQuery(ValueError):
    """A request that cannot be answered: says what was read, what is allowed."""


class Chosen(NamedTuple):
    """A filter with the values that were given."""

    filter: Filter
    values: tuple[str, ...]


class Query(NamedTuple):
    """A checked request."""

    record: Record
    access: Access
    filters: tuple[Chosen, ...]
    search: str
    sort: Column | None
    is_descending: bool
    cursor: Cursor | None
    columns: tuple[Column, ...]
    limit: int
    site: str
    params: QueryDict

    def rows(self) -> Rows:
        """All rows that are meant and may be seen, in no order."""
        record = self.record
        rows = record.base()
        if record.site:
            scope = record.inside(self.access.scope(record.may))
            is_many = record.site == "pk"  # a site has many zones: it would stand there once for each
            rows = rows.filter(pk__in=record.model._default_manager.filter(scope).values("pk")) if is_many else rows.filter(scope)
        elif not self.access.scope(record.may).everywhere:
            return rows.none()
        if self.site and record.site:
            rows = rows.filter(record.at(self.site))
        for one in self.filters:
            rows = rows.filter(_condition(one))
        if self.search and record.search:
            rows = rows.filter(record.search(self.search))
        return rows

    def ordered(self, rows: Rows, *, is_back: bool = False) -> Rows:
        """The rows in the order that was asked for (`is_back`: in the opposite one)."""
        sign = "-" if self.is_descending is not is_back else ""
        path = self.sort.sort if self.sort else ""
        return rows.order_by(f"{sign}{path}", f"{sign}pk") if path else rows.order_by(f"{sign}pk")

    def place(self, row: Any, *, is_back: bool = False) -> str:
        """The cursor of the place behind a row."""
        found = row
        for part in self.sort.sort.split("__") if self.sort else ():
            found = getattr(found, part) if found is not None else ""
        return Cursor(found if self.sort else 0, row.pk, is_back).text()


class Page(NamedTuple):
    """Rows with the cursors of the pages beside them ("" where there is none), and how many there are in all (at least, if `is_more`)."""

    rows: list[Any]
    next: str
    previous: str
    total: int
    is_more: bool


def query(record: Record, params: QueryDict | Mapping[str, str], access: Access) -> Query:
    """The request, checked. Raises BadQuery."""
    given = params if isinstance(params, QueryDict) else _as_query_dict(params)
    known = {one.name: one for one in record.filters}
    for name in given:
        if name not in OWN and name not in known:
            allowed = ", ".join(sorted((OWN - OF_PAGE) | set(known)))
            raise BadQuery(_("%(name)s: there is no such filter; allowed: %(allowed)s") % {"name": name[:80], "allowed": allowed})
    chosen = tuple(Chosen(known[name], _values(known[name], given.getlist(name))) for name in given if name in known)
    sort, is_descending = _order(record, given.get("sort") or record.order)
    return Query(
        record,
        access,
        tuple(one for one in chosen if one.values),
        _text("q", given.get("q", "")).strip(),
        sort,
        is_descending,
        _cursor(given.get("cursor", ""), sort),
        _columns(record, given.get("columns", "")),
        _limit(given.get("limit", "")),
        _text("site", given.get("site", "")),
        given,
    )


def page(asked: Query) -> Page:
    """One page of the rows."""
    rows = asked.rows()
    is_back = asked.cursor is not None and asked.cursor.is_back
    path = asked.sort.sort if asked.sort else ""
    here = rows.filter(asked.cursor.q(path, asked.is_descending)) if asked.cursor else rows
    try:
        found = list(asked.ordered(here, is_back=is_back)[: asked.limit + 1])
    except (ValueError, TypeError):
        raise BadQuery(_("cursor: it is none of this order; leave it out")) from None
    is_longer = len(found) > asked.limit
    found = found[: asked.limit]
    if is_back:
        found.reverse()
    if asked.record.prepare:
        asked.record.prepare(found)
    after = bool(found) and (is_longer or is_back)
    before = bool(found) and (asked.cursor is not None) and (is_longer or not is_back)
    count = rows.order_by().values("pk")[: MOST + 1].count()
    return Page(
        found,
        asked.place(found[-1]) if after else "",
        asked.place(found[0], is_back=True) if before else "",
        min(count, MOST),
        count > MOST,
    )


def everything(asked: Query, chunk: int = 2_000) -> Any:
    """All rows in order, by cursor: no transaction stays open while they are sent."""
    place: Cursor | None = None
    path = asked.sort.sort if asked.sort else ""
    while True:
        rows = asked.rows()
        found = list(asked.ordered(rows.filter(place.q(path, asked.is_descending)) if place else rows)[:chunk])
        if asked.record.prepare:
            asked.record.prepare(found)
        yield from found
        if len(found) < chunk:
            return
        place = cursors.read(asked.place(found[-1]))


def _as_query_dict(params: Mapping[str, str]) -> QueryDict:
    made = QueryDict(mutable=True)
    made.update(params)
    return made


def _condition(chosen: Chosen) -> Q:
    try:
        return reduce(or_, (chosen.filter.condition(value) for value in chosen.values))
    except ValueError as error:
        raise BadQuery(f"{chosen.filter.name} = {', '.join(chosen.values)[:80]}: {error}") from None


def _values(filter_: Filter, values: list[str]) -> tuple[str, ...]:
    given = tuple(dict.fromkeys(_text(filter_.name, one) for one in values if one))
    if len(given) > 50 or (len(given) > 1 and not filter_.many):
        raise BadQuery(_("%(name)s: it was given %(count)d times, which is too often") % {"name": filter_.name, "count": len(given)})
    if filter_.choices:
        allowed = [str(value) for value, _words in filter_.choices()]
        for one in given:
            if one not in allowed:
                words = {"name": filter_.name, "value": one[:80], "allowed": ", ".join(allowed[:40])}
                raise BadQuery(_("%(name)s = %(value)s: allowed: %(allowed)s") % words)
    return given


def _text(name: str, value: str) -> str:
    if len(value) > LONGEST or "\0" in value:
        raise BadQuery(_("%(name)s: at most %(most)d characters of text are allowed") % {"name": name, "most": LONGEST})
    return value


def _order(record: Record, text: str) -> tuple[Column | None, bool]:
    name = text.removeprefix("-")
    if name == "id":
        return None, text.startswith("-")
    column = record.column(name)
    if column is None or not column.sort:
        allowed = ", ".join(one.name for one in record.columns if one.sort)
        raise BadQuery(
            _("sort = %(name)s: allowed: %(allowed)s, each with - first for descending") % {"name": name[:80], "allowed": allowed}
        )
    return column, text.startswith("-")


def _cursor(text: str, sort: Column | None) -> Cursor | None:
    if not text:
        return None
    try:
        return cursors.read(text)
    except BadCursor as error:
        raise BadQuery(str(error)) from None


def _columns(record: Record, text: str) -> tuple[Column, ...]:
    if not text:
        return tuple(one for one in record.columns if one.is_shown)
    found = [record.column(name) for name in dict.fromkeys(text.split(","))]
    if None in found:
        raise BadQuery(_("columns: allowed: %(allowed)s") % {"allowed": ", ".join(one.name for one in record.columns)})
    return tuple(one for one in found if one is not None)


def _limit(text: str) -> int:
    if not text:
        return USUAL
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= LARGEST:
        raise BadQuery(_("limit = %(text)s: 1 to %(most)d is allowed") % {"text": text[:20], "most": LARGEST})
    return int(text)
