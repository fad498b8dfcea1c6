"""The one reader of the history in this process: DuckDB with few threads and a short queue."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from fieldwatch.store.history.read import History


@cache
def history() -> History:
    """The reader."""
    return History(settings.DATA / "history")
