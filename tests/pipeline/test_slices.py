"""The law of slices: those of a message class add up to its counts, in every capture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.facts import Effect, Slice, Subject
from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.pipeline.reading import read_capture
from fieldwatch.pipeline.slices import both

if TYPE_CHECKING:
    from tests.conftest import Capture
    from tests.pipeline.conftest import Store

PLANT = Path(__file__).resolve().parents[2] / "examples" / "plant" / "plant.pcap"


def law(path: Path | str, store: Store) -> Store:
    store.take(read_capture(str(path), "sha256:x", "x.pcap", b"k", fenced=False))
    assert (store.slices, store.unanswered) == store.classes()
    assert all(start % SLICE_NS == 0 for start in store.starts)
    return store


def test_of_the_example_plant(store: Callable[[], Store]) -> None:
    plant = law(PLANT, store())
    assert sum(plant.slices.values()) > 2000
    assert sum(plant.unanswered.values()) > 100


@pytest.mark.parametrize("step_s", [1, 60, 299, 3600, -400])
def test_of_a_plant_whose_clock_jumps(capture: Capture, tmp_path: Path, store: Callable[[], Store], step_s: int) -> None:
    """Some requests go without an answer; a writer writes; the clock goes on by `step_s` after each exchange."""
    for number in range(200):
        client, server = ("10.0.0.5", 40000 + number % 3), (f"10.0.0.{10 + number % 4}", 502)
        request = bytes.fromhex("ff0600070034") if number % 10 == 0 else bytes.fromhex("ff0300000002")
        if number % 7:
            capture.modbus(client, server, number, request, request if number % 10 == 0 else bytes.fromhex("ff030400000001"))
        else:
            capture.tcp(client, server, number.to_bytes(2, "big") + bytes.fromhex("00000006") + request)
        capture.now_ns += step_s * 1_000_000_000
    told = law(capture.write(tmp_path / "jumps.pcap"), store())
    assert sum(told.unanswered.values()) > 20
    assert len(told.starts) > 1 or step_s == 1


@pytest.mark.corpus
def test_of_the_corpus(corpus: Path, store: Callable[[], Store]) -> None:
    paths = sorted(path for path in (corpus / "captures").rglob("*.pcap*") if path.is_file() and 0 < path.stat().st_size < 2_000_000)
    assert paths
    for path in paths[::40]:
        if path.suffix in {".pcap", ".pcapng"}:
            law(path, store())


def test_rows_of_one_key_add_up() -> None:
    def row(*counts: tuple[int, int, int]) -> Slice:
        return Slice(Subject("10.0.0.1", ""), Subject("10.0.0.2", ""), "tcp", 502, "read", Effect.READ, "", counts)

    assert both([row((0, 1, 0), (SLICE_NS, 2, 1)), row((SLICE_NS, 3, 1), (2 * SLICE_NS, 1, 1))]) == row(
        (0, 1, 0), (SLICE_NS, 5, 2), (2 * SLICE_NS, 1, 1)
    )
