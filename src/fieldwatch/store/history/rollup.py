"""Keeps the history small: few files, and longer slices for what is older. Sums never change.

Batches bring a small file each; `merge` makes one of them when there are fifty. `roll` makes, of what is older than a day, one file for a
day and site, with slices of five minutes (14 days), of an hour (100 days), then of a day (a file for thirty days). Lists change in one
transaction; files that were replaced stay on the disk for an hour, for whoever reads them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from django.db import transaction

from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.store.history.engine import connect, sound
from fieldwatch.store.history.files import Closed, close, enlist, place, retire
from fieldwatch.store.models import HistoryFile, Site

HOUR_NS = 3_600_000_000_000
DAY_NS = 24 * HOUR_NS
MONTH_NS = 30 * DAY_NS
SMALL = 250_000
"""Rows below which a file is small."""
MOST = 50
"""How many small files there may be."""


class Stage(NamedTuple):
    """How what is older than `age_ns` is kept: slices of `grain_ns`, a file for each `period_ns`."""

    age_ns: int
    grain_ns: int
    period_ns: int


STAGES = (Stage(100 * DAY_NS, DAY_NS, MONTH_NS), Stage(14 * DAY_NS, HOUR_NS, DAY_NS), Stage(DAY_NS, SLICE_NS, DAY_NS))
"""The oldest first. What is younger than the last one stays as it came, and is merged."""


class Span(NamedTuple):
    """A period, as it has to be kept."""

    from_ns: int
    to_ns: int
    grain_ns: int


def roll_up(folder: Path, now_ns: int | None = None) -> int:
    """Keeps the history of every site small. Returns how many files were replaced."""
    now = time.time_ns() if now_ns is None else now_ns
    sites = list(Site.objects.values_list("pk", flat=True))
    return sum(roll(folder, site, now) + merge(folder, site) for site in sites)


def merge(folder: Path, site: int, most: int = MOST) -> int:
    """One file of the small ones of five-minute slices, where there are more than `most`. Returns how many there were."""
    small = list(HistoryFile.objects.filter(site_id=site, grain_ns=SLICE_NS, rows__lt=SMALL).order_by("path"))
    if len(small) <= most:
        return 0
    with connect(folder) as connection:
        files = _readable(connection, folder, small)
        span = Span(min(file.first_ns for file in files), max(file.last_ns for file in files) + 1, SLICE_NS) if files else None
        return _replace(connection, folder, site, files, [span] if span else [])


def roll(folder: Path, site: int, now_ns: int) -> int:
    """Brings what is old to its stage. Returns how many files were replaced."""
    listed = list(HistoryFile.objects.filter(site_id=site).order_by("path"))
    wanted = {span for file in listed for span in _spans(file, now_ns)}
    touched = _touched(listed, [span for span in wanted if not _is_kept(span, listed)])
    if not touched:
        return 0
    with connect(folder) as connection:
        files = _readable(connection, folder, touched)
        spans = sorted({span for file in files for span in _spans(file, now_ns)} | _young(files, now_ns))
        return _replace(connection, folder, site, files, spans)


def stage_of(slice_ns: int, now_ns: int) -> Stage | None:
    """How a slice is kept, by the end of its period: all slices of a period are kept alike (a month is whole days)."""
    for stage in STAGES:
        end = slice_ns // stage.period_ns * stage.period_ns + stage.period_ns
        if now_ns - end >= stage.age_ns:
            return stage
    return None


def _spans(file: HistoryFile, now_ns: int) -> set[Span]:
    """The old periods that a file has slices of."""
    found, at = set(), file.first_ns
    while at <= file.last_ns:
        stage = stage_of(at, now_ns)
        if stage is None:
            break
        begin = at // stage.period_ns * stage.period_ns
        found.add(Span(begin, begin + stage.period_ns, stage.grain_ns))
        at = begin + stage.period_ns
    return found


def _young(files: Sequence[HistoryFile], now_ns: int) -> set[Span]:
    """What files have after the old periods: of yesterday and today."""
    begin = now_ns // DAY_NS * DAY_NS - DAY_NS
    last = max((file.last_ns for file in files), default=0)
    return {Span(begin, last + 1, SLICE_NS)} if last >= begin else set()


def _is_kept(span: Span, listed: Sequence[HistoryFile]) -> bool:
    """One file has the period, as it has to be, and nothing else."""
    inside = [file for file in listed if file.first_ns < span.to_ns and file.last_ns >= span.from_ns]
    return (
        len(inside) == 1 and inside[0].grain_ns == span.grain_ns and span.from_ns <= inside[0].first_ns and inside[0].last_ns < span.to_ns
    )


def _touched(listed: Sequence[HistoryFile], spans: Sequence[Span]) -> list[HistoryFile]:
    return [file for file in listed if any(file.first_ns < span.to_ns and file.last_ns >= span.from_ns for span in spans)]


def _readable(connection: duckdb.DuckDBPyConnection, folder: Path, files: Sequence[HistoryFile]) -> list[HistoryFile]:
    """Files that can be read; the others stay listed, so that whoever asks is told of them."""
    good = set(sound(connection, [str(folder / file.path) for file in files]))
    return [file for file in files if str(folder / file.path) in good]


def _replace(connection: duckdb.DuckDBPyConnection, folder: Path, site: int, files: list[HistoryFile], spans: Sequence[Span]) -> int:
    """The files of these spans in place of the files given, in one transaction."""
    paths = [str(folder / file.path) for file in files]
    made = [(span, file) for span in spans for file in _written(connection, folder, site, paths, span)]
    with transaction.atomic():
        held = HistoryFile.objects.filter(pk__in=[file.pk for file in files])
        if held.select_for_update().count() != len(files):  # somebody else replaced or removed one of them
            return 0
        held.delete()
        for span, file in made:
            enlist(site, span.grain_ns, [file])
    retire(folder, [file.path for file in files])
    return len(files)


def _written(connection: duckdb.DuckDBPyConnection, folder: Path, site: int, paths: list[str], span: Span) -> list[Closed]:
    """The file of a span; none where it has no slices."""
    path, waiting = place(folder, site)
    grain, where = span.grain_ns, f"slice_ns >= {span.from_ns} AND slice_ns < {span.to_ns}"
    rows = (
        f"SELECT message_class, conversation, (slice_ns // {grain} * {grain})::BIGINT AS slice_ns, sum(times)::BIGINT AS times,"
        f" sum(unanswered)::BIGINT AS unanswered FROM read_parquet(?) WHERE {where} GROUP BY ALL ORDER BY message_class, slice_ns"
    )
    target = str(waiting).replace("'", "''")
    try:
        connection.execute(f"COPY ({rows}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)", [paths])
        first, last, count = _extent(connection, str(waiting))
        return [close(folder, path, waiting, first, last, count)] if count else []
    finally:
        waiting.unlink(missing_ok=True)


def _extent(connection: duckdb.DuckDBPyConnection, path: str) -> tuple[int, int, int]:
    found: Any = connection.execute("SELECT min(slice_ns), max(slice_ns), count(*) FROM read_parquet(?)", [path]).fetchone()
    return found[0] or 0, found[1] or 0, found[2]
