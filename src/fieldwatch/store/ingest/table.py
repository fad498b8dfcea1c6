"""A table as bulk writes see it: made from its model, so that columns and keys stand in one place."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model


class Table(NamedTuple):
    """A table with the columns that are written, in this order. `types` are the database's."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def rest(self) -> tuple[str, ...]:
        """The columns that a newer row of the same key replaces."""
        return tuple(one for one in self.columns if one not in self.key and one != "id")

    def typed(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """The types of these columns."""
        by_name = dict(zip(self.columns, self.types, strict=True))
        return tuple(by_name[one] for one in columns)


@cache
def table(model: type[Model], fields: tuple[str, ...], key: tuple[str, ...]) -> Table:
    """The table of a model with these fields; `key` are those that make a row one of its kind."""
    held: list[Any] = [model._meta.get_field(name) for name in fields]
    columns = tuple(str(field.column) for field in held)
    by_field = dict(zip(fields, columns, strict=True))
    return Table(
        model._meta.db_table, columns, tuple(str(field.db_type(connection)) for field in held), tuple(by_field[name] for name in key)
    )
