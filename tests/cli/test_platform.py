"""A verb opens the platform: a store that is not there yet is made, by one process, also where two begin at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_two_that_begin_at_once_make_one_store(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fieldwatch", "site", "plan", "none", "--data", str(tmp_path / "data")]
    surroundings = {name: value for name, value in os.environ.items() if name != "FIELDWATCH_DATABASE_URL"}
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=surroundings) for _ in range(2)]
    said = [one.communicate(timeout=60)[1] for one in running]
    assert [one.returncode for one in running] == [2, 2], said
    assert said == ["fieldwatch: none: there is no such site; there are: none\n"] * 2
