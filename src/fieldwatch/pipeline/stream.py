"""One source read to its end: the native core counts, each novel exchange is read here once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from fieldwatch.facts import COUNTED, Effect
from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.pipeline.by_time import Clock, Count
from fieldwatch.pipeline.declare import declarations
from fieldwatch.protocols import Reading, Registry
from fieldwatch.protocols._protocol import At as _At
from fieldwatch.protocols._protocol import Claimed, Exchange, Ignored, Protocol, Scope, Side, Unread, Value, Who
from fieldwatch.wire import Session
from fieldwatch.wire.rows import BadRow, ConversationRow, FileRow, SightingRow

Progress = Callable[[int, int, int], None]
"""Called with the number of the file, packets read and bytes read of it."""


ORDERS = {"big": 1, "little": 2, "decimal": 3}
"""The core's numbers for the orders of value marks; 0 is ignored."""


MOST_CLAIMS = 50_000
"""Different claims that one source may make. A plant of a thousand devices makes some ten thousand."""

MOST_CLASSES = 200_000
"""Different message classes of one source; beyond them messages are counted without their object."""


PROGRESS_S = 0.25
"""Seconds between two words on how far the reading is."""


class Template(NamedTuple):
    """An exchange that was read, by the core's number for it. Of the reading, only what facts are made of is kept."""

    reading: Reading
    protocol: Protocol
    from_server: bool
    context: Any
    carrier: str
    port: int
    has_request: bool
    has_answer: bool


class ClassTag(NamedTuple):
    """What is counted of a message class: the protocol that names it, and whether the answer is missing."""

    protocol: str
    operation: str
    effect: Effect
    object: str
    unanswered: bool


class ClaimTag(NamedTuple):
    """A claim wherever it is said: by whom it is about, not by the bytes in which it stands."""

    protocol: str
    attribute: str
    value: str
    about_server: bool
    component: str
    ip: str
    mac: str


Tag = ClassTag | ClaimTag

NOTHING = Reading()
"""What is kept of the readings of which only sums are wanted."""


class Stream(NamedTuple):
    """Everything that the core and the readings know of one source."""

    paths: tuple[str, ...]
    files: list[FileRow]
    templates: list[Template]
    conversations: list[ConversationRow]
    tags: list[Tag]
    sums: list[tuple[int, int, int, int, int, int, int]]
    """conversation, tag, count, distinct, earliest tally, first_ns, last_ns"""
    rich: list[int]
    """The numbers of the tallies that hold more than sums."""
    sightings: list[SightingRow]
    bad: list[BadRow]
    counters: dict[str, int]
    distinct: dict[str, int]
    session: Session
    registry: Registry
    counts: list[Count]
    """How often each tag was counted by time, where that is kept."""
    width_ns: int
    """How long a slice of them is."""


class Reader:
    """Reads one source. `fenced`: an exception in a protocol file is counted and logged, not raised; `clock`: counts are kept by time."""

    def __init__(
        self, registry: Registry, *, fenced: bool = True, limits: dict[str, int] | None = None, clock: Clock | None = None
    ) -> None:
        self.registry = registry
        self.fenced = fenced
        self.clock = clock
        self.session = Session(declarations(registry), **(limits or {}))
        self.numbers = {protocol.name: number for number, protocol in enumerate(registry.protocols)}
        self.templates: list[Template] = []
        self.tags: list[Tag] = []
        self.tag_numbers: dict[Tag, int] = {}
        self.contexts: list[Any] = [None]
        self.context_numbers: dict[Any, int] = {}
        self.faults = 0
        self.claims = 0
        self.shed = {"claims_shed": 0, "objects_shed": 0, "values_shed": 0}

    def read(self, paths: Sequence[str], progress: Progress | None = None) -> Stream:
        """Reads the files in order, as one stream."""
        for number, path in enumerate(paths):
            self.session.open(path, number)
            self._advance(number, progress)
        if self.session.finish():
            self._learn()
        if self.clock:
            self.clock.take(self.session)
        return self._stream(tuple(paths), [FileRow(*row) for row in self.session.files()])

    def _stream(self, paths: tuple[str, ...], files: list[FileRow]) -> Stream:
        """All that is known by now."""
        session, clock = self.session, self.clock
        return Stream(
            paths,
            files,
            self.templates,
            [ConversationRow(*row) for row in session.conversations()],
            self.tags,
            session.sums(),
            session.rich(),
            [SightingRow(*row) for row in session.sightings()],
            [BadRow(*row) for row in session.bad()],
            dict(session.counters()) | {**self.shed, "faults": self.faults},
            {protocol.name: count for protocol, count in zip(self.registry.protocols, session.distinct(), strict=True) if count},
            session,
            self.registry,
            clock.counts if clock else [],
            clock.width_ns() if clock else SLICE_NS,
        )

    def _run(self) -> str:
        """Reads on, to the end of the slice where counts are kept by time."""
        return self.session.run(self.clock.until_ns, self.clock.since_ns) if self.clock else self.session.run()

    def _advance(self, number: int, progress: Progress | None) -> None:
        due_s = 0.0
        while (step := self._run()) != "end":
            if step == "novel":
                self._learn()
            elif step == "time" and self.clock:
                self.clock.turn(self.session)
            if progress and (now_s := time.monotonic()) >= due_s:
                progress(number, *self.session.progress())
                due_s = now_s + PROGRESS_S

    def _learn(self) -> None:
        """Reads the exchange that waits, and those that wait behind it."""
        session = self.session
        while novel := session.novel():
            number, request, answer, from_server, context_number, carrier, port = novel
            protocol = self.registry.protocols[number]
            context = self.contexts[context_number]
            exchange = Exchange(request, answer, from_server, carrier, port)
            reading = self._read(protocol, exchange, context)
            template = Template(reading, protocol, from_server, context, carrier, port, request is not None, answer is not None)
            distinct, rich = reading.distinct, is_rich(reading)
            tags = [known for tag in _tags(template) if (known := self._tag(tag)) is not None]
            learned = session.teach(
                [(mark.side == Side.ANSWER, mark.offset, mark.length, _mark_kind(mark)) for mark in reading.marks],
                is_kept(reading),
                (distinct.side == Side.ANSWER, distinct.offset, distinct.length) if distinct else None,
                [row for name, opening in reading.opens for row in self._opening(name, opening)],
                [(self.numbers[one.protocol], one.transport, one.port, one.ip) for one in reading.expects if one.protocol in self.numbers],
                tags,
                rich,
            )
            if learned == len(self.templates):  # else it was known, and read again for what it opens
                self.templates.append(template._replace(reading=self._facts_of(template, rich)))

    def _read(self, protocol: Protocol, exchange: Exchange, context: Any) -> Reading:
        if not self.fenced:
            return self.registry.read(protocol, exchange, context)
        try:
            return self.registry.read(protocol, exchange, context)
        except Exception:
            self.faults += 1
            message = (exchange.request or b"") + (exchange.answer or b"")
            import logging  # which takes longer to load than most readings take

            log = logging.getLogger(__name__)
            log.exception("%s: a message could not be read; sha256 of its bytes: %s", protocol.name, hashlib.sha256(message).hexdigest())
            reading = Reading()
            reading.unread.append((protocol.name, Unread("fault", "Fieldwatch failed to read it"), _At(Side.REQUEST, 0, 0)))
            return reading

    def _tag(self, tag: Tag) -> int | None:
        """The number of a tag; None for a claim for which there is no room. A message class then loses its object, and is still counted."""
        known = self.tag_numbers.get(tag)
        if known is not None:
            return known
        if isinstance(tag, ClaimTag):
            if self.claims >= MOST_CLAIMS:
                self.shed["claims_shed"] += 1
                return None
            self.claims += 1
        elif tag.object and len(self.tags) - self.claims >= MOST_CLASSES:
            self.shed["objects_shed"] += 1
            return self._tag(tag._replace(object=""))
        number = self.tag_numbers[tag] = len(self.tags)
        self.tags.append(tag)
        return number

    def _facts_of(self, template: Template, rich: bool) -> Reading:
        """What is needed of a reading once the core has learned from it: the sums say the rest."""
        reading = template.reading
        said: dict[ClaimTag, tuple[str, Claimed]] = {}
        for name, claim in reading.claims:
            tag = claim_tag(name, claim, template.from_server)
            if tag in self.tag_numbers:
                said.setdefault(tag, (name, claim))
        claims = list(said.values())
        if rich:
            return Reading(claims, reading.done, reading.logins, reading.broken, reading.unread)
        return Reading(claims) if claims else NOTHING

    def _opening(self, name: str, opening: Any) -> list[tuple[bool, int, bytes, int]]:
        if name not in self.numbers:
            return []
        return [(opening.scope == Scope.HOSTS, self.numbers[name], opening.key, self._context_number(opening.value))]

    def _context_number(self, value: Any) -> int:
        if value is None:
            return 0
        known = self.context_numbers.setdefault(value, len(self.contexts))
        if known == len(self.contexts):
            self.contexts.append(value)
        return known


def _mark_kind(mark: Ignored | Value) -> int:
    return ORDERS[mark.order] if isinstance(mark, Value) else 0


def claim_tag(protocol: str, claimed: Claimed, from_server: bool) -> ClaimTag:
    """The tag of a claim that a reading yields."""
    about_server = (claimed.who is Who.ANSWERER) is not from_server
    return ClaimTag(protocol, claimed.attribute, claimed.value, about_server, claimed.component, claimed.ip, claimed.mac)


def _tags(template: Template) -> list[Tag]:
    unanswered = template.protocol.pair is not None and not template.has_answer
    classes: list[Tag] = [ClassTag(name, one.name, one.effect, one.object, unanswered) for name, one in template.reading.done]
    return classes + [claim_tag(name, one, template.from_server) for name, one in template.reading.claims]


def is_rich(reading: Reading) -> bool:
    """True where more is made of each tally than sums: operations, logins, broken rules, what is not read."""
    return bool(reading.broken or reading.unread) or is_kept(reading)


def is_kept(reading: Reading) -> bool:
    """True where every occurrence of the exchange is kept: it does more than discover, identify or read."""
    return bool(reading.logins) or any(done.effect not in COUNTED for _, done in reading.done)
