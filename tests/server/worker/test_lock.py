"""One worker at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fieldwatch.server.worker.lock import Lock

HOLDER = "import sys, time; from pathlib import Path; from fieldwatch.server.worker.lock import Lock\n" \
    "lock = Lock(Path(sys.argv[1])); print(lock.take(), flush=True); time.sleep(60)"  # fmt: skip


def test_the_second_has_to_wait(tmp_path: Path) -> None:
    first, second = Lock(tmp_path), Lock(tmp_path)
    assert first.take()
    assert first.take()
    assert not second.take()
    first.give_back()
    assert second.take()
    second.give_back()


def test_a_killed_worker_lets_it_go(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"True\n"
    lock = Lock(tmp_path)
    assert not lock.take()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert lock.take()
    lock.give_back()
