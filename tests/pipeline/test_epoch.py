"""An epoch tells what a file of the same packets tells, in pieces; whatever ends it, it goes on as the same source and loses nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.facts import Batch, Gap, Login, Sighting, Subject
from fieldwatch.pipeline.codec import decode
from fieldwatch.pipeline.epoch import Epoch
from fieldwatch.pipeline.epoch_state import load
from fieldwatch.pipeline.reading import read_capture
from fieldwatch.pipeline.ring import last_frame, segments
from fieldwatch.pipeline.slice import frames, walk, write_pcap
from fieldwatch.pipeline.sources import UnusableInput

if TYPE_CHECKING:
    from tests.conftest import Capture
    from tests.pipeline.conftest import Store, Wire

PLANT = Path(__file__).resolve().parents[2] / "examples" / "plant" / "plant.pcap"
KEY = b"k" * 32

EPOCH = """
import signal, sys
from pathlib import Path
import fieldwatch.facts.batch
fieldwatch.facts.batch.SLICE_NS = 200_000_000
from fieldwatch.pipeline.codec import encode
from fieldwatch.pipeline.epoch import Epoch

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
out.mkdir(exist_ok=True)
asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append("stop"))

def goes_on():
    if not asked:
        asked.append("")
        print("ready", flush=True)
    return "stop" not in asked

epoch = Epoch("seen", "s1", b"k" * 32, folder, ring_mib=8, segment_mib=1, keep_mib=int(sys.argv[3]), fenced=False,
              least_s=float(sys.argv[4]), settle_s=0.0)
for batch in epoch.batches(goes_on):
    began = batch.source.identity.rpartition(":")[2]
    (out / "new").write_bytes(encode(batch))
    (out / "new").rename(out / f"{began}-{batch.number:06}")
"""
"""Listens until SIGTERM, and keeps each batch as a file. Slices are short, so that many of them end while a test lasts."""


@pytest.fixture(autouse=True)
def _short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldwatch.pipeline.codec.SLICE_NS", 200_000_000)


def parts(path: Path, count: int, folder: Path) -> Iterator[str]:
    """A capture in so many pieces."""
    all_ = list(walk(str(path)))
    size = -(-len(all_) // count)
    for number in range(count):
        piece = folder / f"part{number}.pcap"
        write_pcap(piece, all_[number * size : (number + 1) * size])
        yield str(piece)


def epochs(out: Path) -> list[list[Batch]]:
    """The batches of each epoch, in order."""
    found: dict[str, list[Batch]] = {}
    for path in sorted(out.glob("*-*")):
        found.setdefault(path.name.split("-")[0], []).append(decode(path.read_bytes()))
    return list(found.values())


def wait_for(frame: int, folder: Path) -> None:
    """Until so many frames are kept."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for epoch in folder.iterdir():
            kept = segments(epoch) if epoch.is_dir() else []
            last = last_frame(kept[-1]) if kept else None
            if last and last.number >= frame:
                return
        time.sleep(0.05)
    raise AssertionError(f"frame {frame} was not kept")


def of_file(store: Callable[[], Store], path: Path) -> Store:
    return store().take(read_capture(str(path), "sha256:x", "x.pcap", KEY, fenced=False))


@pytest.mark.namespace
def test_it_tells_what_a_file_tells(wire: Wire, tmp_path: Path, store: Callable[[], Store]) -> None:
    folder, out = tmp_path / "epoch", tmp_path / "out"
    total = 0
    with wire.program(EPOCH, str(folder), str(out), "64", "0.05") as program:
        for part in parts(PLANT, 4, tmp_path):
            wire.replay(part)
            wait_for(total := total + sum(1 for _ in walk(part)), folder)
        program.terminate()
    (told,) = epochs(out)
    assert len(told) > 2
    live, file = store().take(told), of_file(store, PLANT)
    assert live.without_times() == file.without_times()
    assert live.is_over
    assert live.source is not None
    assert (live.source.kind, live.source.name, live.source.packets) == ("live", "seen", total)
    assert live.source.identity.startswith("live:s1:seen:")
    assert (live.slices, live.unanswered) == live.classes()
    assert len(live.starts) > 2
    assert wire.sent_by_seen() == 0


@pytest.mark.namespace
def test_proofs_are_the_frames_and_never_those_of_logins(wire: Wire, tmp_path: Path, store: Callable[[], Store]) -> None:
    folder, out = tmp_path / "epoch", tmp_path / "out"
    with wire.program(EPOCH, str(folder), str(out), "64", "0.05") as program:
        wire.replay(str(PLANT))
        wait_for(sum(1 for _ in walk(str(PLANT))), folder)
        program.terminate()
    live = store().take(epochs(out)[0])
    sent = frames(str(PLANT), live.proofs)
    assert {number: (one.link, one.data) for number, one in live.proofs.items()} == {n: (one.link, one.data) for n, one in sent.items()}
    assert len(sent) > 50
    logins = [row for row in live.of(Login) if isinstance(row, Login)]
    hidden = {frame for row in logins for frame in row.frames}
    assert hidden
    assert not hidden & set(live.proofs)


@pytest.mark.namespace
def test_killed_at_any_time_it_loses_nothing_but_the_time_dead(wire: Wire, tmp_path: Path, store: Callable[[], Store]) -> None:
    folder, out = tmp_path / "epoch", tmp_path / "out"
    total = 0
    for number, part in enumerate(parts(PLANT, 5, tmp_path)):
        with wire.start(EPOCH, str(folder), str(out), "64", "0.01" if number % 2 else "5") as program:
            wire.replay(part)
            wait_for(total := total + sum(1 for _ in walk(part)), folder)
            program.send_signal(signal.SIGKILL if number < 4 else signal.SIGTERM)
    (told,) = epochs(out)
    live, file = store().take(told), of_file(store, PLANT)
    gap = live.rows.pop(("Gap", "capture", Subject("", ""), Subject("", "")))
    assert isinstance(gap, Gap)
    assert gap.times == 4
    assert live.without_times() == file.without_times()
    assert (live.slices, live.unanswered) == live.classes()
    assert len(live.starts) > 2
    assert live.is_over
    assert live.source is not None
    counters = dict(live.source.counters)
    assert counters["dead_ns"] > 0
    assert {counters[name] for name in ("frames_not_kept", "frames_not_read_again", "frames_not_timed")} == {0}


@pytest.mark.namespace
def test_what_came_before_it_is_told_to_end_is_read(wire: Wire, plant: Capture, tmp_path: Path, store: Callable[[], Store]) -> None:
    folder, out = tmp_path / "epoch", tmp_path / "out"
    with wire.program(EPOCH, str(folder), str(out), "64", "5") as program:
        wire.replay(plant.write(tmp_path / "plant.pcap"))
        program.terminate()
    (told,) = epochs(out)
    live = store().take(told)
    assert live.source is not None
    assert live.source.packets == len(plant.frames)


@pytest.mark.namespace
def test_the_time_between_two_epochs_is_a_gap_of_the_second(wire: Wire, plant: Capture, tmp_path: Path, store: Callable[[], Store]) -> None:
    folder, out = tmp_path / "epoch", tmp_path / "out"
    path = plant.write(tmp_path / "plant.pcap")
    for _ in range(2):
        with wire.program(EPOCH, str(folder), str(out), "64", "0.05") as program:
            wire.replay(path)
            wait_for(len(plant.frames), folder)
            program.terminate()
    first, second = (store().take(told) for told in epochs(out))
    gaps = [[(row.protocol, row.times) for row in one.of(Gap) if isinstance(row, Gap)] for one in (first, second)]
    assert gaps == [[], [("capture", 1)]]
    assert second.source is not None
    assert dict(second.source.counters)["dead_ns"] > 0


@pytest.mark.namespace
def test_where_its_beginning_is_gone_a_new_one_takes_over(wire: Wire, capture: Capture, tmp_path: Path, store: Callable[[], Store]) -> None:
    """The first epoch's first segments give way; what it had not told is told by the second."""
    for number in range(3000):
        capture.udp(("10.0.0.1", 1000), ("10.0.0.2", 9), number.to_bytes(2, "big") * 700)
    folder, out = tmp_path / "epoch", tmp_path / "out"
    path = capture.write(tmp_path / "many.pcap")
    with wire.start(EPOCH, str(folder), str(out), "2", "0.01") as program:
        wire.replay(path)
        wait_for(3000, folder)
        while not epochs(out):
            time.sleep(0.05)
        program.kill()
    left = load(folder / "epoch.json")
    assert left is not None
    with wire.program(EPOCH, str(folder), str(out), "2", "0.01") as program:
        wire.replay(path, "--limit", "10")
        wait_for(3010, folder)
        program.terminate()
    first, second = (store().take(told) for told in epochs(out))
    assert first.is_over
    assert second.is_over
    assert first.source is not None
    assert second.source is not None
    lost = dict(second.source.counters)["frames_not_read_again"]
    assert first.source.packets + lost + second.source.packets == 3010
    assert second.source.packets >= 10
    assert dict(second.source.counters)["dead_ns"] > 0
    untimed = dict(second.source.counters)["frames_not_timed"]
    assert untimed == first.source.packets - left.told_frame, "the slice that was not over is in neither"
    assert {row.frame > first.source.packets for row in second.of(Sighting) if isinstance(row, Sighting)} == {True}


@pytest.mark.namespace
def test_an_interface_that_goes_down_ends_it(wire: Wire, plant: Capture, tmp_path: Path, store: Callable[[], Store]) -> None:
    folder, out = tmp_path / "epoch", tmp_path / "out"
    path = plant.write(tmp_path / "plant.pcap")
    with wire.program(EPOCH, str(folder), str(out), "64", "5"):
        wire.replay(path)
        wait_for(len(plant.frames), folder)
        wire.down()
    live = store().take(epochs(out)[0])
    assert live.is_over
    assert live.source is not None
    assert live.source.truncated.startswith("interface seen is down")
    assert live.without_times() == of_file(store, Path(path)).without_times()


def test_what_cannot_be_used_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r'there is no interface "no-such"|CAP_NET_RAW'):
        list(Epoch("no-such", "s1", KEY, tmp_path).batches(lambda: False))


def test_a_folder_has_one_epoch_at_a_time(tmp_path: Path) -> None:
    one, other = (Epoch("no-such", "s1", KEY, tmp_path) for _ in range(2))
    with one._locked(), pytest.raises(UnusableInput, match="another process works in this folder"):
        list(other.batches(lambda: False))
