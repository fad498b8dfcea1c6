"""What the ranker is trained with does what it says: directions, trees, renderings; the same seed gives the same numbers."""

from __future__ import annotations

import importlib
import math
import random
from pathlib import Path
from types import ModuleType

import pytest

from fieldwatch.library.designation import designation
from fieldwatch.library.gazetteer import Gazetteer, Known
from fieldwatch.library.ranker.model import Model, model
from fieldwatch.library.ranker.rank import Ranker

ROOT = Path(__file__).resolve().parents[2]

KNOWN = tuple(
    Known("Siemens", name)
    for name in ("SCALANCE X204-2", "SCALANCE X206-1", "SCALANCE XC208G PoE", "SIMATIC S7-1500 CPU 1511-1 PN", "LOGO! 8 BM", "AFF660/665")
)


@pytest.fixture(scope="module")
def parts() -> dict[str, ModuleType]:
    """The modules of the training, which lie beside the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        return {name: importlib.import_module(f"tools.training.{name}") for name in ("factors", "boosting", "renderings", "pairs")}


def cosine(one: list[float], other: list[float]) -> float:
    return sum(map(float.__mul__, one, other)) / math.sqrt(sum(map(float.__mul__, one, one)) * sum(map(float.__mul__, other, other)))


def test_buckets_that_stand_together_come_to_lie_together(parts: dict[str, ModuleType]) -> None:
    rows = [[(0, 1.0), (1, 1.0)]] * 5 + [[(2, 1.0), (3, 1.0)]] * 4
    found = parts["factors"].vectors(rows, 4, 2, 40, 1)
    assert cosine(found[0], found[1]) == pytest.approx(1.0)
    assert cosine(found[2], found[3]) == pytest.approx(1.0)
    assert cosine(found[0], found[2]) == pytest.approx(0.0, abs=1e-3)
    assert found == parts["factors"].vectors(rows, 4, 2, 40, 1)


def test_columns_are_made_orthogonal(parts: dict[str, ModuleType]) -> None:
    basis = [[3.0, 1.0], [4.0, 2.0]]
    assert parts["factors"].orthogonal(basis) == pytest.approx([5.0, 0.4])
    assert basis[0][0] * basis[0][1] + basis[1][0] * basis[1][1] == pytest.approx(0.0)


def test_trees_learn_what_one_question_cannot_say(parts: dict[str, ModuleType]) -> None:
    chance = random.Random(3)
    rows = [(chance.random(), chance.random(), chance.random()) for _ in range(600)]
    right = [(a > 0.5) != (b > 0.5) for a, b, _ in rows]
    begin, grown = parts["boosting"].trees(rows, right, 12)
    learned = Model(model().learned._replace(begin=begin, trees=tuple(grown)))
    hits = sum((learned.odds(row) > 0) == is_right for row, is_right in zip(rows, right, strict=True))
    assert hits >= 570
    assert (begin, grown) == parts["boosting"].trees(rows, right, 12)


def test_a_list_and_a_pattern_are_rendered_as_one_product(parts: dict[str, ModuleType]) -> None:
    one_of = parts["renderings"].one_of
    said = {one_of("AFF660/665", designation("AFF660/665"), random.Random(seed)) for seed in range(20)}
    assert said == {"AFF660", "AFF665"}
    wild = one_of("750-8xx", designation("750-8xx"), random.Random(1))
    assert wild.startswith("750-8")
    assert wild[5:].isdigit()


def test_a_sibling_differs_in_one_digit(parts: dict[str, ModuleType]) -> None:
    said = parts["renderings"].other("X204-2", random.Random(1))
    assert sum(a != b for a, b in zip(said, "X204-2", strict=True)) == 1
    assert parts["renderings"].other("LOGO", random.Random(1)) == ""


def test_pairs_are_the_same_for_the_same_seed_and_of_both_kinds(parts: dict[str, ModuleType]) -> None:
    made = [list(parts["pairs"].pairs(KNOWN, Gazetteer(KNOWN), Ranker(KNOWN), seed)) for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]
    assert {pair.right for pair in made[0]} == {True, False}


def test_the_truth_of_a_pair(parts: dict[str, ModuleType]) -> None:
    pairs = parts["pairs"]
    true, words = pairs.truly(pairs.Identity("Siemens", "SCALANCE XC208G PoE"), Gazetteer(KNOWN))
    verdicts = {one.name: pairs.verdict(pairs.named(one), true, words) for one in (*KNOWN, Known("Siemens", "SCALANCE"))}
    assert verdicts["SCALANCE XC208G PoE"] is True
    assert verdicts["SCALANCE X204-2"] is False
    assert verdicts["SCALANCE"] is None
