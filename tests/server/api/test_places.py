"""Sites, zones, subnets and plans by REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.test import Client

from fieldwatch.store.models import AuditEvent, Site, Subnet, User, Zone

Person = Callable[..., User]
Program = Callable[..., Client]
JSON = "application/json"


def test_a_site_its_zones_and_subnets(administrator: User, program: Program) -> None:
    client = program(administrator)
    answer = client.post("/api/v1/sites", {"slug": "mill", "name": "Mill", "timezone": "Europe/Berlin"}, content_type=JSON)
    assert answer.status_code == 201, answer.content
    assert client.post("/api/v1/sites", {"slug": "mill", "name": "Mill 2"}, content_type=JSON).status_code == 409
    zone = client.post("/api/v1/zones", {"site": "mill", "name": "cell 1", "level": 3.5}, content_type=JSON).json()
    assert zone["level"] == 3.5
    subnet = client.post("/api/v1/subnets", {"site": "mill", "network": "10.1.0.0/16", "zone": "cell 1"}, content_type=JSON).json()
    assert subnet["zone"] == "cell 1"
    assert client.patch(f"/api/v1/zones/{zone['id']}", {"name": "cell 2"}, content_type=JSON).json()["name"] == "cell 2"
    assert client.patch(f"/api/v1/subnets/{subnet['id']}", {"zone": None}, content_type=JSON).json()["zone"] is None
    assert client.patch("/api/v1/sites/mill", {"description": "old"}, content_type=JSON).json()["description"] == "old"
    assert client.delete(f"/api/v1/zones/{zone['id']}").status_code == 204
    assert client.delete(f"/api/v1/subnets/{subnet['id']}").status_code == 204
    assert not Zone.objects.exists()
    assert AuditEvent.objects.filter(site="mill").count() == 8


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("sites", {"slug": "A b", "name": "x"}),
        ("sites", {"slug": "x", "name": " "}),
        ("sites", {"slug": "x", "name": "x", "timezone": "Mars/Base"}),
        ("zones", {"site": "works", "name": ""}),
        ("zones", {"site": "works", "name": "x", "level": 7}),
        ("zones", {"site": "works", "name": "x", "level": 3.55}),
        ("subnets", {"site": "works", "network": "10.1.2.3/16"}),
        ("subnets", {"site": "works", "network": "ten"}),
        ("subnets", {"site": "works", "network": "10.0.0.0/8", "zone": "nowhere"}),
    ],
)
def test_what_is_not_allowed_is_refused(address: str, given: dict[str, Any], site: Site, administrator: User, program: Program) -> None:
    answer = program(administrator).post(f"/api/v1/{address}", given, content_type=JSON)
    assert answer.status_code == 422, answer.content
    assert Site.objects.count() == 1


def test_rights(site: Site, other_site: Site, person: Person, program: Program) -> None:
    zone = Zone.objects.create(site=site, name="cell 1")
    given = {"site": site.slug, "name": "cell 2"}

    def tried(user: User) -> list[int]:
        client = program(user)
        return [
            client.post("/api/v1/sites", {"slug": "x", "name": "x"}, content_type=JSON).status_code,
            client.post("/api/v1/zones", given, content_type=JSON).status_code,
            client.patch(f"/api/v1/zones/{zone.pk}", {"description": "x"}, content_type=JSON).status_code,
            client.put(f"/api/v1/sites/{site.slug}/plan?trial=yes", {}, content_type=JSON).status_code,
            client.get(f"/api/v1/sites/{site.slug}/plan").status_code,
        ]

    assert tried(person("viewer", site)) == [403, 403, 403, 403, 200]
    assert tried(person("engineer", other_site)) == [403, 404, 404, 404, 404]
    assert tried(person("engineer", site, zone)) == [403, 403, 403, 403, 403]
    assert tried(person("engineer", site)) == [403, 201, 200, 200, 200]


def test_a_plan_is_put_as_text_and_twice_changes_nothing(site: Site, administrator: User, program: Program) -> None:
    client, address = program(administrator), f"/api/v1/sites/{site.slug}/plan"
    Subnet.objects.create(site=site, network="192.168.0.0/24")
    text = "zones:\n- {name: cell 1, level: 2}\nsubnets:\n- {network: 10.1.0.0/16, zone: cell 1}\n"
    trial = client.put(f"{address}?trial=yes", text, content_type="application/yaml")
    assert trial.json() == {"trial": True, "added": ["cell 1", "10.1.0.0/16"], "changed": [], "removed": ["192.168.0.0/24"]}
    assert not Zone.objects.exists()
    assert client.put(address, text, content_type="application/yaml").json() == trial.json() | {"trial": False}
    entries = AuditEvent.objects.count()
    for accept, read in (("application/yaml", yaml.safe_load), (JSON, lambda body: body)):
        found = client.get(address, headers={"Accept": accept})
        body = read(found.content if accept != JSON else found.json())
        assert body["zones"] == [{"name": "cell 1", "level": 2.0, "description": ""}]
        again = client.put(address, found.content, content_type=accept)
        assert again.json() == {"trial": False, "added": [], "changed": [], "removed": []}
    assert AuditEvent.objects.count() == entries


HOSTILE = {
    "aliases": b"a: &a [x]\nb: [*a, *a]",
    "python": b"!!python/object/apply:os.system [ls]",
    "deep": b"[" * 20_000,
    "bytes": b"\xff\xfe",
    "nul": b'zones: [{name: "\\0"}]',
    "twice": b"zones: [{name: a}, {name: a}]",
    "unknown": b"zone: []",
    "scalar": b"7",
    "long": b"#" * (2**20 + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_document_that_is_none_changes_nothing(name: str, site: Site, administrator: User, program: Program) -> None:
    Zone.objects.create(site=site, name="cell 1")
    answer = program(administrator).put(f"/api/v1/sites/{site.slug}/plan", HOSTILE[name], content_type="application/yaml")
    assert answer.status_code in {400, 413, 422}, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert Zone.objects.count() == 1
