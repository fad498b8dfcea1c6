"""A clock that was set."""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path

import pytest
from django.utils import timezone

from fieldwatch.server import uploads
from fieldwatch.store import clock, events
from fieldwatch.store.models import AuditEvent, Event, Setting
from fieldwatch.store.retention import Keep, Removed, retain

pytestmark = pytest.mark.django_db
NOW_S = 1_800_000_000.0


def test_it_is_entered_and_told() -> None:
    assert clock.doubted(NOW_S) is None
    clock.note(-3600.4, NOW_S)
    assert clock.doubted(NOW_S + 5) == clock.Jump(-3600, NOW_S)
    assert AuditEvent.objects.get().detail == {"seconds": -3600}
    assert Event.objects.get().data == {"seconds": -3600}


@pytest.mark.parametrize(("later_s", "is_doubted"), [(0, True), (-3600, True), (86_399, True), (86_401, False), (-86_401, False)])
def test_it_is_doubted_for_a_day(later_s: int, is_doubted: bool) -> None:
    clock.note(120, NOW_S)
    assert bool(clock.doubted(NOW_S + later_s)) is is_doubted


def test_nothing_goes_by_its_age_while_it_is_doubted(tmp_path: Path) -> None:
    Event.objects.create(kind="site", object="a")
    Event.objects.update(at=timezone.now() - datetime.timedelta(days=20))
    Event.objects.create(kind="site", object="b")
    Setting.objects.all().delete()
    (tmp_path / "uploads").mkdir()
    part = tmp_path / "uploads" / ("a" * 32 + ".part")
    part.touch()
    os.utime(part, (1, 1))
    clock.note(500 * 86_400)
    keep = Keep(captures_bytes=10**12, history_days=1, operations_days=1, operations_rows=0, audit_days=1)
    assert retain(tmp_path, keep, time.time_ns()) == Removed()
    assert events.prune() == 0
    assert uploads.clean_up(tmp_path) == 0
    Setting.objects.filter(name=clock.NAME).delete()
    assert events.prune() == 1
    assert uploads.clean_up(tmp_path) == 1
