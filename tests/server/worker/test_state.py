"""How the worker is, as pages hear of it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from fieldwatch.server.worker.state import STALE_S, State, say, told, up_s


def test_what_is_said_is_told(tmp_path: Path) -> None:
    say(tmp_path, State.FULL, "no room")
    assert told(tmp_path)[:2] == (State.FULL, "no room")


def test_silence_means_that_it_does_not_run(tmp_path: Path) -> None:
    assert told(tmp_path).state is State.STOPPED
    at = time.time() - STALE_S - 1
    old = {"state": "WORKING", "words": "", "at": at, "up": up_s() - STALE_S - 1, "clock_s": 0}
    (tmp_path / "worker.state").write_text(json.dumps(old))
    assert told(tmp_path)[:3] == (State.STOPPED, "", at)


def test_a_clock_that_is_set_makes_no_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say(tmp_path, State.WORKING, clock_s=-3600)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 3600)
    assert told(tmp_path).state is State.WORKING
    assert told(tmp_path).clock_s == -3600


def test_it_is_written_over_in_its_place(tmp_path: Path) -> None:
    say(tmp_path, State.FULL, "w" * 5000)
    file = (tmp_path / "worker.state").stat()
    say(tmp_path, State.WORKING)
    again = (tmp_path / "worker.state").stat()
    assert (file.st_ino, file.st_size) == (again.st_ino, again.st_size)
    assert told(tmp_path)[:2] == (State.WORKING, "")


def test_half_a_file_says_nothing(tmp_path: Path) -> None:
    for text in ('{"state": "WORK', "[]", '{"state": "SLEEPING", "words": "", "at": 1}', ""):
        (tmp_path / "worker.state").write_text(text)
        assert told(tmp_path).state is State.STOPPED


def test_a_disk_without_room_does_not_stop_it(tmp_path: Path) -> None:
    say(tmp_path / "missing", State.WORKING)
    assert told(tmp_path / "missing").state is State.STOPPED
