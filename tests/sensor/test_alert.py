"""Alerts from both sides of each threshold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fieldwatch.sensor.alert import AlertKind, Thresholds, alerts
from fieldwatch.sensor.health import Health, Traffic
from fieldwatch.sensor.journal import Unread
from fieldwatch.sensor.link import thresholds

WELL = Health(
    traffic=Traffic("eth1", 1000, 0, 100, 50, 0), new_packets=1000, new_drops=1, silent_s=60, skew_ns=5 * 10**9, away="no route",
    away_s=60, revoked="", refused={}, disk_free_bytes=512_000_000, is_disk_full=False, spool_batches=0, spool_bytes=900,
    spool_most_bytes=1000, is_spool_full=False, put_off=0, reading="", read_files=0, unread=(), sent=0, uptime_s=0,
)  # fmt: skip
"""At every threshold, and over none."""


def kinds(**changes: Any) -> list[str]:
    return [alert.kind for alert in alerts(replace(WELL, **changes), Thresholds())]


def test_at_the_thresholds_nothing_is_wrong() -> None:
    assert kinds() == []


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"silent_s": 61}, AlertKind.NO_TRAFFIC, "mirror port"),
        ({"new_drops": 2}, AlertKind.PACKET_LOSS, "0.2%"),
        ({"traffic": Traffic("eth1", 1000, 0, 100, 51, 0)}, AlertKind.ONE_WAY, "51 of 100"),
        ({"skew_ns": 6 * 10**9}, AlertKind.CLOCK_SKEW, "6 s behind"),
        ({"skew_ns": -3600 * 10**9}, AlertKind.CLOCK_SKEW, "3600 s ahead of"),
        ({"spool_bytes": 901}, AlertKind.SPOOL_FULL, "wait for the centre"),
        ({"is_spool_full": True}, AlertKind.SPOOL_FULL, "wait for the centre"),
        ({"disk_free_bytes": 511_999_999}, AlertKind.DISK_FULL, "make room"),
        ({"is_disk_full": True}, AlertKind.DISK_FULL, "make room"),
        ({"away_s": 61}, AlertKind.CENTRE_AWAY, "no route"),
        (
            {"unread": (Unread("a.pcap", "is none"), Unread("b", "c"))},
            AlertKind.UNREADABLE_FILE,
            "a.pcap (and 1 more) was not read: is none",
        ),
        ({"refused": {"sha256:1": "form: 2"}}, AlertKind.REFUSED, "form: 2"),
    ],
)
def test_over_a_threshold_there_is_one_alert(changes: dict[str, Any], kind: AlertKind, words: str) -> None:
    (alert,) = alerts(replace(WELL, **changes), Thresholds())
    assert alert.kind is kind
    assert words in alert.words


def test_few_conversations_say_nothing_about_directions() -> None:
    assert kinds(traffic=Traffic("eth1", 1000, 0, 19, 19, 0)) == []
    assert kinds(traffic=Traffic("eth1", 1000, 0, 20, 20, 0)) == [AlertKind.ONE_WAY]


def test_without_an_interface_nothing_is_said_about_traffic() -> None:
    assert kinds(traffic=None, silent_s=1e6, new_drops=10**6) == []


def test_a_centre_that_was_only_just_missed_is_no_alert() -> None:
    assert kinds(away="", away_s=1e6) == []


def test_thresholds_come_from_the_configuration_where_they_are_numbers() -> None:
    told = {"silent_s": 5, "one_way_least": 7, "loss_share": "much", "skew_s": True, "away_s": -1, "colour": 3}
    assert thresholds(told) == Thresholds(silent_s=5.0, one_way_least=7)
    assert thresholds(None) == thresholds([]) == Thresholds()
