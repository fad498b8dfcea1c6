"""Pages of lists: what an empty one offers, and which addresses they have."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from fieldwatch.store.models import Site, User

pytestmark = pytest.mark.django_db

Person = Callable[..., User]
Browser = Callable[[User], Client]


@pytest.mark.parametrize(
    ("address", "is_filled_by_captures"), [("/assets/", True), ("/findings/", True), ("/sensors/", False), ("/zones/", False)]
)
def test_an_empty_list_offers_a_capture_where_one_fills_it(
    site: Site, person: Person, browser: Browser, address: str, is_filled_by_captures: bool
) -> None:
    shown = browser(person("administrator")).get(address, {"site": site.slug}).content.decode()
    assert "Nothing is here yet" in shown
    assert ("Upload a capture" in shown) is is_filled_by_captures


def test_the_address_of_a_list_may_name_its_drawer(site: Site, person: Person, browser: Browser) -> None:
    ask = browser(person("viewer", site)).get
    assert ask("/findings/", {"site": site.slug, "drawer": "/findings/1/evidence/"}).status_code == 200
    assert ask("/findings/", {"site": site.slug, "drawn": "/findings/1/evidence/"}).status_code == 400


@pytest.mark.parametrize("address", ["/vulnerabilities/", "/blind-spots/"])
def test_the_search_field_holds_what_was_searched_and_nothing_else(site: Site, person: Person, browser: Browser, address: str) -> None:
    ask = browser(person("viewer", site)).get
    assert 'name="q" value=""' in ask(address, {"site": site.slug}).content.decode()
    assert 'name="q" value="no such thing"' in ask("/search/", {"q": "no such thing"}).content.decode()
