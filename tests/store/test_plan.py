"""Plans of sites: put and read, the same again and again."""

from __future__ import annotations

from typing import Any

import pytest

from fieldwatch.store.deciding import By, Refused
from fieldwatch.store.models import Asset, AuditEvent, Site, Subnet, Zone
from fieldwatch.store.plan import Differences, plan, put

NOBODY = By(None)
DOCUMENT: dict[str, Any] = {
    "site": {"timezone": "Europe/Berlin"},
    "zones": [{"name": "cell 1", "level": 2}, {"name": "cell 2", "level": 3.5, "description": "new"}],
    "subnets": [{"network": "10.1.0.0/16", "zone": "cell 1"}, {"network": "fd00:0::/64", "name": "six"}],
}


@pytest.fixture()
def place(db: None) -> Site:
    return Site.objects.create(slug="works", name="Water works")


def test_a_plan_becomes_the_site_and_the_site_the_plan(place: Site) -> None:
    Zone.objects.create(site=place, name="old")
    found = put(place, DOCUMENT, by=NOBODY)
    assert found == Differences(("cell 1", "cell 2", "10.1.0.0/16", "fd00::/64"), ("works",), ("old",))
    made = plan(place)
    assert made["site"] == {"name": "Water works", "timezone": "Europe/Berlin", "description": ""}
    assert made["zones"][1] == {"name": "cell 2", "level": 3.5, "description": "new"}
    assert made["subnets"][1] == {"network": "fd00::/64", "name": "six", "zone": None}
    entries = AuditEvent.objects.count()
    assert put(place, made, by=NOBODY) == put(place, DOCUMENT, by=NOBODY) == Differences((), (), ())
    assert AuditEvent.objects.count() == entries


def test_what_is_other_is_changed_and_keeps_its_row(place: Site) -> None:
    put(place, DOCUMENT, by=NOBODY)
    zone = Zone.objects.get(name="cell 1")
    asset = Asset.objects.create(site=place, handle="h", zone=zone)
    found = put(place, {**DOCUMENT, "zones": [{"name": "cell 1", "level": 1}]}, by=NOBODY)
    assert found == Differences((), ("cell 1",), ("cell 2",))
    asset.refresh_from_db()
    assert asset.zone == zone


def test_a_trial_changes_nothing(place: Site) -> None:
    facts = Site.objects.get().facts
    assert put(place, DOCUMENT, by=NOBODY, is_trial=True).added
    assert not Zone.objects.exists()
    assert not AuditEvent.objects.exists()
    place.refresh_from_db()
    assert (place.timezone, place.facts) == ("UTC", facts)


def test_assets_are_placed_anew_after_a_change(place: Site) -> None:
    put(place, DOCUMENT, by=NOBODY)
    place.refresh_from_db()
    assert place.facts > place.folded


@pytest.mark.parametrize(
    "document",
    [
        {"zones": [{"name": "a"}, {"name": "a"}]},
        {"subnets": [{"network": "10.0.0.0/8"}, {"network": " 10.0.0.0/8"}]},
        {"subnets": [{"network": "10.0.0.1/8"}]},
        {"zones": [{"name": "a"}], "subnets": [{"network": "10.0.0.0/8", "zone": "b"}]},
        {"zones": [{"name": "a", "level": 9}]},
        {"site": {"timezone": "x"}},
    ],
)
def test_a_plan_that_cannot_be_is_refused_whole(document: dict[str, Any], place: Site) -> None:
    put(place, DOCUMENT, by=NOBODY)
    before = plan(place)
    with pytest.raises(Refused, match=r"was read|stands there twice"):
        put(place, document, by=NOBODY)
    assert plan(Site.objects.get()) == before
    assert Subnet.objects.count() == 2
