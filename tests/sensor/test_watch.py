"""A watched folder: complete files once, by their bytes; what cannot be read is told; a kill at any moment goes on where it was."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fieldwatch.facts import Batch, Gap, Source, Subject
from fieldwatch.pipeline.child import Progress, read_apart
from fieldwatch.pipeline.codec import read_packed
from fieldwatch.pipeline.reading import read_capture
from fieldwatch.pipeline.sources import UnusableInput
from fieldwatch.sensor.journal import Journal
from fieldwatch.sensor.spool import Spool
from fieldwatch.sensor.watch import Watch


class Killed(BaseException):
    """Stands for the end of the process."""


class Reader:
    """Reads a file as so many batches as it has lines; one with "bad" in it is no capture."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.dies_at = 0
        self.count = 0

    def __call__(self, path: str, identity: str, name: str, secret_key: bytes) -> Iterator[object]:
        self.read.append(name)
        lines = Path(path).read_text().split()
        for number, line in enumerate(lines, 1):
            self.count += 1
            if self.count == self.dies_at:
                raise Killed
            if line == "bad":
                raise UnusableInput(f"{name}: is no capture")
            yield Progress(number, number)
            gap = Gap(line, Subject("", ""), Subject("", ""), number, 0)
            yield Batch(Source(identity, "capture", name, 1, 1, None, None, "", ()), number, 0, (gap,), number == len(lines))


class Place:
    """A folder with a watch over it that can be begun again."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder, self.reader = root, root / "captures", Reader()
        self.folder.mkdir()
        self.begin()

    def begin(self, read: Any = None) -> Watch:
        self.spool, self.journal = Spool(self.root / "spool", 1 << 24), Journal(self.root / "captures.sqlite3")
        self.watch = Watch(self.folder, self.spool, self.journal, b"k" * 32, read or self.reader)
        return self.watch

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def scan(self, times: int = 2) -> int:
        return sum(self.watch.scan(lambda: True) for _ in range(times))

    def spooled(self, identity: str) -> list[str]:
        found = []
        while head := self.spool.head(identity):
            (row,) = read_packed(head[1]).rows
            assert isinstance(row, Gap)
            found.append(row.protocol)
            self.spool.sent(identity, head[0])
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    at = Place(tmp_path)
    yield at
    at.journal.close()


def test_a_file_is_read_when_two_looks_show_the_same(place: Place) -> None:
    one = place.write("a.pcap", "x y z")
    assert place.scan(1) == 0
    place.write("a.pcap", "x y z w")
    assert place.scan(1) == 0
    assert place.scan(1) == 1
    assert place.spool.sources() != [one]
    assert place.spooled(place.spool.sources()[0]) == ["x", "y", "z", "w"]
    assert (place.scan(3), place.reader.read) == (0, ["a.pcap"])
    assert place.journal.count() == 1


def test_the_same_bytes_are_one_capture_whatever_their_name(place: Place) -> None:
    one = place.write("a.pcap", "x y")
    place.write("deep/b.pcapng", "x y")
    place.write("notes.txt", "x y")
    (place.folder / "link.pcap").symlink_to(place.folder / "a.pcap")
    assert place.scan() == 1
    assert place.spool.sources() == [one]
    os.rename(place.folder / "a.pcap", place.folder / "c.pcap")
    place.journal.close()
    place.begin()
    assert (place.scan(), place.reader.read) == (0, ["a.pcap"])


def test_what_cannot_be_read_is_told_and_stays_where_it_is(place: Place) -> None:
    good, _ = place.write("a.pcap", "x"), place.write("b.pcap", "y bad")
    assert place.scan() == 1
    assert [(one.name, one.reason) for one in place.watch.unread()] == [("b.pcap", "b.pcap: is no capture")]
    assert (place.folder / "b.pcap").exists()
    assert place.scan(3) == 0
    assert place.reader.read.count("b.pcap") == 1
    assert place.spooled(good) == ["x"]


def test_another_version_tries_again_what_this_one_could_not_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write("b.pcap", "bad")
    place.scan()
    monkeypatch.setattr("fieldwatch.sensor.journal.__version__", "next")
    place.scan()
    assert place.reader.read == ["b.pcap", "b.pcap"]


def test_a_file_that_changes_while_it_is_read_is_read_again(place: Place) -> None:
    place.write("a.pcap", "x y")
    place.scan(1)

    def changing(path: str, identity: str, name: str, secret_key: bytes) -> Iterator[object]:
        told = list(place.reader(path, identity, name, secret_key))
        place.write("a.pcap", "x y z")
        yield from told

    place.watch._read = changing
    assert place.scan(1) == 0
    place.watch._read = place.reader
    assert place.scan(2) == 1
    assert place.journal.count() == 1


def test_a_folder_that_is_gone_is_told(place: Place) -> None:
    place.folder.rmdir()
    assert place.scan() == 0
    assert place.watch.unread()[0].reason.startswith("cannot be looked through")


def test_a_capture_that_the_centre_lost_is_read_again(place: Place) -> None:
    one = place.write("a.pcap", "x y")
    place.scan()
    place.spool.drop(one)
    place.watch.again(one)
    assert place.scan(1) == 1
    assert place.spooled(one) == ["x", "y"]


def test_a_source_dropped_while_it_is_read_is_begun_again(place: Place) -> None:
    one = place.write("a.pcap", "x y z")
    place.scan(1)

    def dropping(path: str, identity: str, name: str, secret_key: bytes) -> Iterator[object]:
        for number, told in enumerate(place.reader(path, identity, name, secret_key)):
            if number == 4:
                place.spool.drop(one)
            yield told

    place.watch._read = dropping
    assert place.scan(1) == 0
    place.watch._read = place.reader
    assert place.scan(1) == 1
    assert place.spooled(one) == ["x", "y", "z"]


def test_a_stop_in_the_middle_goes_on_later(place: Place) -> None:
    one = place.write("a.pcap", "x y z")
    place.scan(1)
    assert place.watch.scan(lambda: place.reader.count < 2) == 0
    assert place.spool.last(one) in (0, 1)
    assert place.scan(1) == 1
    assert place.spooled(one) == ["x", "y", "z"]


def test_a_kill_at_any_batch_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    chance = random.Random(3)
    for turn in range(4):
        (tmp_path / str(turn)).mkdir()
        at = Place(tmp_path / str(turn))
        names = {at.write(f"{name}.pcap", " ".join(f"{name}{number}" for number in range(6))): name for name in "abc"}
        for _ in range(3):
            at.reader.count, at.reader.dies_at = 0, chance.randint(1, 14)
            with suppress(Killed):
                at.scan()
            if chance.random() < 0.5:
                for identity in at.spool.waiting():
                    at.spool.sent(identity, 2)
            at.journal.close()
            at.begin()
        at.reader.dies_at = 0
        at.scan()
        for identity, name in names.items():
            left = at.spooled(identity)
            assert left == [f"{name}{number}" for number in range(6)][6 - len(left) :]
            assert len(left) >= 4
        assert at.journal.count() == 3
        at.journal.close()


def test_a_real_capture_gives_the_batches_that_the_pipeline_gives(place: Place, plant: Any) -> None:
    path = plant.write(place.folder / "plant.pcap")
    identity = "sha256:" + hashlib.sha256(Path(path).read_bytes()).hexdigest()
    place.begin(read_apart)
    (place.folder / "noise.pcap").write_bytes(random.Random(1).randbytes(5000))
    assert place.scan() == 1
    found = []
    while head := place.spool.head(identity):
        found.append(read_packed(head[1]))
        place.spool.sent(identity, head[0])
    assert found == list(read_capture(path, identity, "plant.pcap", b"k" * 32))
    assert [one.name for one in place.watch.unread()] == ["noise.pcap"]
