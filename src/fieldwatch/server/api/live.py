"""The stream of events: `GET /events`. Standards: HTML Living Standard 9.2 (server-sent events).

One poller for the whole process asks the database and hands what is new to the bounded queue of each reader. A reader who does not keep up
is told so and let go: it comes back with its cursor and reads from the database what it missed. Nobody who waits holds a connection.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from typing import NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import orjson
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import Error, connections
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from fieldwatch.server.accounts.access import Access
from fieldwatch.server.api.events import Ears, cursor_of, is_missed, kinds_of, told
from fieldwatch.server.api.problem import Problem
from fieldwatch.server.api.signed import SIGNED
from fieldwatch.store.events import after, kept
from fieldwatch.store.models import ApiToken, Event, User

log = logging.getLogger(__name__)

POLL_S = 1.0
BEAT_S = 12.0
"""How often somebody who hears nothing is told that the stream lives: less than the 15 s after which a page doubts it."""

AGAIN_S = 60.0
"""How often it is asked again what somebody may hear: whoever lost a right, or was signed out, hears nothing after it."""

LONGEST_S = 3600.0
"""How long one stream lasts, before its reader has to come back."""

QUEUE = 500
MOST_READERS = 400
AT_ONCE = 500
RETRY_MS = 2000

Result = TypeVar("Result")


class Told(NamedTuple):
    """An event, and how it is written."""

    event: Event
    text: bytes


class Reader:
    """Somebody who waits. `is_behind`: the queue was full."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Told] = asyncio.Queue(QUEUE)
        self.is_behind = False

    def give(self, one: Told) -> None:
        """Queues an event, where there is room."""
        try:
            self.queue.put_nowait(one)
        except asyncio.QueueFull:
            self.is_behind = True


class Feed:
    """The readers of one event loop, and the poller that serves them: it runs while there is one. `is_live`: the database answered last."""

    def __init__(self) -> None:
        self.readers: set[Reader] = set()
        self.is_live = True
        self._poller: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fieldwatch-events")

    async def ask(self, question: Callable[[], Result]) -> Result:
        """The answer of the database, on the thread of this feed; its connection is closed behind it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _closing, question)

    async def ask_patiently(self, question: Callable[[], Result]) -> Result:
        """The answer of the database, however long it is away: a browser does not come back to a stream that ended and then got a 503."""
        while True:
            try:
                found = await self.ask(question)
            except Error as error:
                self._is_away(error)
                await asyncio.sleep(POLL_S)
            else:
                self.is_live = True
                return found

    def _is_away(self, error: Error) -> None:
        if self.is_live:
            log.warning("events: the database does not answer: %s", type(error).__name__)
        self.is_live = False

    def join(self, reader: Reader, cursor: int) -> None:
        """Adds a reader, who has heard all up to this cursor or sees to that itself."""
        self.readers.add(reader)
        if self._poller is None or self._poller.done():
            self._poller = asyncio.get_running_loop().create_task(self._poll(cursor))

    def leave(self, reader: Reader) -> None:
        """Forgets a reader."""
        self.readers.discard(reader)

    async def _poll(self, cursor: int) -> None:
        while self.readers:
            try:
                found = await self.ask(lambda at=cursor: _after(at))  # type: ignore[misc]
                self.is_live = True
            except Error as error:
                self._is_away(error)
                found = []
            for one in found:
                for reader in tuple(self.readers):
                    reader.give(one)
            cursor = found[-1].event.pk if found else cursor
            if len(found) < AT_ONCE:
                await asyncio.sleep(POLL_S)


_FEEDS: WeakKeyDictionary[asyncio.AbstractEventLoop, Feed] = WeakKeyDictionary()


def feed() -> Feed:
    """The feed of the running event loop."""
    return _FEEDS.setdefault(asyncio.get_running_loop(), Feed())


async def stream(request: HttpRequest) -> HttpResponseBase:
    """The stream, for who signed in or sent a token: events behind `Last-Event-ID` or `after`, those of now on without them."""
    try:
        held = await sync_to_async(_signed)(request)
        cursor = cursor_of(request.GET.get("after", "") or request.headers.get("Last-Event-ID", ""))
        kinds = kinds_of(request.GET.get("kinds", ""))
    except Problem as problem:
        return problem.answer()
    session = request.session.session_key if held.token is None else None
    sent = _without_connection(lines(lambda: ears_of(held, session, kinds), cursor))
    answer = StreamingHttpResponse(sent, content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


async def _without_connection(sent: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    """What is sent, after the request has given its connection to the database back: it would hold it as long as the stream lasts."""
    await sync_to_async(_let_go)()
    async with aclosing(sent):
        async for one in sent:
            yield one


def _let_go() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _signed(request: HttpRequest) -> Access:
    """Whose stream it is. Raises Problem."""
    return next(held for way in SIGNED if (held := way(request)) is not None)


def ears_of(held: Access, session: str | None, kinds: frozenset[str]) -> Ears | None:
    """What somebody may hear now; None who is signed out, switched off, or whose token ended."""
    user = User.objects.filter(pk=held.user.pk, is_active=True).first()
    token = held.token and ApiToken.objects.filter(pk=held.token.pk, expires_at__gt=timezone.now()).first()
    if user is None or (held.token is not None and token is None):
        return None
    if session is not None and not Session.objects.filter(session_key=session).exists():
        return None
    return Ears(Access(user, token), kinds)


async def lines(renewed: Callable[[], Ears | None], cursor: int | None) -> AsyncGenerator[bytes, None]:
    """What is sent, until the stream has lasted long enough, its reader is behind, or may hear nothing any more."""
    here = feed()
    if len(here.readers) >= MOST_READERS:
        yield _said("busy", retry_ms=30_000)
        return
    reader, loop = Reader(), asyncio.get_running_loop()
    end = loop.time() + LONGEST_S
    try:
        ears = await here.ask_patiently(renewed)
        again = loop.time() + AGAIN_S
        now = await here.ask_patiently(lambda: kept().last)
        at = now if cursor is None else cursor
        here.join(reader, now)
        yield f"retry: {RETRY_MS}\nid: {at}\n".encode() + _said("beat")
        if cursor is not None and await here.ask_patiently(lambda: is_missed(at)):
            yield f"id: {now}\n".encode() + _said("missed")
            at = now
        while ears is not None and (found := await here.ask_patiently(lambda: _after(at))):  # noqa: B023 - it is awaited at once
            for one in _heard(found, ears):
                yield one
            at = found[-1].event.pk
        while ears is not None and loop.time() < end:
            if loop.time() > again:
                ears, again = await here.ask_patiently(renewed), loop.time() + AGAIN_S
                continue
            if reader.is_behind:
                yield _said("behind")
                return
            with suppress(TimeoutError):
                first = await asyncio.wait_for(reader.queue.get(), BEAT_S)
                found = [one for one in (first, *_waiting(reader)) if one.event.pk > at]
                for text in _heard(found, ears):
                    yield text
                at = found[-1].event.pk if found else at
                continue
            if here.is_live:
                yield _said("beat")
    finally:
        here.leave(reader)


def _heard(found: list[Told], ears: Ears) -> list[bytes]:
    """What of it may be told; where nothing, at least how far it went, so that nobody asks for the same again."""
    texts = [one.text for one in found if ears.may(one.event)]
    if found and not ears.may(found[-1].event):
        texts.append(f"id: {found[-1].event.pk}\n".encode() + _said("beat"))
    return texts


def _waiting(reader: Reader) -> list[Told]:
    return [reader.queue.get_nowait() for _ in itertools.repeat(None, reader.queue.qsize())]


def _after(cursor: int) -> list[Told]:
    return [Told(one, _line(one)) for one in after(cursor, most=AT_ONCE)]


def _line(event: Event) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (event.pk, orjson.dumps(told(event)))


def _said(kind: str, retry_ms: int = 0) -> bytes:
    """A message of the stream itself: `beat`, `missed` (read all anew), `behind` or `busy` (come back with your cursor)."""
    retry = b"retry: %d\n" % retry_ms if retry_ms else b""
    return retry + b'data: {"kind":"%s"}\n\n' % kind.encode()


def _closing(question: Callable[[], Result]) -> Result:
    try:
        return question()
    finally:
        connections.close_all()
