"""The handling of findings by REST."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from fieldwatch.store.models import Asset, AuditEvent, Finding, Site, User

Person = Callable[..., User]
Program = Callable[..., Client]
JSON = "application/json"
SOON = (datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=30)).isoformat()


def made(site: Site, number: int = 1) -> list[Finding]:
    asset = Asset.objects.create(site=site, handle="h")
    return [
        Finding.objects.create(
            site=site, asset=asset, key=str(at), kind="vulnerability", title="t", verdict="affected", priority=0, priority_reason="r",
            reason="r", details={}, evidence=[],
        )
        for at in range(number)
    ]  # fmt: skip


@pytest.fixture
def finding(site: Site) -> Finding:
    return made(site)[0]


def test_assignee_due_day_and_notes(finding: Finding, site: Site, person: Person, program: Program) -> None:
    analyst = person("analyst", site)
    client, address = program(analyst), f"/api/v1/findings/{finding.pk}"
    body = client.patch(address, {"assignee": analyst.username, "due": SOON}, content_type=JSON).json()
    assert (body["assignee"], body["due"]) == (analyst.username, SOON)
    assert [step["kind"] for step in body["steps"]] == ["due", "assigned"]
    assert client.post(f"{address}/notes", {"text": "asked the maker"}, content_type=JSON).status_code == 201
    assert client.patch(address, {"assignee": None}, content_type=JSON).json()["due"] == SOON
    assert AuditEvent.objects.filter(actor=analyst.username).count() == 4


def test_a_risk_is_accepted_and_the_acceptance_ended(finding: Finding, administrator: User, program: Program) -> None:
    client, address = program(administrator), f"/api/v1/findings/{finding.pk}"
    assert client.post(f"{address}/end", {}, content_type=JSON).status_code == 409
    body = client.post(f"{address}/accept", {"until": SOON, "why": "behind a firewall"}, content_type=JSON).json()
    assert (body["state"], body["accepted_until"], body["accepted_by"]) == ("accepted", SOON, administrator.username)
    assert client.post(f"{address}/end", {"why": "moved"}, content_type=JSON).json()["state"] == "open"
    for given in ({"until": "2001-01-01", "why": "x"}, {"until": SOON, "why": ""}, {"until": "soon", "why": "x"}, {"why": "x"}):
        assert client.post(f"{address}/accept", given, content_type=JSON).status_code == 422
    Finding.objects.update(state="closed")
    assert client.post(f"{address}/accept", {"until": SOON, "why": "x"}, content_type=JSON).status_code == 409


def test_rights(finding: Finding, site: Site, other_site: Site, person: Person, program: Program) -> None:
    address = f"/api/v1/findings/{finding.pk}"

    def tried(role: str, where: Site, verb: str = "") -> int:
        client = program(person(role, where))
        if verb:
            return client.post(f"{address}/{verb}", {"until": SOON, "why": "x"}, content_type=JSON).status_code
        return client.patch(address, {"due": SOON}, content_type=JSON).status_code

    assert [tried("viewer", site), tried("vendor", site), tried("engineer", other_site)] == [403, 403, 404]
    assert [tried("analyst", site, "accept"), tried("viewer", site, "accept"), tried("engineer", site, "accept")] == [403, 403, 200]


def test_many_are_handled_or_none(site: Site, other_site: Site, person: Person, program: Program) -> None:
    own, foreign = made(site, 3), made(other_site)
    client = program(person("engineer", site))

    def bulk(rows: list[Finding], **what: Any) -> Any:
        return client.post("/api/v1/findings/bulk", {"ids": [one.pk for one in rows], **what}, content_type=JSON)

    assert bulk(own + foreign, set={"due": SOON}).status_code == 404
    assert bulk(own).status_code == 422
    assert bulk(own, set={"due": SOON}, note={"text": "x"}).status_code == 422
    assert not AuditEvent.objects.exists()
    assert bulk(own, set={"due": SOON}).json() == {"changed": 3}
    assert bulk(own, accept={"until": SOON, "why": "x"}).json() == {"changed": 3}
    assert bulk(own, end={}).json() == {"changed": 3}
    assert bulk(own, note={"text": "x"}).json() == {"changed": 3}
    assert bulk([], note={"text": "x"}).status_code == 422
