"""A provider of the test's own on the loopback address: it serves a tree that the test builds, and does wrong what the test asks for."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
from pysequoia import SignatureMode, Tsk, sign

from fieldwatch.vulnerabilities.feeds._feed import Report, Source
from fieldwatch.vulnerabilities.feeds.fetch import Fetcher, Limits
from fieldwatch.vulnerabilities.feeds.shelf import Shelf
from fieldwatch.vulnerabilities.feeds.sync import sync
from fieldwatch.vulnerabilities.feeds.validate import file_name

BEGIN = datetime(2026, 1, 10, 12, tzinfo=UTC)


class Asked(NamedTuple):
    """A request that the server had, and the status that it answered."""

    path: str
    status: int
    headers: dict[str, str]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """The test looks at `asked`."""

    def do_GET(self) -> None:
        server: Any = self.server
        served: Server = server.served
        wrong = served.wrong.get(self.path)
        if wrong is not None:
            served.asked.append(Asked(self.path, 0, dict(self.headers)))
            try:
                wrong(self)
            except OSError:  # the other side hung up, as it should
                self.close_connection = True
            return
        data = served.tree.get(self.path)
        etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"' if data is not None else ""
        status = 404 if data is None else 304 if self.headers.get("If-None-Match") == etag else 200
        served.asked.append(Asked(self.path, status, dict(self.headers)))
        self.answer(status, (data or b"") if status == 200 else b"", {"ETag": etag} if etag else {})

    def answer(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            if not (status == 304 and name == "Content-Length"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def die(self) -> None:
        """Ends the connection without another byte."""
        self.wfile.flush()
        self.close_connection = True


Handler = _Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error here."""


@dataclass
class Server:
    """Addresses with what stands there, what goes wrong at some, and what was asked."""

    address: str = ""
    tree: dict[str, bytes] = field(default_factory=dict)
    wrong: dict[str, Callable[[_Handler], None]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str) -> str:
        """The address of a path."""
        return self.address + path

    def taken(self, end: str = "") -> list[str]:
        """Paths with this end that were sent whole."""
        return [one.path for one in self.asked if one.status == 200 and one.path.endswith(end)]


@pytest.fixture
def server() -> Iterator[Server]:
    http = _Quiet(("127.0.0.1", 0), _Handler)
    served = Server(f"http://127.0.0.1:{http.server_port}")
    http.served = served  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    yield served
    http.shutdown()
    http.server_close()
    thread.join(5)


@dataclass
class Clock:
    """A clock that goes only when somebody sleeps."""

    now_s: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


SMALL = Limits(document_bytes=1024 * 1024, archive_bytes=2 * 1024 * 1024, wait_s=5, tries=3)


@pytest.fixture
def fetcher(clock: Clock) -> Iterator[Fetcher]:
    """Fetches with small limits, and without waiting."""
    one = Fetcher(SMALL, clock=clock, sleep=clock.sleep)
    yield one
    one.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def document(identity: str, *, range_text: str = "<V2.0", cve: str = "CVE-2024-0001", updated: str = "2024-01-02T00:00:00.000Z") -> bytes:
    """A small CSAF document that is right in all."""
    product = {"name": f"Acme Pump {range_text}", "product_id": "P1"}
    leaf = {"category": "product_version_range", "name": f"vers:all/{range_text}", "product": product}
    whole = {
        "document": {
            "category": "csaf_security_advisory",
            "csaf_version": "2.0",
            "notes": [{"category": "summary", "text": "A pump may stop."}],
            "publisher": {"category": "vendor", "name": "Acme", "namespace": "https://acme.example"},
            "references": [{"category": "self", "summary": "This document", "url": f"https://acme.example/{file_name(identity)}"}],
            "title": "Acme Pump",
            "tracking": {
                "current_release_date": updated,
                "id": identity,
                "initial_release_date": "2024-01-01T00:00:00.000Z",
                "revision_history": [{"date": updated, "number": "1", "summary": "First"}],
                "status": "final",
                "version": "1",
            },
        },
        "product_tree": {
            "branches": [
                {"category": "vendor", "name": "Acme", "branches": [{"category": "product_name", "name": "Pump", "branches": [leaf]}]}
            ]
        },
        "vulnerabilities": [
            {
                "cve": cve,
                "notes": [{"category": "summary", "text": "A pump may stop."}],
                "product_status": {"known_affected": ["P1"]},
                "remediations": [{"category": "vendor_fix", "details": "Update.", "product_ids": ["P1"]}],
                "scores": [{"cvss_v3": CVSS, "products": ["P1"]}],
            }
        ],
    }
    return orjson.dumps(whole)


CVSS = {
    "baseScore": 7.5,
    "baseSeverity": "HIGH",
    "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
    "version": "3.1",
}


class Provider:
    """A trusted provider: documents with hash and signature, listed by a ROLIE feed and by changes.csv."""

    def __init__(self, server: Server) -> None:
        self.server, self.root = server, "/csaf"
        self.key = Tsk.generate(user_id="Acme <psirt@acme.example>")
        self.stamps: dict[str, str] = {}
        self.source = Source("acme", "csaf_provider", server.url(f"{self.root}/provider-metadata.json"), "Acme")
        self.rolie = True

    def path(self, identity: str) -> str:
        """Where a document is."""
        return f"{self.root}/white/2024/{file_name(identity)}"

    def publish(self, identity: str, data: bytes | None = None, stamp: str = "2024-01-02T00:00:00Z") -> str:
        """Puts a document with all that goes with it; returns its path."""
        data = document(identity) if data is None else data
        path = self.path(identity)
        self.server.tree[path] = data
        self.server.tree[path + ".sha512"] = f"{hashlib.sha512(data).hexdigest()}  {file_name(identity)}\n".encode()
        self.server.tree[path + ".asc"] = sign(self.key.signer(), data, mode=SignatureMode.DETACHED)
        self.stamps[path] = stamp
        self._list()
        return path

    def _list(self) -> None:
        certificate = self.key.extract_certificate()
        feed, directory = f"{self.root}/feed.json", f"{self.root}/white/"
        rolie = {"rolie": {"feeds": [{"summary": "all", "tlp_label": "WHITE", "url": self.server.url(feed)}]}}
        about = {
            "canonical_url": self.source.url,
            "distributions": [{"directory_url": self.server.url(directory)}, *([rolie] if self.rolie else [])],
            "last_updated": "2024-01-01T00:00:00Z",
            "metadata_version": "2.0",
            "public_openpgp_keys": [{"fingerprint": certificate.fingerprint.upper(), "url": self.server.url(f"{self.root}/key.asc")}],
            "publisher": {"category": "vendor", "name": "Acme", "namespace": "https://acme.example"},
            "role": "csaf_trusted_provider",
        }
        lines = [f'"{path.removeprefix(directory)}","{stamp}"' for path, stamp in self.stamps.items()]
        self.server.tree[f"{self.root}/provider-metadata.json"] = orjson.dumps(about)
        self.server.tree[f"{self.root}/key.asc"] = str(certificate).encode()
        self.server.tree[f"{directory}changes.csv"] = "\n".join(lines).encode()
        self.server.tree[feed] = orjson.dumps({"feed": {"id": "all", "entry": [self._entry(path) for path in self.stamps]}})

    def _entry(self, path: str) -> dict[str, Any]:
        links = (("self", ""), ("hash", ".sha512"), ("signature", ".asc"))
        url = self.server.url(path)
        return {
            "id": path.rpartition("/")[2].removesuffix(".json").upper(),
            "link": [{"rel": rel, "href": url + end} for rel, end in links],
            "content": {"src": url, "type": "application/json"},
            "updated": self.stamps[path],
        }


@pytest.fixture
def provider(server: Server) -> Provider:
    return Provider(server)


class Run:
    """Syncs one source of the shelf; a day goes by between two syncs."""

    def __init__(self, shelf: Shelf, fetcher: Fetcher) -> None:
        self.shelf, self.fetcher, self.now = shelf, fetcher, BEGIN

    def __call__(self, source: Source, **more: Any) -> Report:
        (report,) = sync(self.shelf, [source], self.fetcher, clock=lambda: self.now, **more)
        self.now += timedelta(days=1)
        return report


@pytest.fixture
def run(shelf: Shelf, fetcher: Fetcher) -> Run:
    return Run(shelf, fetcher)


def contents(shelf: Shelf) -> dict[str, bytes]:
    """All documents on the shelf by their paths."""
    drawers = list(shelf.drawers())
    return {f"{one.feed}/{name}": (one.folder / name).read_bytes() for one in drawers for name in sorted(one.entries)}
