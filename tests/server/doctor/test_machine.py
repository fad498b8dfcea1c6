"""What the doctor says of the machine of a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldwatch.sensor.diagnosis import Diagnosis, Standing
from fieldwatch.server.doctor import machine as checks
from fieldwatch.server.keys import key
from fieldwatch.server.options import options
from fieldwatch.server.worker.state import State, say


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder as a server leaves it."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o750)
    key(folder, "session")
    say(folder, State.WORKING)
    return folder


def said(data: Path) -> dict[str, Diagnosis]:
    return {one.check: one for one in checks.machine(options(data))}


def test_a_server_that_is_well(data: Path) -> None:
    found = said(data)
    assert {"versions", "folder", "disk", "keys", "certificate", "worker", "clock"} <= set(found)
    assert {found[name].standing for name in ("versions", "folder", "keys", "certificate", "worker")} == {Standing.OK}


def test_rights_that_are_too_wide(data: Path) -> None:
    data.chmod(0o755)
    (data / "keys" / "session").chmod(0o644)
    found = said(data)
    assert (found["folder"].standing, found["keys"].standing) == (Standing.ACT, Standing.ACT)
    assert "session" in found["keys"].words
    assert found["keys"].remedy == f"chmod -R go= {data / 'keys'}"


def test_a_worker_that_does_not_run_and_a_clock_that_was_set(data: Path) -> None:
    say(data, State.FULL, "1 MiB is free", clock_s=-3600)
    found = said(data)
    assert "the disk is full (1 MiB is free)" in found["worker"].words
    assert "-3600 s" in found["clock set"].words
    (data / "worker.state").unlink()
    assert "start fieldwatch serve" in said(data)["worker"].remedy


def test_a_disk_without_room(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "missing", lambda _: "1 MiB is free")
    assert said(data)["disk"].standing is Standing.ACT


def test_a_library_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LIBRARIES", ("django", "no-such-package"))
    found = checks.versions()
    assert found.standing is Standing.ACT
    assert found.words.startswith("no-such-package: not installed")
