"""Runs of characters: what is one name in two spellings, and what is another."""

from __future__ import annotations

import pytest

from fieldwatch.library.ranker.ngrams import BUCKETS, grams, numbers, squeezed, uncoded


@pytest.mark.parametrize("other", ["CP343-1", "cp 343 - 1", "CP_343/1", "CP 343–1", "CP®343-1"])
def test_blanks_hyphens_and_marks_make_no_difference(other: str) -> None:
    assert grams(other) == grams("CP 343-1")


def test_each_run_has_its_bucket_and_the_begin_its_own() -> None:
    assert len(grams("abcd")) == 5  # ^ab abc bcd, ^abc abcd
    assert grams("abcd") != grams("xabcd")
    assert grams("abcd") & grams("xabcd")
    assert all(0 <= bucket < BUCKETS for bucket in grams("SIMATIC S7-1500 CPU 1511-1 PN"))


def test_the_buckets_are_the_same_on_every_machine() -> None:
    assert sorted(grams("S7")) == [5522]


@pytest.mark.parametrize(("text", "count"), [("", 0), ("-/ ", 0), ("x", 1), ("xy", 1), ("xyz", 3)])
def test_short_texts(text: str, count: int) -> None:
    assert len(grams(text)) == count


def test_order_numbers_are_no_part_of_the_name_but_where_there_is_nothing_else() -> None:
    assert squeezed(uncoded("SCALANCE X204-2 (6GK5204-2BB10-2AA3)")) == "scalancex2042"
    assert uncoded("6GK5204-2BB10-2AA3") == "6GK5204-2BB10-2AA3"


def test_numbers_are_compared_without_leading_zeros() -> None:
    assert numbers("R04CPU V2.007") == {"4", "2", "7"}
    assert numbers("rack 0") == {"0"}
