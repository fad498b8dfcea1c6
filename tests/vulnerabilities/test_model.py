"""A model: what is the same for all its devices, and the number at the end of a name, which only some of their versions begin with."""

from __future__ import annotations

from fieldwatch.library.gazetteer import Gazetteer
from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import Sure
from fieldwatch.vulnerabilities.advisory import Advisory, Product
from fieldwatch.vulnerabilities.entry import entries
from fieldwatch.vulnerabilities.model import Model
from fieldwatch.vulnerabilities.place import Placed, placed


def product(name: str, number: int = 0) -> Placed:
    leaf = Product("P", "B&R", name, "vers:all/*", "product_version_range", name)
    return placed(next(entries(Advisory("A", "A", "", "", "", "", (leaf,), ()))), number, lambda _, word: len(word))


def model(*products: Placed) -> Model:
    found = Model(Identity("B&R", "Automation Studio"), Gazetteer(()))
    assert list(found.compare(products)) == []
    return found


def test_a_number_at_the_end_of_a_name_is_met_by_the_version_that_begins_with_it() -> None:
    studio = model(product("Automation Studio 4"))
    assert [like.sure for _, like in studio.keep("4")] == [Sure.YES]
    assert studio.keep("7") == []


def test_versions_that_no_name_ends_with_share_what_is_kept() -> None:
    studio = model(product("Automation Studio 4"), product("Automation Studio", 1))
    assert studio.keep("7") is studio.keep("")
    assert studio.keep("7") is not studio.keep("4")


def test_only_devices_whose_version_a_product_is_about_are_called_otherwise() -> None:
    studio = model(product("Automation Studio"))
    four, seven = (Identity("B&R", "Automation Studio", "", firmware) for firmware in ("4.2", "7.5"))
    studio.devices.update({four: "4", seven: "7"})
    assert dict(studio.compare([product("Automation Studio 4", 1)])) == {four: {"A"}}


def test_what_went_is_kept_no_more() -> None:
    wide = product("Automation Studio")
    studio = model(wide)
    device = Identity("B&R", "Automation Studio", "", "7.5")
    studio.devices[device] = "7"
    assert len(studio.keep("7")) == 1
    assert dict(studio.compare([], frozenset({id(wide)}))) == {device: {"A"}}
    assert studio.keep("7") == []
