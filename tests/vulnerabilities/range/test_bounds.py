"""Bounds put together; wildcards; both ends of a hyphen."""

from __future__ import annotations

import pytest

from fieldwatch.vulnerabilities.range.bounds import Flow, Garbled, alternatives, both_ends, ceiling, floor, order
from fieldwatch.vulnerabilities.range.record import Bound
from fieldwatch.vulnerabilities.range.words import tokens


@pytest.mark.parametrize(
    ("number", "low", "high"),
    [
        ("2.3x", "2.30", "2.39"),
        ("7.4xx", "7.400", "7.499"),
        ("12.2.x", "12.2", "12.2"),
        ("12.2.x.x", "12.2", "12.2"),
        ("12.6.*", "12.6", "12.6"),
        ("1.21X", "1.21X", "1.21X"),
        ("2.X", "2", "2"),
        ("3.0.1", "3.0.1", "3.0.1"),
    ],
)
def test_wildcards(number: str, low: str, high: str) -> None:
    assert (floor(number), ceiling(number)) == (low, high)


@pytest.mark.parametrize("text", ["12.4.1-12.4.11", "20-33", "20000-21150", "V191-V195", "7.00-7.04"])
def test_a_hyphen_between_two_versions(text: str) -> None:
    assert both_ends(text) == tuple(text.split("-"))


@pytest.mark.parametrize("text", ["5.3.0-64", "1-02-08", "8.00-20140730", "2.03-06", "6.5.1.5-4.3.1.8", "2018-1", "33-20"])
def test_a_hyphen_inside_one_version(text: str) -> None:
    assert both_ends(text) is None


def together(*bounds: tuple[str, str]) -> object:
    return alternatives([Bound(*bound) for bound in bounds])


def test_a_lower_and_an_upper_bound_hold_both() -> None:
    assert together((">=", "1.0"), ("<", "2.0"), (">=", "3.0"), ("<=", "3.2")) == (
        ((Bound(">=", "1.0"), Bound("<", "2.0")), (Bound(">=", "3.0"), Bound("<=", "3.2"))),
        (),
    )


def test_several_upper_bounds_are_one_for_each_line() -> None:
    sure, doubt = alternatives([Bound("<", "36.011"), Bound("<", "35.013"), Bound("<", "34.014")])
    assert sure == ((Bound("<", "34.014"),), (Bound(">=", "35"), Bound("<", "35.013")), (Bound(">=", "36"), Bound("<", "36.011")))
    assert doubt == ()


def test_lines_between_those_with_a_bound_are_in_doubt() -> None:
    sure, doubt = alternatives([Bound("<", "1.28.16"), Bound("<", "1.24.69")])
    assert sure == ((Bound("<", "1.24.69"),), (Bound(">=", "1.28"), Bound("<", "1.28.16")))
    assert doubt == ((Bound(">=", "1.25"), Bound("<", "1.28")),)


def test_two_limits_in_one_line_leave_what_is_between_them_in_doubt() -> None:
    sure, doubt = alternatives([Bound("<", "2.20"), Bound("<", "2.40")])
    assert sure == ((Bound("<", "2.20"),),)
    assert doubt == ((Bound(">=", "2.20"), Bound("<", "2.40")),)


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        ([(">=", "1.0"), (">=", "2.4")], "no upper limit"),
        ([(">=", "4.5.0"), ("<=", "3.5.2")], "above the upper limit"),
        ([("=", "5.011"), ("<", "8.011")], "inside a limit"),
        ([("<=", "U61"), ("<=", "L81")], "letters name"),
        ([("<", "1.0"), ("<", "2.0"), ("=", "3.0")], "among other numbers"),
    ],
)
def test_what_makes_no_range(bounds: list[tuple[str, str]], why: str) -> None:
    with pytest.raises(Garbled, match=why):
        together(*bounds)


def test_a_document_orders_the_lines_of_a_relay() -> None:
    assert order("R100-V0", "R302-V1") == -1


def flow(text: str) -> list[Bound]:
    said = tokens(text)
    assert said is not None
    return Flow(said).bounds


def test_an_operator_in_words_holds_for_a_list() -> None:
    assert flow("prior to 1.99 2.20 or 2.40") == [Bound("<", "1.99"), Bound("<", "2.20"), Bound("<", "2.40")]


def test_an_operator_in_signs_holds_for_its_number_alone() -> None:
    assert flow("<= 1.12.0.27 | 1.12.13.2") == [Bound("<=", "1.12.0.27"), Bound("=", "1.12.13.2")]


@pytest.mark.parametrize(
    "text", ["<=", "< >= 2", "1.0 to", "<= 3.3 3.1", "< R02 or 1.1.13166", "5.0 5.1 6.0 and prior", "< 1.0 all versions"]
)
def test_garbled_words(text: str) -> None:
    with pytest.raises(Garbled):
        flow(text)
