"""The learned ranker itself: from the numbers of a pair to log odds by trees, and from there to a calibrated probability."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from fieldwatch.library.likeness import Likeness
from fieldwatch.library.ranker.features import Asked, Named, compared
from fieldwatch.library.ranker.space import Space
from fieldwatch.library.ranker.weights import Tree, Weights, weights

Leaves = tuple[int, float, float, float]
"""The last question of a tree: which number, its limit, the log odds for no and for yes."""

Twigs = tuple[int, float, Leaves, Leaves]
Nested = tuple[int, float, Twigs, Twigs]
"""A tree, question within question."""


class Model:
    """Weights, ready to judge pairs."""

    def __init__(self, learned: Weights) -> None:
        self.learned = learned
        self.space = Space(learned.rarity, learned.vectors)
        self._trees = [nested(tree) for tree in learned.trees]

    def certainty(self, asked: Asked, named: Named, like: Likeness) -> float:
        """The probability that the device is the product."""
        odds = self.odds(compared(asked, named, like, self.space))
        return self.learned.curves[like.sure].at(1 / (1 + math.exp(-odds)))

    def odds(self, numbers: Sequence[float]) -> float:
        """The log odds that the trees give."""
        odds = self.learned.begin
        for root, root_limit, no, yes in self._trees:
            twig, twig_limit, few, many = yes if numbers[root] > root_limit else no
            leaf, leaf_limit, low, high = many if numbers[twig] > twig_limit else few
            odds += high if numbers[leaf] > leaf_limit else low
        return odds


def nested(tree: Tree) -> Nested:
    """A tree as it is gone through fastest."""
    features, limits, leaves = tree
    ends: list[Leaves] = [(features[at], limits[at], leaves[2 * at - 6], leaves[2 * at - 5]) for at in range(3, 7)]
    twigs: list[Twigs] = [(features[at], limits[at], ends[2 * at - 2], ends[2 * at - 1]) for at in (1, 2)]
    return features[0], limits[0], twigs[0], twigs[1]


@functools.cache
def model() -> Model:
    """The model that is shipped."""
    return Model(weights())
