"""The shipped numbers, and how a table of them is read."""

from __future__ import annotations

import base64

from fieldwatch.library.likeness import Sure
from fieldwatch.library.ranker.features import FEATURES
from fieldwatch.library.ranker.ngrams import BUCKETS
from fieldwatch.library.ranker.weights import FILE, read, weights
from fieldwatch.library.table import parse, raw, table


def test_a_table_is_read() -> None:
    packed = base64.b85encode(bytes([20, 40])).decode()
    vector = base64.b85encode(bytes([1, 255])).decode()
    text = (
        "# source: a\n# date: 2026-01-01\n# licence: c\npart\tkey\tnumbers\n"
        f"rarity\t2\t{packed}\nvector\t0\t{vector}\nvector\t1\t{vector}\nbegin\t0\t-1.5\n"
        "tree\t0\t0 1 2 3 4 5 6|0 0.5 1 0 0 0 0|1 2 3 4 5 6 7 8\ncurve\tno\t0 1|0.1 0.2\n"
    )
    found = read(parse(text))
    assert found.rarity == (1.0, 2.0)
    assert found.vectors == ((1, 1), (-1, -1))
    assert found.begin == -1.5
    assert found.trees[0].features == (0, 1, 2, 3, 4, 5, 6)
    assert found.trees[0].limits[1] == 0.5
    assert found.trees[0].leaves[7] == 8.0
    assert found.curves[0].points == ((0.0, 0.1), (1.0, 0.2))


def test_the_shipped_numbers_are_whole() -> None:
    found = weights()
    assert len(found.rarity) == len(found.vectors) == BUCKETS
    assert len({len(vector) for vector in found.vectors}) == 1
    assert len(found.curves) == len(Sure)
    for tree in found.trees:
        assert (len(tree.features), len(tree.limits), len(tree.leaves)) == (7, 7, 8)
        assert set(tree.features) <= set(range(len(FEATURES)))


def test_the_curves_rise_and_say_more_where_the_rules_do() -> None:
    no, _, yes = weights().curves
    for curve in weights().curves:
        assert [said for _, said in curve.points] == sorted(said for _, said in curve.points)
        assert all(0.0 <= value <= 1.0 for point in curve.points for value in point)
    assert no.at(0.5) < yes.at(0.5)
    assert no.at(0.0) < 0.05


def test_the_file_holds_numbers_only_is_small_and_says_how_it_was_made() -> None:
    assert len(raw(FILE)) < 300_000
    assert {row[0] for row in table(FILE).rows} == {"rarity", "vector", "begin", "tree", "curve"}
    source = table(FILE).certificate["source"]
    assert all(word in source for word in ("tools.train_ranker", "SHA-256", "documents", "pairs", "seed", "attribution_known.csv"))
