"""Many rows changed at once, each to its own values: one prepared statement, as the drivers do it fastest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


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
