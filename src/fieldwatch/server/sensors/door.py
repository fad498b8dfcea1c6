"""The ASGI application that sensors reach, on its own port: every path but two asks for a client certificate.

Without one: `GET /sensor/v1/authority` (whom to believe; a sensor compares it with the fingerprint in its token before it says anything)
and `POST /sensor/v1/enrol`. Bodies are bounded; what blocks runs beside the loop.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import orjson
import uvicorn

from fieldwatch.pipeline.codec import MOST_BYTES
from fieldwatch.server.options import Options
from fieldwatch.server.sensors.authority import Authority
from fieldwatch.server.sensors.desk import MOST_ENROL_BYTES, MOST_HEALTH_BYTES, Answer, Desk
from fieldwatch.server.sensors.inbox import Inbox
from fieldwatch.server.sensors.peer import Peer, configured, peer

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Requests of sensors that are worked on at the same time; others wait for their turn."""

AGAIN_S = 10
"""After how many seconds a sensor may come again, where the store was away."""

READ_S = 60
"""Seconds in which a body has to arrive."""

NO_CERTIFICATE = Answer(401, {"error": "no client certificate was shown; enrol the sensor first"})


class TooLarge(Exception):
    """A body over the limit."""


class Door:
    """The application. `Desk` gives the answers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._open: dict[tuple[str, str], tuple[Callable[[bytes], Answer], int]] = {
            ("GET", "/sensor/v1/authority"): (lambda _: Answer(200, {"authority": desk.authority.pem}), 0),
            ("POST", "/sensor/v1/enrol"): (desk.enrol, MOST_ENROL_BYTES),
        }
        self._known: dict[tuple[str, str], tuple[Callable[[Peer, bytes], Answer], int]] = {
            ("GET", "/sensor/v1/config"): (lambda one, _: desk.config(one), 0),
            ("POST", "/sensor/v1/batches"): (desk.batch, MOST_BYTES),
            ("POST", "/sensor/v1/health"): (desk.health, MOST_HEALTH_BYTES),
            ("POST", "/sensor/v1/renew"): (desk.renew, MOST_ENROL_BYTES),
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except TooLarge:
            answer = Answer(413, {"error": "the body is larger than is allowed"})
        except (TimeoutError, ConnectionError):
            answer = Answer(408, {"error": "the body did not arrive in time"})
        except Exception as error:
            answer = _failed(error, f"{scope['method']} {scope['path']}")
        await _send(send, answer)

    async def _answer(self, scope: Any, receive: Any) -> Answer:
        asked = (scope["method"], scope["path"])
        if asked in self._open:
            reply, most = self._open[asked]
            return await self._beside(reply, await _body(receive, most))
        if asked not in self._known:
            return Answer(404, {"error": "there is nothing here"})
        who = peer(scope)
        if who is None or not who.sensor:
            return NO_CERTIFICATE
        take, most = self._known[asked]
        return await self._beside(take, who, await _body(receive, most))

    async def _beside(self, reply: Callable[..., Answer], *given: Any) -> Answer:
        async with self._turns:
            return await asyncio.to_thread(reply, *given)


def door(options: Options) -> uvicorn.Server:
    """The server for sensors, as the options say it."""
    from fieldwatch.server.sensors.stored import StoredSensors

    authority = Authority(options.data / "keys")
    inbox = Inbox(options.data / "inbox", options["sensors.inbox_mb"] * 10**6)
    desk = Desk(StoredSensors(options.data), authority, inbox, time.time_ns)
    config = configured(
        Door(desk), authority.server_context(), options["sensors.host"], options["sensors.port"],
        log_level="warning", limit_concurrency=512, timeout_graceful_shutdown=5,
    )  # fmt: skip
    return uvicorn.Server(config)


def _failed(error: Exception, asked: str) -> Answer:
    """The answer to what failed: 503 where the store is away or the disk full, so that the sensor keeps what it has and comes again."""
    from fieldwatch.server.trouble import trouble

    known = trouble(error)
    if known is None:
        log.error("%s was not answered", asked, exc_info=error)
        return Answer(500, {"error": "the centre failed; its log says why"})
    log.warning("%s: %s", asked, known)
    return Answer(503, {"error": f"the centre cannot take anything now: {known}"}, (("Retry-After", str(AGAIN_S)),))


async def _body(receive: Any, most: int) -> bytes:
    async with asyncio.timeout(READ_S):
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError
            part = message.get("body", b"")
            size += len(part)
            if size > most:
                raise TooLarge
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)


async def _send(send: Any, answer: Answer) -> None:
    body = orjson.dumps(answer.body)
    headers = [("content-type", "application/json"), ("content-length", str(len(body))), ("cache-control", "no-store"), *answer.headers]
    if answer.status in (408, 413):  # the rest of the body is not read
        headers.append(("connection", "close"))
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        }
    )
    await send({"type": "http.response.body", "body": body})


__all__ = ["Door", "door"]
