"""What of a source that goes on was told, so that only what changed is told again: a digest for each row, message class and frame.

Digests are Python's own hashes, keyed anew in each process: one that starts again tells all rows again, which replace the same ones.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from fieldwatch.facts import Conversation, Occurrence, Operation, Proof, Row, Slice
from fieldwatch.facts.batch import key

Part = TypeVar("Part", bound=Hashable)


class Told:
    """The rows of one source that were told."""

    def __init__(self) -> None:
        self._digests: dict[int, int] = {}

    def changed(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows that are new or differ from what was told; of conversations and operations, those parts of them."""
        for row in rows:
            if isinstance(row, (Slice, Proof)):  # these are told once by whom they come from
                yield row
                continue
            name = (type(row).__name__, key(row))
            if isinstance(row, Conversation):
                messages = tuple(self._parts(name, ((one[:3], one) for one in row.messages)))
                if self._is_new(name, row._replace(messages=())) or messages:
                    yield row._replace(messages=messages)
            elif isinstance(row, Operation):
                occurrences = tuple(self._occurrences(name, row))
                if self._is_new(name, row._replace(occurrences=())) or occurrences:
                    yield row._replace(occurrences=occurrences)
            elif self._is_new(name, row):
                yield row

    def _occurrences(self, name: Hashable, row: Operation) -> Iterator[Occurrence]:
        """Those of the frames of which something is new: they replace all that was told of such a frame."""
        by_frame = groupby(sorted(row.occurrences, key=attrgetter("frame")), key=attrgetter("frame"))
        for together in self._parts(name, ((frame, tuple(group)) for frame, group in by_frame)):
            yield from together

    def _parts(self, name: Hashable, parts: Iterable[tuple[Hashable, Part]]) -> Iterator[Part]:
        return (part for inner, part in parts if self._is_new((name, inner), part))

    def _is_new(self, name: Hashable, content: Hashable) -> bool:
        place, digest = hash(name), hash(content)
        if self._digests.get(place) == digest:
            return False
        self._digests[place] = digest
        return True


__all__ = ["Told"]
