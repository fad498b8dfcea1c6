"""Curves from scores to probabilities: they never fall, and say what was right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.library.ranker.calibration import Curve, fit, pools

ANSWERS = st.lists(st.tuples(st.integers(0, 20).map(lambda at: at / 20), st.booleans()), min_size=1, max_size=80)


def test_pools_that_rise_stay_and_others_are_joined() -> None:
    found = pools([(0.1, False), (0.2, True), (0.3, False), (0.4, True), (0.4, True)])
    assert [(one.answers, one.right) for one in found] == [(1, 0), (2, 1), (2, 2)]


def test_equal_scores_are_one_pool() -> None:
    assert [(one.answers, one.right) for one in pools([(0.5, True), (0.5, False), (0.5, True)])] == [(3, 2)]


@given(ANSWERS)
def test_a_curve_never_falls_and_stays_a_probability(answers: list[tuple[float, bool]]) -> None:
    curve = fit(answers)
    said = [curve.at(at / 40) for at in range(-4, 45)]
    assert said == sorted(said)
    assert 0.0 <= said[0] <= said[-1] <= 1.0
    assert [score for score, _ in curve.points] == sorted({score for score, _ in curve.points})


@given(ANSWERS)
def test_all_answers_together_are_right_as_often_as_the_curve_says(answers: list[tuple[float, bool]]) -> None:
    """Without a prior, isotonic regression keeps the sum."""
    assert sum(pool.share() * pool.answers for pool in pools(answers)) == pytest.approx(sum(right for _, right in answers))


def test_many_answers_outweigh_the_score_and_few_do_not() -> None:
    assert fit([(0.9, False)] * 96).at(0.9) == pytest.approx(0.036)
    assert fit([(0.9, False)]).at(0.9) == pytest.approx(0.72)


def test_between_two_points_lies_the_line_and_outside_the_nearest() -> None:
    curve = Curve(((0.2, 0.1), (0.6, 0.5)))
    assert [curve.at(score) for score in (0.0, 0.2, 0.4, 0.6, 1.0)] == pytest.approx([0.1, 0.1, 0.3, 0.5, 0.5])


def test_no_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing can be calibrated"):
        fit([])
