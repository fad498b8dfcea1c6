"""Sensors in the store: a token makes one sensor, health is kept whatever it is, alerts open and close."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from fieldwatch.server.accounts.sensor_token import make_token
from fieldwatch.server.sensors.authority import Issued
from fieldwatch.server.sensors.registry import TOKEN, digest
from fieldwatch.server.sensors.stored import StoredSensors
from fieldwatch.store.models import AuditEvent, EnrolmentToken, Event, Sensor, SensorAlert, Site

EXPIRES_NS = 1_900_000_000 * 10**9


@pytest.fixture
def stored(db: None) -> StoredSensors:
    return StoredSensors(settings.DATA)


def token(site: Site, name: str = "north") -> str:
    told = TOKEN.fullmatch(make_token(site, name, None))
    assert told
    return digest(told["secret"])


def enrolled(stored: StoredSensors, site: Site, serial: str = "ab", name: str = "north") -> Sensor:
    assert stored.admit(token(site, name), Issued(serial, serial, "", EXPIRES_NS), "machine", "1.0")
    return Sensor.objects.get(serial=serial)


def test_a_token_makes_one_sensor(stored: StoredSensors, site: Site) -> None:
    spent = token(site)
    found = stored.token(spent)
    assert found
    assert (found.name, found.is_used) == ("north", False)
    issued = Issued("ab", "ab", "", EXPIRES_NS)
    assert stored.admit(spent, issued, "machine", "1.0") == stored.sensor("ab")
    assert stored.admit(spent, Issued("cd", "cd", "", EXPIRES_NS), "machine", "1.0") is None
    sensor = Sensor.objects.get()
    assert (sensor.site, sensor.name, sensor.version) == (site, "north", "1.0")
    assert sensor.expires_at == datetime.datetime.fromtimestamp(EXPIRES_NS // 10**9, datetime.UTC)
    again = stored.token(spent)
    assert again
    assert (again.is_used, again.sensor) == (True, "ab")
    assert EnrolmentToken.objects.get().sensor == sensor
    assert AuditEvent.objects.get(action="sensor_enrolled").object == "north"


def test_a_key_that_is_known_makes_no_other_sensor(stored: StoredSensors, site: Site, other_site: Site) -> None:
    """Nor does it spend the token: a revoked sensor does not come back by its old key."""
    known = enrolled(stored, site)
    Sensor.objects.update(state=Sensor.State.REVOKED)
    fresh = token(other_site)
    assert stored.admit(fresh, Issued("ab", "cd", "", EXPIRES_NS), "machine", "1.0") is None
    assert list(Sensor.objects.all()) == [known]
    again = stored.token(fresh)
    assert again
    assert not again.is_used


def test_an_expired_token_makes_none(stored: StoredSensors, site: Site) -> None:
    spent = token(site)
    EnrolmentToken.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert stored.admit(spent, Issued("ab", "ab", "", EXPIRES_NS), "machine", "1.0") is None
    assert stored.token("0" * 64) is None
    assert not Sensor.objects.exists()


def test_names_of_one_site_differ(stored: StoredSensors, site: Site, other_site: Site) -> None:
    names = [enrolled(stored, site, serial).name for serial in ("a", "b", "c")]
    assert [*names, enrolled(stored, other_site, "d").name] == ["north", "north 2", "north 3", "north"]
    assert enrolled(stored, site, "e", "").name == "machine"


def test_a_revoked_sensor_is_known_as_that(stored: StoredSensors, site: Site) -> None:
    sensor = enrolled(stored, site)
    assert stored.sensor("ab") == ("north", False, {})
    Sensor.objects.filter(pk=sensor.pk).update(state=Sensor.State.REVOKED, config={"thresholds": {}})
    assert stored.sensor("ab") == ("north", True, {"thresholds": {}})
    assert stored.sensor("cd") is None


def test_a_renewal_moves_the_end(stored: StoredSensors, site: Site) -> None:
    sensor = enrolled(stored, site)
    stored.renewed("ab", Issued("ab", "ef", "", EXPIRES_NS + 86_400 * 10**9))
    before = sensor.expires_at
    sensor.refresh_from_db()
    assert before
    assert sensor.expires_at == before + datetime.timedelta(days=1)
    assert sensor.serial == "ab"


def test_alerts_open_change_and_close(stored: StoredSensors, site: Site) -> None:
    sensor = enrolled(stored, site)
    SensorAlert.objects.create(sensor=sensor, kind="silent", words="not heard")
    Event.objects.all().delete()
    stored.heard("ab", {"packets": 5, "alerts": [{"kind": "one_way", "words": "a"}, {"kind": "clock_skew", "words": "b"}]})
    stored.heard("ab", {"packets": 6, "alerts": [{"kind": "one_way", "words": "c"}]})
    assert list(SensorAlert.objects.filter(closed_at=None).order_by("kind").values_list("kind", "words")) == [
        ("one_way", "c"),
        ("silent", "not heard"),
    ]
    assert SensorAlert.objects.get(kind="clock_skew").closed_at
    assert [event.data.get("state") for event in Event.objects.filter(kind="alert").order_by("pk")] == ["open", "open", "closed"]
    sensor.refresh_from_db()
    assert sensor.health["packets"] == 6
    assert "alerts" not in sensor.health


@pytest.mark.parametrize(
    "health",
    [
        {},
        {"version": 5, "alerts": 5},
        {"alerts": [5, {}, {"kind": [], "words": "x"}, {"kind": "colour", "words": "x"}, {"kind": "one_way", "words": 5}]},
        {"version": "x" * 500, "a\0b": "c\0d\ud800", "deep": [[[[[[[[[[5]]]]]]]]]]},
        {"large": 2**63, "small": 1e-300},
    ],
)
def test_whatever_a_sensor_says_is_kept_or_cut(stored: StoredSensors, site: Site, health: dict[str, Any]) -> None:
    sensor = enrolled(stored, site)
    stored.heard("ab", health)
    stored.heard("unknown", health)
    sensor.refresh_from_db()
    assert sensor.seen_at
    assert not SensorAlert.objects.exists()
    assert sensor.health.get("a\u2400b", "c\u2400d\ufffd") == "c\u2400d\ufffd"


def test_the_key_is_that_of_the_installation(stored: StoredSensors) -> None:
    assert stored.secret_key() == (settings.DATA / "keys" / "credentials").read_bytes()
