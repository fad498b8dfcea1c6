"""REST of the records: for each one its list and its rows, with the filters, order, cursors, rights and scope of its page.

Answers are written as they are; a test holds them to the schemas, which are made of the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel

from fieldwatch.server.accounts.access import Access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api import schema
from fieldwatch.server.api.details import DETAILS
from fieldwatch.server.listing.cells import plain
from fieldwatch.server.listing.query import Page, Query, page, query
from fieldwatch.server.records._record import Column, Record, Rows

JSON = "application/json"


def written(body: Any, status: int = 200) -> HttpResponse:
    """The answer in JSON."""
    return HttpResponse(orjson.dumps(body), status=status, content_type=JSON)


def shown(record: Record, row: Any, columns: tuple[Column, ...]) -> dict[str, Any]:
    """A row as REST shows it: its id, then the columns."""
    identity = getattr(row, record.id)
    made: dict[str, Any] = {"id": identity if isinstance(identity, int) else str(identity)}
    for column in columns:
        if column.name != "id":
            made[column.name] = plain(column, record.value(column, row))
    return made


def listed(asked: Query, found: Page) -> dict[str, Any]:
    """A page of rows as REST shows it."""
    columns = asked.columns if asked.params.get("columns") else asked.record.columns
    return {
        "items": [shown(asked.record, row, columns) for row in found.rows],
        "next": found.next or None,
        "previous": found.previous or None,
        "count": found.total,
        "more": found.is_more,
    }


def one(request: HttpRequest, record: Record, key: Any, may: May | None = None) -> Any:
    """The row with this id, inside the scope of `may` (of the record's right without it). Raises Http404, which tells nothing more."""
    held = required(request, may or record.may)
    row = _inside(record, held, may or record.may).filter(**{record.id: _key(record, key)}).first()
    if row is None:
        raise Http404
    if record.prepare:
        record.prepare([row])
    return row


def detailed(record: Record, row: Any, held: Access) -> dict[str, Any]:
    """A row with all columns, and what there is beyond them."""
    made = shown(record, row, record.columns)
    made |= record.more(row) if record.more else {}
    detail = DETAILS.get(record.plural)
    return {**made, **(detail.more(row, held) if detail else {})}


def add(record: Record, made: Router) -> None:
    """Adds list and rows of a record to the router of what can be changed of it."""
    item = schema.item(record)
    whole = _with_more(item, record)
    extra: Mapping[str, Any] = {"parameters": schema.parameters(record)}
    made.get("", response=schema.listed(record, item), openapi_extra=extra, operation_id=f"list_{_word(record.plural)}",  # type: ignore[arg-type]
             summary=f"{record.titles}", description=str(record.empty))(_list(record))  # fmt: skip
    made.get("/{key}", response=whole, operation_id=f"get_{_word(record.name)}", summary=f"One {record.title}")(_one(record))


def _list(record: Record) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        asked = query(record, request.GET, required(request, record.may))
        return written(listed(asked, page(asked)))

    return view


def _one(record: Record) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, key: str = Path(description=f"the {record.id} of the {record.title}")) -> HttpResponse:  # type: ignore[type-arg]
        row = one(request, record, key)
        return written(detailed(record, row, required(request, record.may)))

    return view


def _with_more(item: type[BaseModel], record: Record) -> type[BaseModel]:
    """The schema of a whole row."""
    detail = DETAILS.get(record.plural)
    if detail is None:
        return item
    return type(f"Whole{item.__name__}", (item, detail.schema), {"__module__": __name__, "__doc__": f"All of one {record.title}."})


def _inside(record: Record, held: Access, may: May) -> Rows:
    """The rows of a record inside a scope; one may stand there twice, where it is inside by two zones."""
    rows = record.base()
    if not record.site:
        return rows if held.scope(may).everywhere else rows.none()
    return rows.filter(record.inside(held.scope(may)))


def _key(record: Record, key: Any) -> Any:
    """The id that a text means. Raises Http404: what is none names nothing."""
    text = str(key)
    if len(text) > 200 or "\0" in text:
        raise Http404
    try:
        return schema.key(record).to_python(text)
    except ValidationError:
        raise Http404 from None


def _word(text: str) -> str:
    return text.replace("-", "_")
