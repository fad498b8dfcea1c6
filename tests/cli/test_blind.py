"""Nothing is left out silently."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fieldwatch.cli.blind import blind_spots
from fieldwatch.pipeline import inspect
from fieldwatch.pipeline.losses import LOSSES

if TYPE_CHECKING:
    from tests.conftest import Capture

HARMLESS = {
    *("bytes", "packets", "messages", "flows", "novel", "layer2", "tunnelled", "fragments", "clock_backwards", "duplicated"),
    *("reordered", "retransmitted", "fragments_overlapping", "gaps", "gap_bytes"),
}
"""Counters that say what was seen, or that a gap states more exactly."""


def test_every_counter_of_the_core_is_a_loss_or_harmless(plant: Capture, tmp_path: Path) -> None:
    """A new counter must be put into words here, or be said to be harmless."""
    (capture,) = inspect([plant.write(tmp_path / "a.pcap")], fenced=False).facts.captures
    names = {name for name, _ in capture.counters}
    assert names
    assert names <= set(LOSSES) | HARMLESS
    assert not set(LOSSES) & HARMLESS


def test_files_cuts_and_silent_addresses_are_listed(plant: Capture, tmp_path: Path) -> None:
    (tmp_path / "cut.pcap").write_bytes(plant.pcap()[:-20])
    (tmp_path / "bad.pcap").write_bytes(b"nonsense nonsense nonsense")
    plant.frames = []
    plant.udp(("10.0.0.5", 40001), ("10.0.0.77", 47808), bytes.fromhex("810a00080100") + bytes.fromhex("1008"))
    plant.write(tmp_path / "silent.pcap")
    spots = {spot.what: spot for spot in blind_spots(inspect([str(tmp_path)], fenced=False))}
    assert "bad.pcap" in spots["file that was not read"].detail
    assert "cut.pcap" in spots["capture that ends too early"].detail
    assert spots["addresses that were spoken to and never heard"].detail == "10.0.0.77"


def test_a_flood_is_told_and_makes_no_assets(plant: Capture, tmp_path: Path) -> None:
    before = len(inspect([plant.write(tmp_path / "a.pcap")], fenced=False).inventory.assets)
    plant.wrap = lambda frame: frame[:6] + bytes.fromhex("020000000066") + frame[12:]
    for number in range(40):
        plant.tcp((f"77.1.{number}.9", 1024), ("10.0.0.10", 502), b"", 0x02)
    result = inspect([plant.write(tmp_path / "b.pcap")], fenced=False)
    (flood,) = [spot for spot in blind_spots(result) if spot.what.startswith("forged")]
    assert (flood.times, flood.detail) == (40, "02:00:00:00:00:66")
    assert len(result.inventory.assets) == before + 1


def test_a_whole_capture_has_none(plant: Capture, tmp_path: Path) -> None:
    assert blind_spots(inspect([plant.write(tmp_path / "a.pcap")], fenced=False)) == []
