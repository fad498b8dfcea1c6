"""The contract of a record: what a file in this folder declares, once, in its constant `RECORD`.

From it come the list page with filters, order, column chooser and saved views; the CSV and XLSX of exactly what is shown; the REST resource
with its OpenAPI; the permission, and the tests that run over all records (`tests/server/listing`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

from fieldwatch.server.accounts.access import Access, Scope
from fieldwatch.server.accounts.roles import May
from fieldwatch.store.events import Kind as Event
from fieldwatch.store.models import Site

Text = str | Promise
Rows = QuerySet[Any]
Get = Callable[[Any], Any]


class Kind(StrEnum):
    """What the values of a column are: how they are drawn, aligned, exported, and typed in OpenAPI."""

    TEXT = "text"
    CODE = "code"
    """An address, an order number: monospaced."""
    NUMBER = "number"
    BYTES = "bytes"
    TIME = "time"
    """ns since 1970, UTC."""
    MOMENT = "moment"
    """A datetime."""
    DAY = "day"
    FLAG = "flag"
    LIST = "list"
    """Texts."""
    LEVEL = "level"
    """A Purdue level in tenths, -1 where it is not known."""
    PRIORITY = "priority"
    """0 now, 1 next, 2 never."""
    VERDICT = "verdict"
    STATE = "state"
    EFFECT = "effect"
    SHARE = "share"
    """0 to 1, -1 where it is not known."""
    SCORE = "score"
    """A CVSS score, -1 without one."""


class Column(NamedTuple):
    """One column. `get` is an attribute path (`asset.name`) or a function of the row; `sort` the ORM path that it is ordered by, if it is.

    `evidence` gives the address of the evidence of the value in this row, "" where it has none; `url` where the value leads to.
    """

    name: str
    title: Text
    kind: Kind = Kind.TEXT
    get: str | Get = ""
    sort: str = ""
    is_shown: bool = True
    url: Callable[[Any], str] | None = None
    evidence: Callable[[Any], str] | None = None
    help: Text = ""
    words: Callable[[str], str] | None = None
    """What a value is called on a page; exports and REST keep it as it is."""


class Filter(NamedTuple):
    """One filter. `condition` makes a condition of the text that was given, or raises ValueError saying what is allowed.

    `choices` gives the allowed values with their words (then others are refused); `many`: it may be given several times (any of them).
    """

    name: str
    title: Text
    condition: Callable[[str], Q]
    choices: Callable[[], Sequence[tuple[str, Text]]] | None = None
    many: bool = True
    help: Text = ""


class Record(NamedTuple):
    """`name` and `plural` are the words of addresses; `order` is the usual order (a column's name, `-` first for descending).

    `site` and `zones` are ORM paths by which rows are inside somebody's scope (no site: only who may do it everywhere sees them). `id`
    is the field that addresses name. `detail` gives a row's page. `more` gives what REST shows beyond the columns, for one row.
    """

    name: str
    plural: str
    title: Text
    titles: Text
    model: type[Model]
    may: May
    columns: tuple[Column, ...]
    order: str
    filters: tuple[Filter, ...] = ()
    rows: Callable[[], Rows] | None = None
    site: str = "site"
    zones: tuple[str, ...] = ()
    id: str = "id"
    search: Callable[[str], Q] | None = None
    related: tuple[str, ...] = ()
    detail: Callable[[Any], str] | None = None
    prepare: Callable[[list[Any]], None] | None = None
    more: Callable[[Any], Mapping[str, Any]] | None = None
    noun: Text = ""
    """What the rows are, where that is not `titles`: it stands beside how many there are."""
    section: str = ""
    """The section of the rail that it belongs to, where that is not `plural`."""
    empty: Text = ""
    """What will be here, and what fills it."""
    is_from_captures: bool = True
    """A capture fills it: where it is empty, that is what it offers."""

    follows: tuple[Event, ...] = (Event.FOLDED,)
    """The events after which a list that is shown is read again."""

    actions: Callable[[Access], list[dict[str, Any]]] | None = None
    """What who asks may do with the rows that are selected: `label`, `url`, `fields` (each `name`, `label`, `type` or `choices`)."""

    has_page: bool = True
    template: str = "records/list.html"
    """The page around the list: `title`, `table` and `record` are given, and what `around` gives for the request."""

    around: Callable[[HttpRequest], Mapping[str, Any]] | None = None
    site_is_word: bool = False
    """`site` is no site but its short name, a text: rows without one are seen by who may do it everywhere, whatever site is
    chosen in the head of the page.
    """

    def base(self) -> Rows:
        """All rows, in no order."""
        rows = self.rows() if self.rows else self.model._default_manager.all()
        return rows.order_by().select_related(*self.related) if self.related else rows.order_by()

    def inside(self, scope: Scope) -> Q:
        """The condition for rows inside a scope."""
        if self.site_is_word:
            return Q() if scope.everywhere else Q(**{f"{self.site}__in": Site.objects.filter(pk__in=scope.sites).values("slug")})
        return scope.q(self.site, *self.zones)

    def at(self, slug: str) -> Q:
        """The condition for rows of the site of this short name."""
        return Q(**{"slug" if self.site == "pk" else self.site if self.site_is_word else f"{self.site}__slug": slug})

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((one for one in self.columns if one.name == name), None)

    def value(self, column: Column, row: Any) -> Any:
        """What stands in a column of a row."""
        if callable(column.get):
            return column.get(row)
        found = row
        for part in (column.get or column.name).split("."):
            found = getattr(found, part) if found is not None else None
        return found
