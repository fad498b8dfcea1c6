"""From an epoch to the spool: nothing is told without room, and an epoch that cannot go on gives way to a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fieldwatch.facts import Batch
from fieldwatch.pipeline.epoch import Epoch
from fieldwatch.pipeline.epoch_state import State, load, save
from fieldwatch.sensor.listen import Listener, PatientEpoch
from fieldwatch.sensor.spool import Spool

IDENTITY = "live:ab:seen:5"


class Session:
    """What the core would have counted."""

    def drops(self) -> tuple[int, int]:
        return 100, 3

    def conversations(self) -> list[Any]:
        return [(None, None, 0, carrier, 502, None, packets) for carrier, packets in (("tcp", (5, 0)), ("tcp", (5, 5)), ("udp", (5, 0)))]

    def counters(self) -> list[tuple[str, int]]:
        return [("duplicated", 9)]


class Scripted:
    """An epoch that tells so many batches and ends."""

    def __init__(self, make: Callable[[int, bool], Batch], count: int, *, meanwhile: Callable[[int], None] = lambda _: None) -> None:
        self.make, self.count, self.meanwhile = make, count, meanwhile
        self.reader = SimpleNamespace(session=Session())
        self.has_room: Any = None
        self.put_off = 2

    def batches(self, goes_on: Callable[[], bool]) -> Iterator[Batch]:
        for number in range(1, self.count + 1):
            if not goes_on():
                return
            self.meanwhile(number)
            yield self.make(number, number == self.count)


def listening(tmp_path: Path, epoch: Any) -> tuple[Listener, Spool]:
    spool = Spool(tmp_path / "spool", 1 << 20)
    folder = tmp_path / "live"
    folder.mkdir()
    save(folder / "epoch.json", State(IDENTITY))
    return Listener(lambda: epoch, spool, "seen", folder), spool


def is_given_up(tmp_path: Path) -> bool:
    """Whether another epoch begins next, which knows when this one ended."""
    state = load(tmp_path / "live" / "epoch.json")
    assert state
    return state.is_over and state.ended_ns > 0


def test_an_epoch_goes_to_the_spool_and_is_counted(tmp_path: Path, live_batch: Any) -> None:
    listener, spool = listening(tmp_path, Scripted(live_batch, 3))
    listener.run(lambda: True)
    assert (spool.last(IDENTITY), spool.held_batches) == (3, 3)
    assert listener.traffic() == ("seen", 100, 3, 2, 1, 9)
    assert listener.put_off() == 2
    assert not is_given_up(tmp_path)
    listener.run(lambda: True)  # told again after a restart: known by their numbers
    assert spool.held_batches == 3
    assert listener.traffic()[1:3] == (200, 6)


def test_an_epoch_that_the_centre_lost_gives_way_to_a_new_one(tmp_path: Path, live_batch: Any) -> None:
    def lose(number: int) -> None:
        if number == 2:
            spool.drop(IDENTITY)

    epoch = Scripted(live_batch, 3, meanwhile=lose)
    listener, spool = listening(tmp_path, epoch)
    listener.run(lambda: True)
    assert is_given_up(tmp_path)
    assert spool.held_batches == 0


def test_again_ends_the_epoch_that_goes_on(tmp_path: Path, live_batch: Any) -> None:
    epoch = Scripted(live_batch, 9, meanwhile=lambda number: listener.again(IDENTITY) if number == 2 else None)
    listener, spool = listening(tmp_path, epoch)
    listener.run(lambda: True)
    assert spool.last(IDENTITY) == 2
    assert is_given_up(tmp_path)


def test_nothing_is_told_without_room_but_the_end_always(tmp_path: Path, monkeypatch: Any) -> None:
    told: list[bool] = []

    def tell(_: Epoch, lost: str | None = None, *, is_end: bool = False) -> Iterator[Batch]:
        told.append(is_end)
        yield from ()

    monkeypatch.setattr(Epoch, "_tell", tell)
    epoch = PatientEpoch("seen", "ab", b"k" * 32, tmp_path)
    epoch.has_room = lambda: False
    assert [list(epoch._tell()), list(epoch._tell()), list(epoch._tell(is_end=True))] == [[], [], []]
    assert (told, epoch.put_off) == ([True], 2)
    epoch.has_room = lambda: True
    list(epoch._tell())
    assert told == [True, False]
