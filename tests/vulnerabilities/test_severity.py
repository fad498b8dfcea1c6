"""Severity: CVSS of all versions, which one counts, and vectors that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.vulnerabilities.advisory import Score
from fieldwatch.vulnerabilities.severity import LONGEST, Severity, choose, rate, word

V2 = "AV:N/AC:L/Au:N/C:C/I:C/A:C"
V30 = "CVSS:3.0/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
HARMLESS = "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"
LOCAL = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"
V40 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


@pytest.mark.parametrize(
    ("score", "expected"),
    [  # the base scores are those of the calculators of FIRST and NVD
        (Score("2.0", V2, 10.0), Severity("2.0", V2, 10.0, "high", "network")),
        (Score("2.0", f"({V2})", 10.0), Severity("2.0", V2, 10.0, "high", "network")),
        (Score("3.0", V30, 6.5), Severity("3.0", V30, 6.5, "medium", "adjacent")),
        (Score("3.1", V31, 9.8), Severity("3.1", V31, 9.8, "critical", "network")),
        (Score("3.1", f" {V31}/", 9.8), Severity("3.1", V31, 9.8, "critical", "network")),
        (Score("3.1", V31.removeprefix("CVSS:3.1/"), 9.8), Severity("3.1", V31.removeprefix("CVSS:3.1/"), 9.8, "critical", "network")),
        (Score("4.0", V40, 9.3), Severity("4.0", V40, 9.3, "critical", "network")),
        (Score("3.1", HARMLESS, 0.0), Severity("3.1", HARMLESS, 0.0, "none", "physical")),
        (Score("3.1", LOCAL, 7.8), Severity("3.1", LOCAL, 7.8, "high", "local")),
    ],
)  # fmt: skip
def test_a_vector_gives_base_word_and_attack_vector(score: Score, expected: Severity) -> None:
    assert rate(score) == expected


def test_the_vector_says_its_own_version() -> None:
    assert rate(Score("3.1", V30, 6.5)) == rate(Score("3.0", V30, 6.5))


def test_a_published_base_that_differs_is_kept_beside() -> None:
    found = rate(Score("3.1", V31, 7.5))
    assert found is not None
    assert (found.base, found.published) == (9.8, 7.5)


@pytest.mark.parametrize(
    "vector", ["", "none", "CVSS:3.1/AV:N", V31 + "/XX:Y", "AV:N/" * LONGEST, V31.replace("AV:N", "AV:Q"), "CVSS:9.9/AV:N"]
)
def test_without_a_readable_vector_the_published_base_speaks_alone(vector: str) -> None:
    assert rate(Score("3.1", vector, 7.5)) == Severity("3.1", "", 7.5, "high", "")
    assert rate(Score("3.1", vector, 0.0)) is None
    assert rate(Score("3.1", vector, 10.1)) is None


def test_a_version_that_is_not_known_says_nothing() -> None:
    assert rate(Score("1.0", "AV:R", 5.0)) is None


def test_the_newest_version_counts_then_the_worst() -> None:
    two, three, one, four = Score("2.0", V2, 10.0), Score("3.0", V30, 6.5), Score("3.1", V31, 9.8), Score("4.0", V40, 9.3)
    assert choose([two, three]) == rate(three)
    assert choose([two, three, one]) == rate(one)
    assert choose([two, one, four, three]) == rate(four)
    milder = Score("3.1", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N", 3.7)
    assert choose([milder, one]) == choose([one, milder]) == rate(one)
    assert choose([]) is None


def test_a_vector_counts_before_a_bare_number_of_a_newer_version() -> None:
    assert choose([Score("4.0", "", 9.9), Score("3.1", V31, 9.8)]) == rate(Score("3.1", V31, 9.8))


@pytest.mark.parametrize(
    ("base", "expected", "of_two"),
    [
        (0.0, "none", "low"), (0.1, "low", "low"), (3.9, "low", "low"), (4.0, "medium", "medium"), (6.9, "medium", "medium"),
        (7.0, "high", "high"), (8.9, "high", "high"), (9.0, "critical", "high"), (10.0, "critical", "high"),
    ],
)  # fmt: skip
def test_words_change_at_their_limits(base: float, expected: str, of_two: str) -> None:
    assert word(base) == expected
    assert word(base, "2.0") == of_two


@given(st.sampled_from(["2.0", "3.0", "3.1", "4.0", "x"]), st.text(max_size=80), st.floats(allow_nan=True))
def test_no_text_fails(version: str, vector: str, base: float) -> None:
    for said in (vector, "CVSS:3.1/" + vector, V31[:20] + vector, "CVSS:4.0/" + vector):
        found = rate(Score(version, said, base))
        assert found is None or 0 <= found.base <= 10
