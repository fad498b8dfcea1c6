"""The schemas of records, made of their columns: what REST answers is typed by what the list says of itself.

Standards: OpenAPI 3.1.0; JSON Schema 2020-12.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from pydantic import BaseModel, ConfigDict, Field, create_model

from fieldwatch.facts import Effect
from fieldwatch.server.listing.cells import PRIORITIES
from fieldwatch.server.listing.query import LARGEST, LONGEST, USUAL
from fieldwatch.server.records._record import Column, Filter, Kind, Record

TYPES: dict[Kind, Any] = {
    Kind.TEXT: str,
    Kind.CODE: str,
    Kind.NUMBER: int,
    Kind.BYTES: int,
    Kind.TIME: datetime.datetime,
    Kind.MOMENT: datetime.datetime,
    Kind.DAY: datetime.date,
    Kind.FLAG: bool,
    Kind.LIST: list[str],
    Kind.LEVEL: float,
    Kind.PRIORITY: str,
    Kind.VERDICT: str,
    Kind.STATE: str,
    Kind.EFFECT: str,
    Kind.SHARE: float,
    Kind.SCORE: float,
}

EXAMPLES: dict[Kind, Any] = {
    Kind.TIME: "2026-11-26T14:00:00.000000000Z",
    Kind.MOMENT: "2026-11-26T14:00:00+00:00",
    Kind.DAY: "2026-11-26",
    Kind.LEVEL: 3.5,
    Kind.PRIORITY: "now",
    Kind.VERDICT: "affected",
    Kind.EFFECT: "write",
    Kind.SHARE: 0.25,
    Kind.SCORE: 9.8,
}

ENUMS: dict[Kind, tuple[str, ...]] = {
    Kind.PRIORITY: PRIORITIES,
    Kind.EFFECT: tuple(one.value for one in Effect),
    Kind.VERDICT: ("affected", "not_affected", "undetermined"),
}

WORDS: dict[Kind, str] = {
    Kind.BYTES: "bytes",
    Kind.TIME: "when it was seen, to the nanosecond",
    Kind.LEVEL: "level of the Purdue model",
    Kind.SHARE: "0 to 1",
}


def item(record: Record) -> type[BaseModel]:
    """The schema of one row. A column that was not asked for is left out; null where nothing is known."""
    fields: dict[str, Any] = {column.name: _field(record, column) for column in record.columns}
    fields["id"] = (_key_type(record), Field(description="names it in addresses", json_schema_extra=None))
    config = ConfigDict(protected_namespaces=(), title=_title(record))
    return create_model(_title(record), __config__=config, __doc__=f"One of: {record.titles}.", **fields)


def listed(record: Record, one: type[BaseModel]) -> type[BaseModel]:
    """The schema of a page of rows."""
    fields: dict[str, Any] = {
        "items": (list[one], Field(description="the rows, in the order that was asked for")),  # type: ignore[valid-type]
        "next": (str | None, Field(None, description="cursor of the rows behind these; null at the end")),
        "previous": (str | None, Field(None, description="cursor of the rows before these; null at the beginning")),
        "count": (int, Field(description="how many rows fit the filters, up to 10,000", examples=[1])),
        "more": (bool, Field(description="there are more than `count`")),
    }
    return create_model(f"{_title(record)}List", **fields)


def parameters(record: Record) -> list[dict[str, Any]]:
    """What the address of a list may carry, as OpenAPI says it."""
    sorts = [sign + one.name for one in record.columns if one.sort for sign in ("", "-")]
    sorts += [one for one in ("id", "-id") if one not in sorts]
    names = [one.name for one in record.columns]
    made = [
        _parameter("sort", "order; - first for descending", {"type": "string", "enum": sorts, "default": record.order}),
        _parameter("cursor", "`next` or `previous` of an earlier answer in the same order", {"type": "string"}),
        _parameter("limit", "rows at most", {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": USUAL}),
        _parameter("columns", "columns, separated by commas; all without it", {"type": "string", "examples": [",".join(names[:3])]}),
    ]
    if record.search:
        made.insert(0, _parameter("q", "text that finds rows", _text()))
    if record.site:
        made.append(_parameter("site", "rows of this site alone (its slug)", _text()))
    return made + [_filter(one) for one in record.filters]


def key(record: Record) -> Any:
    """The Django field that addresses name rows by."""
    return record.model._meta.get_field(record.id)


def _parameter(name: str, words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


def _text() -> dict[str, Any]:
    return {"type": "string", "maxLength": LONGEST}


def _filter(one: Filter) -> dict[str, Any]:
    schema = _text()
    if one.choices:
        schema = {"type": "string", "enum": [str(value) for value, _words in one.choices()]}
    if one.many:
        schema = {"type": "array", "items": schema, "maxItems": 50}
    words = f"{one.title}: {one.help}" if one.help else str(one.title)
    return _parameter(one.name, f"{words}; several times: any of them" if one.many else words, schema)


def _title(record: Record) -> str:
    return "".join(part.title() for part in record.name.split("-"))


def _key_type(record: Record) -> Any:
    return int if isinstance(key(record), models.IntegerField) else str


def _field(record: Record, column: Column) -> tuple[Any, Any]:
    words = ". ".join(str(one) for one in (column.title, column.help, WORDS.get(column.kind, "")) if one)
    extra = {"enum": [*ENUMS[column.kind], None]} if column.kind in ENUMS else None
    examples = [EXAMPLES[column.kind]] if column.kind in EXAMPLES else None
    type_ = _type(record, column)
    return (type_ | None, Field(None, description=words, examples=examples, json_schema_extra=extra))  # type: ignore[arg-type]


def _type(record: Record, column: Column) -> Any:
    """The type of a column. Texts of a list may be numbers in the table; what a function gives may be either."""
    if column.kind not in {Kind.TEXT, Kind.CODE} or callable(column.get):
        return TYPES[column.kind]
    field = _at(record, (column.get or column.name).split("."))
    return int if isinstance(field, models.IntegerField) else str


def _at(record: Record, path: list[str]) -> Any:
    """The field at the end of a path of attributes; None where it ends elsewhere."""
    model: Any = record.model
    field: Any = None
    for part in path:
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        model = field.related_model
    return field
