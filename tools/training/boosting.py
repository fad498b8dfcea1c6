"""Trees by gradient boosting on log loss (Friedman 2001; Newton leaves as in Chen and Guestrin 2016), in plain Python.

Each tree asks one question at each of its seven nodes; limits are chosen among quantiles of the numbers.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

from fieldwatch.library.ranker.weights import Tree

BINS = 24
DEPTH = 3
SHRINK = 0.3
RIDGE = 5.0


def limits(values: Sequence[float]) -> list[float]:
    """Where the values may be cut: between quantiles."""
    ordered = sorted(values)
    cuts = sorted({ordered[len(ordered) * at // BINS] for at in range(1, BINS)})
    return [round(cut, 4) for cut in cuts]


def trees(rows: Sequence[Sequence[float]], right: Sequence[bool], rounds: int) -> tuple[float, list[Tree]]:
    """The log odds to begin with, and the trees."""
    cuts = [sorted(set(limits(column))) for column in zip(*rows, strict=True)]
    binned = [[bisect_left(cut, value) for value in column] for cut, column in zip(cuts, zip(*rows, strict=True), strict=True)]
    share = sum(right) / len(right)
    begin = math.log(share / (1 - share))
    odds = [begin] * len(right)
    grown = []
    for _ in range(rounds):
        chances = [1 / (1 + math.exp(-value)) for value in odds]
        slopes = [wanted - chance for wanted, chance in zip(right, chances, strict=True)]
        bends = [chance * (1 - chance) for chance in chances]
        tree, places = grow(binned, cuts, slopes, bends)
        grown.append(tree)
        odds = [value + tree.leaves[place] for value, place in zip(odds, places, strict=True)]
    return begin, grown


def grow(
    binned: Sequence[Sequence[int]], cuts: Sequence[Sequence[float]], slopes: Sequence[float], bends: Sequence[float]
) -> tuple[Tree, list[int]]:
    """One tree, and the leaf of each row."""
    features: list[int] = []
    borders: list[float] = []
    places = [0] * len(slopes)
    for depth in range(DEPTH):
        nodes = 1 << depth
        best = [(0.0, 0, len(cuts[0]))] * nodes
        for feature, column in enumerate(binned):
            width = len(cuts[feature]) + 1
            for node, (gain, at) in enumerate(splits(column, places, slopes, bends, nodes, width)):
                if gain > best[node][0] + 1e-9:
                    best[node] = (gain, feature, at)
        for _, feature, at in best:
            features.append(feature)
            borders.append(cuts[feature][at] if at < len(cuts[feature]) else 1e9)
        places = [2 * place + (binned[best[place][1]][row] > best[place][2]) for row, place in enumerate(places)]
    slope, bend = [0.0] * (1 << DEPTH), [0.0] * (1 << DEPTH)
    for row, place in enumerate(places):
        slope[place] += slopes[row]
        bend[place] += bends[row]
    leaves = tuple(round(SHRINK * up / (down + RIDGE), 4) for up, down in zip(slope, bend, strict=True))
    return Tree(tuple(features), tuple(borders), leaves), places


def splits(
    column: Sequence[int], places: Sequence[int], slopes: Sequence[float], bends: Sequence[float], nodes: int, width: int
) -> list[tuple[float, int]]:
    """For each node the best gain by this feature, and the bin after which it is cut."""
    slope, bend = [0.0] * (nodes * width), [0.0] * (nodes * width)
    for value, place, up, down in zip(column, places, slopes, bends, strict=True):
        at = place * width + value
        slope[at] += up
        bend[at] += down
    found = []
    for node in range(nodes):
        ups, downs = slope[node * width : (node + 1) * width], bend[node * width : (node + 1) * width]
        all_up, all_down = sum(ups), sum(downs)
        whole = all_up * all_up / (all_down + RIDGE)
        up = down = 0.0
        best = (0.0, width)
        for at in range(width - 1):
            up, down = up + ups[at], down + downs[at]
            gain = up * up / (down + RIDGE) + (all_up - up) ** 2 / (all_down - down + RIDGE) - whole
            best = max(best, (gain, at))
        found.append(best)
    return found
