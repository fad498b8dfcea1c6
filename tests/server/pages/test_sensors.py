"""Sensors on pages: a token is shown once, whatever a sensor told of itself is shown, thresholds and revoking leave their entries."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from fieldwatch.server.sensors.registry import TOKEN, digest
from fieldwatch.server.sensors.stored import KEPT, StoredSensors
from fieldwatch.store.models import AuditEvent, EnrolmentToken, Event, Sensor, SensorAlert, Site, Skipped, User

Browser = Callable[[User], Client]
Person = Callable[..., User]

HEALTH: dict[str, Any] = {
    "packets": 12_345, "drops": 3, "interface": "eth1", "spool": {"batches": 2}, "disk_free_bytes": 42 * 10**9, "skew_ns": 1_500_000_000,
    "unread": [{"name": "<b>.pcap", "reason": "magic 0 was read"}], "unread_count": 1,
}  # fmt: skip


@pytest.fixture
def sensor(site: Site) -> Sensor:
    return Sensor.objects.create(site=site, name="north", serial="ab")


def test_a_token_is_shown_once_and_kept_as_a_digest(site: Site, person: Person, browser: Browser) -> None:
    client = browser(person("engineer", site))
    assert b"Enrol a sensor" in client.get("/sensors/?site=works").content
    shown = client.post("/sensors/enrol/", {"site": "works", "name": "north"})
    text = re.search(r"fw1\.[\w.-]+", shown.content.decode())
    assert text
    told = TOKEN.fullmatch(text[0])
    assert told
    kept = EnrolmentToken.objects.get()
    assert (kept.digest, kept.name, kept.site, kept.used_at) == (digest(told["secret"]), "north", site, None)
    assert (kept.expires_at - kept.created_at).total_seconds() == pytest.approx(3600, abs=5)
    assert f"--to https://localhost:{settings.OPTIONS['sensors.port']} --token-file" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert told["secret"] not in str(AuditEvent.objects.get(action="sensor_token_created").detail)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 181])
def test_a_sensor_has_a_name_of_one_line(site: Site, person: Person, browser: Browser, name: str) -> None:
    assert browser(person("engineer", site)).post("/sensors/enrol/", {"site": "works", "name": name}).status_code == 303
    assert not EnrolmentToken.objects.exists()


def test_tokens_are_for_who_manages_the_site(site: Site, other_site: Site, person: Person, browser: Browser) -> None:
    told = {"site": "works", "name": "north"}
    assert browser(person("viewer", site)).post("/sensors/enrol/", told).status_code == 403
    assert browser(person("engineer", other_site)).post("/sensors/enrol/", told).status_code == 404
    assert not EnrolmentToken.objects.exists()


def test_the_page_shows_how_it_is(site: Site, sensor: Sensor, person: Person, browser: Browser) -> None:
    stored = StoredSensors(settings.DATA)
    for packets in range(KEPT + 5):
        stored.heard("ab", HEALTH | {"packets": 12_345 + packets, "alerts": [{"kind": "one_way", "words": "mirror <both> directions"}]})
    assert len(Sensor.objects.get().health["trend"]) == KEPT
    page = browser(person("viewer", site)).get(f"/sensors/{sensor.pk}/").content.decode()
    for words in (
        "12\u202f469",
        "eth1",
        "42.0\u202fGB",
        "1.5\u202fs",
        "&lt;b&gt;.pcap",
        "mirror &lt;both&gt; directions",
        "1 now, 1 at most",
    ):
        assert words in page
    assert "configure/" not in page


@pytest.mark.parametrize(
    "health",
    [
        {"packets": "many", "drops": [1], "spool": 7, "unread": {"a": 1}, "trend": "x", "disk_free_bytes": -5, "interface": 9},
        {
            "packets": True,
            "spool": {"batches": None},
            "unread": [1, {"name": {}}],
            "unread_count": 10**30,
            "trend": [[1], None, [1, 2, 3, "4"]],
        },
        {"trend": [[1, 2, 3, 4]] * 2, "skew_ns": -(10**25)},
    ],
)
def test_whatever_it_told_the_pages_stand(site: Site, sensor: Sensor, person: Person, browser: Browser, health: dict[str, Any]) -> None:
    Sensor.objects.update(health=health, config={"thresholds": [1]})
    client = browser(person("engineer", site))
    assert client.get(f"/sensors/{sensor.pk}/").status_code == 200
    assert client.get("/sensors/?site=works").status_code == 200


def test_thresholds_are_what_the_sensor_is_told(site: Site, sensor: Sensor, person: Person, browser: Browser) -> None:
    client = browser(person("engineer", site))
    client.post(f"/sensors/{sensor.pk}/configure/", {"silent_s": "300", "loss_share": "0.01", "skew_s": "", "colour": "1"})
    known = StoredSensors(settings.DATA).sensor("ab")
    assert known
    assert known.config == {"thresholds": {"silent_s": 300, "loss_share": 0.01}}
    assert AuditEvent.objects.get(action="sensor_changed").detail["thresholds"]["silent_s"] == 300
    for wrong in ("many", "nan", "-1", "1e300", "inf"):
        client.post(f"/sensors/{sensor.pk}/configure/", {"silent_s": wrong})
        assert Sensor.objects.get().config == known.config


def test_a_sensor_is_revoked_once(site: Site, sensor: Sensor, person: Person, browser: Browser) -> None:
    client = browser(person("engineer", site))
    for _ in range(2):
        assert client.post(f"/sensors/{sensor.pk}/revoke/").status_code == 303
    known = StoredSensors(settings.DATA).sensor("ab")
    assert known
    assert known.is_revoked
    assert AuditEvent.objects.filter(action="sensor_revoked").count() == 1
    assert Event.objects.filter(kind="sensor", object=str(sensor.pk)).count() == 1
    assert b"Nothing is taken of it" in client.get(f"/sensors/{sensor.pk}/").content


def test_who_sees_and_who_changes_a_sensor(site: Site, other_site: Site, sensor: Sensor, person: Person, browser: Browser) -> None:
    viewer, elsewhere = browser(person("viewer", site)), browser(person("engineer", other_site))
    assert elsewhere.get(f"/sensors/{sensor.pk}/").status_code == 404
    for change in ("configure", "revoke"):
        assert viewer.post(f"/sensors/{sensor.pk}/{change}/").status_code == 403
        assert elsewhere.post(f"/sensors/{sensor.pk}/{change}/").status_code == 404
        assert browser(person("engineer", site)).get(f"/sensors/{sensor.pk}/{change}/").status_code == 405
    assert Sensor.objects.get().state == "enrolled"


def test_what_was_not_read_stands_below_the_list(site: Site, other_site: Site, person: Person, browser: Browser) -> None:
    Skipped.objects.create(site=site, name="broken.pcap", reason="no capture")
    Skipped.objects.create(site=other_site, name="canary.pcap", reason="no capture")
    page = browser(person("viewer", site)).get("/sensors/?site=works").content
    assert b"broken.pcap" in page
    assert b"canary" not in page


def test_alerts_that_are_over_stand_below(site: Site, sensor: Sensor, person: Person, browser: Browser) -> None:
    alert = SensorAlert.objects.create(sensor=sensor, kind="clock_skew", words="12 s behind")
    client = browser(person("viewer", site))
    assert b"Was wrong" not in client.get(f"/sensors/{sensor.pk}/").content
    SensorAlert.objects.update(closed_at=alert.opened_at)
    assert b"Was wrong, and is over" in client.get(f"/sensors/{sensor.pk}/").content
