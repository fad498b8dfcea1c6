"""The search over everything: one exact hit opens, many are grouped, nothing of what may not be seen is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from fieldwatch.store.folding.indexing import rebuild
from fieldwatch.store.models import Asset, Sensor, Site, Source, User, Zone

Browser = Callable[[User], Client]
Person = Callable[..., User]


@pytest.fixture
def plant(site: Site, other_site: Site) -> dict[str, Asset]:
    """Two controllers here, one elsewhere, which has a canary's name."""
    zone = Zone.objects.create(site=site, name="Cell A")
    made = {
        "plc": Asset.objects.create(
            site=site,
            zone=zone,
            handle="a",
            name="PLC-1",
            ip="10.1.1.5",
            ips=["10.1.1.5"],
            macs=["00:30:a7:0f:42:21"],
            serial_number="S C-X4 U421",
        ),
        "hmi": Asset.objects.create(site=site, handle="b", name="HMI-1", ip="10.1.1.50", ips=["10.1.1.50"]),
        "canary": Asset.objects.create(site=other_site, handle="c", name="CANARY-1", ip="10.1.1.5", ips=["10.1.1.5"]),
    }
    Sensor.objects.create(site=site, name="mirror", serial="ab")
    Source.objects.create(site=site, name="night <shift>.pcap", identity="sha256:" + "ab" * 32, kind="capture")
    for one in (site, other_site):
        rebuild(one.pk)
    return made


@pytest.mark.parametrize("text", ["10.1.1.5", "00-30-A7-0F-42-21", "0030.a70f.4221", "scx4u421", "plc-1", " PLC-1 "])
def test_what_is_meant_exactly_opens(site: Site, plant: dict[str, Asset], person: Person, browser: Browser, text: str) -> None:
    client = browser(person("viewer", site))
    answer = client.get("/search/", {"q": text})
    assert (answer.status_code, answer["Location"]) == (303, f"/assets/{plant['plc'].uid}/")
    assert client.get("/search/", {"q": text, "all": "1"}).status_code == 200


def test_two_exact_hits_are_shown(plant: dict[str, Asset], person: Person, browser: Browser) -> None:
    page = browser(person("viewer")).get("/search/", {"q": "10.1.1.5"}).content.decode()
    assert "PLC-1" in page
    assert "CANARY-1" in page


def test_kinds_are_grouped_and_text_is_escaped(site: Site, plant: dict[str, Asset], person: Person, browser: Browser) -> None:
    client = browser(person("viewer", site))
    page = client.get("/search/", {"q": "10.1.1"}).content.decode()
    assert "HMI-1" in page
    assert "CANARY" not in page
    assert "night &lt;shift&gt;.pcap" in client.get("/search/", {"q": "shift"}).content.decode()
    assert client.get("/search/", {"q": "Cell A"})["Location"].startswith("/assets/?zone=Cell+A")
    assert client.get("/search/", {"q": "mirror"})["Location"] == f"/sensors/{Sensor.objects.get().pk}/"


def test_a_zone_is_searched_for_who_has_only_that(plant: dict[str, Asset], person: Person, browser: Browser) -> None:
    page = browser(person("viewer", zone=Zone.objects.get())).get("/search/", {"q": "10.1.1", "all": "1"}).content.decode()
    assert "PLC-1" in page
    assert "HMI-1" not in page


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "x" * 5_000}, {"q": '"%_\\'}, {"q": "zzz", "kind": "nothing"}])
def test_nothing_found_teaches(plant: dict[str, Asset], person: Person, browser: Browser, query: dict[str, str]) -> None:
    answer = browser(person("viewer")).get("/search/", query)
    assert answer.status_code == 200
    assert b'class="empty"' in answer.content


def test_more_than_a_few_lead_on(site: Site, person: Person, browser: Browser) -> None:
    for number in range(12):
        Asset.objects.create(site=site, handle=str(number), name=f"PUMP-{number:02}")
        Source.objects.create(site=site, name=f"pump {number}", identity=f"sha256:{number}", kind="capture")
    rebuild(site.pk)
    client = browser(person("viewer", site))
    page = client.get("/search/", {"q": "pump"}).content.decode()
    assert "/assets/?q=pump" in page
    assert "/search/?q=pump&amp;kind=capture" in page
    assert client.get("/search/", {"q": "pump", "kind": "capture"}).content.decode().count("data-row") == 12
