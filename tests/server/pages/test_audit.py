"""The state of the audit log above its list."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from fieldwatch.store.audit import AuditAction, append
from fieldwatch.store.models import AuditEvent, Role, Site, User

Person = Callable[..., User]
Browser = Callable[[User], Client]


@pytest.fixture()
def client(person: Person, browser: Browser) -> Client:
    return browser(person(Role.AUDITOR))


@pytest.mark.django_db(transaction=True)
def test_it_is_verified_when_asked_and_the_result_is_kept(client: Client) -> None:
    (Path(settings.DATA) / "keys" / "audit.head").unlink(missing_ok=True)  # of another test's log
    assert b"not verified yet" in client.get("/audit-events/state/").content
    append(actor="ada", address="", action=AuditAction.SETTING_CHANGED, object="x")
    append(actor="ada", address="", action=AuditAction.SETTING_CHANGED, object="y")
    assert b"whole: " in client.post("/audit-events/verify/").content
    AuditEvent.objects.filter(object="x").update(actor="eve")
    assert b"whole: " in client.get("/audit-events/state/").content, "looking at the page verifies nothing"
    answer = client.post("/audit-events/verify/").content.decode()
    assert "not whole" in answer and "is not what was sealed" in answer
    assert "not whole" in client.get("/audit-events/state/").content.decode()


def test_the_list_asks_for_it(client: Client) -> None:
    assert b'hx-get="/audit-events/state/"' in client.get("/audit-events/").content


def test_only_who_may_see_the_log_sees_it(person: Person, browser: Browser) -> None:
    theirs = browser(person(Role.ENGINEER))
    assert theirs.get("/audit-events/state/").status_code == 403
    assert theirs.post("/audit-events/verify/").status_code == 403


def _told(client: Client) -> tuple[set[str], set[str], set[str]]:
    """The objects of the entries that are shown: on the page, in the export, by the API."""
    page = set(re.findall(r"object-\w+", client.get("/audit-events/").content.decode()))
    export = client.get("/audit-events/export.csv?columns=object")
    lines = set(re.findall(r"object-\w+", b"".join(export.streaming_content).decode()))  # type: ignore[attr-defined]
    rest = {row["object"] for row in client.get("/api/v1/audit-events").json()["items"]}
    return page, lines, {one for one in rest if one.startswith("object-")}


def test_an_auditor_of_a_site_sees_its_entries_and_no_others(person: Person, browser: Browser, site: Site, other_site: Site) -> None:
    for at in (site.slug, other_site.slug, ""):
        append(actor="ada", address="", action=AuditAction.ASSET_NOTE, object=f"object-{at or 'none'}", site=at)
    seen = {
        "here": _told(browser(person(Role.AUDITOR, site))),
        "there": _told(browser(person(Role.AUDITOR, other_site))),
        "zone": _told(browser(person(Role.AUDITOR, zone=site.zones.create(name="Cell A")))),
        "everywhere": _told(browser(person(Role.AUDITOR))),
    }
    assert seen["here"] == ({"object-works"},) * 3
    assert seen["there"] == ({"object-elsewhere"},) * 3
    assert seen["zone"] == (set(),) * 3, "entries are of a whole site"
    assert seen["everywhere"] == ({"object-works", "object-elsewhere", "object-none"},) * 3


def test_the_site_that_was_chosen_elsewhere_hides_nothing_and_one_that_is_asked_for_does(
    person: Person, browser: Browser, site: Site
) -> None:
    for at in (site.slug, ""):
        append(actor="ada", address="", action=AuditAction.ASSET_NOTE, object=f"object-{at or 'none'}", site=at)
    client = browser(person(Role.AUDITOR))
    client.get("/assets/?site=works")
    assert b"object-none" in client.get("/audit-events/").content
    asked = client.get("/audit-events/?site=works").content
    assert b"object-works" in asked and b"object-none" not in asked


def test_the_state_of_the_whole_log_is_for_who_sees_all_of_it(person: Person, browser: Browser, site: Site) -> None:
    theirs = browser(person(Role.AUDITOR, site))
    assert b"/audit-events/state/" not in theirs.get("/audit-events/").content
    assert theirs.get("/audit-events/state/").status_code == 403
    assert theirs.post("/audit-events/verify/").status_code == 403


def test_what_is_done_to_objects_of_a_site_names_it(plant: Any, person: Person, browser: Browser) -> None:
    asset, client = plant.controller, browser(person(Role.ADMINISTRATOR))
    client.get(f"/assets/{asset.uid}/evidence/model/")
    client.get("/assets/export.csv?site=works")
    client.get("/api/v1/assets/table")
    client.post("/sensors/enrol/", {"site": "works", "name": "a sensor"})
    client.post(f"/assets/{asset.uid}/note/", {"text": "a note"})
    rows = AuditEvent.objects.filter(action__in=("evidence_opened", "export", "sensor_token_created", "asset_note"))
    assert {(row.action, row.site) for row in rows} == {
        ("evidence_opened", "works"),
        ("export", "works"),
        ("sensor_token_created", "works"),
        ("asset_note", "works"),
    }
