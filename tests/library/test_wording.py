"""Words of product names: where they are cut, and where not."""

from __future__ import annotations

import pytest

from fieldwatch.library.wording import pieces, plain, wording


@pytest.mark.parametrize(
    ("one", "other"),
    [("CP343-1", "CP 343-1"), ("RTU500", "RTU 500"), ("EDS-408A", "EDS408A"), ("XC206", "xc 206")],
)
def test_writers_put_blanks_where_they_like(one: str, other: str) -> None:
    assert wording(one).run == wording(other).run


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("PAC3200T", "pac3200"),
        ("1756-EN2TR", "1756en2t"),
        ("SCALANCE X204-2LD", "x204-2"),
        ("CPU 1511C-1 PN", "1511-1"),
        ("750-881", "750-88"),
    ],
)
def test_a_longer_model_is_not_the_shorter_one(said: str, asked: str) -> None:
    assert asked not in wording(said).phrases


@pytest.mark.parametrize(("said", "asked"), [("1756-EN2T/D", "1756en2t"), ("EDS-408A-MM-SC", "eds408a"), ("CP 343-1 Lean", "cp343-1")])
def test_a_model_is_found_in_what_is_said(said: str, asked: str) -> None:
    assert asked in wording(said).phrases


def test_mojibake_and_accents() -> None:
    assert plain("GeutebrÃ¼ck") == "geutebruck"
    assert plain("Geutebrück™  EBC-21xx") == "geutebruck ebc-21xx"
    assert pieces(plain("Zähler")) == ("zahler",)
