"""The map of a site: what is drawn, for whom; where things are pinned."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from fieldwatch.server.pages._map_data import is_public
from fieldwatch.store.models import Asset, AuditEvent, Conversation, End, MapPin, MessageClass, Site, User, Zone

Browser = Callable[[User], Client]
Person = Callable[..., User]

DAY_NS = 86_400 * 10**9
LAST_NS = 1_700_000_000 * 10**9


def asset(site: Site, name: str, ip: str, **more: Any) -> End:
    """An asset with its end."""
    row = Asset.objects.create(site=site, handle=ip, name=name, ip=ip, first_ns=LAST_NS - 30 * DAY_NS, last_ns=LAST_NS, **more)
    return End.objects.create(site=site, ip=ip, mac="", vlan=0, component="", asset=row)


def talk(site: Site, client: End, server: End, protocol: str = "modbus", **effects: int) -> None:
    row = Conversation.objects.create(
        site=site, client=client, server=server, transport="tcp", port=Conversation.objects.count(), protocol=protocol, packets=10,
        first_ns=LAST_NS - 20 * DAY_NS, last_ns=LAST_NS,
    )  # fmt: skip
    for at, (effect, times) in enumerate(effects.items()):
        MessageClass.objects.create(
            site=site, conversation=row, operation="x", effect=effect, object="", times=times, first_ns=1, last_ns=2, digest=bytes([at])
        )


@pytest.fixture
def plant(site: Site) -> dict[str, End]:
    """A controller with a part, and its panel, in two zones; an office machine that talks to the internet."""
    cell, room = Zone.objects.create(site=site, name="Cell", level=10), Zone.objects.create(site=site, name="Room", level=20)
    made = {
        "plc": asset(site, "PLC", "10.0.0.1", zone=cell, level=10, standing="authorised", findings_next=1),
        "hmi": asset(site, "HMI", "10.0.0.2", zone=room, level=25, findings_now=2),
        "pc": asset(site, "PC", "10.0.0.3", standing="authorised"),
    }
    part = Asset.objects.create(site=site, zone=cell, handle="p", parent=made["plc"].asset, component="unit 1")
    made["unit"] = End.objects.create(site=site, ip="10.0.0.1", mac="", vlan=0, component="unit 1", asset=part)
    made["public"] = End.objects.create(site=site, ip="93.184.216.34", mac="", vlan=0, component="")
    made["group"] = End.objects.create(site=site, ip="224.0.0.251", mac="", vlan=0, component="")
    talk(site, made["hmi"], made["plc"], read=90, write=2)
    talk(site, made["hmi"], made["unit"], "s7", read=5)
    talk(site, made["pc"], made["public"], "tls")
    talk(site, made["pc"], made["group"], "mdns")
    talk(site, made["plc"], made["unit"])
    return made


def seen(client: Client, site: str = "works") -> dict[str, Any]:
    answer = client.get(f"/map/data.json?site={site}")
    assert answer.status_code == 200
    told: dict[str, Any] = json.loads(answer.content)
    return told


def test_assets_and_what_they_say_to_each_other(site: Site, plant: dict[str, End], person: Person, browser: Browser) -> None:
    told = seen(browser(person("viewer", site)))
    nodes = {one["label"]: one for one in told["nodes"]}
    assert set(nodes) == {"PLC", "HMI", "PC", "the internet"}
    assert [nodes[name]["level"] for name in ("PLC", "HMI", "PC", "the internet")] == [1, 2, None, 5]
    assert [nodes[name]["priority"] for name in ("PLC", "HMI", "PC")] == ["next", "now", ""]
    assert [nodes[name]["new"] for name in ("PLC", "HMI", "PC")] == [False, True, False]
    edges = {(one["from"], one["to"]): one for one in told["edges"]}
    assert len(edges) == 2
    read = edges[nodes["HMI"]["id"], nodes["PLC"]["id"]]
    assert (read["effects"], read["protocols"], read["packets"], read["abnormal"]) == ({"read": 95, "write": 2}, ["modbus", "s7"], 20, "")
    assert read["last_ns"] == str(LAST_NS)
    assert edges[nodes["PC"]["id"], "internet"]["abnormal"] == "with a public address"


def test_somebody_with_one_zone_sees_one_neighbour_for_all_others(
    site: Site, plant: dict[str, End], person: Person, browser: Browser
) -> None:
    told = seen(browser(person("viewer", zone=Zone.objects.get(name="Cell"))))
    assert [(one["label"], one["url"]) for one in told["nodes"][1:]] == [("outside your zones", "")]
    assert told["nodes"][0]["label"] == "PLC"
    assert [one["name"] for one in told["zones"]] == ["Cell"]
    assert [(one["from"], one["packets"]) for one in told["edges"]] == [("outside", 20)]
    assert "HMI" not in json.dumps(told)
    assert "10.0.0.2" not in json.dumps(told)


def test_findings_are_shown_to_who_may_see_them(site: Site, plant: dict[str, End], person: Person, browser: Browser) -> None:
    assert {one["priority"] for one in seen(browser(person("vendor", site)))["nodes"]} == {""}


def test_another_site_is_not_there(site: Site, other_site: Site, plant: dict[str, End], person: Person, browser: Browser) -> None:
    client = browser(person("engineer", other_site))
    for slug in ("works", "", "nothing"):
        assert client.get(f"/map/data.json?site={slug}").status_code == 404
    place = f"/map/pins/{plant['plc'].asset.uid}"  # type: ignore[union-attr]
    assert client.put(place, {"x": 1, "y": 2}, content_type="application/json").status_code == 404
    assert seen(client, "elsewhere")["nodes"] == []


def test_pins_are_put_moved_and_taken(site: Site, plant: dict[str, End], person: Person, browser: Browser) -> None:
    client = browser(person("engineer", site))
    uid = str(Asset.objects.get(name="PLC").uid)
    for x in (1, 7.5):
        assert client.put(f"/map/pins/{uid}", {"x": x, "y": -2}, content_type="application/json").status_code == 204
    assert seen(client)["pins"] == {uid: [7.5, -2]}
    assert client.delete(f"/map/pins/{uid}").status_code == 204
    assert seen(client)["pins"] == {}
    told = AuditEvent.objects.filter(action="map_pinned").order_by("number")
    assert [one.detail["place"] for one in told] == [["1.0", "-2.0"], ["7.5", "-2.0"], None]


@pytest.mark.parametrize(
    "body",
    ["", "[]", "1", '{"x": 1}', '{"x": "1", "y": 2}', '{"x": 1e300, "y": 2}', '{"x": true, "y": 2}', '{"x": NaN, "y": 1}', " " * 2000],
)
def test_what_is_no_place_is_refused(site: Site, plant: dict[str, End], person: Person, browser: Browser, body: str) -> None:
    uid = Asset.objects.get(name="PLC").uid
    answer = browser(person("engineer", site)).put(f"/map/pins/{uid}", body, content_type="application/json")
    assert answer.status_code == 400
    assert "two numbers" in answer.json()["detail"]
    assert not MapPin.objects.exists()


def test_who_may_only_look_cannot_pin(site: Site, plant: dict[str, End], person: Person, browser: Browser) -> None:
    client = browser(person("viewer", site))
    uid = Asset.objects.get(name="PLC").uid
    assert client.put(f"/map/pins/{uid}", {"x": 1, "y": 2}, content_type="application/json").status_code == 403
    assert b"data-pins" not in client.get("/map/?site=works").content
    assert b"data-pins" in browser(person("engineer", site)).get("/map/").content


def test_of_several_sites_one_is_chosen_first(site: Site, other_site: Site, person: Person, browser: Browser) -> None:
    client = browser(person("viewer"))
    page = client.get("/map/").content.decode()
    assert "/map/?site=elsewhere" in page
    assert 'id="map"' not in page
    page = client.get("/map/?site=works").content.decode()
    assert 'data-timezone="Europe/Berlin"' in page


def test_addresses_of_the_internet() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1::1")
    for ip in ("", "10.0.0.1", "224.0.0.251", "239.255.255.250", "169.254.1.1", "fe80::1", "255.255.255.255", "0.0.0.0", "x"):
        assert not is_public(ip)
