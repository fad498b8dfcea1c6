"""What a server can do, and where we go: each in one line, nothing more than is allowed, and no longer than is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.vulnerabilities.feeds.conftest import SMALL, Clock, Handler, Server

from fieldwatch.vulnerabilities.feeds.fetch import Expected, Fetcher, Missing, Pace, Unfetched, mislabelled, permitted, retry_after_s

ZIP = b"PK\x03\x04" + bytes(range(256)) * 1000


def test_a_document_comes_once_and_then_not_again(server: Server, fetcher: Fetcher) -> None:
    server.tree["/a.json"] = b'{"a": 1}'
    got = fetcher.get(server.url("/a.json"), Expected.JSON)
    assert got is not None
    assert got.data == b'{"a": 1}'
    assert fetcher.get(server.url("/a.json"), Expected.JSON, etag=got.etag) is None


def test_a_server_that_recovers_is_asked_again_after_a_pause_that_grows(server: Server, fetcher: Fetcher, clock: Clock) -> None:
    answers = [503, 502, 200]

    def recovers(handler: Handler) -> None:
        handler.answer(answers.pop(0), b'{"a": 1}', {})

    server.wrong["/a.json"] = recovers
    assert fetcher.get(server.url("/a.json"), Expected.JSON) is not None
    assert clock.slept == [1, 2]


def test_a_transfer_that_breaks_off_is_carried_on(server: Server, fetcher: Fetcher) -> None:
    data, asked = b'{"a": "' + b"x" * 100_000 + b'"}', []

    def breaks(handler: Handler) -> None:
        start = int(handler.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        asked.append((start, handler.headers.get("If-Range")))
        handler.send_response(206 if start else 200)
        handler.send_header("ETag", '"one"')
        handler.send_header("Content-Length", str(len(data) - start))
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        handler.end_headers()
        handler.wfile.write(data[start : start + 60_000])
        if start + 60_000 < len(data):
            handler.die()

    server.wrong["/a.json"] = breaks
    got = fetcher.get(server.url("/a.json"), Expected.JSON)
    assert got is not None
    assert got.data == data
    assert asked[0] == (0, None)
    assert asked[1][0] > 0
    assert asked[1][1] == '"one"'


def test_a_document_that_changed_meanwhile_begins_anew(server: Server, fetcher: Fetcher) -> None:
    first = [True]

    def changes(handler: Handler) -> None:
        if first.pop() if first else False:
            handler.send_response(200)
            handler.send_header("ETag", '"old"')
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b'{"old": ')
            handler.die()
        else:
            handler.answer(200, b'{"new": 1}', {"ETag": '"new"'})

    server.wrong["/a.json"] = changes
    got = fetcher.get(server.url("/a.json"), Expected.JSON)
    assert got is not None
    assert got.data == b'{"new": 1}'


@pytest.mark.parametrize("content_range", ["bytes 0-9/10", "bytes 5-9/10", "items 1-2/3", ""])
def test_a_part_that_was_not_asked_for_is_no_document(content_range: str, server: Server, fetcher: Fetcher) -> None:
    server.wrong["/a.json"] = lambda handler: handler.answer(206, b'{"a": 1}', {"Content-Range": content_range})
    with pytest.raises(Unfetched, match="HTTP 206"):
        fetcher.get(server.url("/a.json"), Expected.JSON)


@pytest.mark.parametrize(("said", "slept"), [("7", 7), ("0", 0), ("soon", 1), ("", 1)])
def test_the_pause_that_a_server_asks_for_is_kept(said: str, slept: float, server: Server, fetcher: Fetcher, clock: Clock) -> None:
    answers = [429, 200]
    server.wrong["/a.json"] = lambda handler: handler.answer(answers.pop(0), b"{}", {"Retry-After": said})
    fetcher.get(server.url("/a.json"), Expected.JSON)
    assert clock.slept == [slept]


def test_a_pause_that_is_too_long_ends_the_asking(server: Server, fetcher: Fetcher, clock: Clock) -> None:
    server.wrong["/a.json"] = lambda handler: handler.answer(429, b"", {"Retry-After": "86400"})
    with pytest.raises(Unfetched, match="HTTP 429 and asks for 86400 s of pause, asked once"):
        fetcher.get(server.url("/a.json"), Expected.JSON)
    assert clock.slept == []


def test_retry_after_takes_seconds_and_dates() -> None:
    assert retry_after_s("120") == 120
    assert retry_after_s("Fri, 31 Dec 1999 23:59:59 GMT") == 0
    assert (retry_after_s("Fri, 31 Dec 2199 23:59:59 GMT") or 0) > 1e9
    assert retry_after_s("tomorrow") is None


def test_no_more_requests_than_allowed_in_any_window() -> None:
    clock, pace, times = Clock(0), Pace(5, 30), []
    for _ in range(23):
        clock.sleep(pace.wait_s(clock()))
        times.append(clock())
        clock.sleep(0.5)
    assert all(later - earlier >= 30 for earlier, later in zip(times, times[5:], strict=False))
    assert times[:5] == [0, 0.5, 1, 1.5, 2]
    assert times[5] == 30


def test_a_host_with_a_pace_is_asked_at_that_pace(server: Server, fetcher: Fetcher, clock: Clock) -> None:
    server.tree["/a.json"] = b"{}"
    fetcher.paces["127.0.0.1"] = Pace(2, 30)
    for _ in range(5):
        fetcher.get(server.url("/a.json"), Expected.JSON)
    assert sum(clock.slept) == 60


def test_a_server_that_is_not_there_is_said_in_one_line(fetcher: Fetcher) -> None:
    with pytest.raises(Unfetched, match=r"^http://127\.0\.0\.1:9/a\.json: no connection \(.*\), asked 3 times; .*again later$") as error:
        fetcher.get("http://127.0.0.1:9/a.json", Expected.JSON)
    assert "\n" not in str(error.value)


def test_a_redirect_is_followed_and_credentials_stay_with_their_host(server: Server, fetcher: Fetcher) -> None:
    elsewhere = server.address.replace("127.0.0.1", "localhost") + "/b.json"
    server.wrong["/a.json"] = lambda handler: handler.answer(302, b"", {"Location": elsewhere})
    server.tree["/b.json"] = b"{}"
    with pytest.raises(Unfetched, match="named by"):  # from one host of the site to another: nobody but a person may say so
        fetcher.get(server.url("/a.json"), Expected.JSON, headers={"apiKey": "hush"})
    server.wrong["/a.json"] = lambda handler: handler.answer(302, b"", {"Location": "/b.json"})
    assert fetcher.get(server.url("/a.json"), Expected.JSON, headers={"apiKey": "hush"}) is not None
    assert server.asked[-1].headers["apiKey"] == "hush"


@pytest.mark.parametrize(
    "target", ["http://example.com/a.json", "https://10.0.0.5/write", "ftp://example.com/a", "//hmi/a.json", "https://"]
)
def test_a_redirect_to_where_we_do_not_go_is_refused(target: str, server: Server, fetcher: Fetcher) -> None:
    server.wrong["/a.json"] = lambda handler: handler.answer(301, b"", {"Location": target})
    with pytest.raises(Unfetched):
        fetcher.get(server.url("/a.json"), Expected.JSON)
    assert len(server.asked) == 1


def test_a_ring_of_redirects_ends(server: Server, fetcher: Fetcher) -> None:
    server.wrong["/a.json"] = lambda handler: handler.answer(302, b"", {"Location": "/a.json"})
    with pytest.raises(Unfetched, match="more than 5 times"):
        fetcher.get(server.url("/a.json"), Expected.JSON)


PUBLIC = "https://feeds.example.com/x.json"


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("https://feeds.example.com/a", PUBLIC),
        ("https://raw.example.org/a", PUBLIC),
        ("https://93.184.216.34/a", PUBLIC),
        ("https://10.1.2.3/a", "https://10.1.2.3/metadata.json"),
        ("https://mirror/a", "https://mirror/metadata.json"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/b"),
        ("http://localhost/a", "http://localhost/b"),
        ("http://[::1]/a", "http://[::1]/b"),
    ],
)
def test_where_we_go(url: str, near: str) -> None:
    permitted(url, near)


@pytest.mark.parametrize(
    "url",
    [
        "http://feeds.example.com/a",
        "http://127.0.0.1/a",
        "https://127.0.0.1/a",
        "https://10.0.0.5/a",
        "https://192.168.1.1/a",
        "https://172.16.0.1/a",
        "https://169.254.169.254/latest",
        "https://[::1]/a",
        "https://[fd00::1]/a",
        "https://[::ffff:10.0.0.5]/a",
        "https://plc/a",
        "https://plc.local/a",
        "https://plc.local./a",
        "https://0x0a000005/a",
        "https://2130706433/a",
        "https://010.0.0.5/a",
        "https://127.1/a",
        "https://user:secret@feeds.example.com/a",
        "file:///etc/passwd",
        "gopher://feeds.example.com/a",
        "https://[/a",
        "nothing",
        "",
    ],
)
def test_where_a_feed_does_not_send_us(url: str) -> None:
    with pytest.raises(Unfetched):
        permitted(url, PUBLIC)


@pytest.mark.parametrize(
    ("expected", "head", "right"),
    [
        (Expected.JSON, b'{"a"', True),
        (Expected.JSON, b'\xef\xbb\xbf \n[{"a"', True),
        (Expected.JSON, b"<html>", False),
        (Expected.JSON, b"PK\x03\x04", False),
        (Expected.JSON, b"", False),
        (Expected.ZIP, b"PK\x03\x04", True),
        (Expected.ZIP, b"{", False),
        (Expected.GZIP, b"\x1f\x8b\x08", True),
        (Expected.GZIP, b"cve,epss", False),
        (Expected.TEXT, b"cve,epss", True),
        (Expected.TEXT, b"cve\0", False),
        (Expected.TEXT, b"<!DOCTYPE html>", False),
        (Expected.OPENPGP, b"-----BEGIN PGP", True),
        (Expected.OPENPGP, b"<html>", False),
    ],
)
def test_first_bytes_say_what_it_is(expected: Expected, head: bytes, right: bool) -> None:
    assert (mislabelled(expected, head) == "") is right


@pytest.mark.parametrize(("size", "fits"), [(SMALL.document_bytes, True), (SMALL.document_bytes + 1, False)])
@pytest.mark.parametrize("announced", [True, False])
def test_both_sides_of_the_size_limit(size: int, fits: bool, announced: bool, server: Server, fetcher: Fetcher) -> None:
    data = b"[" + b" " * (size - 2) + b"]"

    def chunked(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n0\r\n\r\n")

    if announced:
        server.tree["/a.json"] = data
    else:
        server.wrong["/a.json"] = chunked
    if fits:
        got = fetcher.get(server.url("/a.json"), Expected.JSON)
        assert got is not None
        assert len(got.data) == size
    else:
        with pytest.raises(Unfetched, match="1 MB are allowed"):
            fetcher.get(server.url("/a.json"), Expected.JSON)


def test_an_archive_is_carried_on_by_the_next_sync(server: Server, fetcher: Fetcher, tmp_path: Path) -> None:
    path, starts = tmp_path / "all.zip", []

    def breaks(handler: Handler) -> None:
        start = int(handler.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        starts.append(start)
        handler.send_response(206 if start else 200)
        handler.send_header("ETag", '"one"')
        handler.send_header("Content-Length", str(len(ZIP) - start))
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(ZIP) - 1}/{len(ZIP)}")
        handler.end_headers()
        handler.wfile.write(ZIP[start : start + 70_000])
        if start + 70_000 < len(ZIP):
            handler.die()

    server.wrong["/all.zip"] = breaks
    with pytest.raises(Unfetched, match="broke off"):
        fetcher.download(server.url("/all.zip"), Expected.ZIP, path)
    assert not path.exists()
    begun = len(starts)
    again = Fetcher(SMALL, sleep=lambda seconds: None)
    again.download(server.url("/all.zip"), Expected.ZIP, path)
    again.close()
    assert path.read_bytes() == ZIP
    assert starts[begun] >= 70_000 * 3
    assert [file.name for file in tmp_path.iterdir()] == ["all.zip"]


def test_an_archive_that_is_another_by_now_begins_anew(server: Server, fetcher: Fetcher, tmp_path: Path) -> None:
    (tmp_path / "all.zip.part").write_bytes(b"old bytes")
    (tmp_path / "all.zip.etag").write_text('"old"')
    server.tree["/all.zip"] = ZIP
    fetcher.download(server.url("/all.zip"), Expected.ZIP, tmp_path / "all.zip")
    assert (tmp_path / "all.zip").read_bytes() == ZIP


def test_missing_is_told_from_other_faults(server: Server, fetcher: Fetcher) -> None:
    with pytest.raises(Missing):
        fetcher.get(server.url("/none"), Expected.TEXT)


def test_the_proxy_of_the_environment_is_gone_through(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.address)
    monkeypatch.setenv("NO_PROXY", "")
    server.tree["http://localhost:1/a.json"] = b"{}"
    fetcher = Fetcher(SMALL)
    assert fetcher.get("http://localhost:1/a.json", Expected.JSON) is not None
    fetcher.close()


def test_the_proxy_that_is_set_is_gone_through(server: Server) -> None:
    server.tree["http://localhost:1/a.json"] = b"{}"
    fetcher = Fetcher(SMALL, proxy=server.address)
    assert fetcher.get("http://localhost:1/a.json", Expected.JSON) is not None
    fetcher.close()
    with pytest.raises(Unfetched, match="no address of a proxy"):
        Fetcher(SMALL, proxy="proxy without scheme")


def test_tls_is_always_verified(server: Server, fetcher: Fetcher) -> None:
    with pytest.raises(Unfetched, match="no connection"):  # the server speaks no TLS, and so proves nothing
        fetcher.get(server.address.replace("http:", "https:") + "/a.json", Expected.JSON)
