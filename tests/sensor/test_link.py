"""The line to the centre: health with alerts, configuration that is kept, a certificate that is renewed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fieldwatch.sensor import enrol as enrolment
from fieldwatch.sensor.enrol import enrol
from fieldwatch.sensor.health import Gauge
from fieldwatch.sensor.link import Link
from fieldwatch.sensor.sender import Sender
from fieldwatch.sensor.spool import Spool
from fieldwatch.sensor.state import State


def linked(centre: Any, folder: Path) -> tuple[Link, State]:
    state = State(folder)
    link, spool = Link(state, enrol(state, centre.url, centre.token(), "north")), Spool(state.spool, 1000)
    link.sender = Sender(spool, link, lambda _: None)
    link.gauge = Gauge(spool, link.sender)
    return link, state


def test_health_and_configuration_cross_and_thresholds_are_obeyed(centre: Any, tmp_path: Path) -> None:
    link, state = linked(centre, tmp_path / "one")
    sensor = link.enrolled.sensor
    centre.register.known[sensor] = centre.register.known[sensor]._replace(config={"thresholds": {"disk_free_mb": 10**9}})
    link.chores()
    assert link.told == []
    kept = state.enrolled()
    assert kept
    assert kept.config == {"thresholds": {"disk_free_mb": 10**9}}
    link._due["health"] = 0
    link.chores()
    assert [alert["kind"] for alert in centre.register.healths[-1][1]["alerts"]] == ["disk_full"]
    assert len(centre.register.healths) == 2
    link.chores()  # nothing is due
    assert len(centre.register.healths) == 2
    link.centre.close()


def test_a_certificate_that_is_due_is_renewed_and_used(centre: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link, state = linked(centre, tmp_path / "one")
    before = state.identity.read_bytes()
    monkeypatch.setattr(enrolment, "RENEW_BEFORE", timedelta(days=91))
    link.chores()
    assert state.identity.read_bytes() != before
    assert centre.register.renewals[0].sensor == link.enrolled.sensor
    link._due["health"] = 0
    link.chores()
    assert (link.sender.away, len(centre.register.healths)) == ("", 2)
    link.centre.close()


def test_what_waits_is_sent_before_the_end(centre: Any, tmp_path: Path, packed: Any) -> None:
    link, _ = linked(centre, tmp_path / "one")
    identity = "sha256:" + "1" * 64
    for number in (1, 2, 3):
        link.sender.spool.put(identity, number, packed(identity, number), is_last=number == 3)
    link.run(lambda: False, lambda _: None)
    assert [number for _, number in centre.taken()] == [1, 2, 3]
    assert link.sender.spool.sources() == []


def test_a_revoked_sensor_asks_nothing_for_a_while(centre: Any, tmp_path: Path) -> None:
    link, _ = linked(centre, tmp_path / "one")
    sensor = link.enrolled.sensor
    centre.register.known[sensor] = centre.register.known[sensor]._replace(is_revoked=True)
    link.chores()
    assert link.sender.revoked
    assert not link.sender.may_ask()
    assert centre.register.healths == []
    link.centre.close()
