"""Reliability of scores: of the answers given with so much, how many are right.

ECE is the expected calibration error (Naeini, Cooper, Hauskrecht 2015) over ten bins of equal width: the mean distance between score and
share of right answers, weighted by answers. Brier is the mean squared distance between score and truth (Brier 1950).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bench._answers import Answer

BINS = 10

SURE = 0.9
"""Of the answers with so much, nine in ten are to be right."""


class Bin(NamedTuple):
    """The answers whose scores lie between two tenths."""

    low: float
    answers: int
    score: float
    right: float


def bins(answers: Sequence[Answer]) -> list[Bin]:
    """The bins that have answers."""
    found: dict[int, list[Answer]] = {}
    for one in answers:
        found.setdefault(min(BINS - 1, int(one.score * BINS)), []).append(one)
    return [Bin(at / BINS, len(of), _mean([one.score for one in of]), _mean([one.right for one in of])) for at, of in sorted(found.items())]


def calibration_error(answers: Sequence[Answer]) -> float:
    """The ECE."""
    return sum(one.answers * abs(one.score - one.right) for one in bins(answers)) / len(answers)


def brier(answers: Sequence[Answer]) -> float:
    """The Brier score."""
    return _mean([(one.score - one.right) ** 2 for one in answers])


def sure(answers: Sequence[Answer]) -> list[Answer]:
    """The answers with 0.9 and more."""
    return [one for one in answers if one.score >= SURE]


def share(answers: Sequence[Answer]) -> float:
    """The part that is right."""
    return _mean([one.right for one in answers])


def lines(answers: Sequence[Answer]) -> list[tuple[str, ...]]:
    """The bins as they are printed: from, to, answers, mean score, share of right ones."""
    return [
        (f"{one.low:.1f}", f"{one.low + 1 / BINS:.1f}", str(one.answers), f"{one.score:.3f}", f"{one.right:.3f}") for one in bins(answers)
    ]


def summary(name: str, answers: Sequence[Answer]) -> tuple[str, ...]:
    """A line: name, answers, ECE, Brier, answers with 0.9 and more, share of these that is right."""
    certain = sure(answers)
    return (
        name,
        str(len(answers)),
        f"{calibration_error(answers):.3f}",
        f"{brier(answers):.3f}",
        str(len(certain)),
        f"{share(certain):.3f}",
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
