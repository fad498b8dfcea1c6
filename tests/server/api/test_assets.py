"""Changes of assets by REST."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from fieldwatch.store.models import Asset, AuditEvent, CustomField, CustomValue, Event, Override, Site, User, Zone

Person = Callable[..., User]
Program = Callable[..., Client]
JSON = "application/json"


@pytest.fixture
def asset(site: Site) -> Asset:
    return Asset.objects.create(site=site, handle="h", name="pump 1", model="PM-5")


def patch(client: Client, asset: Asset, **given: Any) -> Any:
    return client.patch(f"/api/v1/assets/{asset.uid}", given, content_type=JSON)


def test_all_that_was_given_is_set_and_entered(asset: Asset, site: Site, person: Person, program: Program) -> None:
    Zone.objects.create(site=site, name="cell 1")
    CustomField.objects.create(name="cost_centre", title="Cost centre")
    engineer = person("engineer", site)
    answer = patch(
        program(engineer), asset, overrides={"model": {"value": "PM-5560", "note": "nameplate"}}, labels=["line 3"], criticality="high",
        standing="authorised", zone="cell 1", assignee=engineer.username, custom={"cost_centre": "4711"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["model"] == "PM-5560"
    assert body["zone"] == "cell 1"
    assert body["labels"] == ["line 3"]
    assert body["assignee"] == engineer.username
    assert body["custom"] == {"cost_centre": "4711"}
    assert body["overrides"][0]["note"] == "nameplate"
    asset.refresh_from_db()
    assert (asset.criticality, asset.standing, asset.is_placed) == (3, "authorised", True)
    assert AuditEvent.objects.filter(actor=engineer.username, object=str(asset.uid)).count() == 7
    assert set(Event.objects.values_list("kind", "object")) == {("asset", str(asset.uid))}


def test_what_cannot_be_taken_leaves_everything_as_it_was(asset: Asset, administrator: User, program: Program) -> None:
    client = program(administrator)
    for given in (
        {"labels": ["x"], "zone": "nowhere"},
        {"labels": ["x"], "overrides": {"nothing": {"value": "x"}}},
        {"labels": ["x"], "custom": {"nothing": "x"}},
        {"labels": ["x"], "assignee": "nobody"},
        {"labels": ["x"], "criticality": "huge"},
        {"labels": ["x"], "nothing": 1},
        {"labels": ["x" * 201]},
    ):
        answer = patch(client, asset, **given)
        assert answer.status_code == 422, given
        assert answer["Content-Type"] == "application/problem+json"
    asset.refresh_from_db()
    assert asset.labels == []
    assert not AuditEvent.objects.exists()


def test_an_override_is_taken_back(asset: Asset, administrator: User, program: Program) -> None:
    client = program(administrator)
    patch(client, asset, overrides={"model": {"value": "x"}, "vendor": {"value": "y"}})
    assert patch(client, asset, overrides={"model": None}).status_code == 200
    assert client.delete(f"/api/v1/assets/{asset.uid}/overrides/vendor").status_code == 204
    assert not Override.objects.exists()


def test_notes(asset: Asset, administrator: User, program: Program) -> None:
    address = f"/api/v1/assets/{asset.uid}/notes"
    answer = program(administrator).post(address, {"text": "belongs to line 3"}, content_type=JSON)
    assert answer.status_code == 201
    assert answer.json()["by"] == administrator.username
    assert program(administrator).post(address, {"text": " "}, content_type=JSON).status_code == 422


def test_who_may_see_may_not_change_and_who_may_not_see_finds_nothing(
    asset: Asset, site: Site, other_site: Site, person: Person, program: Program
) -> None:
    zone = Zone.objects.create(site=site, name="cell 2")
    assert patch(program(person("viewer", site)), asset, labels=["x"]).status_code == 403
    assert patch(program(person("engineer", other_site)), asset, labels=["x"]).status_code == 404
    assert patch(program(person("engineer", site, zone)), asset, labels=["x"]).status_code == 404
    assert patch(program(person("engineer", site), "read"), asset, labels=["x"]).status_code == 403


def test_nobody_moves_an_asset_into_a_zone_that_is_not_theirs(asset: Asset, site: Site, person: Person, program: Program) -> None:
    own, other = (Zone.objects.create(site=site, name=name) for name in ("own", "other"))
    Asset.objects.filter(pk=asset.pk).update(zone=own)
    client = program(person("engineer", site, own))
    assert patch(client, asset, zone=other.name).status_code == 403
    assert patch(client, asset, zone=own.name).status_code == 200


def test_many_are_changed_or_none(asset: Asset, site: Site, other_site: Site, person: Person, program: Program) -> None:
    second = Asset.objects.create(site=site, handle="h2")
    foreign = Asset.objects.create(site=other_site, handle="h3")
    client = program(person("engineer", site))

    def bulk(*assets: Asset) -> Any:
        return client.post("/api/v1/assets/bulk", {"ids": [str(one.uid) for one in assets], "set": {"labels": ["x"]}}, content_type=JSON)

    assert bulk(asset, second, foreign).status_code == 404
    assert not Asset.objects.exclude(labels=[]).exists()
    assert bulk(asset, second, asset).json() == {"changed": 2}
    assert Asset.objects.exclude(labels=[]).count() == 2


def test_a_table_goes_out_and_comes_in(asset: Asset, site: Site, other_site: Site, person: Person, program: Program) -> None:
    CustomField.objects.create(name="cost_centre", title="Cost centre")
    Asset.objects.create(site=other_site, handle="h3", name="foreign")
    client = program(person("engineer", site))
    answer = client.get("/api/v1/assets/table")
    assert answer["Content-Type"].startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    row |= {"set.model": "PM-5560", "custom.cost_centre": "4711"}
    file = io.StringIO()
    writer = csv.DictWriter(file, row)
    writer.writeheader()
    writer.writerow(row)
    trial = client.post("/api/v1/assets/table?trial=yes", file.getvalue(), content_type="text/csv")
    assert trial.json()["changed"] == 2
    assert not CustomValue.objects.exists()
    taken = client.post("/api/v1/assets/table", "\ufeff" + file.getvalue(), content_type="text/csv")
    assert taken.json() == {
        "trial": False,
        "changed": 2,
        "refused": 0,
        "lines": [{"line": 2, "id": str(asset.uid), "changed": 2, "error": ""}],
    }
    assert CustomValue.objects.get().value == "4711"


@pytest.mark.parametrize("body", [b"\xff", b"uid\n\0", b'uid\n"', b"uid,labels\nnothing,x\n"])
def test_a_table_that_is_none_changes_nothing(body: bytes, administrator: User, program: Program) -> None:
    answer = program(administrator).generic("POST", "/api/v1/assets/table", body, "text/csv")
    assert answer.status_code == 400 or answer.json()["refused"] == 1
