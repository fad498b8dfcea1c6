"""Many rows at once, each with its own values: one prepared statement, as the drivers do it fastest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import JSONField, Model


def update(model: type[Model], columns: Sequence[str], rows: Iterable[tuple[int, Sequence[Any]]]) -> None:
    """Sets the columns of each row (primary key, values in the order of `columns`)."""
    meta: Any = model._meta
    fields = [meta.get_field(name) for name in columns]
    quote = connection.ops.quote_name
    assigned = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    statement = f"UPDATE {quote(meta.db_table)} SET {assigned} WHERE {quote(meta.pk.column)} = %s"
    values = [(*(field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)), key) for key, row in rows]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


def insert(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Adds rows with these values (all columns but the primary key; texts, numbers and JSON)."""
    meta: Any = model._meta
    fields = [meta.get_field(name) for name in columns]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    statement = f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({', '.join(['%s'] * len(fields))})"
    is_json = [isinstance(field, JSONField) for field in fields]
    values = [
        [field.get_db_prep_save(value, connection) if json else value for field, value, json in zip(fields, row, is_json, strict=True)]
        for row in rows
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)
