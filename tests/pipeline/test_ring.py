"""Frames that are kept on disk are found by their numbers, and the oldest epochs give way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fieldwatch.pipeline.ring import frames, last_frame, prune, segments
from fieldwatch.pipeline.slice import Frame, write_pcap


def keep(folder: Path, first: int, count: int, size: int = 60) -> Path:
    """A segment of so many frames; each holds its number."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{first:016}.pcap"
    write_pcap(path, [Frame(n, 1, n * 1_000, n.to_bytes(4, "big").ljust(size, b"\0"), size) for n in range(first, first + count)])
    return path


def test_each_frame_is_found_by_its_number(tmp_path: Path) -> None:
    for first, count in ((1, 5), (6, 1), (10, 3)):
        keep(tmp_path, first, count)
    (tmp_path / "epoch.pcap").write_bytes(b"none of ours")
    assert [one.first for one in segments(tmp_path)] == [1, 6, 10]
    found = {one.number: int.from_bytes(one.data[:4], "big") for one in frames(tmp_path, range(20))}
    assert found == {number: number for number in (1, 2, 3, 4, 5, 6, 10, 11, 12)}
    assert [one.number for one in frames(tmp_path, {5, 7, 11})] == [5, 11]
    assert list(frames(tmp_path, [])) == []


def test_frames_that_are_gone_are_passed_over(tmp_path: Path) -> None:
    keep(tmp_path, 4, 2)
    (tmp_path / f"{6:016}.pcap").write_bytes(b"")
    assert [one.number for one in frames(tmp_path, {1, 4, 6})] == [4]


@pytest.mark.parametrize("cut", [0, 1, 30, 76])
def test_the_last_whole_frame(tmp_path: Path, cut: int) -> None:
    path = keep(tmp_path, 7, 3)
    os.truncate(path, path.stat().st_size - cut)
    last = last_frame(segments(tmp_path)[0])
    assert last is not None
    assert last.number == (9 if cut == 0 else 8)
    os.truncate(path, 10)
    assert last_frame(segments(tmp_path)[0]) is None


def test_the_oldest_epochs_give_way_and_the_current_one_stays(tmp_path: Path) -> None:
    for epoch in ("9", "10", "11"):
        for first in (1, 101):
            keep(tmp_path / epoch, first, 100, size=6_000)
    (tmp_path / "epoch.json").touch()
    prune(tmp_path, 2, tmp_path / "11")
    kept = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.pcap"))
    assert kept == ["10/0000000000000101.pcap", "11/0000000000000001.pcap", "11/0000000000000101.pcap"]
    assert not (tmp_path / "9").exists()
    prune(tmp_path, 0, tmp_path / "11")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["11", "epoch.json"]
    assert len(segments(tmp_path / "11")) == 2
