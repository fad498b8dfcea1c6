"""What a sensor says is wrong with what it sees: a closed set of alerts, each with clear words and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from fieldwatch.sensor.health import Health

MB = 1_000_000


class AlertKind(StrEnum):
    """The kinds of alerts."""

    NO_TRAFFIC = "no_traffic"
    PACKET_LOSS = "packet_loss"
    ONE_WAY = "one_way"
    CLOCK_SKEW = "clock_skew"
    SPOOL_FULL = "spool_full"
    DISK_FULL = "disk_full"
    CENTRE_AWAY = "centre_away"
    UNREADABLE_FILE = "unreadable_file"
    REFUSED = "refused"


class Alert(NamedTuple):
    """Something that is wrong now."""

    kind: AlertKind
    words: str


@dataclass(frozen=True)
class Thresholds:
    """From when on something is wrong."""

    silent_s: float = 60.0
    """Seconds without a packet on an interface."""
    loss_share: float = 0.001
    """Share of packets that were dropped since the last report."""
    one_way_share: float = 0.5
    """Share of the TCP conversations of which one direction only is seen."""
    one_way_least: int = 20
    """Conversations below which nothing is said about directions."""
    skew_s: float = 5.0
    """Seconds by which the clocks of sensor and centre differ."""
    disk_free_mb: int = 512
    """Megabytes that should be free on the disk of the spool."""
    away_s: float = 60.0
    """Seconds for which the centre has not answered."""
    spool_share: float = 0.9
    """Share of the spool that is in use."""


def alerts(health: Health, limits: Thresholds) -> Iterator[Alert]:
    """What is wrong now, one alert a kind at most."""
    for told in (_traffic, _kept):
        yield from told(health, limits)
    skew_s = abs(health.skew_ns or 0) / 1e9
    if skew_s > limits.skew_s:
        which = "behind" if (health.skew_ns or 0) > 0 else "ahead of"
        yield Alert(AlertKind.CLOCK_SKEW, f"The sensor's clock is {skew_s:.0f} s {which} the centre's; set up NTP on the sensor.")
    if health.away and health.away_s > limits.away_s:
        yield Alert(
            AlertKind.CENTRE_AWAY, f"The centre has not answered for {health.away_s:.0f} s: {health.away}. What is seen is kept here."
        )
    if health.unread:
        first = health.unread[0]
        more = f" (and {len(health.unread) - 1} more)" if len(health.unread) > 1 else ""
        yield Alert(AlertKind.UNREADABLE_FILE, f"{first.name}{more} was not read: {first.reason}")
    if health.refused:
        identity, why = next(iter(health.refused.items()))
        yield Alert(AlertKind.REFUSED, f"The centre takes no facts of {identity}: {why}. Sensor and centre may have different versions.")


def _traffic(health: Health, limits: Thresholds) -> Iterator[Alert]:
    traffic = health.traffic
    if traffic is None:
        return
    where = traffic.interface
    if health.silent_s > limits.silent_s:
        yield Alert(
            AlertKind.NO_TRAFFIC,
            f"No packet came to {where} for {health.silent_s:.0f} s: check the cable and the mirror port of the switch.",
        )
    total = health.new_packets + health.new_drops
    if total and health.new_drops / total > limits.loss_share:
        share = health.new_drops / total
        yield Alert(
            AlertKind.PACKET_LOSS,
            f"{share:.1%} of the packets of {where} were dropped since the last report: give the sensor a larger ring, or mirror less.",
        )
    if traffic.conversations >= limits.one_way_least and traffic.one_way / traffic.conversations > limits.one_way_share:
        yield Alert(
            AlertKind.ONE_WAY,
            f"Of {traffic.one_way} of {traffic.conversations} conversations on {where} one direction only is seen: mirror both directions.",
        )


def _kept(health: Health, limits: Thresholds) -> Iterator[Alert]:
    if health.disk_free_bytes < limits.disk_free_mb * MB or health.is_disk_full:
        yield Alert(
            AlertKind.DISK_FULL, f"{health.disk_free_bytes // MB} MB are free on the sensor's disk: make room, or give the spool another."
        )
    if health.spool_bytes > limits.spool_share * health.spool_most_bytes or health.is_spool_full:
        yield Alert(
            AlertKind.SPOOL_FULL,
            f"{health.spool_bytes // MB} of {health.spool_most_bytes // MB} MB wait for the centre; reading waits until it takes them.",
        )


__all__ = ["Alert", "AlertKind", "Thresholds", "alerts"]
