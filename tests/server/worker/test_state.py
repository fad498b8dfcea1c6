"""How the worker is, as pages hear of it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from fieldwatch.server.worker.state import STALE_S, State, say, told


def test_what_is_said_is_told(tmp_path: Path) -> None:
    say(tmp_path, State.FULL, "no room")
    assert told(tmp_path)[:2] == (State.FULL, "no room")


def test_silence_means_that_it_does_not_run(tmp_path: Path) -> None:
    assert told(tmp_path).state is State.STOPPED
    old = {"state": "WORKING", "words": "", "at": time.time() - STALE_S - 1}
    (tmp_path / "worker.state").write_text(json.dumps(old))
    assert told(tmp_path).state is State.STOPPED


def test_half_a_file_says_nothing(tmp_path: Path) -> None:
    for text in ('{"state": "WORK', "[]", '{"state": "SLEEPING", "words": "", "at": 1}', ""):
        (tmp_path / "worker.state").write_text(text)
        assert told(tmp_path).state is State.STOPPED


def test_a_disk_without_room_does_not_stop_it(tmp_path: Path) -> None:
    say(tmp_path / "missing", State.WORKING)
    assert told(tmp_path / "missing").state is State.STOPPED
