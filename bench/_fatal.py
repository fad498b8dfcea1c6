"""A verb of ours that dies at a chosen commit point: SIGKILL, from within, right before or right after the call that makes something last.

python -m bench._fatal VERB ...    with FATAL_POINT=`place|ordinal|before` (or `after`), or FATAL_TRACE=file, which gets a line each point

Commit points are: the end of a transaction, a statement outside of one, fsync, rename, link and unlink. `place` says which it is and where
our code asked for it, `ordinal` which time it is there, counted from 1.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fieldwatch

SOURCE = f"{Path(fieldwatch.__file__).parent}{os.sep}"
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Points:
    """Counts commit points, and ends the process at the chosen one."""

    def __init__(self, chosen: str, trace: str) -> None:
        self.place, self.ordinal, self.when = chosen.split("|") if chosen else ("", "0", "")
        self.seen: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.trace = Path(trace).open("a", buffering=1) if trace else None  # noqa: SIM115 - it is open as long as the process lives

    def around(self, kind: str, call: Callable[..., Any], *given: Any, **more: Any) -> Any:
        """Makes the call, unless the process is to end at it."""
        place = f"{kind} {asked()}"
        with self.lock:
            self.seen[place] += 1
            is_here = place == self.place and self.seen[place] == int(self.ordinal)
            if self.trace:
                self.trace.write(f"{place}\n")
        if is_here and self.when == "before":
            die()
        try:
            return call(*given, **more)
        finally:  # also where it failed: an unlink of what is not there
            if is_here:
                die()


def die() -> None:
    """Ends this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()


def asked() -> str:
    """Where our code asked for it: file and function."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(SOURCE):
            return f"{name.removeprefix(SOURCE)}:{frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return "elsewhere"


def watch(points: Points) -> None:
    """Puts the points around what makes things last."""
    for name in ("fsync", "replace", "rename", "link", "unlink"):
        setattr(os, name, _around(points, name, getattr(os, name)))
    sqlite3.connect = _connect(points, sqlite3.connect)


def watch_django(points: Points) -> None:
    """The same for Django's transactions, and statements outside of them."""
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper

    commit, execute = BaseDatabaseWrapper._commit, CursorWrapper._execute  # type: ignore[attr-defined]

    def committed(self: Any) -> Any:
        return points.around("commit", commit, self)

    def executed(self: Any, sql: str, *given: Any) -> Any:
        if self.db.in_atomic_block or not sql.startswith(WRITES):
            return execute(self, sql, *given)
        return points.around("statement", execute, self, sql, *given)

    BaseDatabaseWrapper._commit = committed  # type: ignore[attr-defined]
    CursorWrapper._execute = executed  # type: ignore[attr-defined]


def _around(points: Points, kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def around(*given: Any, **more: Any) -> Any:
        return points.around(kind, call, *given, **more)

    return around


def _connect(points: Points, connect: Callable[..., Any]) -> Callable[..., Any]:
    """Connections whose transactions are points; Django has its own kind."""

    class Watched(sqlite3.Connection):
        def commit(self) -> None:
            points.around("commit", super().commit)

        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            if self.isolation_level is None and sql.startswith(WRITES):
                made: sqlite3.Cursor = points.around("statement", super().execute, sql, *given)
                return made
            return super().execute(sql, *given)

    def connected(*given: Any, **more: Any) -> Any:
        return connect(*given, **{"factory": Watched, **more})

    return connected


def main() -> None:
    """Runs the verb."""
    points = Points(os.environ.get("FATAL_POINT", ""), os.environ.get("FATAL_TRACE", ""))
    watch(points)
    if sys.argv[1] != "sensor":
        watch_django(points)
    from fieldwatch.cli import main as verb

    verb()


if __name__ == "__main__":
    main()
