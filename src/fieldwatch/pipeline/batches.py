"""From the facts of one source to the batches that a store takes: rows of one key merged, in a fixed order, cut to size.

The same facts give the same batches: who resends after a crash sends what was sent before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from itertools import groupby
from typing import Any, TypeVar

from fieldwatch.facts import (
    Batch,
    Claim,
    Conversation,
    Evidence,
    Gap,
    Login,
    Malformed,
    MessageClass,
    Operation,
    Proof,
    Row,
    Sighting,
    Slice,
    Source,
)
from fieldwatch.facts.batch import MOST_ROWS, key
from fieldwatch.pipeline.assemble import Facts
from fieldwatch.pipeline.inspect import seen
from fieldwatch.pipeline.slices import both

LONG = 4096
"""So many bytes of a frame, or characters of a claim, weigh as much as a row."""

Same = TypeVar("Same", bound=Row)


def source_of(facts: Facts, identity: str, kind: str, name: str) -> Source:
    """The source as its only capture has it."""
    (capture,) = facts.captures
    return Source(
        identity, kind, name, capture.packets, capture.size_bytes, capture.first_ns, capture.last_ns, capture.truncated, capture.counters
    )


def rows(facts: Facts, identity: str) -> Iterator[Row]:
    """All facts of one source as rows of distinct keys, in a fixed order; their evidence names the source."""
    yield from _merged((_seen(one, identity) for one in map(seen, facts.sightings)), _sightings)
    yield from _merged((_of(one, identity) for one in facts.claims), _earliest)
    yield from _merged(facts.conversations, _conversations)
    yield from _merged((_of(one, identity) for one in facts.operations), _operations)
    yield from _merged((_of(one, identity) for one in facts.logins), _logins)
    yield from _merged((_of(one, identity) for one in facts.malformed), _counted)
    yield from _merged((_of(one, identity) for one in facts.undecoded), _counted)
    yield from _merged(facts.gaps, _gaps)
    yield from _merged(facts.slices, both)


def batches(
    source: Source, rows: Iterable[Row], *, first: int = 1, told_ns: int = 0, is_end: bool = True, most: int = MOST_ROWS
) -> Iterator[Batch]:
    """The rows as batches numbered from `first`. At least one; `is_end`: the last of them says that nothing comes after it."""
    held: list[Row] = []
    room, number = most, first
    for row in _cut(rows, most):
        size = weight(row)
        if held and size > room:
            yield Batch(source, number, 0, tuple(held), False)
            held, room, number = [], most, number + 1
        held.append(row)
        room -= size
    yield Batch(source, number, told_ns, tuple(held), is_end)


def size_of(facts: Facts) -> int:
    """At most so many rows of a store the facts of a source are: rows of one key are not merged yet."""
    plain: tuple[Sized, ...] = (facts.sightings, facts.logins, facts.malformed, facts.undecoded, facts.gaps)
    heavy = (facts.claims, facts.conversations, facts.operations, facts.slices)
    return sum(map(len, plain)) + sum(weight(row) for rows in heavy for row in rows)


def weight(row: Row) -> int:
    """How many rows of a store one row is, or takes the room of."""
    if isinstance(row, Conversation):
        return 1 + len(row.messages)
    if isinstance(row, Operation):
        return 1 + len(row.occurrences)
    if isinstance(row, Proof):
        return 1 + len(row.data) // LONG
    if isinstance(row, Claim):
        return 1 + len(row.value) // LONG
    return len(row.counts) if isinstance(row, Slice) else 1


def _cut(rows: Iterable[Row], most: int) -> Iterator[Row]:
    """Rows that are larger than a batch in pieces; occurrences of one frame stay together."""
    for row in rows:
        if weight(row) <= most:
            yield row
        elif isinstance(row, Conversation):
            for at in range(0, len(row.messages), most - 1):
                yield row._replace(messages=row.messages[at : at + most - 1])
        elif isinstance(row, Operation):
            yield from _cut_operation(row, most - 1)
        elif isinstance(row, Slice):
            for at in range(0, len(row.counts), most):
                yield row._replace(counts=row.counts[at : at + most])


def _cut_operation(row: Operation, most: int) -> Iterator[Operation]:
    held: list[Any] = []
    for _, together in groupby(row.occurrences, key=lambda one: one.frame):
        group = list(together)
        if held and len(held) + len(group) > most:
            yield row._replace(occurrences=tuple(held))
            held = []
        held += group
    yield row._replace(occurrences=tuple(held))


# ------------------------------------------------------------------------------------------------------ rows of one key


def _merged(rows: Iterable[Same], merge: Callable[[list[Any]], Any]) -> Iterator[Same]:
    """One row a key, in order of keys."""
    by_key: dict[tuple[object, ...], list[Same]] = {}
    for row in rows:
        by_key.setdefault(key(row), []).append(row)
    for each in sorted(by_key, key=repr):
        held = by_key[each]
        yield held[0] if len(held) == 1 else merge(held)


def _of(row: Any, identity: str) -> Any:
    return row._replace(evidence=row.evidence._replace(source=identity))


def _seen(row: Sighting, identity: str) -> Sighting:
    return row._replace(source=identity)


def _when(evidence: Evidence) -> tuple[Any, ...]:
    return evidence.seen_ns, evidence.spans


def _earliest(held: list[Claim]) -> Claim:
    return min(held, key=lambda one: _when(one.evidence))


def _counted(held: list[Malformed]) -> Malformed:
    return _earliest(held)._replace(times=sum(one.times for one in held))  # type: ignore[arg-type, return-value, call-arg]


def _gaps(held: list[Gap]) -> Gap:
    return held[0]._replace(times=sum(one.times for one in held), size_bytes=sum(one.size_bytes for one in held))


def _logins(held: list[Login]) -> Login:
    frames = tuple(sorted({frame for one in held for frame in one.frames}))
    first = min(held, key=lambda one: _when(one.evidence))
    return first._replace(times=sum(one.times for one in held), frames=frames)


def _operations(held: list[Operation]) -> Operation:
    first = min(held, key=lambda one: _when(one.evidence))
    occurrences = sorted((each for one in held for each in one.occurrences), key=lambda each: (each.seen_ns, each.frame))
    return first._replace(times=sum(one.times for one in held), occurrences=tuple(occurrences))


def _sightings(held: list[Sighting]) -> Sighting:
    first = min(held, key=lambda one: (one.first_ns, one.frame))
    return first._replace(
        packets=sum(one.packets for one in held),
        last_ns=max(one.last_ns for one in held),
        greatest_ttl=max(one.greatest_ttl for one in held),
    )


def _conversations(held: list[Conversation]) -> Conversation:
    most = max(held, key=lambda one: (one.packets, one.protocol))
    messages: dict[tuple[object, ...], MessageClass] = {}
    for one in (each for talk in held for each in talk.messages):
        known = messages.get(one[:3])
        messages[one[:3]] = one if known is None else _both(known, one)
    return most._replace(
        packets=sum(one.packets for one in held),
        size_bytes=sum(one.size_bytes for one in held),
        first_ns=min(one.first_ns for one in held),
        last_ns=max(one.last_ns for one in held),
        messages=tuple(sorted(messages.values())),
    )


def _both(one: MessageClass, other: MessageClass) -> MessageClass:
    return one._replace(
        times=one.times + other.times,
        unanswered=one.unanswered + other.unanswered,
        distinct=one.distinct + other.distinct,
        first_ns=min(one.first_ns, other.first_ns),
        last_ns=max(one.last_ns, other.last_ns),
    )


__all__ = ["batches", "rows", "source_of", "weight"]
