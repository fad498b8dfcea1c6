"""What a sensor or a reader of captures hands to a store: the facts of one source, in numbered batches.

A *source* is one capture file (its identity is `sha256:` and the digest of its bytes, whatever its name and whoever brings it), or one
epoch of a sensor's interface (`live:` sensor, interface, and when the epoch began).

Two rules make a resent batch harmless. Batches of a source are numbered from 1 and are taken in that order, each once: its number is
recorded in the transaction that takes it. And rows are *cumulative*: a row replaces the one of the same source, type and `key`, so that a
source that goes on tells the new state of what changed, and nothing else. Occurrences of an operation replace those of the same operation
and frame, and those of other frames stay. Only slices add up: a slice is told once, when its time is over.
"""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts.effect import Effect
from fieldwatch.facts.records import Claim, Conversation, Gap, Login, Malformed, Operation, Sighting, Undecoded
from fieldwatch.facts.subject import Subject

MOST_ROWS = 1_000
"""Rows of one batch: a row's message classes, occurrences and counts by time are rows too."""

SLICE_NS = 300_000_000_000
"""How long a slice is: five minutes, counted from 1970."""


class Slice(NamedTuple):
    """How often a message class was seen, by time. `counts`: start of the slice (ns, UTC; a multiple of `SLICE_NS`), times, unanswered."""

    client: Subject
    server: Subject
    transport: str
    port: int
    operation: str
    effect: Effect
    object: str
    counts: tuple[tuple[int, int, int], ...]


class Proof(NamedTuple):
    """A frame that proves facts, for sources whose frames the store cannot read again. Never one that holds credentials.

    `link` is its link type, `wire_length` how long it was on the wire; `data` may be cut to what was captured.
    """

    frame: int
    link: int
    seen_ns: int
    data: bytes
    wire_length: int


Row = Claim | Conversation | Operation | Login | Malformed | Undecoded | Gap | Sighting | Proof | Slice


class Source(NamedTuple):
    """What the facts are from; cumulative, like rows. `kind` is `capture` or `live`; `name` is for people: the file's, or the interface's.

    `truncated` says what is missing at the end of a file; `counters` are what was shed, skipped and not decoded, by name.
    """

    identity: str
    kind: str
    name: str
    packets: int
    size_bytes: int
    first_ns: int | None
    last_ns: int | None
    truncated: str
    counters: tuple[tuple[str, int], ...]


class Batch(NamedTuple):
    """Rows of one source. Slices that ended by `told_ns` have been told, in this batch or before it. `is_last`: nothing comes after it."""

    source: Source
    number: int
    told_ns: int
    rows: tuple[Row, ...]
    is_last: bool


def key(row: Row) -> tuple[object, ...]:
    """What a row is about: of a source's rows of one type and key, the latest counts (of slices, each)."""
    if isinstance(row, Claim):
        return (row.subject, row.evidence.protocol, row.attribute, row.value)
    if isinstance(row, Conversation):
        return (row.client, row.server, row.transport, row.port)
    if isinstance(row, Operation):
        return (row.actor, row.target, row.protocol, row.name, row.effect, row.object, row.technique)
    if isinstance(row, Login):
        return (row.client, row.server, row.protocol, row.username, row.secret, row.cleartext, row.result)
    if isinstance(row, Malformed):
        return (row.speaker, row.protocol, row.reason, row.clause, row.have, row.allowed)
    if isinstance(row, Undecoded):
        return (row.protocol, row.function, row.reason)
    if isinstance(row, Gap):
        return (row.protocol, row.client, row.server)
    if isinstance(row, Sighting):
        return (row.ip, row.mac, row.vlan)
    if isinstance(row, Proof):
        return (row.frame,)
    return (row.client, row.server, row.transport, row.port, row.operation, row.effect, row.object)
