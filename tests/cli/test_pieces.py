"""The lines of bytes around proofs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.cli import pieces as module
from fieldwatch.cli.pieces import pieces
from fieldwatch.facts import Evidence, Span

if TYPE_CHECKING:
    from tests.conftest import Capture


def proof(path: str, frame: int, offset: int, length: int) -> Evidence:
    return Evidence(path, (Span(frame, offset, length),), 0, "modbus")


def test_lines_before_and_behind(capture: Capture, tmp_path: Path) -> None:
    data = bytes(range(100))
    capture.frame(data)
    path = capture.write(tmp_path / "a.pcap")
    assert pieces([proof(path, 1, 40, 4)], set(), {path: 100}) == {
        (path, 1): [(16, data[16:32].hex()), (32, data[32:48].hex()), (48, data[48:64].hex())]
    }
    assert [offset for offset, _ in pieces([proof(path, 1, 0, 1)], set(), {path: 100})[path, 1]] == [0, 16]
    assert [offset for offset, _ in pieces([proof(path, 1, 96, 4)], set(), {path: 100})[path, 1]] == [80, 96]


@pytest.mark.parametrize("size", [module.LARGEST, module.LARGEST + 1])
def test_large_captures_are_not_read_again(size: int, capture: Capture, tmp_path: Path) -> None:
    capture.frame(bytes(60))
    path = capture.write(tmp_path / "a.pcap")
    assert bool(pieces([proof(path, 1, 0, 4)], set(), {path: size})) is (size <= module.LARGEST)


def test_frames_with_secrets_and_files_that_are_gone_give_nothing(capture: Capture, tmp_path: Path) -> None:
    capture.frame(bytes(60))
    path = capture.write(tmp_path / "a.pcap")
    assert pieces([proof(path, 1, 0, 4)], {(path, 1)}, {path: 100}) == {}
    gone = str(tmp_path / "gone.pcap")
    assert pieces([proof(gone, 1, 0, 4)], set(), {gone: 100}) == {}
    assert pieces([proof("-", 1, 0, 4)], set(), {"-": 100}) == {}


def test_only_so_many_frames(capture: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FRAMES", 2)
    for _ in range(3):
        capture.frame(bytes(60))
    path = capture.write(tmp_path / "a.pcap")
    assert set(pieces([proof(path, frame, 0, 4) for frame in (1, 2, 3)], set(), {path: 200})) == {(path, 1), (path, 2)}
