"""Bodies that are too large are refused before they are read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fieldwatch.server.api.body_limit import BodyLimit


class App:
    """Reads the whole body, as the framework does."""

    def __init__(self) -> None:
        self.body: bytes | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.body = b""
        while True:
            message = await receive()
            self.body += message["body"]
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def asked(announced: bytes | None, pieces: list[bytes]) -> tuple[int, int, App, bytes]:
    """Status, how many pieces were read, the application, and the body of the answer."""
    app, sent, waiting = App(), list[Any](), list(pieces)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", announced)]
    asyncio.run(BodyLimit(app, 100)({"type": "http", "headers": headers}, receive, send))
    return sent[0]["status"], len(pieces) - len(waiting), app, sent[1]["body"]


@pytest.mark.parametrize(("announced", "pieces"), [(b"100", [b"x" * 100]), (None, [b"x" * 50, b"x" * 50]), (None, [b""])])
def test_what_fits_is_passed_on(announced: bytes | None, pieces: list[bytes]) -> None:
    status, _, app, _ = asked(announced, pieces)
    assert status == 200
    assert app.body == b"".join(pieces)


@pytest.mark.parametrize("announced", [b"101", b"9" * 30, b"-1", b"x", b""])
def test_what_is_announced_too_large_is_not_read(announced: bytes) -> None:
    status, read, app, body = asked(announced, [b"x"])
    assert (status, read, app.body) == (413, 0, None)
    assert b'"allowed":"100 bytes"' in body


def test_what_was_not_announced_is_counted() -> None:
    status, read, _, _ = asked(None, [b"x" * 60, b"x" * 60, b"x" * 60])
    assert (status, read) == (413, 2)
