"""Slices end where the times of packets say so, whatever those times are; and the work of it has an end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.pipeline.by_time import MOST_TURNS, WIDTHS, Clock
from fieldwatch.pipeline.stream import Reader
from fieldwatch.protocols import registry

if TYPE_CHECKING:
    from tests.conftest import Capture

START_NS = 1_700_000_100_000_000_000
assert START_NS % SLICE_NS == 0
REQUEST = bytes.fromhex("ff0300000002")
ANSWER = bytes.fromhex("ff030400000001")


def polls(capture: Capture, times: list[int]) -> None:
    """One poll of a controller at each of the times, request and answer."""
    client, server = ("10.0.0.5", 40000), ("10.0.0.10", 502)
    for number, seen_ns in enumerate(times):
        capture.now_ns = seen_ns
        capture.modbus(client, server, number, REQUEST, ANSWER)
        capture.frames[-2:] = [(seen_ns, data) for _, data in capture.frames[-2:]]


def read(capture: Capture, tmp_path: Path) -> Clock:
    clock = Clock()
    Reader(registry(), fenced=False, clock=clock).read([capture.write(tmp_path / "polls.pcap")])
    return clock


def starts(clock: Clock) -> list[tuple[int, int]]:
    """Slices from `START_NS` on, in slices, and what was counted in them."""
    return [((one.start_ns - START_NS) // SLICE_NS, one.times) for one in clock.counts]


def test_both_sides_of_a_boundary(capture: Capture, tmp_path: Path) -> None:
    polls(capture, [START_NS, START_NS + SLICE_NS - 1000, START_NS + SLICE_NS, START_NS + 2 * SLICE_NS - 1000])
    clock = read(capture, tmp_path)
    assert starts(clock) == [(0, 2), (1, 2)]
    assert (clock.ended_ns, clock.ended_frame, clock.width_ns()) == (START_NS + SLICE_NS, 4, SLICE_NS)


def test_a_silence_has_no_slices(capture: Capture, tmp_path: Path) -> None:
    polls(capture, [START_NS, START_NS + 100 * SLICE_NS])
    clock = read(capture, tmp_path)
    assert starts(clock) == [(0, 1), (100, 1)]
    assert clock.turns == 2


@pytest.mark.parametrize(("back", "counted"), [(SLICE_NS, [(1, 2)]), (SLICE_NS + 1000, [(1, 1), (-1, 1)])])
def test_a_little_disorder_changes_nothing_and_a_clock_set_back_does(
    capture: Capture, tmp_path: Path, back: int, counted: list[tuple[int, int]]
) -> None:
    polls(capture, [START_NS + SLICE_NS, START_NS + SLICE_NS - back])
    assert starts(read(capture, tmp_path)) == counted


@pytest.mark.parametrize(("days", "width_ns"), [(2, SLICE_NS), (3, WIDTHS[1])])
def test_long_captures_have_slices_of_an_hour(capture: Capture, tmp_path: Path, days: int, width_ns: int) -> None:
    polls(capture, [START_NS + number * 24 * 12 * SLICE_NS - (number == 2) * 1000 for number in range(days + 1)])
    assert read(capture, tmp_path).width_ns() == width_ns


@pytest.mark.parametrize("step", [SLICE_NS, -2 * SLICE_NS, WIDTHS[1], 40 * WIDTHS[2]])
def test_whatever_the_times_the_work_has_an_end(capture: Capture, tmp_path: Path, step: int) -> None:
    """More packets than turns, each in a slice of its own, forwards or backwards."""
    times = [START_NS + number % 2 * step + abs(step) * (number // 2) for number in range(3 * MOST_TURNS)]
    polls(capture, [time % (4_000_000_000 * 10**9) for time in times])
    clock = read(capture, tmp_path)
    assert clock.turns <= MOST_TURNS * len(WIDTHS) + 1
    assert sum(one.times for one in clock.counts) == len(times)
    assert clock.width_ns() in WIDTHS


def test_what_was_told_is_taken_no_more(capture: Capture, tmp_path: Path) -> None:
    polls(capture, [START_NS + number * SLICE_NS for number in range(4)])
    clock = Clock(widens=False, told_frame=4)
    Reader(registry(), fenced=False, clock=clock).read([capture.write(tmp_path / "polls.pcap")])
    assert starts(clock) == [(2, 1), (3, 1)]


def test_a_session_stops_before_a_packet_of_another_time(capture: Capture, tmp_path: Path) -> None:
    """It is kept, named, and fed once its time is allowed; the end feeds it, too."""
    polls(capture, [START_NS, START_NS + 1000, START_NS - 1000])
    reader = Reader(registry(), fenced=False)
    session = reader.session
    session.open(capture.write(tmp_path / "polls.pcap"), 0)
    assert session.held() is None
    for _ in range(3):
        assert session.run(START_NS) == "time"
        assert session.held() == (1, START_NS)
    assert session.counted() == []
    assert session.run(START_NS + 1, START_NS) == "novel"
    reader._learn()
    assert (session.run(START_NS + 1, START_NS), session.held()) == ("time", (3, START_NS + 1000))
    assert [times for *_, times in session.counted()] == [1] * len(session.sums())
    assert (session.run(None, START_NS), session.held()) == ("time", (5, START_NS - 1000))
    assert session.run(None, START_NS) == "time"
    session.finish()
    reader._learn()
    assert session.held() is None
    assert dict(session.counters())["packets"] == 5


def test_a_session_goes_on_behind_other_frames(capture: Capture, tmp_path: Path) -> None:
    polls(capture, [START_NS, START_NS])
    reader = Reader(registry(), fenced=False)
    reader.session.open(capture.write(tmp_path / "polls.pcap"), 0, 100, 2)
    assert reader.session.run() == "novel"
    reader._learn()
    (tally,) = reader.session.tallies()
    assert tally[3] == (0, 103, START_NS)
    assert reader.session.run() == "end"
    assert reader.session.files()[0][0] == 4
