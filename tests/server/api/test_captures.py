"""Captures by REST."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from fieldwatch.server import uploads
from fieldwatch.server.options import Options
from fieldwatch.store.models import AuditEvent, Event, Site, Source, User

Person = Callable[..., User]
Program = Callable[..., Client]
JSON = "application/json"
ADDRESS = "/api/v1/captures"
BYTES = b"no capture, but bytes" * 100


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    values = {**settings.OPTIONS.values, "captures.most_mb": 1}
    settings.OPTIONS = Options(values, settings.OPTIONS.origins, tmp_path)
    return tmp_path


def opened(client: Client, **given: Any) -> Any:
    return client.post(ADDRESS, {"name": "a.pcap", "size": len(BYTES)} | given, content_type=JSON)


def put(client: Client, url: str, first: int, data: bytes, size: int = len(BYTES)) -> Any:
    last = max(first, first + len(data) - 1)
    headers = {"Content-Range": f"bytes {first}-{last}/{size}"}
    return client.put(url, data, content_type="application/octet-stream", headers=headers)


def test_a_file_is_sent_in_pieces(site: Site, person: Person, program: Program) -> None:
    engineer = person("engineer", site)
    client = program(engineer)
    answer = opened(client, sha256=hashlib.sha256(BYTES).hexdigest().upper(), modified=7)
    assert answer.status_code == 201, answer.content
    url = answer.json()["url"]
    assert answer.json()["offset"] == 0
    assert put(client, url, 0, BYTES[:100]).json() == answer.json() | {"offset": 100}
    assert client.get(url).json()["offset"] == 100
    assert opened(client, sha256=hashlib.sha256(BYTES).hexdigest(), modified=7).json()["offset"] == 100
    wrong = put(client, url, 0, BYTES[:100])
    assert (wrong.status_code, wrong.json()["offset"]) == (409, 100)
    assert wrong["Content-Type"] == "application/problem+json"
    end = put(client, url, 100, BYTES[100:]).json()
    source = Source.objects.get()
    assert end == answer.json() | {"offset": len(BYTES), "next": f"/captures/{source.pk}/", "capture": source.pk}
    assert put(client, url, 100, BYTES[100:]).json() == end, "a last answer that was lost is given again"
    assert client.get(f"{ADDRESS}/{source.pk}").json()["brought_by"] == engineer.username
    assert AuditEvent.objects.filter(action="upload").count() == 1
    assert Event.objects.filter(kind="source").count() == 1


def test_refusals(site: Site, administrator: User, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    client = program(administrator)
    assert opened(client, size=1_000_001).status_code == 413
    for given in ({"size": -1}, {"size": 2**70}, {"name": ""}, {"sha256": "x" * 65}, {"site": "nowhere"}, {"nothing": 1}):
        assert opened(client, **given).status_code == 422, given
    url = opened(client).json()["url"]
    assert put(client, url, 0, b"", 7).status_code == 400
    assert client.put(url, b"x", content_type="application/octet-stream").status_code == 400
    assert put(client, url + "0", 0, BYTES).status_code == 404
    monkeypatch.setattr(uploads, "free_bytes", lambda data: 0)
    answer = opened(client)
    assert answer.status_code == 507
    assert "make room" in answer.json()["detail"]
    monkeypatch.undo()
    bad = opened(client, sha256="0" * 64).json()["url"]
    assert put(client, bad, 0, BYTES).status_code == 422
    assert client.get(bad).status_code == 404
    assert not Source.objects.exists()


def test_an_upload_is_cancelled(site: Site, administrator: User, program: Program, data: Path) -> None:
    client = program(administrator)
    url = opened(client).json()["url"]
    put(client, url, 0, BYTES[:10])
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404
    assert list((data / "uploads").iterdir()) == []


def test_rights(site: Site, other_site: Site, person: Person, program: Program, administrator: User) -> None:
    assert opened(program(person("viewer", site))).status_code == 403
    client = program(person("analyst", site))
    assert opened(client, site=other_site.slug).status_code == 422
    url = opened(client).json()["url"]
    assert program(person("analyst", site)).get(url).status_code == 404
    assert opened(program(administrator)).status_code == 422, "which site is not said"
    assert program(administrator).post(f"{ADDRESS}?site=works", {"name": "a", "size": 1}, content_type=JSON).status_code == 201
