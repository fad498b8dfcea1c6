"""Facts as batches: nothing lost, nothing twice, the same each time, none too large."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldwatch.facts import Conversation, Effect, Evidence, MessageClass, Occurrence, Operation, Source, Span, Subject
from fieldwatch.facts.batch import Batch, Row, key
from fieldwatch.pipeline.assemble import Facts
from fieldwatch.pipeline.batches import batches, rows, source_of, weight
from fieldwatch.pipeline.inspect import inspect

PLANT = Path(__file__).parents[2] / "examples" / "plant" / "plant.pcap"
NAME = "sha256:00"
A, B = Subject("10.0.0.1", "02:00:00:00:00:01"), Subject("10.0.0.2", "02:00:00:00:00:02")


@pytest.fixture(scope="module")
def plant() -> Facts:
    return inspect([str(PLANT)]).facts


def _batches(facts: Facts, most: int) -> list[Batch]:
    return list(batches(source_of(facts, NAME, "capture", "plant.pcap"), rows(facts, NAME), most=most))


@pytest.mark.parametrize("most", [2, 7, 50, 1000])
def test_batches_are_numbered_bounded_and_whole(plant: Facts, most: int) -> None:
    made = _batches(plant, most)
    assert [one.number for one in made] == list(range(1, len(made) + 1))
    assert [one.is_last for one in made] == [False] * (len(made) - 1) + [True]
    assert all(sum(map(weight, one.rows)) <= most for one in made[:-1])
    messages = [each for one in made for row in one.rows if isinstance(row, Conversation) for each in row.messages]
    assert sum(one.times for one in messages) == sum(one.times for talk in plant.conversations for one in talk.messages)
    occurrences = sum(len(row.occurrences) for one in made for row in one.rows if isinstance(row, Operation))
    assert occurrences == sum(len(one.occurrences) for one in plant.operations)


def test_the_same_facts_give_the_same_batches(plant: Facts) -> None:
    other = inspect([str(PLANT)]).facts
    other.claims.reverse()
    other.conversations.reverse()
    made, again = _batches(plant, 100), _batches(other, 100)
    assert [one.rows for one in made if not _logins(one)] == [one.rows for one in again if not _logins(one)]


def _logins(batch: Batch) -> bool:
    """Hashes of secrets differ from run to run: their key is new each time."""
    return any(type(row).__name__ == "Login" for row in batch.rows)


def test_one_row_a_key_and_evidence_names_the_source(plant: Facts) -> None:
    made: list[Row] = list(rows(plant, NAME))
    keys = [(type(row).__name__, key(row)) for row in made]
    assert len(keys) == len(set(keys))
    assert {getattr(row, "evidence", Evidence(NAME, (), 0, "")).source for row in made} == {NAME}


def test_rows_of_one_key_are_added_up() -> None:
    said = MessageClass("Read", Effect.READ, "", 3, 1, 0, 5, 9)
    talk = Conversation(A, B, "tcp", 502, "modbus", 10, 1000, 5, 9, (said,))
    facts = Facts(conversations=[talk, talk._replace(packets=4, first_ns=2, messages=(said._replace(times=2, first_ns=2),))])
    (row,) = rows(facts, NAME)
    assert isinstance(row, Conversation)
    assert (row.packets, row.size_bytes, row.first_ns, row.last_ns) == (14, 2000, 2, 9)
    assert row.messages == (said._replace(times=5, unanswered=2, first_ns=2),)


def test_occurrences_of_one_frame_stay_together() -> None:
    times = tuple(Occurrence(frame, frame, (), "ok") for frame in (1, 2, 2, 2, 3))
    done = Operation(A, B, "modbus", "Write", Effect.WRITE, "", "", 5, times, Evidence(NAME, (Span(1, 0, 1),), 1, "modbus"))
    parts = [row for one in batches(_source(), [done], most=4) for row in one.rows]
    assert [[each.frame for each in row.occurrences] for row in parts if isinstance(row, Operation)] == [[1], [2, 2, 2], [3]]


def _source() -> Source:
    return Source(NAME, "capture", "x", 0, 0, None, None, "", ())
