"""The verbs, as a person calls them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from tests.conftest import Capture


def run(*arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "fieldwatch", *arguments], input=stdin, capture_output=True, check=False, timeout=60)


def test_inspect_writes_everything_as_json(plant: Capture, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = run("inspect", plant.write(tmp_path / "a.pcap"), "--json", str(out))
    assert done.returncode == 0, done.stderr
    assert orjson.loads(out.read_bytes())["operations"][0]["effect"] == "write"


def test_standard_input_is_read(plant: Capture, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = run("inspect", "-", "--json", str(out), stdin=plant.pcap())
    assert done.returncode == 0, done.stderr
    assert orjson.loads(out.read_bytes())["captures"][0]["packets"] == len(plant.frames)


def test_unusable_input_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(b"not a capture at all")
    done = run("inspect", str(path))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert str(path).encode() in done.stderr
