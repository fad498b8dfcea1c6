"""Known products ranked for a device: order, makers, order numbers, what the rules found, aliases, hostile input."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldwatch.library.device import device
from fieldwatch.library.gazetteer import Known
from fieldwatch.library.likeness import Sure, likeness
from fieldwatch.library.ranker.features import Asked, named
from fieldwatch.library.ranker.rank import LEAST, MOST, Alias, Ranker
from fieldwatch.library.resolve import Called

KNOWN = (
    Known("Siemens", "SCALANCE X204-2", ("6GK5204-2BB10-2AA3",)),
    Known("Siemens AG", "SCALANCE X-204-2"),
    Known("Siemens", "SCALANCE X206-1"),
    Known("Siemens", "SIMATIC S7-1500 CPU family"),
    Known("Belden", "Hirschmann EAGLE20"),
    Known("Moxa", "EDS-408A series"),
    Known("Multiple", "Treck TCP/IP stack"),
)


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return Ranker(KNOWN)


def ask(ranker: Ranker, makers: set[str], *own: str, codes: frozenset[str] = frozenset()) -> Asked:
    return ranker.ask(device(Called(frozenset(makers), own, (), codes), ""))


@pytest.mark.parametrize(
    ("makers", "said", "name"),
    [
        ({"Siemens"}, "scalance x2042", "SCALANCE X204-2"),
        ({"Siemens"}, "X206-1", "SCALANCE X206-1"),
        ({"Moxa"}, "EDS408A", "EDS-408A series"),
        (set(), "EDS-408A", "EDS-408A series"),
        ({"Hirschmann"}, "EAGLE20", "Hirschmann EAGLE20"),
        ({"Nobody Knows"}, "EDS-408A", "EDS-408A series"),
    ],
)
def test_the_right_product_comes_first(ranker: Ranker, makers: set[str], said: str, name: str) -> None:
    found = ranker.ranked(ask(ranker, makers, said))
    assert found[0].name == name


def test_best_first_each_name_once_and_none_that_is_next_to_impossible(ranker: Ranker) -> None:
    found = ranker.ranked(ask(ranker, {"Siemens"}, "SCALANCE X204"))
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert len(found) <= MOST
    assert all(LEAST <= one.score <= 1.0 for one in found)
    assert sum(one.name.replace("-", "") == "SCALANCE X2042" for one in found) <= 1


def test_other_makers_products_are_not_looked_at_but_those_of_nobody_are(ranker: Ranker) -> None:
    names = {one.name for one in ranker.listed(ask(ranker, {"Moxa"}, "SCALANCE X204-2"))}
    assert names == {"EDS-408A series", "Treck TCP/IP stack"}
    assert len(ranker.listed(ask(ranker, set(), "x"))) == len(KNOWN)


def test_an_order_number_finds_its_product_whatever_the_name_says(ranker: Ranker) -> None:
    one = ask(ranker, {"Siemens"}, "zzz", codes=frozenset({"6GK52042BB102AA3"}))
    assert KNOWN[0].name in {near.name for near in ranker.candidates(one)}


def test_where_the_rules_are_sure_theirs_are_all(ranker: Ranker) -> None:
    one = ask(ranker, {"Siemens"}, "SCALANCE X204-2")
    what = named(KNOWN[0])
    sure = likeness(what.what, what.codes, one.device)._replace(sure=Sure.YES)
    assert [each.name for each in ranker.answered(one, [("Siemens", what, sure)] * 3)] == [KNOWN[0].name]
    maybe = sure._replace(sure=Sure.MAYBE)
    assert len(ranker.answered(one, [("Siemens", what, maybe)])) >= 1
    assert ranker.answered(one) == ranker.ranked(one)


def test_what_was_taught_is_looked_at_where_the_rules_are_sure_of_another() -> None:
    taught = Ranker(KNOWN, [Alias("Siemens", "SCALANCE X204-2 rev Z", "", "Moxa", "EDS-408A series")])
    one = ask(taught, {"Siemens"}, "SCALANCE X204-2 rev Z")
    what = named(KNOWN[0])
    found = taught.answered(one, [("Siemens", what, likeness(what.what, what.codes, one.device)._replace(sure=Sure.YES))])
    assert {each.name for each in found} == {KNOWN[0].name, "EDS-408A series"}


def test_makers_are_called_by_their_usual_names(ranker: Ranker) -> None:
    assert {one.vendor for one in ranker.ranked(ask(ranker, {"Siemens"}, "SCALANCE X204-2"))} == {"Siemens"}


def test_nothing_is_answered_to_nothing(ranker: Ranker) -> None:
    assert ranker.answered(ask(ranker, set())) == ()
    assert Ranker(()).answered(ask(ranker, {"Siemens"}, "SCALANCE X204-2")) == ()


def test_an_alias_leads_to_its_product() -> None:
    taught = Ranker(KNOWN)
    one = ask(taught, {"ACME"}, "Box-77")
    assert all(each.name != "SCALANCE X204-2" for each in taught.ranked(one))
    taught.teach(Alias("ACME", "Box-77", "", "Siemens", "SCALANCE X204-2"))
    assert taught.ranked(one)[0][:2] == ("Siemens", "SCALANCE X204-2")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=20), max_size=2))
def test_any_text_is_ranked(said: str, name: str, numbers: list[str]) -> None:
    taught = Ranker([Known("Siemens", name, tuple(numbers)), *KNOWN])
    for makers in ({"Siemens"}, set[str]()):
        for one in taught.answered(ask(taught, makers, said, codes=frozenset(numbers))):
            assert LEAST <= one.score <= 1.0
