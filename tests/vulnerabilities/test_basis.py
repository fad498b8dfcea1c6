"""The basis: advisories from every kind of place, the facts of a shelf, the starter pack below what is given, and what is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.vulnerabilities.test_kev import catalogue

from fieldwatch.vulnerabilities import starter
from fieldwatch.vulnerabilities.basis import Basis, UnusableBasis, basis
from fieldwatch.vulnerabilities.feeds.shelf import Shelf, entry

KNOWN = next(cve for cve in starter.known_exploited() if cve in starter.likelihoods())
"""A CVE of the pack that is known to be exploited."""


def csaf(id: str = "TEST-1", cve: str = "CVE-2024-0002") -> dict[str, Any]:
    leaf = {"category": "product_version_range", "name": "<= 3.8", "product": {"name": "EDS-408A <= 3.8", "product_id": "P1"}}
    product = {"category": "product_name", "name": "EDS-408A", "branches": [leaf]}
    return {
        "document": {"title": "Test", "tracking": {"id": id, "current_release_date": "2024"}},
        "product_tree": {"branches": [{"category": "vendor", "name": "Moxa", "branches": [product]}]},
        "vulnerabilities": [{"cve": cve, "product_status": {"known_affected": ["P1"]}}],
    }


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "a.json"
    path.write_bytes(orjson.dumps(csaf()))
    return path


def test_nothing_is_asked_for_nothing() -> None:
    assert basis() == Basis()


def test_a_document_a_folder_and_an_archive(document: Path, tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(document, "a.json")
    for place in (document, tmp_path, archive):
        found = basis(place)
        assert [one.id for one in found.advisories] == ["TEST-1"]
        assert found.sources == (f"{place} (1)",)


def shelf(root: Path) -> Shelf:
    """A folder as `fieldwatch feeds` keeps it: one advisory, the KEV catalogue, SSVC decisions."""
    kept = Shelf(root)
    data = orjson.dumps(csaf())
    for feed, brings, name, what in (
        ("cisa", "advisories", "a.json", data),
        ("kev", "facts", "kev.json", catalogue()),
        ("ssvc", "facts", "a.jsonl", b'{"cve":"CVE-2024-0002","ssvc":{"Exploitation":"active"}}\n'),
    ):
        with kept.drawer(feed, brings) as drawer:
            drawer.put(entry(name, "u", what, "2026"), what)
    return kept


def test_the_folder_of_the_feeds_brings_its_facts(tmp_path: Path) -> None:
    found = basis(shelf(tmp_path / "feeds").root)
    assert [one.id for one in found.advisories] == ["TEST-1"]
    known = found.known("CVE-2024-0002")
    assert (known.kev and known.kev.date_added, known.epss, known.ssvc and known.ssvc.exploitation) == ("2024-01-02", None, "active")


def test_the_starter_pack_with_its_facts() -> None:
    found = basis(with_starter=True)
    assert found.advisories == starter.starter()
    assert found.sources[0].startswith(f"starter pack of {starter.dated()}")
    known = found.known(KNOWN)
    assert known.kev is not None
    assert known.epss is not None
    assert found.known("CVE-1999-0001") == (None, None, None)


def test_what_is_given_supersedes_the_starter_pack(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(orjson.dumps(csaf(cve=KNOWN)))
    found = basis(tmp_path / "a.json", with_starter=True)
    speak = [one.id for one in found.advisories if any(each.cve == KNOWN for each in one.vulnerabilities)]
    assert speak == ["TEST-1"]
    assert len(found.advisories) > 100
    assert found.known(KNOWN).kev is not None, "that it is exploited stays known"


def test_statements_by_cve(document: Path, tmp_path: Path) -> None:
    said = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "author": "Works",
        "statements": [{"vulnerability": "CVE-2024-0002", "products": ["ip:10.0.0.1"], "status": "under_investigation"}],
    }
    path = tmp_path / "our.vex"
    path.write_bytes(orjson.dumps(said))
    found = basis(document, statements=[path])
    assert [one.source for one in found.statements["CVE-2024-0002"]] == [str(path)]


@pytest.mark.parametrize("what", [b"", b"{", b"[]", b"{}", None])
def test_what_holds_no_statements_is_refused(what: bytes | None, document: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.vex"
    if what is not None:
        path.write_bytes(what)
    with pytest.raises(UnusableBasis, match=r"bad\.vex: "):
        basis(document, statements=[path])


def test_a_place_without_advisories_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableBasis, match="does not exist"):
        basis(tmp_path / "nowhere")
    with pytest.raises(UnusableBasis, match="no advisory found"):
        basis(tmp_path)


def test_a_damaged_fact_is_refused_by_its_name(tmp_path: Path) -> None:
    kept = shelf(tmp_path / "feeds")
    with kept.drawer("kev", "facts") as drawer:
        drawer.put(entry("kev.json", "u", b"{}", "2026"), b"{}")
    with pytest.raises(UnusableBasis, match="kev"):
        basis(kept.root)
