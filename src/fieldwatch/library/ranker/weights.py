"""The learned numbers, as `tools/train_ranker.py` writes them: how rare each bucket is, its vector, trees, calibration."""

from __future__ import annotations

import base64
import functools
from array import array
from typing import NamedTuple

from fieldwatch.library.ranker.calibration import Curve
from fieldwatch.library.table import Table, table

FILE = "ranker.tsv"

RARITY_SCALE = 20.0
"""A rarity is stored as a byte: twenty steps for each unit of the natural logarithm."""


class Tree(NamedTuple):
    """A tree of three questions: `features[0]` at the root, [1] and [2] below it and so on; no is left. Its eight leaves are log odds."""

    features: tuple[int, ...]
    limits: tuple[float, ...]
    leaves: tuple[float, ...]


class Weights(NamedTuple):
    """All that was learned."""

    rarity: tuple[float, ...]
    vectors: tuple[tuple[int, ...], ...]
    begin: float
    trees: tuple[Tree, ...]
    curves: tuple[Curve, ...]
    """The calibration, by what the rules say (`Sure`): no, maybe, yes."""


def read(found: Table) -> Weights:
    """The weights in a table with the columns part, key, numbers."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for part, key, said in found.rows:
        rows.setdefault(part, []).append((key, said))
    rarity = tuple(byte / RARITY_SCALE for byte in base64.b85decode(rows["rarity"][0][1]))
    dimensions = [array("b", base64.b85decode(said)) for _, said in rows["vector"]]
    trees = []
    for _, said in rows["tree"]:
        features, limits, leaves = said.split("|")
        trees.append(Tree(tuple(map(int, features.split())), tuple(map(float, limits.split())), tuple(map(float, leaves.split()))))
    curves = []
    for _, said in rows["curve"]:
        scores, chances = (tuple(map(float, half.split())) for half in said.split("|"))
        curves.append(Curve(tuple(zip(scores, chances, strict=True))))
    return Weights(rarity, tuple(zip(*dimensions, strict=True)), float(rows["begin"][0][1]), tuple(trees), tuple(curves))


@functools.cache
def weights() -> Weights:
    """The weights that are shipped, read once."""
    return read(table(FILE))
