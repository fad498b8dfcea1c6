"""The wire to the centre: HTTPS with the sensor's certificate, verified against the one authority that it was enrolled with.

Whatever the other end does wrong - silence, garbage, an answer without end - is one `Away`. Only answers that the centre gives are
returned. The centre is asked for by the name in its certificate, whatever its address. Standards: RFC 9110 10.2.3 (Retry-After).
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import orjson

from fieldwatch.pipeline.codec import CONTENT_TYPE
from fieldwatch.sensor.token import CENTRE_NAME

USUAL_PORT = 8485
MOST_ANSWER_BYTES = 1024 * 1024
TIMEOUT = httpx.Timeout(30, connect=10)
LONGEST_PAUSE_S = 600
"""A centre that asks for a longer pause is asked again after this one."""

WHOLE_S = 120
"""Seconds that one exchange may take."""


class Away(Exception):
    """The centre cannot be reached, or what answers is none."""


class BadAddress(ValueError):
    """No address of a centre: says what was read and what is allowed."""


class Reply(NamedTuple):
    """What the centre answered. `skew_ns`: by how much its clock is ahead of ours, where it said."""

    status: int
    body: Mapping[str, Any]
    retry_after_s: float = 0
    skew_ns: int | None = None


def address(told: str) -> str:
    """The address in full: `https://host:port`. Raises BadAddress."""
    try:
        parts = urlsplit(told if "://" in told else f"https://{told}")
        host, port = parts.hostname, parts.port or USUAL_PORT
    except ValueError:
        host, port = None, 0
        parts = urlsplit("")
    if parts.scheme != "https" or not host or parts.path.strip("/") or parts.query or parts.username:
        raise BadAddress(
            f"{told}: no address of a centre; https://HOST or https://HOST:PORT is allowed (port {USUAL_PORT} where none is given)"
        )
    return f"https://{f'[{host}]' if ':' in host else host}:{port}"


def trusting(authority_pem: str, identity: Path | None = None) -> ssl.SSLContext:
    """What TLS is spoken with: this authority alone is believed; `identity` is the file with the sensor's key and certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=authority_pem)
    if identity:
        context.load_cert_chain(identity)
    return context


def unverified() -> ssl.SSLContext:
    """For the one question whose answer is checked by its fingerprint, before anything is said."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Centre:
    """A centre at an address."""

    def __init__(self, url: str, context: ssl.SSLContext) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, verify=context, timeout=TIMEOUT, trust_env=False, follow_redirects=False)

    def __enter__(self) -> Centre:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends all connections."""
        self._client.close()

    def get(self, path: str) -> Reply:
        """What the centre has at this path. Raises Away."""
        return self._ask("GET", path, b"", {})

    def post(self, path: str, told: Mapping[str, Any]) -> Reply:
        """What the centre says to this. Raises Away."""
        return self._ask("POST", path, orjson.dumps(told), {"Content-Type": "application/json"})

    def batch(self, packed: bytes) -> Reply:
        """What the centre says to a batch. Raises Away."""
        return self._ask("POST", "/sensor/v1/batches", packed, {"Content-Type": CONTENT_TYPE, "Content-Encoding": "gzip"})

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        begun_ns, until = time.time_ns(), time.monotonic() + WHOLE_S
        headers = {"Accept-Encoding": "identity", **headers}
        try:
            with self._client.stream(method, path, content=body, headers=headers, extensions={"sni_hostname": CENTRE_NAME}) as answer:
                told = _object(_read(answer, until))
                pause_s = _pause_s(answer.headers.get("Retry-After", ""))
                status = answer.status_code
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, ssl.SSLError, ValueError, OSError) as error:
            raise Away(f"{self.url}: {_what(error)}") from error
        now_ns = told.get("now_ns")
        skew_ns = now_ns - (begun_ns + time.time_ns()) // 2 if type(now_ns) is int else None
        return Reply(status, told, pause_s, skew_ns)


def _read(answer: httpx.Response, until: float) -> bytes:
    held = bytearray()
    for piece in answer.iter_raw():
        held += piece
        if len(held) > MOST_ANSWER_BYTES:
            raise ValueError(f"over {MOST_ANSWER_BYTES:,} bytes were answered; that is no centre")
        if time.monotonic() > until:
            raise ValueError(f"the answer had no end after {WHOLE_S} s")
    return bytes(held)


def _object(held: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(held)
    except orjson.JSONDecodeError:
        raise ValueError("what answers there is no centre (no JSON was read); check the address and the port") from None
    if not isinstance(told, dict):
        raise ValueError("what answers there is no centre (no object was read); check the address and the port")
    return told


def _pause_s(told: str) -> float:
    """Seconds of a Retry-After; a date is not used by the centre."""
    return min(float(told), LONGEST_PAUSE_S) if told.isascii() and told.isdigit() else 0.0


def _what(error: Exception) -> str:
    """The error in a line; TLS says in its own words what is wrong with a certificate."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause)
        cause = cause.__cause__ or cause.__context__
    text = str(error) or type(error).__name__
    return text if len(text) < 300 else f"{text[:297]}..."


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    hint = ""
    with suppress(ValueError):
        if error.verify_code in (9, 10):  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
            hint = f"; the clock of this machine says {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC"
    return f"the certificate that is shown there is not the centre's: {error.verify_message}{hint}"


__all__ = ["Away", "BadAddress", "Centre", "Reply", "address", "trusting", "unverified"]
