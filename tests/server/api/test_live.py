"""The stream of events: by itself, and from a real server on loopback."""

from __future__ import annotations

import asyncio
import datetime
import http.client
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import uvicorn
from django.db import OperationalError, connection, connections
from django.test import Client
from django.utils import timezone

from fieldwatch.server.accounts import tokens
from fieldwatch.server.accounts.access import Access
from fieldwatch.server.api import live
from fieldwatch.server.api.events import Ears
from fieldwatch.server.api.live import Told, ears_of
from fieldwatch.store import events
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.models import ApiToken, Event, Membership, Site, User

Person = Callable[..., User]
ADDRESS = "/api/v1/events/stream"


# ------------------------------------------------------------------------------------------------ by itself


class Everything(Ears):
    """Somebody who may hear all but what is of kind `webhook`."""

    def __init__(self) -> None:
        pass

    def may(self, event: Event) -> bool:
        return event.kind != "webhook"


class Table:
    """Events as the database would give them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows: list[Event] = []
        self.is_gone = False
        monkeypatch.setattr(live, "_after", self.after)
        monkeypatch.setattr(live, "kept", lambda: events.Range(self.rows[0].pk if self.rows else 0, self.rows[-1].pk if self.rows else 0))
        monkeypatch.setattr(live, "is_missed", lambda cursor: bool(self.rows) and cursor + 1 < self.rows[0].pk)
        monkeypatch.setattr(live, "_closing", lambda question: question())
        monkeypatch.setattr(live, "POLL_S", 0.01)
        monkeypatch.setattr(live, "BEAT_S", 0.05)
        monkeypatch.setattr(live, "_FEEDS", {})

    def add(self, *keys: int, kind: str = "asset") -> None:
        self.rows += [Event(pk=key, kind=kind, object=f"{key}", at=timezone.now(), data={}) for key in keys]

    def after(self, cursor: int) -> list[Told]:
        if self.is_gone:
            raise OperationalError("gone")
        return [Told(one, live._line(one)) for one in self.rows if one.pk > cursor][: live.AT_ONCE]


@pytest.fixture()
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    return Table(monkeypatch)


def told(chunk: bytes) -> dict[str, Any]:
    """The message, with its id."""
    fields = dict(line.split(": ", 1) for line in chunk.decode().strip().split("\n"))
    return {**json.loads(fields["data"]), **({"cursor": int(fields["id"])} if "id" in fields else {})}


async def take(stream: AsyncIterator[bytes], number: int, *, beats: bool = False) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        while len(found) < number:
            message = told(await anext(stream))
            if beats or message["kind"] != "beat":
                found.append(message)
    return found


def test_old_and_new_events_come_once_and_in_order(table: Table) -> None:
    async def run() -> list[int]:
        table.add(1, 2, 3)
        stream = live.lines(Everything, 1)
        first = await take(stream, 2)
        table.add(4, 5)
        second = await take(stream, 2)
        await stream.aclose()
        assert live.feed().readers == set()
        return [one["id"] for one in first + second]

    assert asyncio.run(run()) == [2, 3, 4, 5]


def test_without_a_cursor_only_what_is_new_comes_and_a_beat_says_where_that_begins(table: Table) -> None:
    async def run() -> None:
        table.add(1, 2)
        stream = live.lines(Everything, None)
        assert (await take(stream, 1, beats=True))[0] == {"kind": "beat", "cursor": 2}
        assert (await take(stream, 1, beats=True))[0] == {"kind": "beat"}
        table.add(3)
        assert [one["id"] for one in await take(stream, 1)] == [3]

    asyncio.run(run())


def test_what_one_may_not_hear_moves_the_cursor_and_nothing_else(table: Table) -> None:
    async def run() -> None:
        table.add(1)
        table.add(2, kind="webhook")
        stream = live.lines(Everything, 0)
        found = await take(stream, 3, beats=True)
        assert [(one["kind"], one.get("cursor")) for one in found] == [("beat", 0), ("asset", 1), ("beat", 2)]

    asyncio.run(run())


def test_a_cursor_whose_events_are_gone_is_told_so(table: Table) -> None:
    async def run() -> None:
        table.add(10, 11)
        stream = live.lines(Everything, 3)
        assert await take(stream, 1) == [{"kind": "missed", "cursor": 11}]

    asyncio.run(run())


def test_a_slow_reader_is_let_go_and_misses_nothing_when_it_comes_back(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "QUEUE", 5)

    async def run() -> list[int]:
        stream = live.lines(Everything, 0)
        await take(stream, 1, beats=True)
        table.add(1)
        seen = [one["id"] for one in await take(stream, 1)]
        table.add(*range(2, 50))
        await asyncio.sleep(0.2)
        rest = [told(chunk) async for chunk in stream]
        assert rest[-1]["kind"] == "behind"
        seen += [one["id"] for one in rest if one["kind"] == "asset"]
        assert live.feed().readers == set()
        return seen + [one["id"] for one in await take(live.lines(Everything, seen[-1]), 49 - len(seen))]

    assert asyncio.run(run()) == list(range(1, 50))


def test_no_beat_is_sent_while_the_database_is_gone(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        stream = live.lines(Everything, None)
        await take(stream, 2, beats=True)
        table.is_gone = True
        await asyncio.sleep(0.1)
        waiting = asyncio.create_task(take(stream, 1, beats=True))
        await asyncio.sleep(0.3)
        assert len([one for one in caplog.records if "does not answer" in one.message]) == 1
        table.add(7)
        table.is_gone = False
        found = await waiting
        assert found[0].get("id", 7) == 7

    asyncio.run(run())


def test_a_reader_who_catches_up_while_the_database_is_gone_stays(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it the end when it may be time to ask again what the reader may hear."""
    monkeypatch.setattr(live, "AGAIN_S", 0.05)
    table.add(1, 2, 3)

    def ears() -> Ears:
        if table.is_gone:
            raise OperationalError("gone")
        return Everything()

    async def run() -> list[int]:
        stream = live.lines(ears, 1)
        await take(stream, 1, beats=True)
        table.is_gone = True
        waiting = asyncio.create_task(take(stream, 2))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        table.is_gone = False
        found = await waiting
        table.is_gone = True
        waiting = asyncio.create_task(take(stream, 1))
        await asyncio.sleep(0.3)
        table.add(4)
        table.is_gone = False
        return [one["id"] for one in found + await waiting]

    assert asyncio.run(run()) == [2, 3, 4]


def test_somebody_who_may_not_hear_any_more_is_let_go(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "AGAIN_S", 0.1)
    answers: Iterator[Ears | None] = iter([Everything(), None])

    async def run() -> None:
        assert all([told(chunk)["kind"] == "beat" async for chunk in live.lines(lambda: next(answers), None)])

    asyncio.run(asyncio.wait_for(run(), 20))


def test_too_many_readers_are_told_to_come_later(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_READERS", 1)

    async def run() -> None:
        stream = live.lines(Everything, None)
        await take(stream, 1, beats=True)
        second = [chunk async for chunk in live.lines(Everything, None)]
        assert second == [b'retry: 30000\ndata: {"kind":"busy"}\n\n']

    asyncio.run(run())


def test_what_is_heard_follows_rights_sessions_and_tokens(site: Site, person: Person, browser: Callable[[User], Client]) -> None:
    user = person("viewer", site)
    key = browser(user).session.session_key
    event = Event(kind="asset", site_id=site.pk)
    found = ears_of(Access(user), key, frozenset())
    assert found is not None
    assert found.may(event)
    assert ears_of(Access(user), "nothing", frozenset()) is None
    tokens.make(user, "x", "read", None, timezone.now() + datetime.timedelta(days=1))
    token = ApiToken.objects.get()
    assert ears_of(Access(user, token), None, frozenset()) is not None
    ApiToken.objects.all().delete()
    assert ears_of(Access(user, token), None, frozenset()) is None
    Membership.objects.all().delete()
    found = ears_of(Access(user), key, frozenset())
    assert found is not None
    assert not found.may(event)
    User.objects.update(is_active=False)
    assert ears_of(Access(user), key, frozenset()) is None


# --------------------------------------------------------------------------------------- from a real server


class Stream:
    """A reader with a connection of its own."""

    def __init__(self, port: int, text: str, **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request("GET", ADDRESS, headers={"Authorization": f"Bearer {text}", **headers})
        self.answer = self.connection.getresponse()

    def take(self, number: int) -> list[int]:
        found: list[int] = []
        while len(found) < number:
            line = self.answer.readline().decode()
            assert line, "the stream ended"
            if line.startswith("data: ") and (one := json.loads(line[6:]))["kind"] == "asset":
                found.append(one["id"])
        return found


@pytest.fixture()
def port(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server in a thread."""
    from fieldwatch.server.asgi import application

    monkeypatch.setattr(live, "POLL_S", 0.05)
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)  # its threads end with the test
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield int(listening.getsockname()[1])
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


def test_a_real_server_streams_and_a_cursor_loses_and_doubles_nothing(port: int, site: Site, administrator: User) -> None:
    text = tokens.make(administrator, "x", "read", None, timezone.now() + datetime.timedelta(days=1))
    made = [emit(Kind.ASSET, f"{at}", site=site.pk).pk for at in range(3)]
    first = Stream(port, text, **{"Last-Event-ID": f"{made[0]}"})
    assert first.answer.status == 200
    assert first.answer.headers["Content-Type"] == "text/event-stream"
    seen = first.take(2)
    made += [emit(Kind.ASSET, f"{at}", site=site.pk).pk for at in range(3, 8)]
    seen += first.take(3)
    first.answer.close()
    first.connection.close()
    made += [emit(Kind.ASSET, f"{at}", site=site.pk).pk for at in range(8, 12)]
    second = Stream(port, text, **{"Last-Event-ID": f"{seen[-1]}"})
    seen += second.take(len(made) - 1 - len(seen))
    patience = time.monotonic() + 20
    while _held_connections() > 1 and time.monotonic() < patience:
        time.sleep(0.05)
    held = _held_connections()
    second.answer.close()
    second.connection.close()
    assert held <= 1, "who waits holds no connection: the one is the test's"
    assert seen == made[1:]


def _held_connections() -> int:
    """How many connections are lent out by the pool; on SQLite there are none to count."""
    if connection.vendor == "sqlite":
        return 0
    pool: Any = getattr(connection, "pool")  # noqa: B009 - only the PostgreSQL backend has one
    stats = pool.get_stats()
    return int(stats["pool_size"] - stats["pool_available"])


def test_a_real_server_asks_who_it_is(port: int) -> None:
    asked = Stream(port, "fwt_nothing")
    assert asked.answer.status == 401
    assert asked.answer.headers["Content-Type"] == "application/problem+json"
    asked.answer.close()
    asked.connection.close()
