"""The bundle: what is packed comes out, and nothing else; unsigned, wrongly signed, cut or changed bundles change nothing."""

from __future__ import annotations

import stat
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.vulnerabilities.feeds.conftest import BEGIN, Provider, Run, contents, document
from tests.vulnerabilities.test_kev import catalogue

from fieldwatch.vulnerabilities.feeds import bundle
from fieldwatch.vulnerabilities.feeds._feed import Report
from fieldwatch.vulnerabilities.feeds.bundle import (
    MAGIC,
    UnusableBundle,
    bring_in,
    is_bundle,
    new_key,
    private_key,
    public_key,
    trusted_keys,
    write,
)
from fieldwatch.vulnerabilities.feeds.shelf import Shelf, entry
from fieldwatch.vulnerabilities.feeds.status import standings


@pytest.fixture
def full(shelf: Shelf, provider: Provider, run: Run) -> Shelf:
    """A shelf with three advisories and the KEV catalogue."""
    for number in range(3):
        provider.publish(f"ACME-{number}")
    run(provider.source)
    with shelf.drawer("kev", "facts") as drawer:
        drawer.put(entry("kev.json", "u", catalogue(), BEGIN.isoformat()), catalogue())
    return shelf


@pytest.fixture
def packed(full: Shelf, tmp_path: Path) -> tuple[Path, Path]:
    """A bundle and the public key of its maker."""
    public = new_key(tmp_path / "site.pem")
    assert write(full, tmp_path / "feeds.bundle", private_key(tmp_path / "site.pem"), BEGIN) == 4
    return tmp_path / "feeds.bundle", public


def take(shelf: Shelf, path: Path, *keys: Path, unsigned: bool = False) -> Report:
    with shelf.held():
        return bring_in(shelf, path, [public_key(key) for key in keys], unsigned=unsigned)


def test_what_is_packed_comes_out(full: Shelf, packed: tuple[Path, Path], provider: Provider, tmp_path: Path) -> None:
    path, public = packed
    assert is_bundle(path)
    site = Shelf(tmp_path / "site")
    report = take(site, path, public)
    assert (report.fetched, report.faults) == (4, [])
    assert contents(site) == contents(full)
    assert site.drawer("acme", "advisories").entries == full.drawer("acme", "advisories").entries
    assert standings(site, [provider.source], BEGIN)[0].as_of == BEGIN.isoformat()
    again = take(site, path, public)
    assert (again.fetched, again.unchanged) == (0, 4)


def test_what_is_newer_at_the_site_stays(packed: tuple[Path, Path], tmp_path: Path) -> None:
    path, public = packed
    site = Shelf(tmp_path / "site")
    newer = document("ACME-1", range_text="<V9")
    with site.drawer("acme", "advisories") as drawer:
        one = entry("acme-1.json", "u", newer, (BEGIN + timedelta(days=1)).isoformat())
        drawer.put(one, newer)
        drawer.state["listed"] = (BEGIN + timedelta(days=1)).isoformat()
    report = take(site, path, public)
    assert (report.fetched, report.older) == (3, 1)
    assert contents(site)["acme/acme-1.json"] == newer
    assert site.drawer("acme", "advisories").state["listed"] == (BEGIN + timedelta(days=1)).isoformat()


def test_the_private_key_is_its_owners(packed: tuple[Path, Path], tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "site.pem").stat().st_mode) == 0o600
    with pytest.raises(UnusableBundle, match="no key was made"):
        new_key(tmp_path / "site.pem")


def test_the_same_shelf_makes_the_same_bundle(full: Shelf, packed: tuple[Path, Path], tmp_path: Path) -> None:
    write(full, tmp_path / "again.bundle", private_key(tmp_path / "site.pem"), BEGIN)
    assert (tmp_path / "again.bundle").read_bytes() == packed[0].read_bytes()


def refused(shelf: Shelf, path: Path, said: str, *keys: Path, unsigned: bool = False) -> None:
    with pytest.raises(UnusableBundle, match=said) as error:
        take(shelf, path, *keys, unsigned=unsigned)
    assert str(error.value).startswith(f"{path}")
    assert contents(shelf) == {}


def test_without_a_signature_it_is_refused_unless_asked(full: Shelf, tmp_path: Path) -> None:
    path, site = tmp_path / "feeds.bundle", Shelf(tmp_path / "site")
    write(full, path, None, BEGIN)
    refused(site, path, "is not signed; .* --unsigned takes it")
    assert take(site, path, unsigned=True).fetched == 4


def test_without_a_key_it_is_refused_unless_asked(packed: tuple[Path, Path], tmp_path: Path) -> None:
    site = Shelf(tmp_path / "site")
    refused(site, packed[0], "no key to verify it with")
    assert take(site, packed[0], unsigned=True).fetched == 4


def test_a_key_in_the_trusted_folder_serves(packed: tuple[Path, Path], tmp_path: Path) -> None:
    site = Shelf(tmp_path / "site")
    (site.root / "trusted").mkdir(parents=True)
    (site.root / "trusted" / "centre.pem").write_bytes(packed[1].read_bytes())
    with site.held():
        assert bring_in(site, packed[0], trusted_keys(site)).fetched == 4


def test_another_makers_is_refused(packed: tuple[Path, Path], tmp_path: Path) -> None:
    refused(Shelf(tmp_path / "site"), packed[0], "signed with another key", new_key(tmp_path / "other.pem"))


def test_a_signature_of_another_bundle_is_refused(full: Shelf, packed: tuple[Path, Path], tmp_path: Path) -> None:
    path, public = packed
    later = tmp_path / "later.bundle"
    write(full, later, private_key(tmp_path / "site.pem"), BEGIN + timedelta(days=1))
    ours, theirs = path.read_bytes().split(b"\n", 3), later.read_bytes().split(b"\n", 3)
    path.write_bytes(b"\n".join([ours[0], theirs[1], *ours[2:]]))
    refused(Shelf(tmp_path / "site"), path, "wrongly signed", public)


@pytest.mark.parametrize("part", range(12))
def test_a_changed_byte_anywhere_is_refused(part: int, packed: tuple[Path, Path], tmp_path: Path) -> None:
    path, public = packed
    data = bytearray(path.read_bytes())
    at = len(MAGIC) + (len(data) - len(MAGIC) - 1) * part // 11
    data[at] ^= 0x01
    path.write_bytes(bytes(data))
    refused(Shelf(tmp_path / "site"), path, "needed|have it made again", public)


@pytest.mark.parametrize("part", range(1, 10))
@pytest.mark.parametrize("unsigned", [True, False])
def test_a_bundle_cut_anywhere_is_refused(part: int, unsigned: bool, packed: tuple[Path, Path], tmp_path: Path) -> None:
    path, public = packed
    data = path.read_bytes()
    path.write_bytes(data[: len(MAGIC) + (len(data) - len(MAGIC)) * part // 10])
    refused(Shelf(tmp_path / "site"), path, "needed|have it made again", public, unsigned=unsigned)


def test_a_document_that_is_not_what_is_listed_is_named(full: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle that lies, and is taken unsigned: each lie is one line, and the others come."""
    path, pack = tmp_path / "feeds.bundle", bundle._add

    def lie(archive: object, name: str, data: bytes) -> None:
        pack(archive, name, data.replace(b"Acme", b"Evil") if name.endswith("acme-1.json") else data)  # type: ignore[arg-type]

    monkeypatch.setattr(bundle, "_add", lie)
    write(full, path, None, BEGIN)
    site = Shelf(tmp_path / "site")
    report = take(site, path, unsigned=True)
    assert report.fetched == 3
    assert report.faults == [
        f"{path}!advisories/acme/acme-1.json: is not the document that the bundle lists; not taken: have it made again"
    ]


@pytest.mark.parametrize("name", ["../evil.json", "a/b.json", "..", ""])
def test_names_that_leave_the_shelf_are_refused(name: str, full: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, listed = tmp_path / "feeds.bundle", asdict
    monkeypatch.setattr(bundle, "asdict", lambda one: listed(replace(one, name=name)))
    write(full, path, None, BEGIN)
    refused(Shelf(tmp_path / "site"), path, "names that are not allowed", unsigned=True)


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_said(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text(text)
    for read in (private_key, public_key):
        with pytest.raises(UnusableBundle, match=r"x\.pem: "):
            read(tmp_path / "x.pem")
        with pytest.raises(UnusableBundle, match=r"none\.pem: "):
            read(tmp_path / "none.pem")


def test_a_place_that_cannot_be_written_is_said(full: Shelf, tmp_path: Path) -> None:
    with pytest.raises(UnusableBundle, match="cannot be written"):
        write(full, tmp_path / "none" / "feeds.bundle", None, BEGIN)
    assert not is_bundle(tmp_path / "none" / "feeds.bundle")
