"""Trees: every leaf is reached by its answers, and limits belong to no."""

from __future__ import annotations

from itertools import product

import pytest

from fieldwatch.library.device import device
from fieldwatch.library.gazetteer import Known
from fieldwatch.library.likeness import likeness
from fieldwatch.library.ranker.calibration import Curve
from fieldwatch.library.ranker.features import asked, named
from fieldwatch.library.ranker.model import Model, model
from fieldwatch.library.ranker.weights import Tree, Weights
from fieldwatch.library.resolve import Called

TREE = Tree((0, 1, 1, 2, 2, 2, 2), (0.5,) * 7, (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0))
CURVES = (Curve(((0.0, 0.0), (1.0, 1.0))),) * 3


def learned(*trees: Tree, begin: float = 0.0) -> Model:
    return Model(Weights((), (), begin, trees, CURVES))


@pytest.mark.parametrize("answers", list(product((0.0, 1.0), repeat=3)))
def test_each_leaf_is_reached_by_its_answers(answers: tuple[float, ...]) -> None:
    assert learned(TREE).odds(answers) == 4 * answers[0] + 2 * answers[1] + answers[2]


def test_a_limit_belongs_to_no() -> None:
    assert learned(TREE).odds((0.5, 0.5, 0.5)) == 0.0
    assert learned(TREE).odds((0.50001, 0.5, 0.5)) == 4.0


def test_trees_are_added_to_the_begin() -> None:
    assert learned(TREE, TREE, begin=-3.0).odds((1.0, 1.0, 1.0)) == 11.0
    assert learned(begin=-3.0).odds(()) == -3.0


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("SCALANCE X204-2", 0.9, 1.0), ("SCALANCE X206-1", 0.0, 0.3), ("LOGO!", 0.0, 0.1)],
)
def test_what_the_shipped_model_says(name: str, low: float, high: float) -> None:
    one = asked(device(Called(frozenset({"Siemens"}), ("SCALANCE X204-2",), (), frozenset()), ""), model().space)
    what = named(Known("Siemens", name))
    assert low <= model().certainty(one, what, likeness(what.what, what.codes, one.device)) <= high
