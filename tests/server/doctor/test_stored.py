"""What the doctor says of the database and of what is in it."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from fieldwatch.sensor.diagnosis import Diagnosis, Standing
from fieldwatch.server.doctor import stored as checks
from fieldwatch.store import audit
from fieldwatch.store.models import AuditEvent, Sensor, SensorAlert, Site, Skipped, Source


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def said() -> dict[str, Diagnosis]:
    return {one.check: one for one in checks.stored()}


@pytest.mark.django_db
def test_a_store_that_is_well(site: Site) -> None:
    found = said()
    assert list(found) == ["database", "sensors", "captures", "audit log"]
    assert {one.standing for one in found.values()} == {Standing.OK}


@pytest.mark.django_db
def test_sensors_that_are_silent_or_see_badly(site: Site) -> None:
    soon = timezone.now() + timedelta(days=3)
    Sensor.objects.create(site=site, name="north", serial="1", seen_at=timezone.now() - timedelta(hours=1))
    seeing = Sensor.objects.create(site=site, name="south", serial="2", seen_at=timezone.now(), expires_at=soon)
    SensorAlert.objects.create(sensor=seeing, kind="one_way", words="one direction only")
    Sensor.objects.create(site=site, name="gone", serial="3", state=Sensor.State.REVOKED)
    words = [one.words for one in checks.stored() if one.check == "sensor"]
    assert words[0].startswith("north: not heard since")
    assert words[1].startswith("south: its certificate ends on")
    assert words[2:] == ["south: one_way: one direction only"]


@pytest.mark.django_db
def test_captures_that_were_not_read(site: Site) -> None:
    Source.objects.create(site=site, identity="a", kind="capture", name="a.pcap", state=Source.State.FAILED, reason="it is empty")
    Skipped.objects.create(site=site, name="b.pcap", reason="x")
    found = said()
    assert found["capture"].words == "a.pcap was not read: it is empty"
    assert found["captures"].standing is Standing.LOOK


@pytest.mark.django_db(transaction=True)
def test_a_clock_behind_the_newest_row_and_a_changed_audit_log() -> None:
    for name in ("one", "two"):
        audit.append(actor="", address="", action=audit.AuditAction.BACKUP, object=name, at_ns=time.time_ns() + 3600 * 10**9)
    found = said()
    assert (found["clock"].standing, found["audit log"].standing) == (Standing.ACT, Standing.OK)
    AuditEvent.objects.filter(object="one").update(object="else")
    assert said()["audit log"].standing is Standing.ACT


@pytest.mark.django_db
def test_a_database_of_another_release_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "pending", lambda: ["store.0002_more"])
    assert list(said()) == ["database"]
    assert "1 migrations" in said()["database"].words

    def gone() -> list[str]:
        raise OperationalError("connection refused\nmore")

    monkeypatch.setattr(checks, "pending", gone)
    assert said()["database"].words == "the database does not answer: connection refused"
