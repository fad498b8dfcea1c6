"""From a score to a probability: a curve that never falls, fitted to answers known to be right or wrong.

How it is known: isotonic regression by pooling adjacent violators (Ayer et al. 1955; Zadrozny and Elkan 2002 for classifiers). Each pool
is drawn towards the mean of its scores by a few answers of weight, so that a pool of three right answers does not say 1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

PRIOR = 4.0
"""Weight of what the scores of a pool say themselves, counted in answers."""


class Curve(NamedTuple):
    """Points (score, probability), both rising; between two points the probability lies on the line between them."""

    points: tuple[tuple[float, float], ...]

    def at(self, score: float) -> float:
        """The probability of a score; that of the nearest point outside of all."""
        above = bisect_right(self.points, (score, 2.0))
        if above in (0, len(self.points)):
            return self.points[max(above - 1, 0)][1]
        (low, less), (high, more) = self.points[above - 1], self.points[above]
        return less + (more - less) * (score - low) / (high - low)


class Pool(NamedTuple):
    """Answers side by side that share a probability: the sum of their scores, how many are right, how many there are."""

    scores: float
    right: int
    answers: int

    def share(self) -> float:
        """The part of them that is right."""
        return self.right / self.answers

    def joined(self, other: Pool) -> Pool:
        """Both as one."""
        return Pool(self.scores + other.scores, self.right + other.right, self.answers + other.answers)


def pools(answers: Iterable[tuple[float, bool]]) -> list[Pool]:
    """The answers (score, right) in pools whose shares rise with the score; equal scores are never in two pools."""
    equal: dict[float, Pool] = {}
    for score, right in answers:
        equal[score] = equal.get(score, Pool(0.0, 0, 0)).joined(Pool(score, int(right), 1))
    found: list[Pool] = []
    for score in sorted(equal):
        found.append(equal[score])
        while len(found) > 1 and found[-2].share() >= found[-1].share():
            last = found.pop()
            found.append(found.pop().joined(last))
    return found


def fit(answers: Sequence[tuple[float, bool]], prior: float = PRIOR) -> Curve:
    """The curve of these answers, whose scores are probabilities that are not calibrated yet. Raises ValueError where there is none."""
    if not answers:
        raise ValueError("no answers: nothing can be calibrated")
    points: list[tuple[float, float]] = []
    for pool in pools(answers):
        mean = pool.scores / pool.answers
        share = (pool.right + prior * mean) / (pool.answers + prior)
        points.append((mean, max(share, points[-1][1] if points else 0.0)))
    return Curve(tuple(points))
