"""CISA's repository: the archive the first time, then document by document; and the whole corpus, served as CISA serves it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from tests.vulnerabilities.feeds.conftest import Handler, Run, Server, contents, document

from fieldwatch.vulnerabilities.catalogue import load
from fieldwatch.vulnerabilities.feeds._feed import Source
from fieldwatch.vulnerabilities.feeds.fetch import Fetcher
from fieldwatch.vulnerabilities.feeds.shelf import Shelf

BASE, ARCHIVE = "/CSAF/develop/csaf_files/OT/white/", "/archive.zip"


class Repository:
    """A repository with a listing and an archive of the same tree."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.source = Source("cisa", "cisa_csaf", server.url(BASE), "CISA", archive=server.url(ARCHIVE))
        self.stamps: dict[str, str] = {}

    def publish(self, number: int, data: bytes | None = None, stamp: str = "2024-01-02T00:00:00Z", *, hashed: bool = True) -> str:
        path = f"2024/icsa-24-{number:03}-01.json"
        data = document(f"ICSA-24-{number:03}-01") if data is None else data
        self.server.tree[BASE + path] = data
        if hashed:
            self.server.tree[BASE + path + ".sha512"] = hashlib.sha512(data).hexdigest().encode()
        self.stamps[path] = stamp
        self.server.tree[BASE + "changes.csv"] = "".join(f'"{path}","{stamp}"\n' for path, stamp in self.stamps.items()).encode()
        return path

    def pack(self) -> None:
        """Makes the archive of what there is now."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data in self.server.tree.items():
                if path.startswith(BASE):
                    archive.writestr("CSAF-develop/csaf_files/OT/white/" + path.removeprefix(BASE), data)
            archive.writestr("CSAF-develop/csaf_files/IT/white/changes.csv", "")
        self.server.tree[ARCHIVE] = file.getvalue()


@pytest.fixture
def repository(server: Server) -> Repository:
    one = Repository(server)
    for number in range(3):
        one.publish(number)
    one.pack()
    return one


def test_the_first_time_all_comes_in_one_archive(repository: Repository, run: Run, server: Server, shelf: Shelf) -> None:
    report = run(repository.source)
    assert (report.fetched, report.faults) == (3, [])
    assert server.taken() == [ARCHIVE, BASE + "changes.csv"]
    assert {one.hash for one in shelf.drawer("cisa", "advisories").entries.values()} == {"verified"}
    assert not list((shelf.root / "partial").iterdir())


def test_what_is_newer_than_the_archive_comes_by_itself(repository: Repository, run: Run, server: Server) -> None:
    newer = document("ICSA-24-001-01", updated="2024-05-01T00:00:00.000Z")
    repository.publish(1, newer, "2024-05-01T00:00:00Z")
    repository.publish(7)
    report = run(repository.source)
    assert report.fetched == 5
    assert server.taken(".json") == [BASE + "2024/icsa-24-001-01.json", BASE + "2024/icsa-24-007-01.json"]
    assert contents(run.shelf)["cisa/icsa-24-001-01.json"] == newer


@pytest.mark.parametrize("fault", ["gone", "cut", "web page", "no listing", "2 GB", "dies"])
def test_without_the_archive_the_documents_come_one_by_one(fault: str, repository: Repository, run: Run, server: Server) -> None:
    whole = server.tree[ARCHIVE]

    def dies(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(whole)))
        handler.end_headers()
        handler.wfile.write(whole[:300])
        handler.die()

    match fault:
        case "gone":
            del server.tree[ARCHIVE]
        case "cut":
            server.tree[ARCHIVE] = whole[: len(whole) // 2]
        case "web page":
            server.tree[ARCHIVE] = b"<html>"
        case "no listing":
            file = io.BytesIO()
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr("readme.md", "nothing")
            server.tree[ARCHIVE] = file.getvalue()
        case "2 GB":
            server.wrong[ARCHIVE] = lambda handler: handler.answer(200, b"PK\x03\x04", {"Content-Length": str(2**31)})
        case "dies":
            server.wrong[ARCHIVE] = dies
    report = run(repository.source)
    assert report.fetched == 3
    assert len(report.faults) == 1


def test_a_wrong_member_of_the_archive_is_fetched_by_itself(repository: Repository, run: Run, server: Server) -> None:
    path = BASE + "2024/icsa-24-001-01.json"
    right = server.tree[path]
    server.tree[path] = b'{"document": "cut'
    repository.pack()
    server.tree[path] = right
    report = run(repository.source)
    assert (report.fetched, report.faults) == (3, [])
    assert server.taken(".json") == [path]


def test_a_document_without_hash_is_taken_and_counted_so(repository: Repository, run: Run, shelf: Shelf) -> None:
    repository.publish(5, hashed=False)
    run(repository.source)
    assert shelf.drawer("cisa", "advisories").entries["icsa-24-005-01.json"].hash == "absent"


@pytest.mark.corpus
@pytest.mark.timeout(900)
def test_the_whole_corpus_is_synced(corpus: Path, server: Server, tmp_path: Path) -> None:
    """Some documents one by one, all in one archive; a second sync asks for the listing alone."""
    with zipfile.ZipFile(corpus / "advisories" / "csaf-ot.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                server.tree[BASE + name.removeprefix("OT/")] = archive.read(name)
    paths = sorted(server.tree)
    stamps = "".join(f'"{path.removeprefix(BASE)}","2024-10-24T00:00:00Z"\n' for path in paths)
    server.tree[BASE + "changes.csv"] = stamps.encode()
    repository = Repository(server)
    repository.pack()
    shelf, fetcher = Shelf(tmp_path / "shelf"), Fetcher()
    run = Run(shelf, fetcher)
    report = run(repository.source)
    assert (report.fetched, report.faults, report.cosmetic) == (2379, [], 53)
    flaws = {flaw for one in shelf.drawer("cisa", "advisories").entries.values() for flaw in one.cosmetic}
    assert flaws == {"6.1.11", "6.1.27", "6.1.31"}
    assert len(load(shelf.advisories).advisories) == 2379
    server.asked.clear()
    for path in paths[::200]:
        (shelf.root / "advisories" / "cisa" / path.rpartition("/")[2]).unlink()
    report = run(repository.source)
    assert (report.fetched, report.unchanged) == (12, 2367)
    server.asked.clear()
    assert run(repository.source).fetched == 0
    assert [one.status for one in server.asked] == [304]
    fetcher.close()
