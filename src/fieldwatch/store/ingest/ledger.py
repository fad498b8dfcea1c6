"""Operations and every time that they were seen. Occurrences replace those of the same operation and frame; those of other frames stay."""

from __future__ import annotations

from collections.abc import Mapping

from fieldwatch.facts import DANGEROUS
from fieldwatch.facts.subject import Subject
from fieldwatch.store.ingest.contents import Contents
from fieldwatch.store.ingest.dialect import Change, Dialect
from fieldwatch.store.ingest.table import Table, table
from fieldwatch.store.models import Occurrence, Operation

NEWER = ("times", "seen_ns", "spans")


def operation_table() -> Table:
    """The table of operations."""
    words = ("protocol", "name", "effect", "object", "technique")
    return table(Operation, ("id", "source", "site", "actor", "target", *words, *NEWER, "digest"), ("source", "digest"))


def occurrence_table() -> Table:
    """The table of occurrences."""
    fields = ("operation", "site", "effect", "protocol", "is_change", "frame", "ordinal", "seen_ns", "values", "result")
    return table(Occurrence, fields, ("operation", "frame", "ordinal"))


def write(dialect: Dialect, site: int, source: int, is_new: bool, contents: Contents, ends: Mapping[Subject, int]) -> None:
    """The operations of a batch. `is_new`: the source has none yet."""
    if not contents.done:
        return
    made = operation_table()
    known = {} if is_new else _known(dialect, made, source, contents)
    new = [key for key in contents.done if key not in known]
    numbers = known | dict(zip(new, dialect.ids(made, len(new)), strict=True))
    rows = []
    for key in new:
        one = contents.done[key]
        rows.append((numbers[key], source, site, ends[one.actor], ends[one.target], *one.row))
    dialect.insert(made, rows)
    again = [(number, *contents.done[key].row[5:8]) for key, number in known.items()]
    dialect.change(made, ("id",), dict.fromkeys(NEWER, Change.SET), "times", again)
    _write_occurrences(dialect, site, contents, numbers, known)


def _known(dialect: Dialect, made: Table, source: int, contents: Contents) -> dict[bytes, int]:
    rows = dialect.find(made, made.key, [(source, key) for key in contents.done], ("digest", "id"))
    return {bytes(row[0]): row[1] for row in rows}


def _write_occurrences(dialect: Dialect, site: int, contents: Contents, numbers: Mapping[bytes, int], known: Mapping[bytes, int]) -> None:
    seen = occurrence_table()
    rows = []
    for key, frames in contents.frames.items():
        number, one_done = numbers[key], contents.done[key]
        effect, protocol = one_done.effect, one_done.row[0]
        is_change = effect in DANGEROUS
        for frame, times in frames.items():
            rows += [(number, site, effect, protocol, is_change, frame, ordinal, *one) for ordinal, one in enumerate(times)]
    dialect.delete(seen, ("operation_id", "frame"), [(number, frame) for key, number in known.items() for frame in contents.frames[key]])
    dialect.insert(seen, rows)
