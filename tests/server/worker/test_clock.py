"""A clock that is set is noticed, while the worker runs and between two of them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fieldwatch.server.worker.clock import OFF_S, Clock
from fieldwatch.server.worker.state import State, say
from fieldwatch.store.models import AuditEvent

pytestmark = pytest.mark.django_db


def steps() -> list[int]:
    return [one.detail["seconds"] for one in AuditEvent.objects.filter(action="clock_set").order_by("number")]


@pytest.fixture
def shifted(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the clock is set by."""
    by, now = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: now() + by[0])
    return by


def test_while_it_runs(tmp_path: Path, shifted: list[float]) -> None:
    clock = Clock(tmp_path)
    for shifted[0] in (0, 5, 30, 3600, 3600, 0, 1):
        clock.step()
    assert steps() == pytest.approx([3570, -3600], abs=1)
    assert clock.set_s() == pytest.approx(-3600, abs=1)


@pytest.mark.parametrize(("by_s", "is_noted"), [(-3600, True), (-30, False), (3600, False), (OFF_S + 60, True)])
def test_between_two_workers(by_s: int, is_noted: bool, tmp_path: Path, shifted: list[float]) -> None:
    say(tmp_path, State.WORKING)
    shifted[0] = by_s
    Clock(tmp_path).step()
    assert bool(steps()) is is_noted


def test_the_first_worker_of_all_doubts_nothing(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    clock.step()
    clock.step()
    assert steps() == []
    assert clock.set_s() == 0
