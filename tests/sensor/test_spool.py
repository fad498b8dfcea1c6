"""The spool: in order, bounded, whole after a kill at any moment."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import fieldwatch
from fieldwatch.sensor.spool import Full, OutOfStep, Spool

ONE, TWO = "sha256:one", "live:two:eth1:5"


def drained(spool: Spool, identity: str) -> list[tuple[int, bytes]]:
    found = []
    while head := spool.head(identity):
        found.append(head)
        spool.sent(identity, head[0])
    return found


def test_batches_come_out_as_they_went_in(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 1000)
    for number in (1, 2, 3):
        assert spool.put(ONE, number, b"one%d" % number)
        assert spool.put(TWO, number, b"two%d" % number)
    assert not spool.put(ONE, 2, b"again")
    again = Spool(tmp_path / "spool", 1000)
    assert again.waiting() == [ONE, TWO]
    assert (again.held_batches, again.held_bytes, again.last(ONE)) == (6, 24, 3)
    assert drained(again, TWO) == [(1, b"two1"), (2, b"two2"), (3, b"two3")]
    assert drained(again, ONE) == [(1, b"one1"), (2, b"one2"), (3, b"one3")]
    assert (again.held_batches, again.held_bytes, again.waiting()) == (0, 0, [])


def test_what_was_sent_is_remembered_until_the_source_ends(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 1000)
    spool.put(ONE, 1, b"a")
    spool.sent(ONE, 1)
    again = Spool(tmp_path / "spool", 1000)
    assert again.last(ONE) == 1
    assert not again.put(ONE, 1, b"a")
    assert again.put(ONE, 2, b"b", is_last=True)
    last = Spool(tmp_path / "spool", 1000)
    last.sent(ONE, 2)
    assert last.sources() == Spool(tmp_path / "spool", 1000).sources() == []
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_number_out_of_step_is_refused(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 1000)
    with pytest.raises(OutOfStep):
        spool.put(ONE, 2, b"b")
    spool.put(ONE, 1, b"a")
    spool.drop(ONE)
    with pytest.raises(OutOfStep):
        spool.put(ONE, 2, b"b")
    assert spool.held_bytes == 0


def test_a_closed_source_is_forgotten_when_it_is_empty(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 1000)
    spool.put(ONE, 1, b"a")
    spool.close(ONE)
    again = Spool(tmp_path / "spool", 1000)
    assert again.sources() == [ONE]
    again.sent(ONE, 1)
    assert again.sources() == []


def test_the_bound_is_kept_and_waiting_ends_when_there_is_room(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 10)
    spool.put(ONE, 1, b"x" * 10)
    with pytest.raises(Full) as full:
        spool.put(ONE, 2, b"y")
    assert not full.value.is_disk
    assert spool.full is full.value
    assert not spool.has_room()
    waiter = threading.Thread(target=lambda: spool.put_when_room(ONE, 2, b"y", lambda: True))
    waiter.start()
    spool.sent(ONE, 1)
    waiter.join(10)
    assert drained(spool, ONE) == [(2, b"y")]
    assert spool.full is None
    assert not spool.put_when_room(ONE, 3, b"z", lambda: False)


def test_one_batch_larger_than_the_bound_passes_when_nothing_waits(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 10)
    assert spool.put(ONE, 1, b"x" * 11)


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path / "spool", 1000)
    spool.put(ONE, 1, b"a")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("fieldwatch.sensor.spool.os.fsync", full)
    for identity, number in ((ONE, 2), (TWO, 1)):
        with pytest.raises(Full, match="disk is full") as said:
            spool.put(identity, number, b"b")
        assert said.value.is_disk
    monkeypatch.undo()
    assert spool.put(ONE, 2, b"b")
    assert spool.put(TWO, 1, b"c")
    assert spool.full is None
    again = Spool(tmp_path / "spool", 1000)
    assert drained(again, ONE) == [(1, b"a"), (2, b"b")]
    assert drained(again, TWO) == [(1, b"c")]


def test_what_a_kill_left_half_done_is_removed(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 1000)
    for number in (1, 2, 4):
        if number == 4:
            spool._queues[ONE].last = 3
        spool.put(ONE, number, b"%d" % number)
    folder = next((tmp_path / "spool").iterdir())
    (folder / ".000000000003.batch").write_bytes(b"half")
    (tmp_path / "spool" / ".new-000000000002-x").mkdir()
    (tmp_path / "spool" / ".gone-000000000001-x").mkdir()
    again = Spool(tmp_path / "spool", 1000)
    assert again.last(ONE) == 2
    assert drained(again, ONE) == [(1, b"1"), (2, b"2")]
    assert [entry.name for entry in (tmp_path / "spool").iterdir()] == [folder.name]


FILLS = """
import sys
from pathlib import Path
from fieldwatch.sensor.spool import Spool
spool = Spool(Path(sys.argv[1]), 1 << 20)
number = spool.last("sha256:one")
print(number, flush=True)
while True:
    number += 1
    spool.put("sha256:one", number, b"%d" % number * 50)
    print(number, flush=True)
    if number % 3 == 0:
        spool.sent("sha256:one", number - 2)
"""


def test_a_source_that_was_sent_to_its_end_is_forgotten_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path / "spool", 1000)
    spool.put(ONE, 1, b"a", is_last=True)
    monkeypatch.setattr(Spool, "_forget", lambda *_: None)  # killed right before
    spool.sent(ONE, 1)
    monkeypatch.undo()
    assert [path.name for path in (tmp_path / "spool").glob("*/*")]
    assert Spool(tmp_path / "spool", 1000).sources() == []
    assert list((tmp_path / "spool").iterdir()) == []


def test_kill_at_any_moment_keeps_what_was_put(tmp_path: Path) -> None:
    chance, last = random.Random(4), 0
    environment = {**os.environ, "PYTHONPATH": str(Path(fieldwatch.__file__).parents[1])}
    for _ in range(5):
        command = [sys.executable, "-c", FILLS, str(tmp_path / "spool")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout
            told: Any = process.stdout.readline()
            assert int(told) >= last
            lines = [process.stdout.readline() for _ in range(chance.randint(3, 12))]
            time.sleep(chance.random() * 0.005)
            process.send_signal(signal.SIGKILL)
            last = int([*lines, *process.stdout.read().split()][-1])
    spool = Spool(tmp_path / "spool", 1 << 20)
    assert last > 5
    assert spool.last("sha256:one") in (last, last + 1)
    held = drained(spool, "sha256:one")
    assert [number for number, _ in held] == list(range(held[0][0], spool.last("sha256:one") + 1))
    assert all(data == b"%d" % number * 50 for number, data in held)
    assert held[0][0] >= last - 5
