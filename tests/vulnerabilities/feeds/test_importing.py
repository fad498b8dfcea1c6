"""What a person brings in: every kind, from files, folders and archives; hostile archives lose nothing and write nowhere."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import zipfile
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.vulnerabilities.feeds.conftest import BEGIN, contents, document
from tests.vulnerabilities.test_epss import TABLE
from tests.vulnerabilities.test_kev import catalogue
from tests.vulnerabilities.test_ssvc import record, ssvc

from fieldwatch.vulnerabilities.catalogue import load
from fieldwatch.vulnerabilities.feeds import importing
from fieldwatch.vulnerabilities.feeds._feed import Report
from fieldwatch.vulnerabilities.feeds.facts import decisions, exploited, likelihoods
from fieldwatch.vulnerabilities.feeds.importing import UnusableImport, bring_in, content
from fieldwatch.vulnerabilities.feeds.shelf import Shelf

LINES = (
    b'{"cve":"CVE-2024-0001","ssvc":{"Exploitation":"poc","Automatable":"no","Technical Impact":"partial"}}\n'
    b'{"cve":"CVE-2024-0002","ssvc":null}\n'
)


def take(shelf: Shelf, *paths: Path) -> Report:
    with shelf.held():
        return bring_in(shelf, paths, BEGIN)


def archive(path: Path, **members: bytes) -> Path:
    """A zip archive; `__` in a name stands for a slash."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name.replace("__", "/").replace("DOT", "."), data)
    return path


def test_an_archive_as_cisa_publishes_it(shelf: Shelf, tmp_path: Path) -> None:
    names = {f"OT__202{number}__icsa-2{number}-001-01DOTjson": document(f"ICSA-2{number}-001-01") for number in range(3)}
    packed = archive(tmp_path / "csaf-ot.zip", **names, READMEDOTmd=b"hello")
    report = take(shelf, packed)
    assert (report.fetched, report.faults) == (3, [])
    assert [one.id for one in load(shelf.advisories).advisories] == ["ICSA-20-001-01", "ICSA-21-001-01", "ICSA-22-001-01"]
    again = take(shelf, packed)
    assert (again.fetched, again.unchanged) == (0, 3)


def test_a_folder_with_hash_files(shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "in" / "deep"
    folder.mkdir(parents=True)
    for number in range(3):
        (folder / f"acme-{number}.json").write_bytes(document(f"ACME-{number}"))
    (folder / "acme-0.json.sha256").write_text(hashlib.sha256(document("ACME-0")).hexdigest())
    (folder / "acme-1.json.sha512").write_text("0" * 128)
    (folder / "acme-9.json").symlink_to("/etc/passwd")
    archive(folder / "more.zip", **{"acme-7DOTjson": document("ACME-7")})
    report = take(shelf, tmp_path / "in")
    assert report.fetched == 3
    (line,) = report.faults
    assert line.startswith(str(folder / "acme-1.json") + ": its sha512 is")
    assert {name: one.hash for name, one in shelf.drawer("imported", "advisories").entries.items()} == {
        "acme-0.json": "verified",
        "acme-2.json": "absent",
        "acme-7.json": "absent",
    }


def test_single_files_of_every_kind(shelf: Shelf, tmp_path: Path) -> None:
    files = {
        "an advisory (1).json": document("ACME-1"),
        "kev.json": catalogue(),
        "epss.csv.gz": gzip.compress(TABLE),
        "ssvc.jsonl": LINES,
        "CVE-2024-0012.json": record(ssvc()),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    report = take(shelf, *(tmp_path / name for name in files))
    assert (report.fetched, report.faults) == (5, [])
    assert len(load(shelf.advisories).advisories) == 1
    assert len(exploited(shelf)) == 3
    assert len(likelihoods(shelf)) == 2
    assert set(decisions(shelf)) == {"CVE-2024-0001", "CVE-2024-0012"}


def test_older_ones_change_nothing(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "acme-1.json").write_bytes(document("ACME-1", updated="2025-01-01T00:00:00.000Z"))
    take(shelf, tmp_path)
    (tmp_path / "acme-1.json").write_bytes(document("ACME-1", updated="2024-01-01T00:00:00.000Z"))
    (tmp_path / "kev.json").write_bytes(catalogue())
    take(shelf, tmp_path / "kev.json")
    (tmp_path / "kev.json").write_bytes(catalogue(dateReleased="2020-01-01T00:00:00Z"))
    before = contents(shelf)
    report = take(shelf, tmp_path)
    assert (report.fetched, report.older) == (0, 2)
    assert contents(shelf) == before


def test_each_fault_is_named_once_and_the_others_come(shelf: Shelf, tmp_path: Path) -> None:
    packed = archive(
        tmp_path / "in.zip",
        **{
            "a__acme-1DOTjson": document("ACME-1"),
            "a__acme-2DOTjson": document("ACME-777"),
            "a__acme-3DOTjson": document("ACME-3")[:-50],
            "a__acme-4DOTjson": b"<html>",
            "a__acme-5DOTjson": b"",
            "a__acme-6DOTjson": b'{"some": "thing"}',
            "a__acme-7DOTjson": document("ACME-7"),
            "a__DOTDOT__acme-8DOTjson": document("ACME-8"),
            "__etc__acme-9DOTjson": document("ACME-9"),
            "C:\\acme-10DOTjson": document("ACME-10"),
        },
    )
    report = take(shelf, packed)
    assert report.fetched == 2
    named = sorted(line.split(": ")[0].rpartition("!")[2] for line in report.faults)
    assert named == ["/etc/acme-9.json", "C:\\acme-10.json", "a/../acme-8.json", *(f"a/acme-{number}.json" for number in (2, 3, 4, 5, 6))]
    assert all("\n" not in line for line in report.faults)
    assert set(contents(shelf)) == {"imported/acme-1.json", "imported/acme-7.json"}


def test_nothing_is_written_outside_the_shelf(shelf: Shelf, tmp_path: Path) -> None:
    names = ("../../evil.json", "/tmp/evil.json", "..\\evil.json", "a/../../evil.json")
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as packed:
        for name in names:
            packed.writestr(name, document("EVIL"))
    before = set(tmp_path.rglob("*"))
    report = take(shelf, tmp_path / "in.zip")
    assert (report.fetched, len(report.faults)) == (0, len(names))
    outside = {path for path in set(tmp_path.rglob("*")) - before if shelf.root not in path.parents and path != shelf.root}
    assert outside == set()


@pytest.mark.parametrize("identity", ["../../evil", "..", ".", "a/b", "\x00", "ä"])
def test_an_id_cannot_leave_the_shelf(identity: str, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(document(identity))
    report = take(shelf, tmp_path / "x.json")
    assert report.fetched + len(report.faults) == 1
    assert {path.parent for path in shelf.root.rglob("*.json")} <= {shelf.root / "advisories/imported", shelf.root / "manifests"}


def test_bombs_are_left_after_the_limit(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "DOCUMENT", 100_000)
    packed = archive(tmp_path / "in.zip", **{"acme-0DOTjson": b"{" + b" " * 5_000_000, "acme-1DOTjson": document("ACME-1")})
    data = bytearray(packed.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)  # the directory lies about its size
    packed.write_bytes(bytes(data))
    report = take(shelf, packed)
    assert report.fetched == 1
    assert len(report.faults) == 1


def test_all_members_together_are_bounded(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(document("ACME-0"))
    monkeypatch.setattr(importing, "UNPACKED", 3 * size)
    packed = archive(tmp_path / "in.zip", **{f"acme-{number}DOTjson": document(f"ACME-{number}") for number in range(5)})
    report = take(shelf, packed)
    assert report.fetched == 3
    assert "the rest is not read" in report.faults[0]


def test_an_archive_with_a_password_is_said(shelf: Shelf, tmp_path: Path) -> None:
    packed = archive(tmp_path / "in.zip", **{"acme-1DOTjson": document("ACME-1"), "acme-2DOTjson": document("ACME-2")})
    data = bytearray(packed.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1  # bit 0: encrypted
    packed.write_bytes(bytes(data))
    report = take(shelf, packed)
    assert (report.fetched, len(report.faults)) == (1, 1)


WHOLE = io.BytesIO()
with zipfile.ZipFile(WHOLE, "w", zipfile.ZIP_DEFLATED) as _packed:
    for _number in range(3):
        _packed.writestr(f"acme-{_number}.json", document(f"ACME-{_number}"))


@pytest.mark.parametrize("cut", range(4, len(WHOLE.getvalue()) - 1, 301))
def test_an_archive_cut_anywhere_is_one_fault(cut: int, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "in.zip").write_bytes(WHOLE.getvalue()[:cut])
    report = take(shelf, tmp_path / "in.zip")
    assert (report.fetched, len(report.faults)) == (0, 1)
    assert report.faults[0].startswith(f"{tmp_path / 'in.zip'}: a zip archive that was cut")


@pytest.mark.parametrize("at", range(0, len(WHOLE.getvalue()), 131))
def test_an_archive_with_a_wrong_byte_never_crashes(at: int, shelf: Shelf, tmp_path: Path) -> None:
    data = bytearray(WHOLE.getvalue())
    data[at] ^= 0xFF
    (tmp_path / "in.zip").write_bytes(bytes(data))
    report = take(shelf, tmp_path / "in.zip")
    assert report.fetched <= 3
    for name, read in contents(shelf).items():
        assert read == document(orjson.loads(read)["document"]["tracking"]["id"]), name


def test_a_path_that_is_not_there_is_said(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(UnusableImport, match="does not exist"):
        take(shelf, tmp_path / "nothing.zip")


@given(st.binary(max_size=100))
def test_any_bytes_are_something_or_named(data: bytes) -> None:
    assert isinstance(content(data), str)
    assert isinstance(content(b"{" + data), str)
    assert isinstance(content(b'{"cve":1,"ssvc":' + data), str)


@pytest.mark.corpus
@pytest.mark.timeout(900)
def test_all_shared_data_is_brought_in(corpus: Path, shelf: Shelf) -> None:
    place = corpus / "advisories"
    report = take(shelf, place / "csaf-ot.zip", place / "kev", place / "epss", place / "vulnrichment")
    assert report.fetched == 2379 + 3
    (line,) = report.faults
    assert line.startswith(f"{place}/kev/known_exploited_vulnerabilities_schema.json: JSON of another kind")
    assert len(load(shelf.advisories).advisories) == 2379
    assert (len(exploited(shelf)), len(likelihoods(shelf)), len(decisions(shelf))) == (1404, 1556, 929)
