"""The page of an asset, and what people change there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from fieldwatch.store.folding import fold_site
from fieldwatch.store.models import AuditEvent, Override, User, Zone

Browser = Callable[[User], Client]
Person = Callable[..., User]


def test_the_nameplate_shows_what_is_known_and_what_is_not(plant: Any, person: Person, browser: Browser) -> None:
    page = browser(person("viewer", plant.site)).get(f"/assets/{plant.controller.uid}/").content.decode()
    for known in ("CPU 314C-2 PN/DP", "6ES7 314-6EH04-0AB0", "S C-E7VH19862014", "V3.3.14", "10.61.8.11"):
        assert known in page
    assert f"/assets/{plant.controller.uid}/evidence/firmware/" in page
    assert "rival value" in page
    assert "in no zone" in page


def test_each_tab_has_rows_of_this_asset_alone(plant: Any, person: Person, browser: Browser) -> None:
    client = browser(person("engineer", plant.site))
    for tab, shown, hidden in (
        ("conversations", "s7comm", "modbus"),
        ("findings", "Controller stopped", "AP9630"),
        ("operations", "PLC Stop", "Cold Restart"),
        ("timeline", "PLC Stop", "Cold Restart"),
    ):
        page = client.get(f"/assets/{plant.controller.uid}/{tab}/").content.decode()
        assert shown in page, tab
        assert hidden not in page, tab
    assert client.get(f"/assets/{plant.controller.uid}/conversations/?sort=nonsense").status_code == 400


def test_a_correction_wins_stays_and_is_contradicted(plant: Any, person: Person, browser: Browser) -> None:
    client = browser(person("engineer", plant.site))
    told = {"attribute": "model", "value": "CPU 999 <b>", "note": "read on the plate"}
    assert client.post(f"/assets/{plant.controller.uid}/override/", told)["Location"].endswith("/edit/")
    fold_site(plant.site.pk)
    page = client.get(f"/assets/{plant.controller.uid}/").content.decode()
    assert "CPU 999 &lt;b&gt;" in page
    assert "<b>" not in page.replace("<b></b>", "")
    assert Override.objects.get().over == "CPU 314C-2 PN/DP"
    assert AuditEvent.objects.order_by("-number").values_list("action", flat=True)[0] == "asset_override"
    client.post(f"/assets/{plant.controller.uid}/override/remove/", {"attribute": "model"})
    assert "CPU 314C-2 PN/DP" in client.get(f"/assets/{plant.controller.uid}/").content.decode()


def test_place_standing_labels_and_notes(plant: Any, person: Person, browser: Browser) -> None:
    client, zone = browser(person("engineer", plant.site)), Zone.objects.create(site=plant.site, name="Filters")
    told = {"zone": str(zone.pk), "standing": "authorised", "criticality": "3", "labels": "line 3, spare", "assignee": ""}
    client.post(f"/assets/{plant.controller.uid}/decide/", told)
    client.post(f"/assets/{plant.controller.uid}/note/", {"text": "Key switch is broken"})
    plant.controller.refresh_from_db()
    assert (plant.controller.zone, plant.controller.standing, plant.controller.criticality) == (zone, "authorised", 3)
    page = client.get(f"/assets/{plant.controller.uid}/").content.decode()
    for shown in ("Filters", "set by a person", "line 3", "Key switch is broken"):
        assert shown in page


def test_what_is_wrong_is_said_and_changes_nothing(plant: Any, person: Person, browser: Browser) -> None:
    client = browser(person("engineer", plant.site))
    for where, told in (("override", {"attribute": "nonsense", "value": "x"}), ("note", {"text": " "}), ("decide", {"zone": "999999"})):
        assert client.post(f"/assets/{plant.controller.uid}/{where}/", told).status_code == 302
        assert (
            "allowed" in (page := client.get(f"/assets/{plant.controller.uid}/edit/").content.decode())
            or "was read" in page
            or "write" in page
        )
    assert not Override.objects.exists()
