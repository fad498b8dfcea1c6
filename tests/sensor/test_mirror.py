"""What is said of a mirror, by what came of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.pipeline.slice import Frame
from fieldwatch.pipeline.sources import UnusableInput
from fieldwatch.sensor.diagnosis import Diagnosis, Standing, worst
from fieldwatch.sensor.interface import capture as look
from fieldwatch.sensor.mirror import measure

if TYPE_CHECKING:
    from tests.conftest import Capture

PLC = ("10.0.0.10", 502)


def polls(capture: Capture, talks: int = 4) -> None:
    """Connections of several clients, with requests and answers."""
    for client in range(talks):
        capture.connect((f"10.0.0.{20 + client}", 40000), PLC)
        for number in range(5):
            capture.modbus((f"10.0.0.{20 + client}", 40000), PLC, number, bytes.fromhex("ff0300000002"), bytes.fromhex("ff030400000001"))


def said(capture: Capture, tmp_path: Path) -> dict[str, Diagnosis]:
    return {one.check: one for one in look(capture.write(tmp_path / "mirror.pcap"))}


def test_a_good_mirror_is_well(capture: Capture, tmp_path: Path) -> None:
    polls(capture)
    found = said(capture, tmp_path)
    assert list(found) == ["traffic", "loss", "directions", "duplicates", "mirror", "frame length"]
    assert worst(found.values()) is Standing.OK
    assert found["directions"].words == "0 of 4 TCP conversations show one direction only"


def test_one_direction_only(capture: Capture, tmp_path: Path) -> None:
    polls(capture)
    answers = bytes.fromhex("02000000000a")
    capture.frames = [one for one in capture.frames if one[1][6:12] != answers]
    found = said(capture, tmp_path)["directions"]
    assert (found.standing, found.words) == (Standing.ACT, "4 of 4 TCP conversations show one direction only")
    assert "both directions" in found.remedy


def test_too_few_conversations_say_nothing_about_directions(capture: Capture, tmp_path: Path) -> None:
    polls(capture, talks=1)
    assert said(capture, tmp_path)["directions"].standing is Standing.LOOK


def test_each_packet_twice(capture: Capture, tmp_path: Path) -> None:
    polls(capture)
    capture.frames = [(at + after, frame) for at, frame in capture.frames for after in (0, 20_000)]
    found = said(capture, tmp_path)["duplicates"]
    assert (found.standing, found.words) == (Standing.ACT, "50.0% of the packets came twice")


def test_a_port_that_is_no_mirror(capture: Capture, tmp_path: Path) -> None:
    for number in range(10):
        capture.frame(capture.ethernet(0x0806, bytes(27) + bytes([number]), ("02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff")))
    assert said(capture, tmp_path)["mirror"].standing is Standing.ACT


def test_nothing_came(capture: Capture, tmp_path: Path) -> None:
    found = said(capture, tmp_path)
    assert (list(found), found["traffic"].standing) == (["traffic"], Standing.ACT)


@pytest.mark.parametrize(("size", "standing"), [(1400, Standing.OK), (5000, Standing.LOOK), (30000, Standing.ACT)])
def test_frames_that_no_cable_carries(capture: Capture, tmp_path: Path, size: int, standing: Standing) -> None:
    capture.udp(("10.0.0.1", 5000), ("10.0.0.2", 5000), bytes(size))
    assert said(capture, tmp_path)["frame length"].standing is standing


def test_times_that_cannot_be(capture: Capture, tmp_path: Path) -> None:
    polls(capture)
    capture.frames[-1] = (4_000_000_000 * 10**9, capture.frames[-1][1])
    assert "in the future" in said(capture, tmp_path)["times"].words


def test_own_traffic_is_not_that_of_others() -> None:
    own = bytes.fromhex("020000000001")
    frames = [Frame(1, 1, 0, own + bytes(50), 56), Frame(2, 1, 10**9, bytes(56), 56), Frame(3, 1, 2 * 10**9, b"\x01" + bytes(55), 9000)]
    found = measure(frames, own)
    assert (found.looked, found.to_others, found.copies, found.longest) == (3, 1, 0, 9000)


def test_bytes_that_are_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "noise.pcap"
    path.write_bytes(os.urandom(2000))
    with pytest.raises(UnusableInput, match=r"noise.pcap: "):
        list(look(str(path)))
