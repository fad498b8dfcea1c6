"""The page's data: everything that the lists show, and no secret."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from fieldwatch.cli import page_data as data
from fieldwatch.cli.page_data import page_data
from fieldwatch.pipeline import inspect

if TYPE_CHECKING:
    from tests.conftest import Capture


def test_rows_refer_to_assets_and_captures(plant: Capture, tmp_path: Path) -> None:
    page = page_data(inspect([plant.write(tmp_path / "a.pcap")], fenced=False))
    (operation,) = page["operations"]
    target = page["assets"][page["ends"][operation["target"]]["asset"]]
    assert target["ips"] == ("10.0.0.10",)
    assert (operation["priority"], operation["effect"]) == ("journal", "write")
    vendor = target["attributes"]["vendor"][0]
    capture, _, protocol, spans = vendor[4][0]
    assert (page["captures"][capture]["path"], protocol) == (str(tmp_path / "a.pcap"), "modbus")
    frame, offset, length = spans
    assert plant.frames[frame - 1][1][offset : offset + length] == b"Acme!"


def test_the_bytes_around_a_proof_are_there(plant: Capture, tmp_path: Path) -> None:
    page = page_data(inspect([plant.write(tmp_path / "a.pcap")], fenced=False))
    assert page["frames"]
    for place, lines in page["frames"].items():
        frame = plant.frames[int(place.split(":")[1]) - 1][1]
        assert all(bytes.fromhex(text) == frame[offset : offset + 16] for offset, text in lines)


def test_no_secret_is_on_the_page(capture: Capture, tmp_path: Path) -> None:
    client, server = ("10.0.0.5", 40000), ("10.0.0.20", 21)
    capture.connect(client, server)
    for side, line in (
        (server, "220 ready"),
        (client, "USER anna"),
        (server, "331 password"),
        (client, "PASS geh3im!"),
        (server, "230 ok"),
    ):
        capture.tcp(side, client if side is server else server, line.encode() + b"\r\n")
    page = page_data(inspect([capture.write(tmp_path / "a.pcap")], fenced=False))
    assert [row["username"] for row in page["logins"] if row["secret"]] == ["anna"]
    text = orjson.dumps(page)
    assert b"geh3im!" not in text
    assert b"geh3im!".hex().encode() not in text


def test_the_same_captures_give_the_same_data(plant: Capture, tmp_path: Path) -> None:
    paths = [plant.write(tmp_path / "a.pcap")]
    plant.now_ns += 3600 * 10**9
    plant.modbus(("10.0.0.6", 40001), ("10.0.0.10", 502), 1, bytes.fromhex("ff0600080001"), bytes.fromhex("ff0600080001"))
    plant.frames = plant.frames[-2:]
    paths.append(plant.write(tmp_path / "b.pcap"))
    first, second = (orjson.dumps(page_data(inspect(order, fenced=False))) for order in (paths, paths[::-1]))
    assert first == second


def test_what_is_left_out_is_counted(plant: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MOST_ROWS", 1)
    monkeypatch.setattr(data, "MOST_ASSETS", 1)
    page = page_data(inspect([plant.write(tmp_path / "a.pcap")], fenced=False))
    assert len(page["talks"]) == 1
    assert [asset["ips"] for asset in page["assets"]] == [("10.0.0.10",)], "the one of which most is known"
    assert {end["asset"] for end in page["ends"]} == {0, -1}
    assert page["left_out"] == {"assets": 1, "talks": 1}
