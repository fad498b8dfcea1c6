"""The sender against a real centre over mutual TLS, and against answers that no centre gives."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fieldwatch
from fieldwatch.sensor.centre import Away, Centre, Reply, trusting
from fieldwatch.sensor.enrol import enrol
from fieldwatch.sensor.sender import LONGEST_PAUSE_S, REFUSED_S, Sender
from fieldwatch.sensor.spool import Spool
from fieldwatch.sensor.state import State

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


class Scripted:
    """A centre that answers what it is told to."""

    def __init__(self, *answers: Reply | Exception) -> None:
        self.answers, self.got = list(answers), []  # type: ignore[var-annotated]

    def batch(self, packed: bytes) -> Reply:
        self.got.append(packed)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Hands:
    """A clock that is moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def made(tmp_path: Path, *answers: Reply | Exception, numbers: int = 2) -> tuple[Sender, Scripted, Spool, Hands, list[str]]:
    spool, centre, clock, lost = Spool(tmp_path / "spool", 1 << 20), Scripted(*answers), Hands(), list[str]()
    for number in range(1, numbers + 1):
        spool.put(ONE, number, b"%d" % number)
    return Sender(spool, centre, lost.append, clock=clock, chance=lambda: 0.5), centre, spool, clock, lost


def ok(taken: int) -> Reply:
    return Reply(200, {"taken": taken})


def test_batches_are_sent_in_order_and_leave_when_they_were_taken(tmp_path: Path) -> None:
    sender, centre, spool, _, _ = made(tmp_path, ok(1), Reply(200, {"taken": 2}, skew_ns=7))
    assert [sender.step(), sender.step()] == [0.0, 0.0]
    assert centre.got == [b"1", b"2"]
    assert (spool.held_batches, sender.sent, sender.skew_ns) == (0, 2, 7)
    assert sender.step() > 0


def test_a_centre_that_is_away_is_asked_less_and_less_often(tmp_path: Path) -> None:
    sender, centre, spool, clock, _ = made(tmp_path, *[Away("no route")] * 9, ok(1))
    pauses = []
    for _ in range(9):
        pauses.append(sender.step())
        assert sender.step() == pauses[-1]  # nothing is asked before its time
        clock.now += pauses[-1]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, LONGEST_PAUSE_S]
    assert (sender.away, spool.held_batches) == ("no route", 2)
    assert sender.step() == 0.0
    assert (sender.away, sender.away_since, len(centre.got)) == ("", None, 10)


NO_CENTRES = [
    *[Reply(200, told) for told in ({"taken": 0}, {}, {"taken": "1"}, {"taken": True})],
    *[Reply(status, {}) for status in (409, 500, 302, 404)],
]


@pytest.mark.parametrize("answer", NO_CENTRES)
def test_an_answer_that_no_centre_gives_takes_nothing_from_the_spool(tmp_path: Path, answer: Reply) -> None:
    sender, _, spool, _, lost = made(tmp_path, answer)
    assert sender.step() == 1.0
    assert sender.away
    assert (spool.held_batches, lost) == (2, [])


def test_back_pressure_is_obeyed(tmp_path: Path) -> None:
    sender, centre, spool, clock, _ = made(tmp_path, Reply(429, {}, retry_after_s=30), ok(1))
    assert sender.step() == pytest.approx(33)
    clock.now += 32
    assert sender.step() == pytest.approx(1)
    clock.now += 1.1
    assert sender.step() == 0.0
    assert len(centre.got) == 2
    assert (spool.held_batches, sender.away) == (1, "")


def test_what_the_centre_has_already_is_dropped(tmp_path: Path) -> None:
    sender, centre, spool, _, lost = made(tmp_path, Reply(409, {"taken": 2, "expected": 3}), ok(3), numbers=3)
    assert [sender.step(), sender.step()] == [0.0, 0.0]
    assert centre.got == [b"1", b"3"]
    assert (spool.held_batches, lost) == (0, [])


def test_a_source_of_which_the_centre_lost_batches_is_told_again(tmp_path: Path) -> None:
    sender, _, spool, _, lost = made(tmp_path, ok(1), Reply(409, {"taken": 0, "expected": 1}))
    assert [sender.step(), sender.step()] == [0.0, 0.0]
    assert (lost, spool.last(ONE), spool.held_batches) == ([ONE], 0, 0)


def test_a_refused_batch_stops_its_source_alone(tmp_path: Path) -> None:
    sender, centre, spool, clock, _ = made(tmp_path, Reply(400, {"error": "form: 2"}), ok(1), ok(1), numbers=1)
    spool.put(TWO, 1, b"two")
    sender.step()
    assert centre.got == [b"1", b"two"]
    assert sender.refused == {ONE: "form: 2"}
    assert sender.step() > 0
    clock.now += REFUSED_S
    sender.step()
    assert (sender.refused, spool.held_batches) == ({}, 0)


def test_a_revoked_sensor_stops_sending_and_keeps(tmp_path: Path) -> None:
    sender, centre, spool, clock, _ = made(tmp_path, Reply(403, {"error": "revoked"}), ok(1))
    assert sender.step() == REFUSED_S
    assert (sender.revoked, spool.held_batches, sender.may_ask()) == ("revoked", 2, False)
    clock.now += REFUSED_S
    sender.step()
    assert (sender.revoked, spool.held_batches, len(centre.got)) == ("", 1, 2)


def connected(centre: Any, folder: Path) -> tuple[Sender, Spool, Centre]:
    state = State(folder)
    enrolled = enrol(state, centre.url, centre.token(), "north")
    link, spool = Centre(centre.url, trusting(enrolled.authority, state.identity)), Spool(state.spool, 1 << 20)
    return Sender(spool, link, lambda _: None), spool, link


def sent(sender: Sender) -> None:
    until = time.monotonic() + 10
    while sender.spool.waiting() and time.monotonic() < until:
        time.sleep(min(sender.step(), 0.05))


def test_over_tls_batches_arrive_once_whatever_is_sent_twice(centre: Any, tmp_path: Path, packed: Callable[..., bytes]) -> None:
    sender, spool, link = connected(centre, tmp_path / "one")
    with link:
        for number in (1, 2, 3):
            spool.put(ONE, number, packed(ONE, number), is_last=number == 3)
        assert link.batch(packed(ONE, 1)).body["taken"] == 1
        assert link.batch(packed(ONE, 3)).body["expected"] == 2
        sent(sender)
        assert link.batch(packed(ONE, 2)).body["taken"] == 3
        assert [number for _, number in centre.taken()] == [1, 2, 3]
        assert link.batch(packed(ONE, 3)).body["taken"] == 3
        assert centre.taken() == []
        assert link.batch(b"noise").status == 400
        assert link.batch(packed("live:somebody:eth0:5", 1)).status == 400
        assert abs(sender.skew_ns or 0) < 10**9


def test_a_centre_goes_away_and_comes_back(centre: Any, tmp_path: Path, packed: Callable[..., bytes]) -> None:
    sender, spool, link = connected(centre, tmp_path / "one")
    with link:
        spool.put(ONE, 1, packed(ONE, 1))
        sent(sender)
        centre.stop()
        spool.put(ONE, 2, packed(ONE, 2))
        assert sender.step() > 0
        assert sender.away
        centre.ahead_ns = 3600 * 10**9
        centre.start()
        sender._not_before = 0
        sent(sender)
        assert (sender.away, [number for _, number in centre.taken()]) == ("", [1, 2])
        assert sender.skew_ns == pytest.approx(3600e9, abs=60e9)


def test_a_full_inbox_asks_to_wait(centre: Any, tmp_path: Path, packed: Callable[..., bytes]) -> None:
    sender, spool, link = connected(centre, tmp_path / "one")
    with link:
        centre.inbox.most_bytes = len(packed(ONE, 1)) + 10
        for number in (1, 2):
            spool.put(ONE, number, packed(ONE, number))
        assert sender.step() == 0.0
        assert sender.step() >= 4.5
        assert [number for _, number in centre.taken()] == [1]
        sender._not_before = centre.inbox._looked_s = 0
        sent(sender)
        assert [number for _, number in centre.taken()] == [2]


SENDS = """
import sys
from pathlib import Path
from fieldwatch.sensor.centre import Centre, trusting
from fieldwatch.sensor.sender import Sender
from fieldwatch.sensor.spool import Spool
from fieldwatch.sensor.state import State
state = State(Path(sys.argv[1]))
spool = Spool(state.spool, 1 << 20)
sender = Sender(spool, Centre(sys.argv[2], trusting(state.enrolled().authority, state.identity)), print)
while spool.waiting():
    sender.step()
    print("sent", flush=True)
"""


def test_kill_of_the_sender_loses_and_doubles_nothing(centre: Any, tmp_path: Path, packed: Callable[..., bytes]) -> None:
    _, spool, link = connected(centre, tmp_path / "one")
    link.close()
    for number in range(1, 61):
        spool.put(ONE, number, packed(ONE, number), is_last=number == 60)
    chance, kills = random.Random(7), 0
    environment = {**os.environ, "PYTHONPATH": str(Path(fieldwatch.__file__).parents[1])}
    for turn in range(3):
        command = [sys.executable, "-c", SENDS, str(tmp_path / "one"), centre.url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout
            if turn < 2:
                for _ in range(chance.randint(1, 12)):
                    process.stdout.readline()
                time.sleep(chance.random() * 0.01)
                process.send_signal(signal.SIGKILL)
            process.communicate()
        kills += process.returncode == -signal.SIGKILL
    assert kills == 2
    assert Spool(tmp_path / "one" / "spool", 1 << 20).waiting() == []
    assert [number for _, number in centre.taken()] == list(range(1, 61))
