"""A provider that does everything right, and one that does one thing wrong after the other: nothing is lost, and one line says what."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import orjson
import pytest
from pysequoia import SignatureMode, Tsk, sign
from tests.vulnerabilities.feeds.conftest import Handler, Provider, Run, Server, contents, document

from fieldwatch.vulnerabilities.catalogue import load
from fieldwatch.vulnerabilities.feeds.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path

GIGABYTE = 2**30


def test_documents_come_with_hash_and_signature_verified(provider: Provider, run: Run, shelf: Shelf) -> None:
    for number in range(3):
        provider.publish(f"ACME-24-00{number}")
    report = run(provider.source)
    assert (report.fetched, report.faults, report.cosmetic) == (3, [], 0)
    entries = shelf.drawer("acme", "advisories").entries
    assert {(one.hash, one.signature) for one in entries.values()} == {("verified", "verified")}
    assert [one.id for one in load(shelf.advisories).advisories] == ["ACME-24-000", "ACME-24-001", "ACME-24-002"]


@pytest.mark.parametrize("rolie", [True, False], ids=["rolie", "directory"])
def test_a_second_sync_fetches_nothing(rolie: bool, provider: Provider, run: Run, server: Server) -> None:
    provider.rolie = rolie
    provider.publish("ACME-24-001")
    run(provider.source)
    server.asked.clear()
    report = run(provider.source)
    assert (report.fetched, report.unchanged, report.faults) == (0, 1, [])
    assert {one.status for one in server.asked} == {304}
    assert not [one for one in server.asked if "acme-24-001" in one.path]


@pytest.mark.parametrize("rolie", [True, False], ids=["rolie", "directory"])
def test_only_what_is_new_is_fetched(rolie: bool, provider: Provider, run: Run, server: Server, shelf: Shelf) -> None:
    provider.rolie = rolie
    provider.publish("ACME-24-001")
    provider.publish("ACME-24-002")
    run(provider.source)
    server.asked.clear()
    newer = document("ACME-24-002", range_text="<V3.0", updated="2024-02-01T00:00:00.000Z")
    provider.publish("ACME-24-002", newer, "2024-02-01T00:00:00Z")
    provider.publish("ACME-24-003")
    report = run(provider.source)
    assert (report.fetched, report.unchanged) == (2, 1)
    assert sorted(server.taken("2.json") + server.taken("3.json")) == [provider.path("ACME-24-002"), provider.path("ACME-24-003")]
    assert contents(shelf)["acme/acme-24-002.json"] == newer


def test_without_changes_csv_the_index_is_read(provider: Provider, run: Run, server: Server) -> None:
    provider.rolie = False
    provider.publish("ACME-24-001")
    del server.tree["/csaf/white/changes.csv"]
    server.tree["/csaf/white/index.txt"] = b"2024/acme-24-001.json\nreadme.md\n../../secret.json\n"
    assert run(provider.source).fetched == 1
    server.asked.clear()
    again = run(provider.source)
    assert (again.fetched, again.unchanged, server.taken(".json")) == (0, 1, [])


def test_a_rolie_feed_that_cannot_be_read_is_said_and_the_directory_serves(provider: Provider, run: Run, server: Server) -> None:
    provider.publish("ACME-24-001")
    server.tree["/csaf/feed.json"] = b'{"feed": 7}'
    report = run(provider.source)
    assert report.fetched == 1
    (line,) = report.faults
    assert line.startswith(server.url("/csaf/feed.json") + ": no ROLIE feed")


def test_feeds_for_a_few_are_not_asked_for(provider: Provider, run: Run, server: Server) -> None:
    provider.publish("ACME-24-001")
    about = orjson.loads(server.tree["/csaf/provider-metadata.json"])
    amber = {"summary": "customers", "tlp_label": "AMBER", "url": server.url("/csaf/amber.json")}
    about["distributions"][1]["rolie"]["feeds"].append(amber)
    server.tree["/csaf/provider-metadata.json"] = orjson.dumps(about)
    assert run(provider.source).faults == []
    assert "/csaf/amber.json" not in {one.path for one in server.asked}


# What a server can do wrong with one document. Each leaves the old one in force, is said in one line, and costs no other document.


def dies(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"document": {"category"')
    handler.die()


def dies_in_a_chunk(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"1000\r\n" + b'{"document"')
    handler.die()


def truncated(handler: Handler) -> None:
    data = document("ACME-24-002", range_text="<V9")
    handler.answer(200, data[: len(data) // 2], {})


def web_page(handler: Handler) -> None:
    handler.answer(200, b"<!DOCTYPE html><html><body>Sign in</body></html>", {"Content-Type": "application/json"})


def called_web_page(handler: Handler) -> None:
    handler.answer(200, document("ACME-24-002", range_text="<V9"), {"Content-Type": "text/html; charset=utf-8"})


def announces_2_gb(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(2 * GIGABYTE))
    handler.end_headers()
    handler.wfile.write(b"{" * 1000)
    handler.die()


def never_ends(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _ in range(2 * GIGABYTE // 65536):
        handler.wfile.write(b"10000\r\n" + b"{" * 65536 + b"\r\n")


def lies_about_its_length(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "20")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _ in range(2 * GIGABYTE // 65536):
        handler.wfile.write(b"10000\r\n" + b"{" * 65536 + b"\r\n")


def unwell(handler: Handler) -> None:
    handler.answer(503, b"", {})


def gone(handler: Handler) -> None:
    handler.answer(404, b"", {})


def forbidden(handler: Handler) -> None:
    handler.answer(403, b"", {})


def empty(handler: Handler) -> None:
    handler.answer(200, b"", {})


def bomb(handler: Handler) -> None:
    import gzip

    handler.answer(200, gzip.compress(b"{" + b" " * 8_000_000), {"Content-Encoding": "gzip"})


FAULTS: list[tuple[Callable[[Handler], None], str]] = [
    (dies, "the transfer broke off"),
    (dies_in_a_chunk, "the transfer broke off"),
    (truncated, "the hash file says"),
    (web_page, "a web page, JSON is needed"),
    (called_web_page, "a web page (text/html), JSON is needed"),
    (announces_2_gb, "announces 2,147,483,648 bytes, 1 MB are allowed"),
    (never_ends, "more than 1 MB sent, 1 MB are allowed"),
    (lies_about_its_length, "more than 1 MB sent"),
    (unwell, "HTTP 503"),
    (gone, "HTTP 404"),
    (forbidden, "HTTP 403"),
    (empty, "an empty document"),
    (bomb, "more than 1 MB sent"),
]


@pytest.mark.parametrize(("wrong", "said"), FAULTS, ids=[one.__name__ for one, _ in FAULTS])
def test_a_faulty_transfer_loses_nothing(
    wrong: Callable[[Handler], None], said: str, provider: Provider, run: Run, server: Server, shelf: Shelf
) -> None:
    for number in (1, 2, 3):
        provider.publish(f"ACME-24-00{number}")
    run(provider.source)
    before = contents(shelf)
    for number in (1, 2, 3):
        newer = document(f"ACME-24-00{number}", range_text="<V9", updated="2024-03-01T00:00:00.000Z")
        provider.publish(f"ACME-24-00{number}", newer, "2024-03-01T00:00:00Z")
    path = provider.path("ACME-24-002")
    server.wrong[path] = wrong
    report = run(provider.source)
    (line,) = report.faults
    assert line.startswith(server.url(path) + ": ")
    assert said in line
    assert "\n" not in line
    after = contents(shelf)
    assert after["acme/acme-24-002.json"] == before["acme/acme-24-002.json"]
    assert after["acme/acme-24-001.json"] != before["acme/acme-24-001.json"]
    assert after["acme/acme-24-003.json"] != before["acme/acme-24-003.json"]
    assert not list((shelf.root / "partial").iterdir())
    del server.wrong[path]
    healed = run(provider.source)
    assert (healed.fetched, healed.unchanged, healed.faults) == (1, 2, [])
    assert contents(shelf)["acme/acme-24-002.json"] == server.tree[path]


def another(provider: Provider, data: bytes) -> tuple[bytes, bytes, bytes]:
    """A document with a right hash and a right signature."""
    return data, hashlib.sha512(data).hexdigest().encode(), sign(provider.key.signer(), data, mode=SignatureMode.DETACHED)


def wrong_hash(provider: Provider, new: bytes) -> tuple[bytes, bytes, bytes]:
    data, _, signed = another(provider, new)
    return data, hashlib.sha512(b"other").hexdigest().encode(), signed


def no_hash_in_the_hash_file(provider: Provider, new: bytes) -> tuple[bytes, bytes, bytes]:
    data, _, signed = another(provider, new)
    return data, b"see our web site", signed


def signed_with_another_key(provider: Provider, new: bytes) -> tuple[bytes, bytes, bytes]:
    data, hashed, _ = another(provider, new)
    return data, hashed, sign(Tsk.generate(user_id="Eve").signer(), data, mode=SignatureMode.DETACHED)


def signature_of_another_document(provider: Provider, new: bytes) -> tuple[bytes, bytes, bytes]:
    data, hashed, _ = another(provider, new)
    return data, hashed, sign(provider.key.signer(), b"other", mode=SignatureMode.DETACHED)


def signature_cut(provider: Provider, new: bytes) -> tuple[bytes, bytes, bytes]:
    data, hashed, signed = another(provider, new)
    return data, hashed, signed[: len(signed) // 2]


def another_id(provider: Provider, new: bytes) -> tuple[bytes, bytes, bytes]:
    return another(provider, document("ACME-24-777"))


def no_id(provider: Provider, new: bytes) -> tuple[bytes, bytes, bytes]:
    return another(provider, _without(new, "document", "tracking", "id"))


def no_product_tree(provider: Provider, new: bytes) -> tuple[bytes, bytes, bytes]:
    return another(provider, _without(new, "product_tree"))


def no_vulnerabilities(provider: Provider, new: bytes) -> tuple[bytes, bytes, bytes]:
    return another(provider, _without(new, "vulnerabilities"))


def other_json(provider: Provider, new: bytes) -> tuple[bytes, bytes, bytes]:
    return another(provider, b'[{"kind": "list"}]')


def broken_json(provider: Provider, new: bytes) -> tuple[bytes, bytes, bytes]:
    return another(provider, new[:-100])


def _without(data: bytes, *path: str) -> bytes:
    whole = orjson.loads(data)
    inner = whole
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return orjson.dumps(whole)


WRONG: list[tuple[Callable[[Provider, bytes], tuple[bytes, bytes, bytes]], str]] = [
    (wrong_hash, "its sha512 is"),
    (no_hash_in_the_hash_file, "the hash file holds no hash"),
    (signed_with_another_key, "Signature verification failed"),
    (signature_of_another_document, "Signature verification failed"),
    (signature_cut, "; what the publisher made is needed: not taken"),
    (another_id, "holds ACME-24-777, whose name is acme-24-777.json"),
    (no_id, "/document/tracking/id"),
    (no_product_tree, "has no product_tree"),
    (no_vulnerabilities, "has no vulnerabilities"),
    (other_json, "not a CSAF 2.0 document"),
    (broken_json, "not JSON"),
]


@pytest.mark.parametrize("rolie", [True, False], ids=["rolie", "directory"])
@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[one.__name__ for one, _ in WRONG])
def test_a_wrong_document_is_refused(
    wrong: Callable[[Provider, bytes], tuple[bytes, bytes, bytes]],
    said: str,
    rolie: bool,
    provider: Provider,
    run: Run,
    server: Server,
    shelf: Shelf,
) -> None:
    provider.rolie = rolie
    for number in (1, 2, 3):
        provider.publish(f"ACME-24-00{number}")
    run(provider.source)
    before = contents(shelf)
    newer = document("ACME-24-002", range_text="<V9", updated="2024-03-01T00:00:00.000Z")
    path = provider.publish("ACME-24-002", newer, "2024-03-01T00:00:00Z")
    server.tree[path], server.tree[path + ".sha512"], server.tree[path + ".asc"] = wrong(provider, newer)
    report = run(provider.source)
    (line,) = report.faults
    assert line.startswith(server.url(path) + ": ")
    assert said in line
    assert "\n" not in line
    assert contents(shelf) == before
    assert report.unchanged == 2


def test_a_hash_or_signature_that_is_listed_must_be_there(provider: Provider, run: Run, server: Server) -> None:
    path = provider.publish("ACME-24-001")
    del server.tree[path + ".asc"]
    report = run(provider.source)
    assert report.fetched == 0
    assert report.faults == [f"{server.url(path)}.asc: HTTP 404, there is no such document; check the address"]


def test_a_key_other_than_the_announced_is_no_key(provider: Provider, run: Run, server: Server, shelf: Shelf) -> None:
    provider.publish("ACME-24-001")
    server.tree["/csaf/key.asc"] = str(Tsk.generate(user_id="Eve").extract_certificate()).encode()
    report = run(provider.source)
    (line,) = report.faults
    assert line.startswith(server.url("/csaf/key.asc") + ": key ")
    assert shelf.drawer("acme", "advisories").entries["acme-24-001.json"].signature == "absent"


def test_the_key_that_is_kept_serves_where_it_cannot_be_fetched(provider: Provider, run: Run, server: Server, shelf: Shelf) -> None:
    provider.publish("ACME-24-001")
    run(provider.source)
    server.wrong["/csaf/key.asc"] = unwell
    path = provider.publish("ACME-24-002")
    server.tree[path + ".asc"] = sign(Tsk.generate(user_id="Eve").signer(), server.tree[path], mode=SignatureMode.DETACHED)
    report = run(provider.source)
    assert len(report.faults) == 2
    assert "HTTP 503" in report.faults[0]
    assert "Signature verification failed" in report.faults[1]
    assert set(contents(shelf)) == {"acme/acme-24-001.json"}


@pytest.mark.parametrize("wrong", [dies, web_page, announces_2_gb, unwell, gone, empty], ids=lambda one: one.__name__)
@pytest.mark.parametrize("listing", ["/csaf/provider-metadata.json", "/csaf/white/changes.csv"])
def test_a_listing_that_fails_changes_nothing(
    listing: str, wrong: Callable[[Handler], None], provider: Provider, run: Run, server: Server, shelf: Shelf
) -> None:
    provider.rolie = False
    provider.publish("ACME-24-001")
    run(provider.source)
    before = contents(shelf)
    server.wrong[listing] = wrong
    report = run(provider.source)
    assert len(report.faults) == 1
    assert contents(shelf) == before
    assert shelf.drawer("acme", "advisories").state["listed"] < shelf.drawer("acme", "advisories").state["asked"]
    server.wrong.clear()
    assert run(provider.source).faults == []


def test_a_feed_does_not_send_us_to_the_plant(provider: Provider, run: Run, server: Server) -> None:
    provider.publish("ACME-24-001")
    feed = orjson.loads(server.tree["/csaf/feed.json"])
    for number, host in enumerate(("10.0.0.5", "plc.local", "hmi", "169.254.169.254", "[fe80::1]")):
        feed["feed"]["entry"].append({"link": [{"rel": "self", "href": f"https://{host}/acme-24-10{number}.json"}], "updated": "2024"})
    server.tree["/csaf/feed.json"] = orjson.dumps(feed)
    report = run(provider.source)
    assert report.fetched == 1
    assert len(report.faults) == 5
    assert all("feeds name public addresses only" in line for line in report.faults)


def test_names_cannot_leave_the_drawer(provider: Provider, run: Run, server: Server, tmp_path: Path) -> None:
    provider.publish("ACME-24-001")
    feed = orjson.loads(server.tree["/csaf/feed.json"])
    for name in ("..%2f..%2fevil.json", "%2e%2e.json", ".hidden.json", "a%00.json", "x" * 300 + ".json", "evil.txt"):
        feed["feed"]["entry"].append({"link": [{"rel": "self", "href": server.url(f"/csaf/{name}")}], "updated": "2024"})
    server.tree["/csaf/feed.json"] = orjson.dumps(feed)
    report = run(provider.source)
    assert report.fetched == 1
    assert len(report.faults) == 6
    assert not list(tmp_path.rglob("*evil*"))


def test_a_slow_server_does_not_hold_the_rest(provider: Provider, run: Run, server: Server) -> None:
    path = provider.publish("ACME-24-001")
    provider.publish("ACME-24-002")

    def drips(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for byte in b'{"document":' * 3:
            handler.wfile.write(bytes([byte]))
            run.fetcher.sleep(60)
            time.sleep(0.01)
        handler.die()

    server.wrong[path] = drips
    report = run(provider.source)
    assert report.fetched == 1
    (line,) = report.faults
    assert "too slow" in line
