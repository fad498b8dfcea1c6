"""An index of names by their runs of characters: those that share most with a text, without looking at the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from heapq import nsmallest

from fieldwatch.library.ranker.ngrams import uncoded
from fieldwatch.library.ranker.space import Placed, Space

NEAREST = 16
"""Names that are given for a text."""

LOOKED_AT = 3000
"""Entries of the index that are read for a text; the runs of fewest names come first, so that what is left out tells least."""


class Nearest:
    """Names, by number, found by their runs."""

    def __init__(self, names: Iterable[str], space: Space) -> None:
        self._space = space
        self._shares: list[float] = []
        self._holders: defaultdict[int, list[int]] = defaultdict(list)
        for name in names:
            self.add(name)

    def add(self, name: str) -> int:
        """Takes up a name; its number."""
        placed = self._space.place(uncoded(name))
        number = len(self._shares)
        self._shares.append((placed.weight or 1.0) ** -0.5)
        for bucket in placed.grams:
            self._holders[bucket].append(number)
        return number

    def to(self, text: Placed, count: int = NEAREST) -> list[int]:
        """The numbers of the names nearest to a text by the cosine of their runs, best first; the first taken up first among equals."""
        met: defaultdict[int, float] = defaultdict(float)
        looked_at = 0
        held = sorted((len(self._holders[bucket]), bucket) for bucket in text.grams if bucket in self._holders)
        for holders, bucket in held:
            looked_at += holders
            if looked_at > LOOKED_AT and met:
                break
            rarity = self._space.rarity[bucket]
            for number in self._holders[bucket]:
                met[number] += rarity
        best = nsmallest(count, ((-weight * self._shares[number], number) for number, weight in met.items()))
        return [number for _, number in best]
