"""From counts by time to slices: how often each message class was seen, by time. The slices of a class add up to its counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fieldwatch.facts import Slice, Subject
from fieldwatch.pipeline.by_time import Count
from fieldwatch.pipeline.stream import ClassTag, Tag
from fieldwatch.wire.rows import ConversationRow

Ends = Sequence[tuple[Subject, Subject]]
"""Client and server of each conversation."""

Times = tuple[int, int, int]


def slices(counts: Iterable[Count], width_ns: int, tags: Sequence[Tag], rows: Sequence[ConversationRow], ends: Ends) -> Iterator[Slice]:
    """One row for each message class of a conversation, in no fixed order."""
    classes: dict[tuple[int, str, object, str], dict[int, list[int]]] = {}
    for conversation, number, start_ns, times in counts:
        tag = tags[number]
        if not isinstance(tag, ClassTag):
            continue
        by_start = classes.setdefault((conversation, tag.operation, tag.effect, tag.object), {})
        held = by_start.setdefault(start_ns // width_ns * width_ns, [0, 0])
        held[0] += times
        held[1] += times if tag.unanswered else 0
    for (conversation, operation, effect, object_), by_start in classes.items():
        client, server = ends[conversation]
        row = rows[conversation]
        yield Slice(client, server, row.carrier, row.port, operation, effect, object_, _sorted(by_start))  # type: ignore[arg-type]


def both(held: Sequence[Slice]) -> Slice:
    """Slices of one key as one row."""
    whole: dict[int, list[int]] = {}
    for one in held:
        for start_ns, times, unanswered in one.counts:
            sums = whole.setdefault(start_ns, [0, 0])
            sums[0] += times
            sums[1] += unanswered
    return held[0]._replace(counts=_sorted(whole))


def _sorted(by_start: dict[int, list[int]]) -> tuple[Times, ...]:
    return tuple((start_ns, times, unanswered) for start_ns, (times, unanswered) in sorted(by_start.items()))


__all__ = ["both", "slices"]
