"""Removes files of the history that nobody lists: what a crash left, and what was replaced an hour ago."""

from __future__ import annotations

import time
from pathlib import Path

from fieldwatch.store.models import HistoryFile

ORPHAN_S = 3600
"""How old a file is that nobody lists when it is removed."""


def sweep(folder: Path, now_s: float | None = None) -> int:
    """Removes files that nobody lists and that are an hour old. Returns how many."""
    oldest = (time.time() if now_s is None else now_s) - ORPHAN_S
    old = [path for path in folder.glob("[0-9]*/*") if path.is_file() and path.stat().st_mtime < oldest]
    listed = set(HistoryFile.objects.values_list("path", flat=True)) if old else set()
    removed = [path for path in old if path.relative_to(folder).as_posix() not in listed]
    for path in removed:
        path.unlink(missing_ok=True)
    return len(removed)
