"""DuckDB within this process: two threads, 512 MB, no extension fetched, no file but those below the folder of the history."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import duckdb

log = logging.getLogger(__name__)

THREADS = 2
MEMORY = "512MB"


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection with an empty database in memory; what it cannot hold it spills into a folder beside the files."""
    folder.mkdir(parents=True, exist_ok=True)
    made = duckdb.connect(
        ":memory:",
        config={
            "threads": THREADS,
            "memory_limit": MEMORY,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "temp_directory": str(folder / ".spill"),
            "preserve_insertion_order": False,
        },
    )
    allowed = str(folder.resolve()).replace("'", "''")
    made.execute(f"SET allowed_directories = ['{allowed}/', '{allowed}/.spill/']")
    made.execute("SET enable_external_access = false")
    made.execute("SET lock_configuration = true")
    return made


def sound(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> list[str]:
    """Those of the files that can be read to their end; the others are logged."""
    found = []
    for file in files:
        try:
            connection.execute(
                "SELECT sum(times), sum(unanswered), max(slice_ns), max(conversation), max(message_class) FROM read_parquet(?)", [file]
            )
            connection.fetchall()
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            log.warning("history: %s cannot be read: %s", file, str(error).splitlines()[0])
        else:
            found.append(file)
    return found
