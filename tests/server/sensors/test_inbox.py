"""The inbox: in order, bounded, and what was acknowledged is there after a kill between any two steps."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import fieldwatch
from fieldwatch.server.sensors.inbox import DISK_S, FULL_S, Full, Inbox, OutOfOrder

ONE, TWO = "sha256:one", "live:ab:eth1:5"


def numbers(inbox: Inbox) -> list[tuple[str, int, bytes]]:
    return [(waiting.sensor, waiting.number, waiting.packed) for waiting in inbox.take()]


def test_batches_are_taken_in_the_order_of_their_arrival(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, 1000)
    assert [inbox.put("ab", ONE, 1, b"a"), inbox.put("cd", ONE, 1, b"b"), inbox.put("ab", TWO, 1, b"c"), inbox.put("ab", ONE, 2, b"d")] == [
        1,
        1,
        1,
        2,
    ]
    worker = Inbox(tmp_path, 1000)
    assert numbers(worker) == [("ab", 1, b"a"), ("cd", 1, b"b"), ("ab", 1, b"c"), ("ab", 2, b"d")]
    for waiting in worker.take():
        worker.done(waiting)
        worker.done(waiting)
    assert (numbers(worker), worker.waiting_bytes()) == ([], 0)


def test_what_comes_twice_changes_nothing_before_and_after_it_was_taken(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, 1000)
    for number in (1, 2):
        inbox.put("ab", ONE, number, b"x")
    assert inbox.put("ab", ONE, 1, b"x") == 2
    for waiting in inbox.take():
        inbox.done(waiting)
    for again in (inbox, Inbox(tmp_path, 1000)):
        assert again.put("ab", ONE, 2, b"x") == 2
        assert again.taken("ab", ONE) == 2
    assert numbers(inbox) == []
    assert inbox.put("ab", ONE, 3, b"x") == 3


def test_a_hole_is_refused_with_what_is_expected(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, 1000)
    for number in (2, 3):
        with pytest.raises(OutOfOrder) as wrong:
            inbox.put("ab", ONE, number, b"x")
        assert wrong.value.taken == 0
    inbox.put("ab", ONE, 1, b"x")
    with pytest.raises(OutOfOrder, match="batch 2 is expected"):
        inbox.put("ab", ONE, 3, b"x")
    with pytest.raises(OutOfOrder):
        Inbox(tmp_path, 1000).put("ab", ONE, 3, b"x")


def test_the_bound_from_both_sides(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, 10)
    inbox.put("ab", ONE, 1, b"x" * 10)
    with pytest.raises(Full) as full:
        inbox.put("ab", ONE, 2, b"x")
    assert full.value.retry_after_s == FULL_S
    worker = Inbox(tmp_path, 10)
    for waiting in worker.take():
        worker.done(waiting)
    inbox._looked_s = 0
    assert inbox.put("ab", ONE, 2, b"x" * 10) == 2


def test_a_full_disk_asks_to_wait_and_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(tmp_path, 1000)
    calls: list[int] = []
    for fails_at in (1, 2):
        calls.clear()

        def full(_: int, fails_at: int = fails_at) -> None:
            calls.append(1)
            if len(calls) == fails_at:
                raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("fieldwatch.server.sensors.inbox.os.fsync", full)
        with pytest.raises(Full, match="No space left") as said:
            inbox.put("ab", ONE, 1, b"x")
        assert said.value.retry_after_s == DISK_S
        assert numbers(inbox) == []
    assert inbox.put("ab", ONE, 1, b"y") == 1
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_what_else_lies_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.batch").write_text("hello")
    (tmp_path / ".0000000000000001-x.batch.part").write_text("half")
    inbox = Inbox(tmp_path, 1000)
    assert numbers(inbox) == []
    assert not (tmp_path / ".0000000000000001-x.batch.part").exists()
    assert (tmp_path / "README.batch").exists()


WORKS = """
import os, sys
from pathlib import Path
import fieldwatch.server.sensors.inbox as module
steps, dies_at = 0, int(sys.argv[2])
def step(*_):
    global steps
    steps += 1
    if steps == dies_at:
        os._exit(9)
fsync, replace, unlink = os.fsync, Path.replace, Path.unlink
def counted(call):
    def done(*given, **more):
        step()
        result = call(*given, **more)
        step()
        return result
    return done
os.fsync, Path.replace, Path.unlink = counted(fsync), counted(replace), counted(unlink)
inbox = module.Inbox(Path(sys.argv[1]), 1 << 20)
number = inbox.taken("ab", "sha256:one")
store = Path(sys.argv[1]) / "store"
for _ in range(4):
    number = inbox.put("ab", "sha256:one", number + 1, b"%d" % (number + 1))
    print(number, flush=True)
    for waiting in inbox.take():
        with store.open("a") as stream:
            stream.write(f"{waiting.number}\\n")
        step()
        inbox.done(waiting)
"""


def test_a_kill_between_any_two_steps_loses_nothing(tmp_path: Path) -> None:
    chance = random.Random(5)
    environment = {**os.environ, "PYTHONPATH": str(Path(fieldwatch.__file__).parents[1])}
    acknowledged = 0
    for dies_at in [*chance.sample(range(1, 36), 6), 0]:
        command = [sys.executable, "-c", WORKS, str(tmp_path), str(dies_at)]
        done = subprocess.run(command, capture_output=True, env=environment, check=False, timeout=60)
        assert done.returncode in (0, 9), done.stderr
        acknowledged = int([b"%d" % acknowledged, *done.stdout.split()][-1])
    taken = [int(line) for line in (tmp_path / "store").read_text().split()]
    assert sorted(set(taken)) == list(range(1, acknowledged + 1))
    assert taken == sorted(taken)  # one may be taken twice, none out of order
    assert numbers(Inbox(tmp_path, 1000)) == []
