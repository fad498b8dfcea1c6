"""Advisories from a file, a folder, an archive: the newest of each, what is no advisory named."""

from __future__ import annotations

import zipfile
from pathlib import Path

import orjson
import pytest

from fieldwatch.vulnerabilities.catalogue import UnusableAdvisories, load


def advisory(name: str, updated: str) -> bytes:
    tracking = {"id": name, "current_release_date": updated}
    return orjson.dumps({"document": {"title": name, "tracking": tracking}, "product_tree": {}})


def test_the_newest_of_each_id_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(advisory("B", "2024-01-01"))
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.json").write_bytes(advisory("A", "2024-02-01"))
    (tmp_path / "old-a.json").write_bytes(advisory("A", "2023-02-01"))
    (tmp_path / "half.json").write_bytes(advisory("C", "2024-01-01")[:40])
    found = load(tmp_path)
    assert [(one.id, one.updated) for one in found.advisories] == [("A", "2024-02-01"), ("B", "2024-01-01")]
    assert len(found.skipped) == 1
    assert found.skipped[0].startswith(f"{tmp_path}/half.json: not JSON")


def test_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("OT/2024/a.json", advisory("A", "2024"))
        archive.writestr("README.md", "no advisory")
    found = load(path)
    assert [one.source for one in found.advisories] == [f"{path}!OT/2024/a.json"]


def test_a_damaged_member_is_named_and_the_others_come(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", advisory("A", "2024"))
        archive.writestr("b.json", advisory("B", "2024"))
    data = bytearray(path.read_bytes())
    at = data.index(b'"B"')
    data[at + 1] ^= 1
    path.write_bytes(data)
    found = load(path)
    assert [one.id for one in found.advisories] == ["A"]
    assert found.skipped == (f"{path}!b.json: larger than 64 MB or damaged; fetch it again",)


def test_a_packed_member_with_broken_bytes_is_named_and_the_others_come(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", advisory("A", "2024") * 50)
        archive.writestr("b.json", advisory("B", "2024"))
    data = bytearray(path.read_bytes())
    begin = 30 + len("a.json")
    data[begin : begin + 8] = b"\xff" * 8
    path.write_bytes(data)
    found = load(path)
    assert [one.id for one in found.advisories] == ["B"]
    assert found.skipped == (f"{path}!a.json: larger than 64 MB or damaged; fetch it again",)


@pytest.mark.parametrize("kind", ["missing", "empty", "text"])
def test_a_place_without_advisories_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    if kind == "empty":
        path.mkdir()
    elif kind == "text":
        path.write_text("hello")
    with pytest.raises(UnusableAdvisories, match=f"^{path}: "):
        load(path)
