"""Pages of lists: what an empty one offers, and which addresses they have."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from fieldwatch.store.models import Asset, Finding, Site, User

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


@pytest.mark.parametrize(
    ("address", "kinds"),
    [("/captures/", "source"), ("/assets/", "folded"), ("/findings/", "folded finding"), ("/sensors/", "sensor alert")],
)
def test_a_list_names_the_events_after_which_it_is_read_again(
    site: Site, person: Person, browser: Browser, address: str, kinds: str
) -> None:
    """Also an empty one: whoever brings the first capture sees it appear."""
    shown = browser(person("administrator")).get(address, {"site": site.slug}).content.decode()
    assert f'data-list data-kinds="{kinds}"' in shown


def test_the_address_of_a_list_may_name_its_drawer(site: Site, person: Person, browser: Browser) -> None:
    ask = browser(person("viewer", site)).get
    assert ask("/findings/", {"site": site.slug, "drawer": "/findings/1/evidence/"}).status_code == 200
    assert ask("/findings/", {"site": site.slug, "drawn": "/findings/1/evidence/"}).status_code == 400


@pytest.mark.parametrize("address", ["/vulnerabilities/", "/blind-spots/"])
def test_the_search_field_holds_what_was_searched_and_nothing_else(site: Site, person: Person, browser: Browser, address: str) -> None:
    ask = browser(person("viewer", site)).get
    assert 'name="q" value=""' in ask(address, {"site": site.slug}).content.decode()
    assert 'name="q" value="no such thing"' in ask("/search/", {"q": "no such thing"}).content.decode()


@pytest.mark.parametrize(
    ("role", "labels"), [("viewer", ()), ("engineer", ("Assign", "Set a due day", "Write a note")), ("administrator", ("Accept the risk",))]
)
def test_selected_findings_are_handled_by_who_may(site: Site, person: Person, browser: Browser, role: str, labels: tuple[str, ...]) -> None:
    asset = Asset.objects.create(site=site, handle="a")
    Finding.objects.create(
        site=site, asset=asset, key="k", kind="exposure", title="Open", verdict="affected", priority=0, priority_reason="", reason="",
        details={}, evidence=[],
    )  # fmt: skip
    shown = browser(person(role, None if role == "administrator" else site)).get("/findings/", {"site": site.slug}).content.decode()
    assert ("data-bulk" in shown) is bool(labels)
    assert all(f">{label}</button>" in shown for label in labels)
    assert ('name="next" value="/findings/?site=' in shown) is bool(labels)
