"""What was told is not told again; what changed is, and a store that takes the pieces has the whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fieldwatch.facts import (
    Batch,
    Claim,
    Conversation,
    Effect,
    Evidence,
    MessageClass,
    Occurrence,
    Operation,
    Proof,
    Row,
    Slice,
    Source,
    Span,
    Subject,
)
from fieldwatch.pipeline.told import Told

if TYPE_CHECKING:
    from tests.pipeline.conftest import Store

CLIENT, SERVER = Subject("10.0.0.1", "02:00:00:00:00:01"), Subject("10.0.0.2", "02:00:00:00:00:02")
EVIDENCE = Evidence("live:x", (Span(1, 0, 4),), 5, "modbus")
SOURCE = Source("live:x", "live", "seen", 0, 0, None, None, "", ())


def talk(*messages: MessageClass, packets: int = 2) -> Conversation:
    return Conversation(CLIENT, SERVER, "tcp", 502, "modbus", packets, 120, 1, 9, messages)


def polls(name: str, times: int) -> MessageClass:
    return MessageClass(name, Effect.READ, "", times, 0, 1, 1, 9)


def writes(*occurrences: Occurrence) -> Operation:
    return Operation(CLIENT, SERVER, "modbus", "write", Effect.WRITE, "7", "", len(occurrences), occurrences, EVIDENCE)


def test_a_row_is_told_when_it_is_new_and_when_it_changed() -> None:
    told = Told()
    claim = Claim(SERVER, "vendor", "Acme", EVIDENCE)
    assert list(told.changed([claim])) == [claim]
    assert list(told.changed([claim])) == []
    later = claim._replace(evidence=EVIDENCE._replace(seen_ns=4))
    assert list(told.changed([later])) == [later]


def test_of_a_conversation_the_messages_that_changed() -> None:
    told = Told()
    assert list(told.changed([talk(polls("a", 1), polls("b", 1))])) == [talk(polls("a", 1), polls("b", 1))]
    assert list(told.changed([talk(polls("a", 1), polls("b", 1))])) == []
    assert list(told.changed([talk(polls("a", 1), polls("b", 2), packets=4)])) == [talk(polls("b", 2), packets=4)]
    assert list(told.changed([talk(polls("a", 1), polls("b", 2), packets=6)])) == [talk(packets=6)]
    assert list(told.changed([talk(polls("a", 2), polls("b", 2), packets=6)])) == [talk(polls("a", 2), packets=6)]


def test_of_an_operation_the_frames_that_changed() -> None:
    told = Told()
    first, twin, second = Occurrence(4, 1, (), "done"), Occurrence(4, 1, (("x", "1"),), "done"), Occurrence(9, 2, (), "")
    assert list(told.changed([writes(first)])) == [writes(first)]
    assert [one.occurrences for one in told.changed([writes(first, second)]) if isinstance(one, Operation)] == [(second,)]
    assert [one.occurrences for one in told.changed([writes(first, twin, second)]) if isinstance(one, Operation)] == [(first, twin)]
    assert list(told.changed([writes(first, twin, second)])) == []


def test_slices_and_proofs_are_told_as_they_come() -> None:
    rows: list[Row] = [
        Slice(CLIENT, SERVER, "tcp", 502, "read", Effect.READ, "", ((0, 1, 0),)),
        Proof(1, 1, 5, b"frame", 5),
    ]
    told = Told()
    assert list(told.changed(rows)) == rows
    assert list(told.changed(rows)) == rows


def test_the_pieces_make_the_whole(store: Callable[[], Store]) -> None:
    told, pieces = Told(), store()
    states: list[list[Row]] = [
        [
            talk(*(polls(name, number) for name in "abc"[: number + 1]), packets=number),
            writes(*(Occurrence(n, n, (), "") for n in range(number))),
        ]
        for number in range(1, 5)
    ]
    for number, rows in enumerate(states, 1):
        pieces.take([Batch(SOURCE, number, 0, tuple(told.changed(rows)), False)])
    assert pieces.rows == store().take([Batch(SOURCE, 1, 0, tuple(states[-1]), True)]).rows
