"""Files of the history: written whole, then listed in the database; one that is not listed is no history.

A file is written under another name, flushed, renamed, and its folder flushed, before the transaction that lists it ends. So a crash leaves
a file that is listed and whole, or one that nobody lists: `sweep` removes those when they are an hour old. A file that others replaced is
dated anew, so that whoever reads it has this hour.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.store.models import HistoryFile

COLUMNS = ("message_class", "conversation", "slice_ns", "times", "unanswered")
SCHEMA = pa.schema([(name, pa.int64()) for name in COLUMNS])


class Count(NamedTuple):
    """How often a message class was seen in the slice that begins at `slice_ns`."""

    message_class: int
    conversation: int
    slice_ns: int
    times: int
    unanswered: int


class Closed(NamedTuple):
    """A file that is on the disk for good, by its path below the folder."""

    path: str
    first_ns: int
    last_ns: int
    rows: int
    size_bytes: int


def write(folder: Path, site: int, counts: Iterable[Count]) -> None:
    """A file of slices, listed in the transaction that goes on. Raises OSError."""
    rows = sorted(counts, key=lambda one: (one.message_class, one.slice_ns))
    table = pa.Table.from_arrays([pa.array(column, pa.int64()) for column in zip(*rows, strict=True)], schema=SCHEMA)
    path, waiting = place(folder, site)
    try:
        pq.write_table(table, waiting, compression="zstd", compression_level=1, write_statistics=True)
        times = [one.slice_ns for one in rows]
        found = close(folder, path, waiting, min(times), max(times), len(rows))
    finally:
        waiting.unlink(missing_ok=True)
    enlist(site, SLICE_NS, [found])


def place(folder: Path, site: int) -> tuple[str, Path]:
    """A path that no file had, below the folder, and the name under which the file is written first."""
    below = folder / str(site)
    below.mkdir(parents=True, exist_ok=True)
    name = f"{time.time_ns():020d}-{secrets.token_hex(4)}.parquet"
    return f"{site}/{name}", below / f".{name}.new"


def close(folder: Path, path: str, waiting: Path, first_ns: int, last_ns: int, rows: int) -> Closed:
    """Flushes a written file and gives it its name, for good."""
    with waiting.open("rb") as stream:
        os.fsync(stream.fileno())
        size_bytes = os.fstat(stream.fileno()).st_size
    target = folder / path
    os.rename(waiting, target)
    flush(target.parent)
    return Closed(path, first_ns, last_ns, rows, size_bytes)


def flush(folder: Path) -> None:
    """The names in a folder are on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def enlist(site: int, grain_ns: int, files: Sequence[Closed]) -> None:
    """Lists files, in the transaction that goes on."""
    HistoryFile.objects.bulk_create([HistoryFile(site_id=site, grain_ns=grain_ns, **one._asdict()) for one in files])


def retire(folder: Path, paths: Iterable[str]) -> None:
    """Files are no longer listed: they may be read for an hour."""
    for path in paths:
        try:
            os.utime(folder / path)
        except OSError:  # it is gone already
            continue
