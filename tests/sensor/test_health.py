"""What the gauge shows: news since the last report, silence, what waits."""

from __future__ import annotations

from pathlib import Path

from fieldwatch.sensor.health import MOST_UNREAD, Gauge, Traffic
from fieldwatch.sensor.journal import Unread
from fieldwatch.sensor.sender import Sender
from fieldwatch.sensor.spool import Spool


class Fake:
    """A clock and a counter that are moved by hand."""

    now = 100.0
    traffic = Traffic("eth1", 0, 0, 0, 0, 0)


def gauge(tmp_path: Path, fake: Fake, count: int = 0) -> Gauge:
    spool = Spool(tmp_path / "spool", 1000)
    spool.put("sha256:1", 1, b"12345")
    sender = Sender(spool, None, lambda _: None, clock=lambda: fake.now)  # type: ignore[arg-type]
    unread = [Unread(f"{number}.pcap", "x" * 1000) for number in range(count)]
    return Gauge(spool, sender, traffic=lambda: fake.traffic, unread=lambda: unread, clock=lambda: fake.now)


def test_packets_are_new_since_the_last_report_and_silence_is_counted(tmp_path: Path) -> None:
    fake = Fake()
    shows = gauge(tmp_path, fake)
    fake.now += 10
    assert shows.read().silent_s == 10
    fake.traffic = Traffic("eth1", 50, 2, 10, 5, 1)
    fake.now += 10
    health = shows.read()
    assert (health.new_packets, health.new_drops, health.silent_s) == (50, 2, 0)
    fake.now += 70
    health = shows.read()
    assert (health.new_packets, health.silent_s, health.told()["one_way_share"], health.told()["duplicates"]) == (0, 70, 0.5, 1)


def test_what_waits_and_whom_we_miss(tmp_path: Path) -> None:
    fake = Fake()
    shows = gauge(tmp_path, fake)
    shows.sender.missed("no route")
    fake.now += 30
    health = shows.read()
    assert (health.spool_batches, health.spool_bytes, health.away, health.away_s) == (1, 5, "no route", 30)
    assert health.told()["spool"] == {"batches": 1, "bytes": 5, "most_bytes": 1000, "put_off": 0}


def test_of_many_unread_files_some_are_told_with_their_number(tmp_path: Path) -> None:
    told = gauge(tmp_path, Fake(), MOST_UNREAD + 7).read().told()
    assert (told["unread_count"], len(told["unread"]), len(told["unread"][0]["reason"])) == (MOST_UNREAD + 7, MOST_UNREAD, 300)
