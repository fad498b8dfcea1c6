"""Vectors of buckets: the strongest directions of a matrix of texts and buckets (latent semantic analysis).

A text is all names and order numbers that the feeds give for one product, so that buckets that stand for one thing come to lie together.
The directions are found by subspace iteration (Halko, Martinsson, Tropp 2011, algorithm 4.4) in plain Python: the same seed gives the same
numbers on every machine.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

Row = list[tuple[int, float]]
"""A text: buckets with their weights."""

MORE = 8
"""Directions beyond those that are wanted, which make the wanted ones exact sooner."""


def vectors(rows: Sequence[Row], buckets: int, wanted: int, rounds: int, seed: int) -> list[list[float]]:
    """A vector of `wanted` numbers for each bucket."""
    chance = random.Random(seed)
    basis = [[chance.gauss(0.0, 1.0) for _ in range(wanted + MORE)] for _ in range(buckets)]
    for _ in range(rounds):
        orthogonal(basis)
        basis = times(rows, basis)
    lengths = orthogonal(basis)
    order = sorted(range(wanted + MORE), key=lambda column: -lengths[column])[:wanted]
    strongest = math.sqrt(lengths[order[0]])
    return [[row[column] * math.sqrt(math.sqrt(lengths[column]) / strongest) for column in order] for row in basis]


def times(rows: Sequence[Row], basis: Sequence[Sequence[float]]) -> list[list[float]]:
    """The matrix's transpose times the matrix times the basis."""
    width = len(basis[0])
    out = [[0.0] * width for _ in basis]
    for row in rows:
        sums = [0.0] * width
        for bucket, weight in row:
            sums = [have + weight * more for have, more in zip(sums, basis[bucket], strict=True)]
        for bucket, weight in row:
            out[bucket] = [have + weight * more for have, more in zip(out[bucket], sums, strict=True)]
    return out


def orthogonal(basis: list[list[float]]) -> list[float]:
    """Makes the columns orthogonal and of length 1 (modified Gram and Schmidt); the lengths that they had."""
    columns = [list(column) for column in zip(*basis, strict=True)]
    lengths = []
    for at in range(len(columns)):
        column = columns[at]
        for before in columns[:at]:
            share = math.sumprod(before, column) if hasattr(math, "sumprod") else sum(map(float.__mul__, before, column))
            column = [have - share * less for have, less in zip(column, before, strict=True)]
        length = math.sqrt(sum(value * value for value in column))
        lengths.append(length)
        columns[at] = [value / length for value in column] if length else column
    for number, row in enumerate(zip(*columns, strict=True)):
        basis[number] = list(row)
    return lengths
