"""Texts in the learned space: the buckets of a text, how much they tell, and its embedding, the sum of the vectors of its buckets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import mul
from typing import NamedTuple

from fieldwatch.library.ranker.ngrams import Grams, grams

Vector = tuple[int, ...]

MOST = 65536
"""Texts that are remembered."""


class Placed(NamedTuple):
    """A text in the space; `weight` is the sum of the rarities of its buckets, `length` that of its vector."""

    grams: Grams
    weight: float
    vector: Vector
    length: float


class Space:
    """Rarity and vector of each bucket. Texts are remembered."""

    def __init__(self, rarity: Sequence[float], vectors: Sequence[Vector]) -> None:
        self.rarity, self.vectors = rarity, vectors
        self._placed: dict[str, Placed] = {}

    def place(self, text: str) -> Placed:
        """Where a text is."""
        found = self._placed.get(text)
        if found is None:
            if len(self._placed) >= MOST:
                self._placed.clear()
            found = self._placed[text] = self.of(grams(text))
        return found

    def of(self, found: Grams) -> Placed:
        """Where these buckets are together."""
        vector = tuple(map(sum, zip(*map(self.vectors.__getitem__, found), strict=True)))
        return Placed(found, self.weight(found), vector, math.sqrt(sum(map(mul, vector, vector))))

    def weight(self, found: Iterable[int]) -> float:
        """The sum of the rarities of these buckets."""
        return sum(map(self.rarity.__getitem__, found))


def cosine(one: Placed, other: Placed) -> float:
    """Of the embeddings; 0 where one is nothing."""
    both = one.length * other.length
    return sum(map(mul, one.vector, other.vector)) / both if both else 0.0
