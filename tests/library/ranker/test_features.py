"""What is compared: each number, where it is lowest and where it is highest."""

from __future__ import annotations

import pytest

from fieldwatch.library.device import device
from fieldwatch.library.gazetteer import Known
from fieldwatch.library.likeness import Likeness, Sure, likeness
from fieldwatch.library.ranker.features import FEATURES, OTHER, OWNED, SAME, UNKNOWN, asked, codes, compared, named, tie
from fieldwatch.library.ranker.model import model
from fieldwatch.library.resolve import Called

SPACE = model().space


def numbers(
    own: tuple[str, ...], product: Known, makers: frozenset[str] = frozenset({"Siemens"}), derived: tuple[str, ...] = ()
) -> dict[str, float]:
    one = asked(device(Called(makers, own, derived, frozenset()), ""), SPACE)
    what = named(product)
    return dict(zip(FEATURES, compared(one, what, likeness(what.what, what.codes, one.device), SPACE), strict=True))


def test_a_name_compared_with_itself() -> None:
    found = numbers(("SCALANCE X204-2",), Known("Siemens AG", "SCALANCE X204-2"))
    assert found["weight of the device's own runs that the name has"] == pytest.approx(1.0)
    assert found["weight of the name's runs that the device has"] == pytest.approx(1.0)
    assert found["cosine of runs"] == pytest.approx(1.0)
    assert found["cosine of embeddings"] == pytest.approx(1.0)
    assert found["numbers of the name that the device has"] == found["numbers of the device that the name has"] == 1.0
    assert found["count of numbers in the name"] == 2.0
    assert found["rule"] == 1.0
    assert found["makers"] == SAME
    assert found["length of the name against the device's own"] == 0.0


def test_strangers() -> None:
    found = numbers(("LOGO!",), Known("Moxa", "EDS-408A"))
    assert found["cosine of runs"] == found["rule"] == found["words met"] == found["rarest word met"] == 0.0
    assert found["numbers of the name that the device has"] == 0.0
    assert found["numbers of the device that the name has"] == 0.5  # it has none
    assert found["makers"] == OTHER


def test_a_device_that_says_nothing_is_compared_too() -> None:
    found = numbers((), Known("", ""))
    assert found["cosine of runs"] == found["cosine of embeddings"] == 0.0


def test_derived_names_count_for_the_name_and_not_for_its_own() -> None:
    product = Known("Siemens", "SIMATIC S7-1500 CPU 1511-1 PN")
    alone, derived = numbers(("6ES7511-1AK02-0AB0",), product), numbers(("6ES7511-1AK02-0AB0",), product, derived=(product.name,))
    assert alone["weight of the device's own runs that the name has"] == derived["weight of the device's own runs that the name has"]
    assert derived["weight of the name's runs that the device has"] == pytest.approx(1.0)
    assert alone["weight of the name's runs that the device has"] < 0.2


@pytest.mark.parametrize(
    ("own", "others", "by_code", "says"),
    [
        ({"6GK52042BB102AA3"}, {"6GK52042BB102AA3"}, True, 1.0),
        (set(), {"6GK52042BB102AA3"}, False, 0.0),
        ({"6GK52042BB102AA3"}, set(), False, 0.0),
        ({"6GK52042BB102AA3"}, {"6GK52042BB112AA3"}, False, -1.0),
        ({"6GK52042BB102AA3"}, {"6GK52061BB102AA3"}, False, -2.0),
    ],
)
def test_order_numbers(own: set[str], others: set[str], by_code: bool, says: float) -> None:
    assert codes(frozenset(own), frozenset(others), Likeness(Sure.YES, "", by_code=by_code)) == says


@pytest.mark.parametrize(
    ("mine", "near", "others", "says"),
    [
        ({"Siemens"}, set(), {"Siemens", "Moxa"}, SAME),
        ({"Hirschmann"}, {"Belden"}, {"Belden"}, OWNED),
        (set(), set(), {"Belden"}, UNKNOWN),
        ({"Moxa"}, set(), set(), UNKNOWN),
        ({"Moxa"}, set(), {"Belden"}, OTHER),
    ],
)
def test_makers(mine: set[str], near: set[str], others: set[str], says: float) -> None:
    assert tie(frozenset(mine), frozenset(near), frozenset(others)) == says


def test_the_makers_own_name_is_no_word_of_its_products() -> None:
    assert [wanted.words for wanted in named(Known("Hitachi Energy", "Hitachi Energy AFF665")).what.wanted] == [("aff665",)]
    assert named(Known("WAGO", "WAGO")).what.wanted == named(Known("", "WAGO")).what.wanted
