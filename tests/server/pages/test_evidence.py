"""The evidence of whatever is shown: bytes, fields, bundles that hold; and no credentials, ever."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from fieldwatch.pipeline.bundle import verify
from fieldwatch.store.models import AuditEvent, Finding, Login, Occurrence, User

Browser = Callable[[User], Client]
Person = Callable[..., User]


@pytest.fixture
def client(plant: Any, person: Person, browser: Browser) -> Client:
    return browser(person("analyst", plant.site))


def _holds(client: Client, where: str, tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "bundle.zip"
    path.write_bytes(client.get(f"{where}bundle.zip").content)
    statement, checks = verify(str(path))
    assert [one for one in checks if not one.holds] == []
    return statement


def test_the_bytes_of_a_firmware_are_shown_and_hold(plant: Any, client: Client, tmp_path: Path) -> None:
    where = f"/assets/{plant.controller.uid}/evidence/firmware/"
    page = client.get(where).content.decode()
    assert "V3.3.14" in page
    assert 'class="byte value"' in page
    assert "plant.pcap" in page
    assert _holds(client, where, tmp_path)["said"][0]["value"] == "V3.3.14"
    assert list(AuditEvent.objects.values_list("action", flat=True)[:2]) == ["bundle_downloaded", "evidence_opened"]


def test_a_verdict_and_an_operation_hold(client: Client, tmp_path: Path) -> None:
    finding = Finding.objects.filter(cve="CVE-2021-22681").get()
    judged = _holds(client, f"/findings/{finding.pk}/evidence/", tmp_path)["judged"]
    assert (judged["verdict"], judged["range"]) == ("affected", "vers:all/*")
    stop = Occurrence.objects.filter(effect="stop").first()
    assert stop is not None
    assert "PLC Stop" in client.get(f"/operations/{stop.pk}/evidence/").content.decode()
    _holds(client, f"/operations/{stop.pk}/evidence/", tmp_path)


def test_credentials_are_in_no_page_and_no_bundle(client: Client) -> None:
    for login in Login.objects.filter(cleartext=True):
        page = client.get(f"/logins/{login.pk}/evidence/").content.decode()
        assert "**" in page
        packed = client.get(f"/logins/{login.pk}/evidence/bundle.zip").content
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            frames, statement = archive.read("frames.pcap"), json.loads(archive.read("statement.json"))
        assert b"*****" in frames
        for secret in (b"elms-ro", b"Elms-2019", b"flow-2020"):
            assert secret not in frames
            assert secret.decode() not in json.dumps(statement)


def test_a_bundle_that_was_changed_does_not_hold(plant: Any, client: Client, tmp_path: Path) -> None:
    packed = client.get(f"/assets/{plant.controller.uid}/evidence/firmware/bundle.zip").content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        frames, statement = archive.read("frames.pcap"), json.loads(archive.read("statement.json"))
    statement["expected"][0]["value"] = "V9.9.9"
    path = tmp_path / "changed.zip"
    for told, data in ((statement, frames), (statement, frames[:-1] + b"\0")):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("frames.pcap", data)
            archive.writestr("statement.json", json.dumps(told))
        assert not all(one.holds for one in verify(str(path))[1])


def test_where_no_frame_is_kept_it_says_so(plant: Any, client: Client) -> None:
    plant.source.kept = False
    plant.source.save()
    assert "not kept any more" in client.get(f"/assets/{plant.controller.uid}/evidence/firmware/").content.decode()
    assert client.get(f"/assets/{plant.controller.uid}/evidence/firmware/bundle.zip").status_code == 404
    assert client.get(f"/assets/{plant.controller.uid}/evidence/nonsense/").status_code == 404
