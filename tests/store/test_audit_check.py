"""The audit log is checked every day, and its breaking is told once."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from fieldwatch.store import audit_check
from fieldwatch.store.audit import AuditAction, append, write_head
from fieldwatch.store.models import AuditEvent, Event, Setting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def log(tmp_path: Path, settings: Any) -> None:
    settings.DATA = tmp_path
    for name in ("x", "y"):
        append(actor="ada", address="", action=AuditAction.SETTING_CHANGED, object=name)
    write_head()


def aged(**ago: float) -> None:
    """Puts the last check back by so much."""
    kept = Setting.objects.get(name=audit_check.NAME)
    kept.value["at"] = (timezone.now() - datetime.timedelta(**ago)).isoformat()
    kept.save()


def told() -> list[bool]:
    return [one.data["is_whole"] for one in Event.objects.filter(kind="audit").order_by("pk")]


def test_a_whole_log_is_checked_once_a_day_and_nothing_is_told() -> None:
    first = audit_check.check_daily()
    assert first is not None and first["is_whole"] and first["entries"] == 2
    aged(hours=23)
    assert audit_check.check_daily() is None
    aged(hours=25)
    assert audit_check.check_daily() is not None
    assert told() == []


def test_a_broken_log_is_told_once_and_so_is_its_mending() -> None:
    AuditEvent.objects.filter(object="x").update(actor="eve")
    found = audit_check.check_daily()
    assert found is not None and found["number"] == 1 and "not what was sealed" in found["reason"]
    assert Event.objects.get(kind="audit").object == "1"
    aged(minutes=31)
    assert audit_check.check_daily() is not None, "a broken log is looked at sooner than after a day"
    assert told() == [False]
    AuditEvent.objects.filter(object="x").update(actor="ada")
    aged(minutes=31)
    assert audit_check.check_daily() is not None
    assert told() == [False, True]


def test_a_check_of_the_future_counts_for_nothing() -> None:
    audit_check.check()
    aged(hours=-5)
    assert audit_check.check_daily() is not None


def test_it_says_who_looked() -> None:
    assert audit_check.last() is None
    audit_check.check("ada")
    result = audit_check.last()
    assert result is not None and result["by"] == "ada"
