"""The worker waits where the store is away or the disk full, says so, and goes on by itself."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from fieldwatch.server.options import Options, options
from fieldwatch.server.worker import loop
from fieldwatch.server.worker.loop import Worker
from fieldwatch.server.worker.state import State, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Worker:
    chosen = options()
    made = Worker(Options(chosen.values, chosen.origins, tmp_path))
    monkeypatch.setattr(made.stopped, "wait", lambda _: True)
    monkeypatch.setattr(loop, "connection", Untouched())
    monkeypatch.setattr(loop, "close_old_connections", lambda: None)
    return made


class Untouched:
    """A test's connection stays open: all is rolled back with it."""

    def close(self) -> None:
        """Does nothing."""


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (OperationalError("database is locked"), State.AWAY),
        (OperationalError("connection refused"), State.AWAY),
        (OperationalError("database or disk is full"), State.FULL),
        (sqlite3.OperationalError("database or disk is full"), State.FULL),
        (OSError(errno.ENOSPC, "no room"), State.FULL),
    ],
    ids=repr,
)
def test_it_waits_and_goes_on(error: Exception, state: State, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bool:
        raise error

    with monkeypatch.context() as wrong:
        wrong.setattr(worker.arrivals, "step", fail)
        assert [worker.step(with_chores=False) for _ in range(6)] == [True] * 6
        assert told(worker.options.data).state is state
    assert worker.step(with_chores=False) is False
    assert told(worker.options.data).state is State.WORKING


def test_what_it_does_not_know_ends_it(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bool:
        raise KeyError("x")

    monkeypatch.setattr(worker.arrivals, "step", fail)
    with pytest.raises(KeyError):
        worker.step()


def test_before_the_disk_is_full_it_stops_taking_but_tidies_up(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    def note(name: str, answer: bool) -> Callable[[], bool]:
        def step(**_: Any) -> bool:
            taken.append(name)
            return answer

        return step

    monkeypatch.setattr(worker.arrivals, "step", note("arrivals", False))
    monkeypatch.setattr(worker.rota, "step", note("chores", False))
    monkeypatch.setattr(loop, "missing", lambda _: "3 MiB are free")
    assert worker.step() is True
    assert taken == ["chores"]
    assert told(worker.options.data)[:2] == (State.FULL, "3 MiB are free")
