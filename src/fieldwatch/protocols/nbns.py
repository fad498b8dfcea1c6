"""NetBIOS name service: names of computers and of their groups.

Standards: [NBNS] RFC 1002 (1987), 4.2; name suffixes as Microsoft publishes them ("NetBIOS suffixes").
Not decoded: redirects, wait acknowledgements.
"""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts import Effect
from fieldwatch.protocols import _dns_records as records
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._protocol import (
    At,
    Bytes,
    Case,
    Claimed,
    Context,
    Datagram,
    Distinct,
    Done,
    Exchange,
    Facts,
    Ignored,
    Pair,
    Part,
    Port,
    Protocol,
    Role,
    Side,
    Unread,
    Who,
)

# ---------------------------------------------------------------------------------------------------------------- tables

OPERATIONS = {
    0: ("Name query", Effect.DISCOVER),
    5: ("Name registration", Effect.DISCOVER),
    6: ("Name release", Effect.DISCOVER),
    8: ("Name refresh", Effect.DISCOVER),
    9: ("Name refresh", Effect.DISCOVER),
    15: ("Multi-homed name registration", Effect.DISCOVER),
}
"""[NBNS] 4.2.1.1 OPCODE."""

TELLS = frozenset({5, 8, 9, 15})
"""Operations in which a host tells its own name."""

LETTERS = b"ABCDEFGHIJKLMNOP"
TO_HEX = bytes.maketrans(LETTERS, b"0123456789abcdef")
"""[NBNS] 4.1: the letter of each half of a byte."""

WORKSTATION, MESSENGER, SERVER, BROWSER_ELECTION = 0x00, 0x03, 0x20, 0x1E
GROUP = 0x8000
"""[NBNS] 4.2.1.3: the G bit of NB_FLAGS and of NAME_FLAGS."""

RESULTS = {0: "ok", 1: "format error", 2: "server failure", 3: "name error", 4: "not implemented", 5: "refused", 6: "active", 7: "conflict"}
"""[NBNS] 4.2.6."""

# ----------------------------------------------------------------------------------------------------------------- parse


class Name(NamedTuple):
    """A NetBIOS name without its padding, and the suffix that says which service has it."""

    name: str
    suffix: int


def parse(exchange: Exchange, context: Context) -> Facts:
    """A question about a name, or a host's claim to one, with the answer."""
    question = None if exchange.request is None else records.read(exchange.request, Side.REQUEST)
    if question:
        yield from question.marks()
    answer = None if exchange.answer is None else records.read(exchange.answer, Side.ANSWER)
    if answer:
        yield from answer.marks()
    first = question or answer
    if first is None:
        return
    opcode = first.flags >> 11 & 0x0F
    if opcode not in OPERATIONS:
        yield Unread(f"opcode {opcode}")
        return
    yield from _done(first, opcode, "" if answer is None else RESULTS.get(answer.flags & 0x0F, f"rcode {answer.flags & 0x0F}"))
    if question and opcode in TELLS:
        yield from _registered(question)
    for record in answer.records if answer else ():
        if record.kind == records.NBSTAT:
            yield from _status(record, answer.raw if answer else b"")
        elif record.kind == records.NB and opcode == 0 and answer:
            yield from _resolved(answer, record)


def _done(first: records.Message, opcode: int, result: str) -> Facts:
    name, effect = OPERATIONS[opcode]
    start = first.questions[0].start if first.questions else first.records[0].start if first.records else None
    kind = first.questions[0].kind if first.questions else first.records[0].kind if first.records else 0
    own = None if start is None else _name(first.raw, start)
    if opcode == 0 and kind == records.NBSTAT:
        name, effect = "Node status", Effect.IDENTIFY
    thing = f"{own.name}<{own.suffix:02x}>" if own else ""
    yield Done(name, effect, At(first.side, 0, records.HEADER), thing, (), result, "T0888" if name == "Node status" else "")
    if first.questions:
        yield Distinct(first.side, first.questions[0].start, first.questions[0].end - first.questions[0].start)


def _name(raw: bytes, at: int) -> Name | None:
    """[NBNS] 4.1: sixteen bytes, each as two letters from `A`; the last is the suffix."""
    labels = records.labels(raw, at)
    if not labels or len(labels[0]) != 32:
        return None
    if labels[0].translate(None, LETTERS):
        return None
    plain = bytes.fromhex(labels[0].translate(TO_HEX).decode())
    return Name(text(plain[:15], "latin-1"), plain[15])


def _attribute(own: Name, group: bool) -> str:
    """What a name names: a computer, a workgroup, or neither."""
    if not own.name or not own.name.isprintable() or own.name == "*":
        return ""
    if group:
        return "workgroup" if own.suffix in {WORKSTATION, BROWSER_ELECTION} else ""
    return "host_name" if own.suffix in {WORKSTATION, SERVER} else ""


def _registered(message: records.Message) -> Facts:
    """The name that the sender claims; the additional record says whether it is a group's."""
    for record in message.records:
        own = _name(message.raw, record.start)
        if own and record.kind == records.NB and record.length >= 6:
            flags = int.from_bytes(message.raw[record.data : record.data + 2], "big")
            if attribute := _attribute(own, bool(flags & GROUP)):
                start = message.questions[0].start if message.questions else record.start
                yield Claimed(attribute, own.name, At(message.side, start, 34), Who.ASKER)


def _resolved(message: records.Message, record: records.Record) -> Facts:
    """A positive answer names the owners' addresses: [NBNS] 4.2.13."""
    own = _name(message.raw, record.start)
    if own is None:
        return
    for at in range(record.data, record.data + record.length - 5, 6):
        flags = int.from_bytes(message.raw[at : at + 2], "big")
        if (attribute := _attribute(own, bool(flags & GROUP))) == "host_name":
            yield Claimed(attribute, own.name, At(message.side, at + 2, 4), ip=records.address(message.raw[at + 2 : at + 6]))


def _status(record: records.Record, raw: bytes) -> Facts:
    """The names of a node: [NBNS] 4.2.18. The statistics behind them begin with the unit's id, the counters are ignored."""
    cursor = Cursor(raw, record.data, record.data + record.length, Side.ANSWER)
    names: list[tuple[Name, bool, At]] = []
    for _ in range(cursor.u8()):
        plain = cursor.take(16)
        at = cursor.span(16)
        names.append((Name(text(plain[:15], "latin-1"), plain[15]), bool(cursor.u16() & GROUP), at))
    hosts = set()
    for own, group, at in names:
        if attribute := _attribute(own, group):
            hosts.add(own.name)
            yield Claimed(attribute, own.name, at)
    for own, group, at in names:
        if own.suffix == MESSENGER and not group and own.name and own.name.isprintable() and own.name not in hosts:
            yield Claimed("username", own.name, at)
    if cursor.left > 6:
        yield Ignored(Side.ANSWER, cursor.at + 6, cursor.left - 6)


_KEY, _KIND = (Bytes(0, 2),), (Bytes(2, 1, b"\xf8"),)

PROTOCOL = Protocol(
    name="nbns",
    title="NetBIOS name service",
    parse=parse,
    where=(Port(137, "udp"),),
    frame=Datagram(),
    cases=(
        Case(when=(Part(2, (b"\x80",), b"\x80"),), role=Role.ANSWER, key=_KEY, kind=_KIND),
        Case(role=Role.REQUEST, key=_KEY, kind=_KIND),
    ),
    pair=Pair(),
    vital=frozenset({b"\x80", b"\x28"}),
    kinds={
        b"\x00": "Name query",
        b"\x80": "Name query response",
        b"\x28": "Name registration",
        b"\xa8": "Name registration response",
        b"\x30": "Name release",
        b"\x40": "Name refresh",
    },
    decoded=("queries", "node status", "registrations"),
    not_decoded=("redirects", "wait acknowledgements"),
)
