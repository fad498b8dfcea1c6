"""The shelf: whole documents at every moment, and a manifest that a crash cannot spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldwatch.vulnerabilities.feeds.shelf import NAME, Entry, Shelf, UnusableShelf, default_root, entry


def fill(shelf: Shelf, **documents: bytes) -> None:
    with shelf.drawer("acme", "advisories") as drawer:
        for name, data in documents.items():
            drawer.put(entry(f"{name}.json", f"https://acme.example/{name}.json", data, "2026-01-01T00:00:00+00:00", stamp="1"), data)


def test_what_is_put_is_there_with_its_manifest(shelf: Shelf) -> None:
    fill(shelf, a=b"{}", b=b"[]")
    drawer = shelf.drawer("acme", "advisories")
    assert drawer.document("a.json") == b"{}"
    assert drawer.document("c.json") is None
    assert sorted(drawer.entries) == ["a.json", "b.json"]
    one = drawer.entries["b.json"]
    assert (one.size, one.stamp, one.url) == (2, "1", "https://acme.example/b.json")
    assert [found.feed for found in shelf.drawers()] == ["acme"]


def test_a_crash_before_the_rename_leaves_the_old_document(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(shelf, a=b"old")

    def crash(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    drawer = shelf.drawer("acme", "advisories")
    with pytest.raises(KeyboardInterrupt), drawer:
        drawer.put(entry("a.json", "u", b"new", "2026"), b"new")
    monkeypatch.undo()
    assert shelf.drawer("acme", "advisories").document("a.json") == b"old"


@pytest.mark.parametrize("cut", range(0, 400, 23))
def test_a_manifest_cut_anywhere_loses_only_what_is_fetched_again(cut: int, shelf: Shelf) -> None:
    fill(shelf, a=b"{}", b=b"[]")
    manifest = shelf.root / "manifests" / "acme.jsonl"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole[:cut])
    left = shelf.drawer("acme", "advisories").entries
    assert set(left) <= {"a.json", "b.json"}
    fill(shelf, a=b"{}", b=b"[]")
    assert manifest.read_bytes() == whole


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"7", b"null", b'{"name": 1}', b'{"name": "../x"}', b"\xff\xfe", b'{"cosmetic": 5}'])
def test_lines_that_are_none_are_skipped(line: bytes, shelf: Shelf) -> None:
    fill(shelf, a=b"{}")
    manifest = shelf.root / "manifests" / "acme.jsonl"
    manifest.write_bytes(line + b"\n" + manifest.read_bytes())
    assert list(shelf.drawer("acme", "advisories").entries) == ["a.json"]


def test_a_document_that_is_gone_or_cut_is_not_there(shelf: Shelf) -> None:
    fill(shelf, a=b"{}", b=b"[1,2]")
    (shelf.root / "advisories/acme/a.json").unlink()
    (shelf.root / "advisories/acme/b.json").write_bytes(b"[1")
    assert shelf.drawer("acme", "advisories").entries == {}
    fill(shelf, a=b"{}", b=b"[1,2]")
    assert (shelf.root / "advisories/acme/b.json").read_bytes() == b"[1,2]"


def test_a_state_that_is_none_counts_as_empty(shelf: Shelf) -> None:
    fill(shelf, a=b"{}")
    for text in (b"{", b"[]", b""):
        (shelf.root / "manifests" / "acme.json").write_bytes(text)
        assert shelf.drawer("acme", "advisories").state == {}


def test_a_listing_is_kept_with_its_etag(shelf: Shelf) -> None:
    with shelf.drawer("acme", "advisories") as drawer:
        drawer.keep_listing("https://acme.example/feed.json", b"{}", '"1"', "yesterday")
    drawer = shelf.drawer("acme", "advisories")
    assert drawer.listing("https://acme.example/feed.json") == (b"{}", '"1"', "yesterday")
    assert drawer.listing("https://acme.example/other.json") is None
    (file,) = (shelf.root / "listings/acme").iterdir()
    file.write_bytes(b"{")
    assert drawer.listing("https://acme.example/feed.json") is None


def test_one_writer_at_a_time(shelf: Shelf) -> None:
    with shelf.held(), pytest.raises(UnusableShelf, match="another feeds command"), Shelf(shelf.root).held():
        pass
    with shelf.held():
        pass


def test_what_a_killed_process_left_is_swept(shelf: Shelf) -> None:
    with shelf.held():
        (shelf.root / "partial" / "acme.1.new").write_bytes(b"half")
        (shelf.root / "partial" / "cisa.zip.part").write_bytes(b"half an archive")
    with shelf.held():
        assert [file.name for file in (shelf.root / "partial").iterdir()] == ["cisa.zip.part"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnusableShelf, match=r"cannot be written .*--shelf"), Shelf(tmp_path / "file").held():
        pass


@pytest.mark.parametrize("name", ["icsa-23-193-01.json", "a_b+c.json", "CVE-2024-0001.jsonl", "0-x.jsonl", "x" * 200])
def test_names_that_are_taken(name: str) -> None:
    assert NAME.match(name)


@pytest.mark.parametrize("name", ["", ".", "..", ".x", "a/b", "a\\b", "a..b", "a\0", "a b", "ä.json", "x" * 201, "a\n", "-\n"])
def test_names_that_are_not_taken(name: str) -> None:
    assert not NAME.match(name)


def test_the_shelf_is_where_xdg_says(tmp_path: Path) -> None:
    assert default_root({"XDG_DATA_HOME": str(tmp_path)}) == tmp_path / "fieldwatch" / "feeds"
    home = Path.home() / ".local/share/fieldwatch/feeds"
    assert default_root({}) == home
    assert default_root({"XDG_DATA_HOME": "relative"}) == home


def test_an_entry_is_what_the_manifest_says() -> None:
    one = entry("a.json", "u", b"{}", "2026", signature="verified", cosmetic=("6.1.11",))
    assert isinstance(one, Entry)
    assert one.sha256 == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_what_comes_after_a_cut_line_is_not_lost_with_it(shelf: Shelf) -> None:
    fill(shelf, a=b"{}")
    manifest = shelf.root / "manifests" / "acme.jsonl"
    manifest.write_bytes(manifest.read_bytes() + b'{"name": "b.json", "ur')
    drawer = shelf.drawer("acme", "advisories")
    drawer.__enter__()
    drawer.put(entry("c.json", "u", b"[]", "2026"), b"[]")  # and then the process is killed: nothing is written anew
    assert set(shelf.drawer("acme", "advisories").entries) == {"a.json", "c.json"}
    drawer.__exit__(None, None, None)
