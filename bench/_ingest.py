"""One round of the ingest on one database: batches taken, and the same rows written plainly. Prints its seconds as JSON.

python -m bench._ingest BATCHES ROWS    with FIELDWATCH_DATA, and FIELDWATCH_DATABASE_URL for PostgreSQL
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fieldwatch.facts import (
    Batch,
    Claim,
    Conversation,
    Effect,
    Evidence,
    MessageClass,
    Occurrence,
    Operation,
    Row,
    Sighting,
    Slice,
    Source,
    Span,
    Subject,
)
from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.pipeline.batches import batches

START_NS = 1_780_000_000_000_000_000 // SLICE_NS * SLICE_NS
CLASSES = 8
"""Message classes of a conversation."""

Plain = list[tuple[str, tuple[str, ...], tuple[str, ...], list[Sequence[Any]]]]
"""What one batch writes: table, columns, their types, rows."""


def made(size: int) -> list[Batch]:
    """Batches of a live sensor of so many devices: an hour's slices and changes, told every five minutes; then a capture."""
    live = Source("live:north:eth0:1", "live", "eth0", 10**6, 10**9, START_NS, START_NS, "", ())
    found: list[Batch] = []
    for told in range(3):
        found += batches(live, _rows(size, told), first=len(found) + 1, is_end=False)
    capture = Source("sha256:" + "ab" * 32, "capture", "a.pcap", 10**6, 10**9, START_NS, START_NS, "", ())
    return [*found, *batches(capture, (row for row in _rows(size, 3) if not isinstance(row, Slice)))]


def _rows(size: int, told: int) -> Iterator[Row]:
    dice = random.Random(told)
    ends = [Subject(f"10.{one >> 8}.{one & 255}.1", f"02:00:00:00:{one >> 8:02x}:{one & 255:02x}") for one in range(size)]
    for number, server in enumerate(ends):
        client = ends[number // 20]
        at = START_NS + told * SLICE_NS
        proof = Evidence("", (Span(number + 1, 54, 12),), at, "modbus")
        yield Sighting(server.ip, server.mac, 0, START_NS, at, 1000 + told, "", 1, 64)
        if told in (0, 3):
            yield from (Claim(server, name, f"{name} {number}", proof) for name in ("vendor", "model", "firmware", "serial_number"))
        classes = tuple(
            MessageClass("Read Holding Registers", Effect.READ, f"holding register {one}", (told + 1) * 300, 0, 1, START_NS, at)
            for one in range(CLASSES)
        )
        yield Conversation(client, server, "tcp", 502, "modbus", 10_000 * (told + 1), 10**6, START_NS, at, classes)
        for one in classes:
            yield Slice(client, server, "tcp", 502, one.operation, one.effect, one.object, ((at, 300, 0),))
        seen = tuple(Occurrence(told * 10**6 + dice.randrange(10**6), at, (("value", "1"),), "ok") for _ in range(6))
        yield Operation(client, server, "modbus", "Write Single Register", Effect.WRITE, "holding register 7", "T0855", 6, seen, proof)


class Recorder:
    """A dialect that notes what it is given to write."""

    def __init__(self, inner: Any, plain: Plain) -> None:
        self._inner, self._plain = inner, plain

    def insert(self, table: Any, rows: Any) -> None:
        self._note(table, table.columns, rows)
        self._inner.insert(table, rows)

    def upsert(self, table: Any, rows: Any) -> None:
        self._note(table, table.columns, rows)
        self._inner.upsert(table, rows)

    def change(self, table: Any, by: Any, changes: Any, empty: Any, rows: Any) -> None:
        self._note(table, (*by, *changes), rows)
        self._inner.change(table, by, changes, empty, rows)

    def _note(self, table: Any, columns: tuple[str, ...], rows: Any) -> None:
        if rows:
            self._plain.append((f"plain_{table.name}_{len(columns)}", columns, table.typed(columns), list(rows)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def record(told: list[Batch]) -> list[Plain]:
    """The rows that the batches make, each batch's apart; slices as rows, too."""
    import fieldwatch.store.ingest.writer as writer_module
    from fieldwatch.store.ingest.dialect import dialect

    writing: Any = writer_module

    found: list[Plain] = []
    slices = ("class", "conversation", "slice_ns", "times", "unanswered")
    plain_dialect, plain_write = writing.dialect, writing.write

    def note(folder: Path, site: int, counts: list[Any]) -> None:
        found[-1].append(("plain_slices", slices, ("bigint",) * 5, [tuple(one) for one in counts]))
        plain_write(folder, site, counts)

    writing.dialect, writing.write = (lambda: Recorder(dialect(), found[-1])), note
    try:
        site, writer = _site("recorded"), writing.Writer()
        for batch in told:
            found.append([])
            writer.take(site, batch)
    finally:
        writing.dialect, writing.write = plain_dialect, plain_write
    return found


def ours(told: list[Batch], slug: str) -> float:
    """Seconds to take the batches into a new site."""
    from fieldwatch.store.ingest import Writer

    site, writer = _site(slug), Writer()
    begin = time.perf_counter()
    for batch in told:
        writer.take(site, batch)
    return time.perf_counter() - begin


def floor(plain: list[Plain], *, is_indexed: bool) -> float:
    """Seconds to write the same rows, a transaction for each batch, into tables without keys and references; with the store's indexes."""
    from django.db import connection, transaction

    tables = {(name, columns, types) for each in plain for name, columns, types, _ in each}
    with connection.cursor() as cursor:
        for name, columns, types in tables:
            named = ", ".join(f'"{column}" {kind}' for column, kind in zip(columns, types, strict=True))
            cursor.execute(f'DROP TABLE IF EXISTS "{name}"')
            cursor.execute(f'CREATE TABLE "{name}" ({named})')
            if is_indexed:
                _index(cursor, name, columns)
    begin = time.perf_counter()
    for each in plain:
        with transaction.atomic(), connection.cursor() as cursor:
            for name, columns, _, rows in each:
                _write(cursor, connection.vendor, name, columns, rows)
    return time.perf_counter() - begin


def _index(cursor: Any, name: str, columns: tuple[str, ...]) -> None:
    """The indexes of the store's table, also those of its keys, but none refuses a row that comes twice."""
    from django.db import connection

    of = name.removeprefix("plain_").rsplit("_", 1)[0]
    found = connection.introspection.get_constraints(cursor, of) if of in connection.introspection.table_names(cursor) else {}
    wanted = {tuple(one["columns"]) for one in found.values() if one["columns"] and (one["index"] or one["unique"] or one["primary_key"])}
    for number, some in enumerate(sorted(one for one in wanted if set(one) <= set(columns))):
        named = ", ".join(f'"{column}"' for column in some)
        cursor.execute(f'CREATE INDEX "{name}_{number}" ON "{name}" ({named})')


def _write(cursor: Any, vendor: str, name: str, columns: tuple[str, ...], rows: list[Sequence[Any]]) -> None:
    if vendor == "sqlite":
        cursor.executemany(f'INSERT INTO "{name}" VALUES ({", ".join(["%s"] * len(columns))})', rows)
        return
    with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def _site(slug: str) -> int:
    from fieldwatch.store.models import Site

    return int(Site.objects.create(slug=slug, name=slug).pk)


def main() -> None:
    """Makes the rows once, then measures ours and the floor in turn."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fieldwatch.server.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    told: list[Batch] = pickle.loads(Path(sys.argv[1]).read_bytes())
    plain = record(told)
    gc.freeze()  # a worker does not hold all batches at once: the collector need not look at them
    rounds = [
        (ours(told, f"round-{number}"), floor(plain, is_indexed=False), floor(plain, is_indexed=True)) for number in range(int(sys.argv[2]))
    ]
    rows = sum(len(one) for each in plain for *_, one in each)
    print(json.dumps(dict(zip(("ours_s", "floor_s", "indexed_s"), zip(*rounds, strict=True), strict=True)) | {"rows": rows}))


if __name__ == "__main__":
    main()
