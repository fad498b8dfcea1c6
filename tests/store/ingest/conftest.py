"""Facts of a small plant, as batches, and what the store holds of them whatever the numbers of its rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from fieldwatch.facts import (
    Batch,
    Claim,
    Conversation,
    Effect,
    Evidence,
    Gap,
    Login,
    Malformed,
    MessageClass,
    Occurrence,
    Operation,
    Row,
    Sighting,
    Slice,
    Source,
    Span,
    Subject,
    Undecoded,
)
from fieldwatch.facts.batch import SLICE_NS, Proof
from fieldwatch.pipeline.batches import batches
from fieldwatch.store import models
from fieldwatch.store.history.read import History
from fieldwatch.store.ingest import Answer, Writer

START_NS = 1_700_000_000_000_000_000 // SLICE_NS * SLICE_NS
PLC, HMI = Subject("10.0.0.10", "02:00:00:00:00:0a"), Subject("10.0.0.5", "02:00:00:00:00:05")


def source(identity: str = "sha256:aa", kind: str = "capture", packets: int = 10) -> Source:
    """A source of this identity."""
    return Source(identity, kind, f"{identity}.pcap", packets, 1000, START_NS, START_NS + 10, "", (("shed", 1),))


def evidence(frame: int = 1, protocol: str = "modbus", at: int = 0) -> Evidence:
    """One span of a frame."""
    return Evidence("", (Span(frame, 54, 8),), START_NS + at, protocol)


def conversation(
    times: int = 5, *, client: Subject = HMI, protocol: str = "modbus", packets: int = 0, operation: str = "read"
) -> Conversation:
    """A conversation with one message class that was seen so often."""
    said = MessageClass(operation, Effect.READ, "holding register 0-1", times, 1, 1, START_NS + 5, START_NS + times * 10)
    return Conversation(client, PLC, "tcp", 502, protocol, packets or times * 2, times * 120, START_NS, START_NS + times * 10, (said,))


def slices(*counts: tuple[int, int, int], operation: str = "read") -> Slice:
    """The message class of `conversation` by time: number of the slice, times, unanswered."""
    told = tuple((START_NS + number * SLICE_NS, times, unanswered) for number, times, unanswered in counts)
    return Slice(HMI, PLC, "tcp", 502, operation, Effect.READ, "holding register 0-1", told)


def operation(*frames: int, times: int = 0, name: str = "write register") -> Operation:
    """A write of a register, seen twice in each of these frames."""
    seen = tuple(Occurrence(frame, START_NS + frame, (("value", str(number)),), "ok") for frame in frames for number in (1, 2))
    return Operation(HMI, PLC, "modbus", name, Effect.WRITE, "holding register 7", "T0831", times or len(seen), seen, evidence(9))


def everything(salt: str = "") -> list[Row]:
    """A row of every type."""
    return [
        Sighting(PLC.ip, PLC.mac, 0, START_NS, START_NS + 9, 40, "", 1, 64),
        Claim(PLC, "model", f"PM-5{salt}", evidence(3)),
        Claim(PLC._replace(component="unit 3"), "firmware", "2.1", evidence(4)),
        conversation(),
        slices((0, 3, 1), (1, 2, 0)),
        operation(11, 12),
        Login(HMI, PLC, "ftp", "root", "ab" * 16, True, "refused", 2, (5, 6), evidence(5, "ftp")),
        Malformed(PLC, "modbus", "count", "[APP] 6.3", "130", "1..125", 3, evidence(7)),
        Undecoded("s7comm", "userdata 9", "no reading", 4, evidence(8, "s7comm")),
        Gap("modbus", HMI, PLC, 2, 300),
        Proof(3, 1, START_NS, b"\0\1\2" + salt.encode(), 60),
    ]


def random_rows(seed: int, count: int = 60) -> list[Row]:
    """Rows of a plant in which sources see much of the same, and tell growing counts of it."""
    dice = random.Random(seed)
    ends = [Subject(f"10.0.0.{last}", f"02:00:00:00:00:{last:02x}") for last in range(1, 9)]
    made: list[Row] = []
    for number in range(count):
        client, server = dice.sample(ends, 2)
        words, times = dice.choice(("read", "write", "browse")), number * 9 + dice.randint(1, 9)
        classes = tuple(
            MessageClass(
                f"{words} {one}", dice.choice((Effect.READ, Effect.WRITE)), "x", times, 0, 1, START_NS + one, START_NS + times * 100
            )
            for one in range(dice.randint(1, 4))
        )
        protocol = dice.choice(("modbus", "s7comm"))
        made.append(
            Conversation(
                client, server, "tcp", dice.choice((102, 502)), protocol, times * 2, times, START_NS + 1, START_NS + times, classes
            )
        )
        made.append(Claim(server, "model", f"M{dice.randint(1, 5)}", evidence(dice.randint(1, 99))))
        made.append(Sighting(client.ip, client.mac, 0, START_NS, START_NS + 1, times, "", 1, 64))
        made.append(operation(dice.randint(1, 50), name=f"{words} {dice.randint(1, 3)}"))
    return made


def as_batches(told: Source, rows: Iterable[Row], most: int = 25) -> list[Batch]:
    """Rows as batches that end."""
    return list(batches(told, rows, most=most))


@pytest.fixture
def site(db: Any) -> int:
    """A site."""
    return models.Site.objects.create(slug="works", name="Works").pk


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    """A writer whose history is in a folder of the test."""
    return Writer(tmp_path / "history")


@pytest.fixture
def taken(site: int, writer: Writer) -> Callable[..., Writer]:
    """Takes batches, in the order given; each must be new."""

    def take(*told: Batch) -> Writer:
        for batch in told:
            assert writer.take(site, batch).answer is Answer.TAKEN
        return writer

    return take


END = ("ip", "mac", "vlan", "component")
WHAT: dict[Any, tuple[str, ...]] = {
    models.End: END,
    models.Claim: ("source__identity", *(f"end__{one}" for one in END), "protocol", "attribute", "value", "seen_ns", "spans"),
    models.Sighting: ("source__identity", "end__ip", "packets", "first_ns", "last_ns", "frame", "greatest_ttl"),
    models.Login: (
        "source__identity",
        "client__ip",
        "server__ip",
        "protocol",
        "username",
        "secret",
        "cleartext",
        "times",
        "frames",
        "spans",
    ),
    models.Malformed: ("source__identity", "speaker__ip", "reason", "clause", "have", "allowed", "times", "seen_ns"),
    models.Undecoded: ("source__identity", "protocol", "function", "reason", "times"),
    models.Gap: ("source__identity", "client__ip", "server__ip", "protocol", "times", "size_bytes"),
    models.Proof: ("source__identity", "frame", "link", "seen_ns", "data", "wire_length"),
    models.Conversation: (
        *("client__ip", "server__ip", "transport", "port", "protocol", "packets", "size_bytes", "messages", "unanswered", "effects"),
        *("first_ns", "last_ns"),
    ),
    models.ConversationCount: ("source__identity", "conversation__client__ip", "conversation__server__ip", "conversation__port", "packets"),
    models.MessageClass: (
        *("conversation__client__ip", "conversation__server__ip", "conversation__port", "operation", "effect", "object", "times"),
        *("unanswered", "distinct", "first_ns", "last_ns"),
    ),
    models.MessageCount: (
        "source__identity",
        "message_class__conversation__port",
        "message_class__operation",
        "times",
        "first_ns",
        "last_ns",
    ),
    models.Operation: ("source__identity", "actor__ip", "target__ip", "name", "effect", "object", "technique", "times", "seen_ns", "spans"),
    models.Occurrence: ("operation__source__identity", "operation__name", "frame", "ordinal", "seen_ns", "values", "result", "effect"),
    models.Source: ("identity", "kind", "name", "state", "packets", "counters", "batches", "told_ns"),
}


def content(history: Path | None = None) -> dict[str, list[str]]:
    """All rows of facts, without the numbers that the database gave them; with the sums of the history, where its folder is given."""
    found = {}
    for model, fields in WHAT.items():
        rows = [tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in model.objects.values_list(*fields)]
        found[model.__name__] = sorted(map(repr, rows))
    if history is not None:
        names = {
            one.pk: (one.conversation.client.ip, one.operation)
            for one in models.MessageClass.objects.select_related("conversation__client")
        }
        with History(history) as reader:
            sums = [(names[row.message_class], row.slice_ns, row.times, row.unanswered) for row in reader.counts(None).rows]
        found["History"] = sorted(map(repr, sums))
    return found
