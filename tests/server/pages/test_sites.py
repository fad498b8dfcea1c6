"""The page of a site: zones and subnets are made, changed and removed; what cannot be is said; the site waits to be folded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client

from fieldwatch.store.models import Asset, AuditEvent, Event, Sensor, Site, Source, Subnet, User, Zone

Browser = Callable[[User], Client]
Person = Callable[..., User]


def said(client: Client, address: str, form: dict[str, str]) -> str:
    """What the page says after a form."""
    answer = client.post(address, form)
    assert answer.status_code == 303, answer.status_code
    return " ".join(str(one) for one in get_messages(answer.wsgi_request))


def test_zones_and_subnets_from_first_to_last(site: Site, person: Person, browser: Browser) -> None:
    client = browser(person("engineer", site))
    said(client, "/sites/works/zone/", {"name": "Cell A", "level": "1", "description": "line <1>"})
    zone = Zone.objects.get()
    assert (zone.name, zone.level) == ("Cell A", 10)
    said(client, "/sites/works/subnet/", {"network": "10.1.0.0/16", "name": "", "zone": ""})
    said(client, "/sites/works/subnet/", {"network": "10.1.2.0/24", "name": "Line 1", "zone": "Cell A"})
    assert Subnet.objects.get(network="10.1.2.0/24").zone == zone
    said(client, "/sites/works/zone/", {"id": str(zone.pk), "name": "Cell B", "level": "3.5", "description": ""})
    assert Zone.objects.get().level == 35
    page = client.get("/sites/works/").content.decode()
    assert "Cell B" in page
    assert "10.1.2.0/24" in page
    site.refresh_from_db()
    assert site.facts - site.folded == 4
    said(client, "/sites/works/subnet/remove/", {"id": str(Subnet.objects.get(network="10.1.0.0/16").pk)})
    said(client, "/sites/works/zone/remove/", {"id": str(zone.pk)})
    assert not Zone.objects.exists()
    assert Subnet.objects.get().zone is None
    told = AuditEvent.objects.exclude(action="sign_in").order_by("number").values_list("action", flat=True)
    assert list(told) == ["zone_created", "subnet_created", "subnet_created", "zone_changed", "subnet_removed", "zone_removed"]
    assert Event.objects.filter(kind="site", object="works").count() == 6


@pytest.mark.parametrize(
    ("form", "values", "words"),
    [
        ("subnet", {"network": "10.1.2.3/24"}, "10.1.2.3/24 was read"),
        ("subnet", {"network": "<x>"}, "a network as 10.1.2.0/24"),
        ("subnet", {"network": "10.0.0.0/8", "zone": "nowhere"}, "zone: nowhere was read"),
        ("subnet", {"network": "10.9.0.0/16"}, "there already"),
        ("zone", {"name": ""}, "name: nothing"),
        ("zone", {"name": "Old"}, "there already"),
        ("zone", {"name": "a", "level": "9"}, "level: 9.0 was read"),
        ("zone", {"name": "a", "level": "high"}, "level: high was read"),
        ("zone", {"name": "a", "level": "nan"}, "level: nan was read"),
        ("zone", {"name": "a", "id": "999999"}, "none of this site"),
        ("zone", {"name": "a", "id": "x"}, "none of this site"),
        ("zone/remove", {}, "nothing was read"),
        ("subnet/remove", {"id": "9" * 30}, "none of this site"),
        ("edit", {"name": "", "timezone": "UTC"}, "name: nothing"),
        ("edit", {"timezone": "Mars/Base"}, "timezone: Mars/Base was read"),
    ],
)
def test_what_cannot_be_is_said(site: Site, person: Person, browser: Browser, form: str, values: dict[str, str], words: str) -> None:
    Zone.objects.create(site=site, name="Old")
    Subnet.objects.create(site=site, network="10.9.0.0/16")
    assert words in said(browser(person("engineer", site)), f"/sites/works/{form}/", values)
    assert (Zone.objects.count(), Subnet.objects.count()) == (1, 1)
    assert not AuditEvent.objects.exclude(action="sign_in").exists()


def test_a_zone_of_another_site_is_not_touched(site: Site, other_site: Site, person: Person, browser: Browser) -> None:
    zone = Zone.objects.create(site=other_site, name="canary")
    client = browser(person("engineer", site))
    assert "none of this site" in said(client, "/sites/works/zone/remove/", {"id": str(zone.pk)})
    assert client.post("/sites/elsewhere/zone/remove/", {"id": str(zone.pk)}).status_code == 404
    assert client.get("/sites/elsewhere/").status_code == 404
    assert Zone.objects.filter(pk=zone.pk).exists()


def test_name_and_time_zone_are_changed(site: Site, person: Person, browser: Browser) -> None:
    client = browser(person("engineer", site))
    said(client, "/sites/works/edit/", {"name": "New works", "timezone": "Asia/Tokyo", "description": "by the river"})
    site.refresh_from_db()
    assert (site.slug, site.name, site.timezone, site.description) == ("works", "New works", "Asia/Tokyo", "by the river")


def test_sites_are_made_and_removed_by_who_administers_everything(site: Site, person: Person, browser: Browser) -> None:
    told = {"name": "East", "slug": "east", "timezone": "UTC"}
    for somebody in (person("engineer", site), person("administrator", site)):
        assert browser(somebody).post("/sites/new/", told).status_code == 403
    admin = browser(person("administrator"))
    assert admin.get("/sites/new/").status_code == 200
    assert admin.post("/sites/new/", told)["Location"] == "/sites/east/"
    assert admin.post("/sites/new/", told).status_code == 400
    assert browser(person("administrator", site)).post("/sites/east/remove/").status_code == 404
    assert "is removed" in said(admin, "/sites/east/remove/", {})
    assert not Site.objects.filter(slug="east").exists()
    assert AuditEvent.objects.filter(action__in=("site_created", "site_removed"), object="east").count() == 2


@pytest.mark.parametrize("has", [Source, Asset, Sensor])
def test_a_site_with_facts_stays(site: Site, person: Person, browser: Browser, has: type[Model]) -> None:
    values = {Source: {"identity": "sha256:a"}, Asset: {"handle": "a"}, Sensor: {"name": "a", "serial": "a"}}[has]
    has._default_manager.create(site=site, **values)
    assert "only a site without any can be removed" in said(browser(person("administrator")), "/sites/works/remove/", {})
    assert Site.objects.filter(pk=site.pk).exists()


def test_somebody_with_one_zone_sees_that_one(site: Site, person: Person, browser: Browser) -> None:
    own, other = Zone.objects.create(site=site, name="Own"), Zone.objects.create(site=site, name="canary-zone")
    Subnet.objects.create(site=site, network="10.77.0.0/16", zone=other)
    Asset.objects.create(site=site, handle="a", zone=own)
    Asset.objects.create(site=site, handle="b", zone=other)
    client = browser(person("engineer", zone=own))
    page = client.get("/sites/works/").content.decode()
    assert "Own" in page
    assert "canary-zone" not in page
    assert "10.77" not in page
    assert client.post("/sites/works/zone/", {"name": "x"}).status_code == 403
