"""The words of ranges."""

from __future__ import annotations

import pytest

from fieldwatch.vulnerabilities.range.words import tidied, tokens


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("  <=  2.0 ", "<= 2.0"),
        ("<=2020_R2_SP1", "<=2020 R2 SP1"),
        ("< V0209_0105", "< V0209_0105"),
        ("≤ 3.1", "<= 3.1"),
        ("1.91 â€¦ 2.8", "1.91 … 2.8"),
        ("1.275M—1.280S", "1.275M-1.280S"),
        ("<\u00a02.0", "< 2.0"),
    ],
)
def test_tidied(text: str, tidy: str) -> None:
    assert tidied(text) == tidy


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("<= V14 SP1 Update 14", "LE V"),
        ("All versions < 15.2(6)E2a", "ALL LT V"),
        ("Version 4.4 and all prior versions", "V LE_AFTER"),
        ("prior to and including 9.0.25", "LE V"),
        ("versions older than 1.7.5.0", "LT V"),
        ("24 and later", "V GE_AFTER"),
        ("between V2.5 (including) and V2.7 (excluding)", "BETWEEN V INCLUDED AND V EXCLUDED"),
        ("R3.10.00 - R3.75.00", "V TO V"),
        ("<May/5/2023", "LT DATE"),
        ("<=N", "LE L"),
        ("BIOS < V22.01.04", "WORD LT V"),
        ("NMC2 <= 6.9.6", "WORD LE V"),
        ("(Only affected by CVE-2020-26989 CVE-2020-26990)", "CVE"),
    ],
)
def test_kinds(text: str, kinds: str) -> None:
    said = tokens(text)
    assert said is not None
    assert " ".join(token.kind for token in said) == kinds


@pytest.mark.parametrize("text", ["17.0 ?.10", "€", "MLFB 6SR32..-…..-…. ~"])
def test_characters_of_no_version(text: str) -> None:
    assert tokens(text) is None
