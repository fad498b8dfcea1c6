"""A frame's bytes, with what was read from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.cli.evidence import dump, legend
from fieldwatch.pipeline.fields import Field

if TYPE_CHECKING:
    from tests.cli.conftest import Done
    from tests.conftest import Capture


def test_fields_are_marked_and_named(plant: Capture, tmp_path: Path, run_cli: Callable[..., Done]) -> None:
    path = plant.write(tmp_path / "a.pcap")
    frame = next(number for number, (_, data) in enumerate(plant.frames, 1) if b"Acme!" in data)
    done = run_cli("evidence", path, str(frame))
    assert done.exit_code == 0, done.output
    assert f"frame {frame}, 2023-11-14T" in done.output
    assert "modbus vendor" in done.output
    assert "Acme!" in done.output
    bytes_shown = "".join(line[6:54].replace(" ", "") for line in done.output.splitlines() if line[:4].strip() and line[4:6] == "  ")
    assert plant.frames[frame - 1][1].hex() in bytes_shown


def test_the_slice_is_a_capture_of_that_frame(plant: Capture, tmp_path: Path, run_cli: Callable[..., Done]) -> None:
    path, out = plant.write(tmp_path / "a.pcap"), tmp_path / "slice.pcap"
    done = run_cli("evidence", path, "7", "--pcap", str(out))
    assert done.exit_code == 0, done.output
    assert out.read_bytes()[40:] == plant.frames[6][1]


@pytest.mark.parametrize("frame", ["0", "999"])
def test_a_frame_that_is_not_there_is_refused(frame: str, plant: Capture, tmp_path: Path, run_cli: Callable[..., Done]) -> None:
    done = run_cli("evidence", plant.write(tmp_path / "a.pcap"), frame)
    assert done.exit_code == 2


def test_credentials_are_never_printed(capture: Capture, tmp_path: Path, run_cli: Callable[..., Done]) -> None:
    client, server = ("10.0.0.5", 40000), ("10.0.0.20", 21)
    capture.connect(client, server)
    frames = []
    for side, line in (
        (server, "220 ready"),
        (client, "USER anna"),
        (server, "331 password"),
        (client, "PASS geh3im!"),
        (server, "230 ok"),
    ):
        frames.append(capture.tcp(side, client if side is server else server, line.encode() + b"\r\n"))
    done = run_cli("evidence", capture.write(tmp_path / "a.pcap"), str(frames[3]))
    assert done.exit_code == 0, done.output
    assert "geh3im!" not in done.output
    assert b"geh3im!".hex(" ") not in done.output
    assert "**" in done.output
    assert "ftp login" in done.output


def test_hostile_values_are_escaped() -> None:
    (line,) = legend([Field(0, 4, "name", "\x1b[2J\u202e")])
    assert "\\x1b[2J\\u202e" in line.plain


def test_control_bytes_are_dots() -> None:
    (line,) = dump(b"\x1bA\x00\xff", [])
    assert line.plain.rstrip().endswith("·A··")
