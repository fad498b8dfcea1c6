"""The verbs, as a person calls them."""

from __future__ import annotations

import os
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


def test_a_name_that_is_not_utf8_is_refused(plant: Capture, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.pcap"
    with open(path, "wb") as stream:
        stream.write(plant.pcap())
    done = run("inspect", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.strip().endswith(b"\\xff.pcap: the name of the file is not UTF-8; rename it")


def test_outputs_that_cannot_be_written_are_refused(plant: Capture, tmp_path: Path) -> None:
    done = run("inspect", plant.write(tmp_path / "a.pcap"), "--json", str(tmp_path / "nothing" / "out.json"))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert b"cannot be written" in done.stderr


def test_a_terminal_without_unicode_is_served(plant: Capture, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fieldwatch", "inspect", plant.write(tmp_path / "a.pcap")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    assert b"10.0.0.10" in done.stdout


def test_all_outputs_at_once(plant: Capture, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    done = run("inspect", plant.write(tmp_path / "a.pcap"), "--json", str(out / "o.json"), "--csv", str(out / "tables"), "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert (out / "tables" / "assets.csv").exists()
    assert b"10.0.0.10" in done.stdout


def test_the_order_of_arguments_changes_nothing(plant: Capture, tmp_path: Path) -> None:
    first = plant.write(tmp_path / "a.pcap")
    plant.now_ns += 3600 * 10**9
    plant.modbus(("10.0.0.6", 40001), ("10.0.0.10", 502), 1, bytes.fromhex("ff0600080001"), bytes.fromhex("ff0600080001"))
    plant.frames = plant.frames[-2:]
    second = plant.write(tmp_path / "b.pcap")
    assert run("inspect", first, second).stdout == run("inspect", second, first, "--jobs", "2").stdout


def test_help_starts_fast_and_names_the_verbs() -> None:
    heavy = "import sys; import fieldwatch.cli.app; print({'orjson', 'fieldwatch.pipeline', 'fieldwatch.wire'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, check=True).stdout.strip() == b"set()"
    done = run("--help")
    assert done.returncode == 0
    assert all(verb in done.stdout for verb in (b"inspect", b"evidence", b"protocols"))


def test_what_findings_need_is_loaded_only_for_them(plant: Capture, tmp_path: Path) -> None:
    """Without advisories a run starts as fast as before; nothing of a server or a database is ever loaded."""
    source = "import sys; from fieldwatch.cli.app import run; run(sys.argv[1:]); print('loaded', *sorted(sys.modules))"
    capture = plant.write(tmp_path / "a.pcap")

    def loaded(*more: str) -> set[str]:
        done = subprocess.run([sys.executable, "-c", source, "inspect", capture, *more], capture_output=True, check=True, timeout=60)
        return set(done.stdout.decode().splitlines()[-1].split())

    without, having = loaded(), loaded("--starter")
    heavy = {"fieldwatch.vulnerabilities.match", "fieldwatch.vulnerabilities.starter", "fieldwatch.vulnerabilities.vex", "cvss"}
    assert heavy & without == set()
    assert "fieldwatch.vulnerabilities.match" in having
    assert {"django", "duckdb", "pyarrow", "polars", "uvicorn", "httpx"} & having == set()
