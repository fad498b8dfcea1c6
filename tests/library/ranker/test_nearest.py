"""The index: nearest names first, and it reads no more than it must."""

from __future__ import annotations

import pytest

from fieldwatch.library.ranker import nearest as nearest_file
from fieldwatch.library.ranker.model import model
from fieldwatch.library.ranker.nearest import Nearest

NAMES = ("SCALANCE X204-2", "SCALANCE X206-1", "SCALANCE XC208G PoE", "SIMATIC S7-1500 CPU 1511-1 PN", "LOGO! 8 BM", "x")


@pytest.fixture
def index() -> Nearest:
    return Nearest(NAMES, model().space)


@pytest.mark.parametrize(
    ("text", "first"), [("X204-2", 0), ("scalance x-206-1", 1), ("XC208GPoE", 2), ("1511-1PN", 3), ("LOGO 8", 4), ("X", 5)]
)
def test_the_nearest_name_comes_first(index: Nearest, text: str, first: int) -> None:
    assert index.to(model().space.place(text))[0] == first


def test_a_name_is_nearest_to_itself(index: Nearest) -> None:
    assert [index.to(model().space.place(name), 1) for name in NAMES] == [[number] for number in range(len(NAMES))]


def test_what_shares_nothing_is_not_given(index: Nearest) -> None:
    assert index.to(model().space.place("ZZ 99")) == []
    assert index.to(model().space.place("")) == []


def test_equal_names_come_in_the_order_in_which_they_were_taken_up() -> None:
    assert Nearest(("EDS-408A", "EDS 408A", "eds408a"), model().space).to(model().space.place("EDS-408A")) == [0, 1, 2]


def test_no_more_is_given_than_asked_and_no_more_read_than_allowed(index: Nearest, monkeypatch: pytest.MonkeyPatch) -> None:
    text = model().space.place("SCALANCE X204-2")
    assert len(index.to(text, 2)) == 2
    assert index.to(text) == [0, 1, 2]
    monkeypatch.setattr(nearest_file, "LOOKED_AT", 1)
    assert index.to(text) == [0]
