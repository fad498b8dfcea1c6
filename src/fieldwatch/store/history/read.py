"""Questions to the history. Only files that the database lists are opened; one that is missing or broken is said, and the others answer.

A slice counts where it begins. What is old has longer slices (see `rollup`): `grain_ns` of an answer is the length of the longest of them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import duckdb

from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.store.history.engine import connect, sound
from fieldwatch.store.models import HistoryFile

ALWAYS_NS = 2**62
QUEUE = 8
"""How many may wait for the one connection."""


class HistoryBusy(Exception):
    """Too many ask, or a question takes too long: ask again, or for less."""


class Asked(NamedTuple):
    """What of the history is meant: all that is not narrowed."""

    site: int | None = None
    from_ns: int = 0
    to_ns: int = ALWAYS_NS
    conversations: Sequence[int] | None = None
    message_classes: Sequence[int] | None = None


class Series(NamedTuple):
    """Counts by bucket: when the first begins, how long each is. `unreadable`: files that are listed and could not be read."""

    first_ns: int
    width_ns: int
    times: tuple[int, ...]
    unanswered: tuple[int, ...]
    grain_ns: int
    unreadable: tuple[str, ...]


class Busy(NamedTuple):
    """A message class, or a conversation, by its number."""

    number: int
    times: int
    unanswered: int


class Ranking(NamedTuple):
    """The most seen first."""

    rows: tuple[Busy, ...]
    unreadable: tuple[str, ...]


class Row(NamedTuple):
    """A message class in one slice, over all sources."""

    slice_ns: int
    message_class: int
    conversation: int
    times: int
    unanswered: int


class Page(NamedTuple):
    """Rows, the newest first; `after` asks for those after them, None where there are no more."""

    rows: tuple[Row, ...]
    after: tuple[int, int] | None
    unreadable: tuple[str, ...]


class History:
    """Answers questions, one after the other: threads wait `wait_s` for their turn, a question may take `limit_s`."""

    def __init__(self, folder: Path, *, wait_s: float = 5.0, limit_s: float = 20.0) -> None:
        self._folder, self._wait_s, self._limit_s = folder, wait_s, limit_s
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._turn, self._places = threading.Lock(), threading.BoundedSemaphore(QUEUE)

    def __enter__(self) -> History:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the connection; the next question opens another."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def times(self, asked: Asked, buckets: int) -> Series:
        """How often, in so many buckets of the time asked for. Raises HistoryBusy."""
        width_ns = max(1, -(-(asked.to_ns - asked.from_ns) // max(1, buckets)))
        times, unanswered = [0] * buckets, [0] * buckets
        found, missing = self._ask(
            asked,
            "SELECT (slice_ns - $from) // $width AS bucket, sum(times), sum(unanswered) FROM {rows} GROUP BY ALL",
            {"width": width_ns},
        )
        for bucket, seen, silent in found:
            times[bucket] += int(seen)
            unanswered[bucket] += int(silent)
        grains = self._files(asked).values_list("grain_ns", flat=True)
        return Series(asked.from_ns, width_ns, tuple(times), tuple(unanswered), max(grains, default=SLICE_NS), missing)

    def busiest(self, asked: Asked, most: int = 20, *, by_conversation: bool = False) -> Ranking:
        """The message classes, or conversations, that were seen most. Raises HistoryBusy."""
        of = "conversation" if by_conversation else "message_class"
        found, missing = self._ask(
            asked, f"SELECT {of}, sum(times), sum(unanswered) FROM {{rows}} GROUP BY {of} ORDER BY 2 DESC, 1 LIMIT $most", {"most": most}
        )
        return Ranking(tuple(Busy(*map(int, row)) for row in found), missing)

    def counts(self, asked: Asked | None = None, most: int = 10_000, after: tuple[int, int] | None = None) -> Page:
        """Message classes by slice, a page of them. Raises HistoryBusy."""
        begin, number = after or (ALWAYS_NS, ALWAYS_NS)
        found, missing = self._ask(
            asked or Asked(),
            "SELECT slice_ns, message_class, conversation, sum(times), sum(unanswered) FROM {rows}"
            " WHERE slice_ns < $begin OR (slice_ns = $begin AND message_class < $number)"
            " GROUP BY ALL ORDER BY slice_ns DESC, message_class DESC LIMIT $most",
            {"begin": begin, "number": number, "most": most},
        )
        rows = tuple(Row(*map(int, row)) for row in found)
        return Page(rows, (rows[-1].slice_ns, rows[-1].message_class) if len(rows) == most else None, missing)

    def _files(self, asked: Asked) -> Any:
        files = HistoryFile.objects.filter(first_ns__lt=asked.to_ns, last_ns__gte=asked.from_ns)
        return files if asked.site is None else files.filter(site_id=asked.site)

    def _ask(self, asked: Asked, query: str, values: dict[str, Any]) -> tuple[list[tuple[Any, ...]], tuple[str, ...]]:
        """The answer, and the listed files that it does not have."""
        where, given = _where(asked)
        listed = list(self._files(asked).order_by("path").values_list("path", flat=True))
        paths = [str(self._folder / path) for path in listed if (self._folder / path).is_file()]
        statement = query.format(rows=f"(SELECT * FROM read_parquet($files) WHERE {where})")
        used = {name: value for name, value in (given | values).items() if f"${name}" in statement}
        with self._connected() as connection:
            try:
                found = self._run(connection, statement, used, paths)
            except duckdb.InterruptException:
                raise HistoryBusy("the history is asked for too much at once: ask for less time, or fewer conversations") from None
            except duckdb.Error:
                paths, tried = sound(connection, paths), paths
                if paths == tried:
                    raise
                found = self._run(connection, statement, used, paths)
        read = set(paths)
        return found, tuple(path for path in listed if str(self._folder / path) not in read)

    def _run(self, connection: duckdb.DuckDBPyConnection, statement: str, values: dict[str, Any], paths: list[str]) -> list[Any]:
        if not paths:
            return []
        clock = threading.Timer(self._limit_s, connection.interrupt)
        clock.start()
        try:
            return connection.execute(statement, values | {"files": paths}).fetchall()
        finally:
            clock.cancel()

    @contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        if not self._places.acquire(blocking=False):
            raise HistoryBusy(f"{QUEUE} questions to the history wait already: ask again")
        try:
            if not self._turn.acquire(timeout=self._wait_s):
                raise HistoryBusy("the history answers somebody else: ask again")
            try:
                self._connection = self._connection or connect(self._folder)
                yield self._connection
            finally:
                self._turn.release()
        finally:
            self._places.release()


def _where(asked: Asked) -> tuple[str, dict[str, Any]]:
    parts, given = ["slice_ns >= $from AND slice_ns < $to"], {"from": asked.from_ns, "to": asked.to_ns}
    more: dict[str, Any] = {}
    for column, numbers in (("conversation", asked.conversations), ("message_class", asked.message_classes)):
        if numbers is not None:
            parts.append(f"{column} IN (SELECT unnest(${column}::BIGINT[]))")
            more[column] = list(numbers)
    return " AND ".join(parts), given | more
