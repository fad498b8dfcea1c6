"""The summary says in a glance what is there, what was done, what could not be seen; and obeys nothing that a device sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fieldwatch.cli.summary import summary
from fieldwatch.pipeline import Result, inspect

if TYPE_CHECKING:
    from tests.conftest import Capture


def words(result: Result, width: int = 140) -> str:
    return "".join("".join(cell.text for cell in line) + "\n" for line in summary(result, width))


def read(capture: Capture, folder: Path) -> Result:
    return inspect([capture.write(folder / "a.pcap")], fenced=False)


def test_assets_operations_and_conversations_are_there(plant: Capture, tmp_path: Path) -> None:
    text = words(read(plant, tmp_path))
    assert text.startswith("2 assets, 2 conversations, 2 protocols in 48 packets of 1 capture, 2023-11-14 22:13:20")
    (line,) = [line for line in text.splitlines() if line.startswith("10.0.0.10")]
    assert "Acme!" in line
    assert "V2.1" in line
    assert "░░" in line, "what is not known is marked"
    assert "○ write" in text
    assert "modbus 1" in text


def test_a_capture_without_devices_says_what_would_help(capture: Capture, tmp_path: Path) -> None:
    text = words(read(capture, tmp_path))
    assert "0 assets" in text
    assert "No device was seen" in text


def test_hostile_names_are_shown_not_obeyed(capture: Capture, tmp_path: Path) -> None:
    hmi, plc = ("10.0.0.5", 40000), ("10.0.0.10", 502)
    capture.connect(hmi, plc)
    name = "\x1b[2J[bold red]\u202eevil\n".encode()
    answer = bytes.fromhex("ff2b0e010100000100") + bytes([len(name)]) + name
    capture.modbus(hmi, plc, 1, bytes.fromhex("ff2b0e0100"), answer)
    text = words(read(capture, tmp_path))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[2J[bold red]" in text


def test_what_was_lost_is_counted(capture: Capture, tmp_path: Path) -> None:
    hmi, plc = ("10.0.0.5", 40000), ("10.0.0.10", 502)
    capture.connect(hmi, plc)
    for number in range(5):
        message = number.to_bytes(2, "big") + bytes.fromhex("00000006ff0300000001")
        capture.tcp(hmi, plc, message, lost=number == 2)
    path = tmp_path / "cut.pcap"
    path.write_bytes(capture.pcap()[:-20])
    text = words(inspect([str(path)], fenced=False))
    assert "gaps in conversations" in text
    assert "capture that ends too early" in text


def test_every_width_fits(plant: Capture, tmp_path: Path) -> None:
    result = read(plant, tmp_path)
    for width in (60, 80, 100, 120, 200):
        assert max(map(len, words(result, width).splitlines())) <= width
