"""Events by polling: the cursor, and who hears what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from fieldwatch.store.events import Kind, emit
from fieldwatch.store.models import Event, Site, User, Zone

Person = Callable[..., User]
Program = Callable[..., Client]
ADDRESS = "/api/v1/events"


def heard(client: Client, **given: Any) -> list[str]:
    return [one["object"] for one in client.get(ADDRESS, {"after": 0} | given).json()["items"]]


def test_every_event_is_told_once_and_in_order(site: Site, administrator: User, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldwatch.server.api.events.MOST", 3)
    client = program(administrator)
    assert client.get(ADDRESS).json() == {"items": [], "next": 0, "missed": False}
    made = [emit(Kind.ASSET, f"{at}", site=site.pk, data={"at": at}).pk for at in range(7)]
    assert client.get(ADDRESS).json()["next"] == made[-1]
    seen, after = [], 0
    while (body := client.get(ADDRESS, {"after": after}).json())["items"]:
        seen += [one["id"] for one in body["items"]]
        after = body["next"]
    assert seen == made
    first = client.get(ADDRESS, {"after": 0}).json()["items"][0]
    assert (first["kind"], first["site"], first["data"]) == ("asset", "works", {"at": 0})


def test_a_cursor_whose_events_are_gone_is_told_so(site: Site, administrator: User, program: Program) -> None:
    client = program(administrator)
    made = [emit(Kind.ASSET, f"{at}", site=site.pk).pk for at in range(4)]
    Event.objects.filter(pk__lt=made[2]).delete()
    assert client.get(ADDRESS, {"after": made[0]}).json() == {"items": [], "next": made[1], "missed": True}
    assert [one["id"] for one in client.get(ADDRESS, {"after": made[1]}).json()["items"]] == made[2:]
    assert client.get(ADDRESS, {"after": made[3] + 100}).json() == {"items": [], "next": made[3], "missed": True}


@pytest.mark.parametrize("given", [{"after": "-1"}, {"after": "x"}, {"after": "9" * 19}, {"after": "٣"}, {"kinds": "nothing"}], ids=str)
def test_what_is_no_cursor_or_kind_is_refused(given: dict[str, str], administrator: User, program: Program) -> None:
    answer = program(administrator).get(ADDRESS, given)
    assert answer.status_code == 400
    assert answer.json()["allowed"]


def test_who_hears_what(site: Site, other_site: Site, person: Person, program: Program, administrator: User) -> None:
    own, foreign = (Zone.objects.create(site=site, name=name) for name in ("own", "foreign"))
    emit(Kind.ASSET, "here", site=site.pk)
    emit(Kind.ASSET, "own zone", site=site.pk, zone=own.pk)
    emit(Kind.ASSET, "foreign zone", site=site.pk, zone=foreign.pk)
    emit(Kind.ASSET, "elsewhere", site=other_site.pk)
    emit(Kind.FINDING, "finding", site=site.pk, zone=own.pk)
    emit(Kind.FOLDED, "folded", site=site.pk)
    emit(Kind.BASIS, "basis")
    emit(Kind.WEBHOOK, "webhook")
    everywhere = ["here", "own zone", "foreign zone", "elsewhere", "finding", "folded", "basis", "webhook"]
    assert heard(program(administrator)) == everywhere
    assert heard(program(person("viewer"))) == everywhere[:-1]
    assert heard(program(person("viewer", site))) == ["here", "own zone", "foreign zone", "finding", "folded"]
    assert heard(program(person("vendor", site))) == ["here", "own zone", "foreign zone", "folded"]
    assert heard(program(person("viewer", site, own))) == ["own zone", "finding", "folded"]
    assert heard(program(person("viewer", other_site))) == ["elsewhere"]
    assert heard(program(administrator, "read", other_site)) == ["elsewhere"]
    assert heard(program(administrator), kinds="finding,folded") == ["finding", "folded"]
    nobody = person("viewer")
    nobody.memberships.all().delete()
    assert program(nobody).get(ADDRESS).status_code == 403
