"""Fetching over HTTP: the only file of the feeds that reaches the network. Everything that a server can do wrong ends in one `Unfetched`.

Standards: RFC 9110 (HTTP semantics: conditional requests 13.1, ranges 14, Retry-After 10.2.3), RFC 9112 8 (incomplete messages).
TLS is always verified. Plain http is spoken with the own machine only (CSAF 2.0, 7.1.3: a document is not fetched without TLS).
"""

from __future__ import annotations

import email.utils
import functools
import io
import ipaddress
import logging
import ssl
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx
import orjson

log = logging.getLogger(__name__)

MB = 1024 * 1024
REDIRECTS = 5
USUAL_PACE = (50, 1.0)
"""Requests to one host in how many seconds, where the feed names no other pace."""

AGENT = "fieldwatch-feeds"
LATER = "run `fieldwatch feeds sync` again later"
GONE = (404, 410)
AGAIN = (408, 425, 429, 500, 502, 503, 504)
"""Answers after which it is worth to ask again (RFC 9110 15.5, 15.6; RFC 6585 4; RFC 8470 5.2)."""

LOCAL = (".local", ".internal", ".lan", ".home.arpa", ".localhost")
"""Ends of names that are never public (RFC 6762, RFC 8375, RFC 6761)."""


class Expected(Enum):
    """What is asked for, and how its first bytes look."""

    JSON = "JSON"
    TEXT = "text"
    GZIP = "gzip"
    ZIP = "zip"
    OPENPGP = "OpenPGP"


class Unfetched(Exception):
    """Nothing was fetched; the text is the one line for the person: `url: what was read, what is allowed, what to do`."""


class Missing(Unfetched):
    """The server says that there is no such document (404, 410)."""


class Got(NamedTuple):
    """A document with what the server says of its age."""

    data: bytes
    etag: str
    last_modified: str


@dataclass(frozen=True)
class Limits:
    """What one transfer may take."""

    document_bytes: int = 64 * MB
    archive_bytes: int = 512 * MB
    document_s: float = 300
    archive_s: float = 3600
    wait_s: float = 30
    """Silence of a server after which it counts as dead."""
    tries: int = 4
    longest_pause_s: float = 120
    """A server that asks for a longer pause (Retry-After) is left alone until the next sync."""


class Pace:
    """No more than `requests` in any `per_s` seconds."""

    def __init__(self, requests: int, per_s: float) -> None:
        self.requests, self.per_s = requests, per_s
        self._times: deque[float] = deque()

    def wait_s(self, now: float) -> float:
        """Seconds until the next request may be made; takes note of it."""
        while self._times and self._times[0] <= now - self.per_s:
            self._times.popleft()
        wait = self._times[0] + self.per_s - now if len(self._times) >= self.requests else 0.0
        if wait:
            self._times.popleft()
        self._times.append(now + wait)
        return wait


@dataclass
class Fetcher:
    """Fetches documents. `paces` limits the requests to a host (else USUAL_PACE); tests hand in `sleep` and `clock`."""

    limits: Limits = field(default_factory=Limits)
    proxy: str | None = None
    paces: dict[str, Pace] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    requests: int = 0

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(self.limits.wait_s, connect=min(self.limits.wait_s, 10))
        try:
            self._client = httpx.Client(
                verify=_trust(), proxy=self.proxy, trust_env=True, timeout=timeout, follow_redirects=False, headers={"User-Agent": AGENT}
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise Unfetched(f"{self.proxy}: no address of a proxy ({error}); http://HOST:PORT is needed") from None

    def close(self) -> None:
        """Ends all connections."""
        self._client.close()

    def get(
        self,
        url: str,
        expected: Expected,
        *,
        etag: str = "",
        last_modified: str = "",
        headers: Mapping[str, str] | None = None,
        near: str = "",
    ) -> Got | None:
        """The document at `url`; None when it is still the one with this ETag or date. `near` is the address that named it."""
        permitted(url, near or url)
        ask = dict(headers or {})
        if etag:
            ask["If-None-Match"] = etag
        elif last_modified:
            ask["If-Modified-Since"] = last_modified
        transfer = _Transfer(url, expected, self.limits.document_bytes, io.BytesIO(), self.clock() + self.limits.document_s)
        head = self._fetch(transfer, ask)
        if head is None:
            return None
        assert isinstance(transfer.sink, io.BytesIO)
        return Got(transfer.sink.getvalue(), head.headers.get("ETag", ""), head.headers.get("Last-Modified", ""))

    def download(self, url: str, expected: Expected, path: Path, *, near: str = "") -> None:
        """Fetches an archive into the file `path`. What an earlier, broken download left in `path.part` is carried on from there."""
        permitted(url, near or url)
        part, mark = path.with_suffix(path.suffix + ".part"), path.with_suffix(path.suffix + ".etag")
        with part.open("ab") as sink:
            transfer = _Transfer(url, expected, self.limits.archive_bytes, sink, self.clock() + self.limits.archive_s)
            transfer.etag = mark.read_text() if mark.exists() and sink.tell() else ""
            if not transfer.etag:
                transfer.restart()
            transfer.note = mark.write_text
            try:
                self._fetch(transfer, {})
            except Unfetched:
                if not transfer.etag:  # cannot be carried on: do not keep it
                    transfer.restart()
                raise
        part.replace(path)
        mark.unlink(missing_ok=True)

    def _fetch(self, transfer: _Transfer, headers: dict[str, str]) -> httpx.Response | None:
        """Asks until it has the whole document, or until the limits say that it is enough."""
        pause = 1.0
        for attempt in range(1, self.limits.tries + 1):
            try:
                return self._once(transfer, headers)
            except _Again as again:
                wait = again.after_s if again.after_s is not None else pause
                last = attempt == self.limits.tries
                late = self.clock() + wait > transfer.deadline
                if last or late or wait > self.limits.longest_pause_s:
                    asked = f" and asks for {wait:.0f} s of pause" if again.after_s is not None else ""
                    times = f"{attempt} times" if attempt > 1 else "once"
                    raise Unfetched(f"{transfer.url}: {again.what}{asked}, asked {times}; a whole answer is needed; {LATER}") from None
                log.info("%s: %s; asked again in %.0f s", transfer.url, again.what, wait)
                self.sleep(wait)
                pause *= 2
        raise AssertionError("the last attempt returns or raises")

    def _once(self, transfer: _Transfer, headers: dict[str, str]) -> httpx.Response | None:
        url, ask = transfer.url, {"Accept-Encoding": "identity", **headers, **transfer.range()}
        for _ in range(REDIRECTS + 1):
            self._keep_pace(url)
            try:
                with self._client.stream("GET", url, headers=ask) as answer:
                    if not answer.has_redirect_location:
                        return transfer.take(answer, self.clock)
                    target = urljoin(url, answer.headers["Location"])
            except httpx.TransportError as error:
                raise _Again(_what(error)) from None
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                raise Unfetched(f"{transfer.url}: {_what(error)}; a plain HTTP answer is needed; check the address") from None
            permitted(target, transfer.url)
            if urlsplit(target).netloc != urlsplit(url).netloc:  # what is meant for one host is not told to another
                ask = {name: value for name, value in ask.items() if name not in headers or name.startswith("If-")}
            url = target
        raise Unfetched(f"{transfer.url}: sends us on more than {REDIRECTS} times; check the address")

    def _keep_pace(self, url: str) -> None:
        self.requests += 1
        pace = self.paces.setdefault(urlsplit(url).hostname or "", Pace(*USUAL_PACE))
        wait = pace.wait_s(self.clock())
        if wait > 0:
            self.sleep(wait)


@functools.cache
def _trust() -> ssl.SSLContext:
    """The certificates that are trusted (those of SSL_CERT_FILE or SSL_CERT_DIR where the environment says so): read once."""
    return httpx.create_ssl_context()


class _Again(Exception):
    """An attempt failed in a way that may pass."""

    def __init__(self, what: str, after_s: float | None = None) -> None:
        super().__init__(what)
        self.what, self.after_s = what, after_s


class _Transfer:
    """One document on its way: what is wanted, what has come, how much and how long is allowed."""

    def __init__(self, url: str, expected: Expected, most: int, sink: IO[bytes], deadline: float) -> None:
        self.url, self.expected, self.most, self.sink, self.deadline = url, expected, most, sink, deadline
        self.etag = ""
        self.note: Callable[[str], object] = lambda etag: None
        self.head = b""

    def range(self) -> dict[str, str]:
        """Asks for the rest only, where it is sure to be the rest of the same document (RFC 9110 13.1.5, 14.2)."""
        have = self.sink.tell()
        return {"Range": f"bytes={have}-", "If-Range": self.etag} if have and self.etag else {}

    def restart(self) -> None:
        """Forgets what has come."""
        self.sink.seek(0)
        self.sink.truncate()
        self.head = b""

    def take(self, answer: httpx.Response, clock: Callable[[], float]) -> httpx.Response | None:
        """Takes the answer's body; None for `304 Not Modified`."""
        status = answer.status_code
        if status == 304:
            return None
        if status in GONE:
            raise Missing(f"{self.url}: HTTP {status}, there is no such document; check the address")
        if status in AGAIN:
            raise _Again(f"HTTP {status}", retry_after_s(answer.headers.get("Retry-After", "")))
        if status == 416 and self.sink.tell():
            self.restart()
            raise _Again("HTTP 416, the rest is not to be had")
        if status not in (200, 206) or (status == 206 and not self._continues(answer)):
            raise Unfetched(f"{self.url}: HTTP {status}; 200 is needed; check the address and the proxy")
        if status == 200:
            self.restart()
        self._check_length(answer)
        self._check_type(answer)
        plain = not answer.headers.get("Content-Encoding")
        strong = answer.headers.get("ETag", "")
        self.etag = strong if plain and not strong.startswith("W/") else ""
        self.note(self.etag)
        for chunk in answer.iter_bytes():
            self._add(chunk, clock)
        self._check_head(True)
        whole = answer.headers.get("Content-Range", "").rpartition("/")[2]
        if status == 206 and whole.isascii() and whole.isdigit() and int(whole[:20]) != self.sink.tell():
            raise _Again(f"{self.sink.tell():,} of {int(whole[:20]):,} bytes came")
        return answer

    def _continues(self, answer: httpx.Response) -> bool:
        """True where the answer is the rest that was asked for."""
        have = self.sink.tell()
        return have > 0 and bool(answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"))

    def _check_length(self, answer: httpx.Response) -> None:
        said = answer.headers.get("Content-Length", "")
        if said.isascii() and said.isdigit() and int(said[:20]) + self.sink.tell() > self.most:
            raise self._too_large(f"announces {int(said[:20]):,} bytes")

    def _too_large(self, what: str) -> Unfetched:
        return Unfetched(f"{self.url}: {what}, {self.most // MB} MB are allowed; not fetched: tell the publisher")

    def _check_type(self, answer: httpx.Response) -> None:
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind in ("text/html", "application/xhtml+xml"):
            raise self._wrong(f"a web page ({kind})")

    def _wrong(self, what: str) -> Unfetched:
        return Unfetched(f"{self.url}: {what}, {self.expected.value} is needed; not taken: check the address and the proxy")

    def _add(self, chunk: bytes, clock: Callable[[], float]) -> None:
        if self.sink.tell() + len(chunk) > self.most:
            raise self._too_large(f"more than {self.most // MB} MB sent")
        if clock() > self.deadline:
            raise Unfetched(
                f"{self.url}: too slow, {self.sink.tell():,} bytes came in the time allowed; run `fieldwatch feeds sync` again later"
            )
        have = self.sink.tell()
        self.sink.write(chunk)
        if len(self.head) == have < 512:  # from the beginning on: the rest of a document says nothing of its kind
            self.head += chunk[: 512 - have]
            self._check_head(False)

    def _check_head(self, whole: bool) -> None:
        """Looks at the first bytes as soon as there are enough of them."""
        if (len(self.head) < 64 and not whole) or (not self.head and self.sink.tell()):
            return
        wrong = mislabelled(self.expected, self.head)
        if wrong:
            raise self._wrong(wrong)


def mislabelled(expected: Expected, head: bytes) -> str:
    """What the first bytes show where they are not what was expected; "" where they are."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64]
    if not start:
        return "an empty document"
    if expected is Expected.ZIP:
        return "" if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else _looks(start)
    if expected is Expected.GZIP:
        return "" if head.startswith(b"\x1f\x8b") else _looks(start)
    if expected is Expected.JSON:
        return "" if start[:1] in (b"{", b"[") else _looks(start)
    if start[:1] == b"<" or (expected is Expected.TEXT and b"\0" in head):
        return _looks(start)
    return ""


def _looks(start: bytes) -> str:
    lower = start.lower()
    if lower.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if start.startswith((b"{", b"[")):
        return "JSON"
    return f"something else (it begins with {start[:12]!r})"


def permitted(url: str, near: str) -> None:
    """Raises Unfetched for an address that we do not go to.

    A document of the internet names only addresses of the internet: nobody's feed sends us to a device of the plant. `near` is the
    address that named this one; what a person configured may be anywhere.
    """
    try:
        parts = urlsplit(url)
        host, asked = (parts.hostname or "").rstrip("."), (urlsplit(near).hostname or "").rstrip(".")
    except ValueError:
        raise Unfetched(f"{url}: no address; https://HOST/PATH is needed") from None
    if not host or parts.username is not None:
        raise Unfetched(f"{url}: no address, or one with a password; https://HOST/PATH is needed")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_own(host)):
        raise Unfetched(f"{url}: {parts.scheme or 'no'} address; https is needed (http with the own machine only)")
    if host != asked and not _is_public(host):
        raise Unfetched(f"{url}: an address inside the site, named by {asked}; feeds name public addresses only: not fetched")


def _is_own(host: str) -> bool:
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def _is_public(host: str) -> bool:
    address = _address(host)
    if address is not None:
        return address.is_global
    return "." in host and not host.endswith(LOCAL) and not host.replace(".", "").replace("x", "").isdigit()


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def retry_after_s(said: str) -> float | None:
    """Seconds that the server asks us to wait (RFC 9110 10.2.3: seconds or a date); None where it says nothing usable."""
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        date = email.utils.parsedate_to_datetime(said)
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def _what(error: Exception) -> str:
    """What went wrong with a connection, in words."""
    match error:
        case httpx.RemoteProtocolError():
            return f"the transfer broke off ({error})"
        case httpx.TimeoutException():
            return "no answer in time"
        case httpx.ConnectError() | httpx.ProxyError():
            return f"no connection ({str(error) or type(error).__name__})"
    return str(error) or type(error).__name__


def json(got: Got, url: str) -> object:
    """The JSON in a document that came."""
    try:
        return orjson.loads(got.data)
    except orjson.JSONDecodeError as error:
        raise Unfetched(f"{url}: not JSON ({error}); a whole JSON document is needed; {LATER}") from None
