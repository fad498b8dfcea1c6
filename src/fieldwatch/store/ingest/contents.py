"""A batch made ready outside of any transaction: text clean, digests made, and of rows with one key only the last."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from fieldwatch.facts.batch import Batch, Slice
from fieldwatch.facts.records import Conversation, Operation
from fieldwatch.facts.subject import Subject
from fieldwatch.store.ingest.plain import PLAIN, Key, cleaned
from fieldwatch.store.ingest.text import clean, digest, json_of, numbers

Talk = tuple[Subject, Subject, str, int]
"""A conversation: client, server, transport, port."""

Said = tuple[Talk, bytes]
"""A message class of it, by its digest."""


class Counted(NamedTuple):
    """A conversation as its source counts it."""

    protocol: str
    packets: int
    size_bytes: int
    first_ns: int
    last_ns: int


class Heard(NamedTuple):
    """A message class as its source counts it."""

    times: int
    unanswered: int
    distinct: int
    first_ns: int
    last_ns: int


class Done(NamedTuple):
    """An operation; `row` is its columns from `protocol` to `digest`."""

    actor: Subject
    target: Subject
    effect: str
    row: tuple[Any, ...]


@lru_cache(1 << 16)
def _meaning(operation: str, effect: str, about: str) -> tuple[tuple[str, str, str], bytes]:
    """Operation, effect and object as they are kept, and their digest; the same ones come again and again."""
    made = clean(operation), str(effect), clean(about)
    return made, digest(*made)


class Contents:
    """What is in a batch, by kind and key."""

    def __init__(self, batch: Batch) -> None:
        self.ends: dict[Subject, None] = {}
        self.plain: dict[type, dict[Key, tuple[Any, ...]]] = {}
        self.talks: dict[Talk, Counted | None] = {}
        self.meanings: dict[Said, tuple[str, str, str]] = {}
        self.heard: dict[Said, Heard] = {}
        self.slices: dict[Said, list[tuple[int, int, int]]] = {}
        self.done: dict[bytes, Done] = {}
        self.frames: dict[bytes, dict[int, list[tuple[int, str, str]]]] = {}
        for row in batch.rows:
            self._take(row)

    def _take(self, row: Any) -> None:
        if isinstance(row, Conversation):
            self._conversation(row)
        elif isinstance(row, Operation):
            self._operation(row)
        elif isinstance(row, Slice):
            self._slice(row)
        else:
            plain = PLAIN[type(row)]
            key, values = plain.read(row)
            self.plain.setdefault(type(row), {})[key] = values
            self.ends.update(dict.fromkeys(values[: len(plain.ends)]))

    def _talk(self, row: Conversation | Slice) -> Talk:
        client, server = cleaned(row.client), cleaned(row.server)
        self.ends[client] = self.ends[server] = None
        return client, server, clean(row.transport), row.port

    def _said(self, talk: Talk, operation: str, effect: str, about: str) -> Said:
        meaning, made = _meaning(operation, effect, about)
        said = talk, made
        self.meanings[said] = meaning
        return said

    def _conversation(self, row: Conversation) -> None:
        talk = self._talk(row)
        self.talks[talk] = Counted(clean(row.protocol), row.packets, row.size_bytes, row.first_ns, row.last_ns)
        for one in row.messages:
            said = self._said(talk, one.operation, one.effect, one.object)
            self.heard[said] = Heard(one.times, one.unanswered, one.distinct, one.first_ns, one.last_ns)

    def _slice(self, row: Slice) -> None:
        talk = self._talk(row)
        self.talks.setdefault(talk, None)
        self.slices.setdefault(self._said(talk, row.operation, row.effect, row.object), []).extend(row.counts)

    def _operation(self, row: Operation) -> None:
        actor, target = cleaned(row.actor), cleaned(row.target)
        self.ends[actor] = self.ends[target] = None
        effect = str(row.effect)
        words = clean(row.protocol), clean(row.name), effect, clean(row.object), clean(row.technique)
        made, seen = digest(*actor, *target, *words), row.evidence
        self.done[made] = Done(actor, target, effect, (*words, row.times, seen.seen_ns, numbers(seen.spans), made))
        told: dict[int, list[tuple[int, str, str]]] = {}
        for one in row.occurrences:
            values = json_of([(clean(name), clean(value)) for name, value in one.values]) if one.values else "[]"
            told.setdefault(one.frame, []).append((one.seen_ns, values, clean(one.result)))
        self.frames.setdefault(made, {}).update(told)
