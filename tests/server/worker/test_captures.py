"""How often a capture is tried: deaths of the worker count only while nothing of it is taken, and being told to stop never."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fieldwatch.facts import Batch
from fieldwatch.facts import Source as Told
from fieldwatch.pipeline.child import Progress
from fieldwatch.server.options import Options, options
from fieldwatch.server.worker import captures
from fieldwatch.server.worker.captures import MOST_TRIES, read, waiting
from fieldwatch.store.captures import PREFIX, place
from fieldwatch.store.ingest import Writer
from fieldwatch.store.models import Site, Source

pytestmark = pytest.mark.django_db

IDENTITY = PREFIX + "ab" * 32


class Killed(BaseException):
    """The worker ends here."""


@pytest.fixture
def source(site: Site) -> Source:
    chosen = options()
    path = place(chosen.data, IDENTITY)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"a capture")
    return Source.objects.create(site=site, identity=IDENTITY, kind="capture", name="a.pcap", kept=True, file_bytes=9)


def batch(number: int, *, is_last: bool = False) -> Batch:
    return Batch(Told(IDENTITY, "capture", "a.pcap", 1, 1, 1, 1, "", ()), number, 0, (), is_last)


def reading(monkeypatch: pytest.MonkeyPatch, *steps: Batch | Progress | type[BaseException]) -> Callable[[], None]:
    """One start of the worker, whose reader tells these steps, or which ends there."""

    def told(*_: Any, **__: Any) -> Iterator[Batch | Progress]:
        for step in steps:
            if isinstance(step, type):
                raise step
            yield step

    monkeypatch.setattr(captures, "read_apart", told)

    def start() -> None:
        found = waiting()
        assert found is not None
        chosen: Options = options()
        read(found, chosen, b"k" * 32, Writer(chosen.data / "history"), lambda: None)

    return start


def test_a_capture_that_kills_the_worker_before_anything_is_taken_is_given_up(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    start = reading(monkeypatch, Killed)
    for _ in range(MOST_TRIES):
        with pytest.raises(Killed):
            start()
    start()
    source.refresh_from_db()
    assert (source.state, source.tries) == (Source.State.FAILED, MOST_TRIES)
    assert f"ended {MOST_TRIES} times" in source.reason


def test_a_capture_that_goes_on_each_time_is_read_to_its_end(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 2 * MOST_TRIES):
        with pytest.raises(Killed):
            reading(monkeypatch, *map(batch, range(1, number + 1)), Killed)()
    reading(monkeypatch, *map(batch, range(1, 2 * MOST_TRIES)), batch(2 * MOST_TRIES, is_last=True))()
    source.refresh_from_db()
    assert (source.state, source.tries, source.batches) == (Source.State.DONE, 0, 2 * MOST_TRIES)


def test_a_capture_at_whose_second_batch_the_worker_dies_is_given_up(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    start = reading(monkeypatch, batch(1), Killed)
    for _ in range(MOST_TRIES):
        with pytest.raises(Killed):
            start()
    start()
    source.refresh_from_db()
    assert source.state == Source.State.FAILED


def test_how_far_it_is_is_shown_by_stages(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a file of nine bytes, then taking what was read; a reading that begins again begins at nothing."""

    def stages(*steps: Batch | Progress) -> tuple[float, float, bool]:
        with pytest.raises(SystemExit):
            reading(monkeypatch, *steps, SystemExit)()
        before = source.stage_at
        source.refresh_from_db()
        return source.progress, source.taken, source.stage_at != before

    monkeypatch.setattr(captures, "SHOWN_S", 0)
    assert stages(Progress(1, 3)) == (3 / 9, 0, True)
    assert stages(Progress(1, 3), Progress(3, 9)) == (1, 0, True)
    assert stages(Progress(3, 9), batch(1), Progress(3, 7, 0.25)) == (1, 0.25, True), "bytes of packets are no bytes of the file"
    assert stages() == (0, 0, True)
    monkeypatch.setattr(captures, "SHOWN_S", 60)
    assert stages(Progress(1, 3), Progress(3, 9)) == (3 / 9, 0, True), "not each word is a transaction"
    assert stages(Progress(1, 3), Progress(3, 9, 0.1), Progress(3, 9, 0.5)) == (1, 0.1, True), "but a stage that begins is"
    reading(monkeypatch, batch(2, is_last=True))()
    source.refresh_from_db()
    assert (source.progress, source.taken) == (1, 1)


def test_being_told_to_stop_is_no_try(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    start = reading(monkeypatch, Progress(1, 1), SystemExit)
    for _ in range(2 * MOST_TRIES):
        with pytest.raises(SystemExit):
            start()
    source.refresh_from_db()
    assert (source.state, source.tries) == (Source.State.READING, 0)
