"""Conversations and message classes: what a source counts, and the totals of the site, which change by what the source counts more.

A source tells its counts anew, each time the whole: the total gets the difference to what the same source told before, read in the same
transaction. So counts of an epoch that goes on are never doubled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import IntegrityError

from fieldwatch.facts.effect import Effect
from fieldwatch.facts.subject import Subject
from fieldwatch.store.effects import BIT
from fieldwatch.store.ingest.contents import Contents, Counted, Said, Talk
from fieldwatch.store.ingest.dialect import Change, Dialect
from fieldwatch.store.ingest.known import Known
from fieldwatch.store.ingest.table import Table, table
from fieldwatch.store.models import Conversation, ConversationCount, MessageClass, MessageCount

TALK_KEY = ("site", "client", "server", "transport", "port")
SAID_KEY = ("conversation", "digest")
TALK_TOTALS = {
    "packets": Change.ADD,
    "size_bytes": Change.ADD,
    "messages": Change.ADD,
    "unanswered": Change.ADD,
    "effects": Change.BITS,
    "first_ns": Change.LEAST,
    "last_ns": Change.GREATEST,
}
SAID_TOTALS = {
    "times": Change.ADD,
    "unanswered": Change.ADD,
    "distinct": Change.ADD,
    "first_ns": Change.LEAST,
    "last_ns": Change.GREATEST,
}
TalkKey = tuple[int, int, int, str, int]
SaidKey = tuple[int, bytes]


def talk_table() -> Table:
    """The table of conversations."""
    return table(Conversation, ("id", *TALK_KEY, "protocol", *TALK_TOTALS), TALK_KEY)


def said_table() -> Table:
    """The table of message classes."""
    return table(MessageClass, ("id", "site", *SAID_KEY, "operation", "effect", "object", *SAID_TOTALS), SAID_KEY)


def talk_counts() -> Table:
    """The table of what sources counted of conversations."""
    fields = ("source", "conversation", "protocol", "packets", "size_bytes", "first_ns", "last_ns")
    return table(ConversationCount, fields, ("source", "conversation"))


def said_counts() -> Table:
    """The table of what sources counted of message classes."""
    return table(MessageCount, ("source", "message_class", *SAID_TOTALS), ("source", "message_class"))


NOTHING = (0, 0, 0)
NEVER_NS = 2**63 - 1


class Memory:
    """Numbers of conversations and message classes, and the protocol that each conversation is shown with."""

    def __init__(self) -> None:
        self.talks: Known[TalkKey] = Known(talk_table)
        self.classes: Known[SaidKey] = Known(said_table)

    def clear(self) -> None:
        """Forgets everything."""
        self.talks.clear()
        self.classes.clear()


class More:
    """What a batch adds to one conversation."""

    def __init__(self) -> None:
        self.packets = self.size_bytes = self.messages = self.unanswered = self.effects = 0
        self.first_ns, self.last_ns = NEVER_NS, 0

    def seen(self, first_ns: int, last_ns: int) -> None:
        """It was going on from the first to the last of these times."""
        self.first_ns, self.last_ns = min(self.first_ns, first_ns), max(self.last_ns, last_ns)

    def row(self) -> tuple[int, ...]:
        """In the order of `TALK_TOTALS`."""
        return self.packets, self.size_bytes, self.messages, self.unanswered, self.effects, self.first_ns, self.last_ns


class Tally:
    """Writes the conversations of one batch. `is_new`: the source has counted nothing yet."""

    def __init__(self, dialect: Dialect, site: int, source: int, is_new: bool, contents: Contents) -> None:
        self.dialect, self.site, self.source, self.is_new, self.contents = dialect, site, source, is_new, contents
        self.talks: dict[Talk, int] = {}
        self.classes: dict[Said, int] = {}
        self.new: set[int] = set()
        self.new_classes: set[int] = set()
        self.more: dict[int, More] = defaultdict(More)

    def write(self, memory: Memory, ends: Mapping[Subject, int]) -> None:
        """Counts of the source, totals of the site."""
        self._find(memory, ends)
        self._find_classes(memory)
        for said, meaning in self.contents.meanings.items():
            self.more[self.talks[said[0]]].effects |= BIT[Effect(meaning[1])]
        changed = self._count_classes()
        protocols = self._count_talks()
        self._write_talks(ends)
        self._write_classes(changed)
        self._write_counts()
        self._settle(protocols)

    def _find(self, memory: Memory, ends: Mapping[Subject, int]) -> None:
        keys: dict[Talk, TalkKey] = {talk: (self.site, ends[talk[0]], ends[talk[1]], talk[2], talk[3]) for talk in self.contents.talks}
        numbers = memory.talks.find(self.dialect, keys.values())
        made = memory.talks.make(self.dialect, [key for key in keys.values() if key not in numbers])
        numbers |= made
        self.new.update(made.values())
        self.talks = {talk: numbers[key] for talk, key in keys.items()}

    def _find_classes(self, memory: Memory) -> None:
        keys: dict[Said, SaidKey] = {said: (self.talks[said[0]], said[1]) for said in self.contents.meanings}
        numbers = memory.classes.find(self.dialect, [key for key in keys.values() if key[0] not in self.new])
        made = memory.classes.make(self.dialect, [key for key in keys.values() if key not in numbers])
        numbers |= made
        self.new_classes.update(made.values())
        self.classes = {said: numbers[key] for said, key in keys.items()}

    def _before(self, counts: Table, of: str, numbers: list[int], fields: tuple[str, ...]) -> dict[int, tuple[int, ...]]:
        """What the source counted before this batch."""
        if self.is_new or not numbers:
            return {}
        keys = [(self.source, number) for number in numbers]
        return {row[0]: tuple(row[1:]) for row in self.dialect.find(counts, ("source_id", of), keys, (of, *fields))}

    def _count_classes(self) -> dict[int, tuple[int, ...]]:
        """What each message class gets more, by its number, in the order of `SAID_TOTALS`."""
        heard = {self.classes[said]: (self.talks[said[0]], one) for said, one in self.contents.heard.items()}
        old = [number for number in heard if number not in self.new_classes]
        before = self._before(said_counts(), "message_class_id", old, ("times", "unanswered", "distinct"))
        changed: dict[int, tuple[int, ...]] = {}
        for number, (talk, one) in heard.items():
            times, unanswered, distinct = before.get(number, NOTHING)
            changed[number] = (one.times - times, one.unanswered - unanswered, one.distinct - distinct, one.first_ns, one.last_ns)
            more = self.more[talk]
            more.messages += one.times - times
            more.unanswered += one.unanswered - unanswered
            more.seen(one.first_ns, one.last_ns)
        return changed

    def _count_talks(self) -> dict[int, Counted]:
        """Adds what the source counts more. Returns the conversations of which it may know another protocol than is shown."""
        counted = {self.talks[talk]: one for talk, one in self.contents.talks.items() if one is not None}
        before = self._before(
            talk_counts(), "conversation_id", [number for number in counted if number not in self.new], ("packets", "size_bytes")
        )
        for number, one in counted.items():
            packets, size_bytes = before.get(number, NOTHING[:2])
            more = self.more[number]
            more.packets += one.packets - packets
            more.size_bytes += one.size_bytes - size_bytes
            more.seen(one.first_ns, one.last_ns)
        return {number: one for number, one in counted.items() if number not in self.new}

    def _write_talks(self, ends: Mapping[Subject, int]) -> None:
        new, changed, marked = [], [], []
        for talk, number in self.talks.items():
            more, counted = self.more[number], self.contents.talks[talk]
            if number in self.new:
                self._or_of_slices(talk, more)
                protocol = counted.protocol if counted else ""
                new.append((number, self.site, ends[talk[0]], ends[talk[1]], talk[2], talk[3], protocol, *more.row()))
            elif more.first_ns < NEVER_NS:
                changed.append((number, *more.row()))
            elif more.effects:
                marked.append((number, more.effects))
        self.dialect.insert(talk_table(), new)
        self.dialect.change(talk_table(), ("id",), TALK_TOTALS, "packets", changed)
        self.dialect.change(talk_table(), ("id",), {"effects": Change.BITS}, "packets", marked)

    def _or_of_slices(self, talk: Talk, more: More) -> None:
        """A conversation of which only slices are known yet has the times of these, until its own are told."""
        if more.first_ns == NEVER_NS:
            starts = [count[0] for said, counts in self.contents.slices.items() if said[0] == talk for count in counts]
            more.seen(min(starts, default=0), max(starts, default=0))

    def _write_classes(self, changed: dict[int, tuple[int, ...]]) -> None:
        new = []
        for said, number in self.classes.items():
            if number in self.new_classes:
                starts = [count[0] for count in self.contents.slices.get(said, ())]
                totals = changed.pop(number, (*NOTHING, min(starts, default=0), max(starts, default=0)))
                new.append((number, self.site, self.talks[said[0]], said[1], *self.contents.meanings[said], *totals))
        self.dialect.insert(said_table(), new)
        rows = [(number, *totals) for number, totals in changed.items()]
        self.dialect.change(said_table(), ("id",), SAID_TOTALS, "times", rows)

    def _write_counts(self) -> None:
        talks = [(self.source, self.talks[talk], *one) for talk, one in self.contents.talks.items() if one is not None]
        self._upsert(talk_counts(), talks, self.new)
        heard = [(self.source, self.classes[said], *one) for said, one in self.contents.heard.items()]
        self._upsert(said_counts(), heard, self.new_classes)

    def _upsert(self, counts: Table, rows: Sequence[tuple[object, ...]], new: set[int]) -> None:
        """Counts of what is new cannot be there yet."""
        self.dialect.insert(counts, [row for row in rows if row[1] in new])
        self.dialect.upsert(counts, [row for row in rows if row[1] not in new])

    def _settle(self, told: dict[int, Counted]) -> None:
        """A conversation is shown with the protocol that was seen in most packets: of one source, as rows of one key are merged."""
        if not told:
            return
        rows = self.dialect.find(talk_table(), ("id",), [(number,) for number in told], ("id", "protocol"))
        shown: dict[int, str] = {row[0]: row[1] for row in rows}
        if len(shown) < len(told):
            raise IntegrityError("conversations that the store had are gone")
        asked = [(number,) for number, one in told.items() if shown[number] != one.protocol]
        best: dict[int, tuple[int, str]] = {}
        for number, packets, protocol in self.dialect.find(
            talk_counts(), ("conversation_id",), asked, ("conversation_id", "packets", "protocol")
        ):
            best[number] = max(best.get(number, (0, "")), (packets, protocol))
        rows = [(number, protocol) for number, (_, protocol) in best.items() if protocol != shown[number]]
        self.dialect.change(talk_table(), ("id",), {"protocol": Change.SET}, "packets", rows)
