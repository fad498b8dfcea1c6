"""A centre on loopback for the tests of sensors: the real door with mutual TLS, an inbox on disk, and a registry in memory."""

from __future__ import annotations

import asyncio
import ctypes
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from fieldwatch.facts import Batch, Gap, Source, Subject
from fieldwatch.pipeline.codec import encode, pack
from fieldwatch.server.sensors.authority import Authority, Issued
from fieldwatch.server.sensors.desk import Desk
from fieldwatch.server.sensors.door import Door
from fieldwatch.server.sensors.inbox import Inbox
from fieldwatch.server.sensors.peer import configured
from fieldwatch.server.sensors.registry import Known, Token, new_token

NS = 10**9


class Register:
    """A registry in memory."""

    def __init__(self) -> None:
        self.tokens: dict[str, Token] = {}
        self.known: dict[str, Known] = {}
        self.healths: list[tuple[str, Mapping[str, Any]]] = []
        self.renewals: list[Issued] = []

    def token(self, digest: str) -> Token | None:
        return self.tokens.get(digest)

    def admit(self, digest: str, issued: Issued, name: str, version: str) -> Known | None:
        if self.tokens[digest].is_used:
            return None
        self.tokens[digest] = self.tokens[digest]._replace(is_used=True, sensor=issued.sensor)
        self.known[issued.sensor] = Known(name, False, {})
        return self.known[issued.sensor]

    def sensor(self, sensor: str) -> Known | None:
        return self.known.get(sensor)

    def renewed(self, sensor: str, issued: Issued) -> None:
        self.renewals.append(issued)

    def heard(self, sensor: str, health: Mapping[str, Any]) -> None:
        self.healths.append((sensor, health))

    def secret_key(self) -> bytes:
        return b"k" * 32


class CentreAtWork:
    """A centre that can be stopped and started again at the same port."""

    def __init__(self, folder: Path, namespace: str = "") -> None:
        self.folder, self.namespace = folder, namespace
        self.authority = Authority(folder / "keys")
        self.register = Register()
        self.most_bytes = 64 << 20
        self.port = 0
        self.ahead_ns = 0
        self.answer: Callable[..., Any] | None = None
        """Another application in the place of the door."""
        self.start()

    def start(self) -> None:
        self.inbox = Inbox(self.folder / "inbox", self.most_bytes)
        self.desk = Desk(self.register, self.authority, self.inbox, lambda: time.time_ns() + self.ahead_ns)
        door = Door(self.desk)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await (self.answer or door)(scope, receive, send)

        config = configured(app, self.authority.server_context(), "127.0.0.1", self.port, log_level="critical", timeout_graceful_shutdown=1)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.thread.start()
        until = time.monotonic() + 10
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.005)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    async def _serve(self) -> None:
        if self.namespace:  # of this thread alone
            with open(f"/var/run/netns/{self.namespace}") as there:
                assert ctypes.CDLL(None, use_errno=True).setns(there.fileno(), 0x40000000) == 0  # CLONE_NEWNET: setns(2)
        await self.server.serve()
        loop: Any = asyncio.get_running_loop()
        for transport in list(loop._transports.values()):  # of clients that were killed in the middle of a handshake
            transport.abort()
        await asyncio.sleep(0.01)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def token(self, *, expires_s: float = 60) -> str:
        text, digest = new_token(self.authority.fingerprint)
        self.register.tokens[digest] = Token("north", time.time_ns() + int(expires_s * NS), False)
        return text

    def taken(self) -> list[tuple[str, int]]:
        """Sources and numbers of the batches in the inbox, in order; taken out of it."""
        found = []
        for waiting in self.inbox.take():
            found.append((waiting.mark, waiting.number))
            self.inbox.done(waiting)
        return found


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[CentreAtWork]:
    at_work = CentreAtWork(tmp_path / "centre")
    try:
        yield at_work
    finally:
        at_work.stop()


@pytest.fixture
def centre_in(tmp_path: Path) -> Callable[[str], AbstractContextManager[CentreAtWork]]:
    """A centre within a network namespace."""

    @contextmanager
    def within(namespace: str) -> Iterator[CentreAtWork]:
        at_work = CentreAtWork(tmp_path / "centre", namespace)
        try:
            yield at_work
        finally:
            at_work.stop()

    return within


def batch(identity: str = "sha256:" + "0" * 64, number: int = 1, *, is_last: bool = False, text: str = "") -> Batch:
    """A small batch."""
    kind = "live" if identity.startswith("live:") else "capture"
    gap = Gap("modbus" + text, Subject("10.0.0.5", ""), Subject("10.0.0.10", ""), number, 700)
    return Batch(Source(identity, kind, "a.pcap", 4, 400, 5, 9, "", ()), number, 0, (gap,), is_last)


@pytest.fixture
def packed() -> Callable[..., bytes]:
    return lambda *given, **more: pack(encode(batch(*given, **more)))


@pytest.fixture
def live_batch() -> Callable[[int, bool], Batch]:
    """A batch of a live source by its number."""
    return lambda number, is_last: batch("live:ab:seen:5", number, is_last=is_last)
