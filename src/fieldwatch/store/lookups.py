"""Conditions that the ORM lacks."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField, Lookup


@IntegerField.register_lookup
class Has(Lookup):
    """`field__has=bits`: the number has at least one of these bits."""

    lookup_name = "has"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The condition."""
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"({left} & {right}) <> 0", (*left_values, *right_values)
