"""The few statements of bulk writing, as each database does them best: `executemany` on SQLite, COPY and arrays on PostgreSQL.

All SQL is made of names from our own models; what is written goes as parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Protocol

from django.db import connection

from fieldwatch.store.ingest.table import Table

Row = Sequence[Any]


class Change(Enum):
    """How a number of a row becomes another: `{0}` is the row's, `{1}` the new one; LEAST and GREATEST count anew in an empty row."""

    SET = "{1}"
    ADD = "{0} + {1}"
    BITS = "{0} | {1}"
    LEAST = "CASE WHEN {2} = 0 OR {1} < {0} THEN {1} ELSE {0} END"
    GREATEST = "CASE WHEN {2} = 0 OR {1} > {0} THEN {1} ELSE {0} END"


class Dialect(Protocol):
    """What bulk writing asks of a database, within the transaction of the connection."""

    def ids(self, table: Table, count: int) -> Iterator[int]:
        """So many numbers that no row of the table had or will have."""

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """New rows, by the table's columns."""

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        """Rows of distinct keys that are new, or replace the row of their key."""

    def find(self, table: Table, by: tuple[str, ...], keys: Sequence[Row], fields: tuple[str, ...]) -> Iterable[Row]:
        """These fields of the rows that have one of the keys."""

    def change(self, table: Table, by: tuple[str, ...], changes: Mapping[str, Change], empty: str, rows: Sequence[Row]) -> None:
        """Changes columns of rows: each row has the values of `by`, then of `changes`. A row is empty where its column `empty` is 0."""

    def delete(self, table: Table, by: tuple[str, ...], keys: Sequence[Row]) -> None:
        """Removes the rows that have one of the keys."""


def dialect() -> Dialect:
    """The dialect of the connection's database."""
    return Postgres() if connection.vendor == "postgresql" else Sqlite()


def _list(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _expression(change: Change, row: str, new: str, empty: str) -> str:
    return change.value.format(row, new, empty)


class Sqlite:
    """One prepared statement, many rows. Keys are looked up through VALUES, in few different lengths, so that statements stay prepared."""

    MOST = 256

    def ids(self, table: Table, count: int) -> Iterator[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
            found = cursor.fetchone()
        first = (found[0] if found else 0) + 1
        return iter(range(first, first + count))

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        self._many(f"{self._into(table)}", rows)

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        self._many(f"{self._into(table)} {_on_conflict(table)}", rows)

    def find(self, table: Table, by: tuple[str, ...], keys: Sequence[Row], fields: tuple[str, ...]) -> Iterable[Row]:
        joined = " AND ".join(f't."{name}" = k.column{at}' for at, name in enumerate(by, 1))
        wanted = ", ".join(f't."{name}"' for name in fields)
        one = "(" + ", ".join(["%s"] * len(by)) + ")"
        with connection.cursor() as cursor:
            for start in range(0, len(keys), self.MOST):
                some = self._filled(keys[start : start + self.MOST])
                values = ", ".join([one] * len(some))
                cursor.execute(
                    f'SELECT {wanted} FROM (VALUES {values}) k CROSS JOIN "{table.name}" t ON {joined}',
                    [each for key in some for each in key],
                )
                yield from cursor.fetchall()

    def change(self, table: Table, by: tuple[str, ...], changes: Mapping[str, Change], empty: str, rows: Sequence[Row]) -> None:
        width = len(by)
        named = [(name, change, f"?{at}") for at, (name, change) in enumerate(changes.items(), width + 1)]
        sets = ", ".join(f'"{name}" = {_expression(change, _list([name]), value, empty)}' for name, change, value in named)
        where = " AND ".join(f'"{name}" = ?{at}' for at, name in enumerate(by, 1))
        self._native(f'UPDATE "{table.name}" SET {sets} WHERE {where}', rows)

    def delete(self, table: Table, by: tuple[str, ...], keys: Sequence[Row]) -> None:
        self._many(f'DELETE FROM "{table.name}" WHERE ' + " AND ".join(f'"{name}" = %s' for name in by), keys)

    def _into(self, table: Table) -> str:
        return f'INSERT INTO "{table.name}" ({_list(table.columns)}) VALUES ({", ".join(["%s"] * len(table.columns))})'

    def _filled(self, keys: Sequence[Row]) -> Sequence[Row]:
        """As many keys as a power of two, the last one again and again."""
        size = 1
        while size < len(keys):
            size *= 2
        return [*keys, *[keys[-1]] * (size - len(keys))]

    def _many(self, statement: str, rows: Sequence[Row]) -> None:
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(statement, rows)

    def _native(self, statement: str, rows: Sequence[Row]) -> None:
        """With numbered parameters, which Django's cursor does not have; its errors are Django's all the same."""
        if rows:
            connection.ensure_connection()
            with connection.wrap_database_errors:
                connection.connection.executemany(statement, rows)


class Postgres:
    """COPY for new rows, COPY into a temporary table for upserts, arrays for keys."""

    def ids(self, table: Table, count: int) -> Iterator[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [f'"{table.name}"', count])
            return iter([row[0] for row in cursor.fetchall()])

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            self._copy(table.name, table.columns, rows)

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        stage, columns = f"stage_{table.name}", _list(table.columns)
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE TEMP TABLE IF NOT EXISTS "{stage}" AS SELECT {columns} FROM "{table.name}" WITH NO DATA')
            self._copy(stage, table.columns, rows)
            cursor.execute(f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM "{stage}" {_on_conflict(table)}')
            cursor.execute(f'TRUNCATE "{stage}"')

    def find(self, table: Table, by: tuple[str, ...], keys: Sequence[Row], fields: tuple[str, ...]) -> Iterable[Row]:
        if not keys:
            return []
        wanted = ", ".join(f't."{name}"' for name in fields)
        arrays, values = self._arrays(table, by, keys)
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT {wanted} FROM {arrays} JOIN "{table.name}" t ON {self._same(by)}', values)
            found: list[Row] = cursor.fetchall()
        return found

    def change(self, table: Table, by: tuple[str, ...], changes: Mapping[str, Change], empty: str, rows: Sequence[Row]) -> None:
        if not rows:
            return
        sets = ", ".join(f'"{name}" = {_expression(change, f"t.{name}", f"k.{name}", f"t.{empty}")}' for name, change in changes.items())
        arrays, values = self._arrays(table, (*by, *changes), rows)
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table.name}" t SET {sets} FROM {arrays} WHERE {self._same(by)}', values)

    def delete(self, table: Table, by: tuple[str, ...], keys: Sequence[Row]) -> None:
        if keys:
            arrays, values = self._arrays(table, by, keys)
            with connection.cursor() as cursor:
                cursor.execute(f'DELETE FROM "{table.name}" t USING {arrays} WHERE {self._same(by)}', values)

    def _same(self, by: tuple[str, ...]) -> str:
        return " AND ".join(f't."{name}" = k."{name}"' for name in by)

    def _arrays(self, table: Table, columns: tuple[str, ...], rows: Sequence[Row]) -> tuple[str, list[list[Any]]]:
        types = table.typed(columns)
        unnested = ", ".join(f"%s::{kind}[]" for kind in types)
        return f"unnest({unnested}) AS k({_list(columns)})", [list(column) for column in zip(*rows, strict=True)]

    def _copy(self, name: str, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
        statement = f'COPY "{name}" ({_list(columns)}) FROM STDIN'
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def _on_conflict(table: Table) -> str:
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in table.rest)
    return f"ON CONFLICT ({_list(table.key)}) DO UPDATE SET {sets}"
