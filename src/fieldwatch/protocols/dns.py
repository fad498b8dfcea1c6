"""DNS: which names are asked for, and the answers.

Standards: [DNS] RFC 1035 (1987), 4.1; [UPDATE] RFC 2136 (1997); opcodes by IANA's registry.
Not decoded: DNS over TCP, the data of records other than A and AAAA, DNSSEC, EDNS options.
"""

from __future__ import annotations

from fieldwatch.facts import Effect, Values
from fieldwatch.protocols import _dns_records as records
from fieldwatch.protocols._protocol import (
    At,
    Bytes,
    Case,
    Context,
    Datagram,
    Distinct,
    Done,
    Exchange,
    Facts,
    Looks,
    Pair,
    Part,
    Port,
    Protocol,
    Role,
    Side,
    Unread,
    Value,
)

# ---------------------------------------------------------------------------------------------------------------- tables

OPCODES = {0: ("Query", Effect.DISCOVER), 2: ("Status", Effect.DIAGNOSE), 4: ("Notify", Effect.DISCOVER), 5: ("Update", Effect.CONFIGURE)}

# ----------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """A question with its answer. Names are class, the data of answers values."""
    question = None if exchange.request is None else records.read(exchange.request, Side.REQUEST)
    if question:
        yield from _marks(question)
    answer = None if exchange.answer is None else records.read(exchange.answer, Side.ANSWER)
    if answer:
        yield from _marks(answer)
    first = question or answer
    if first is None:
        return
    opcode = first.flags >> 11 & 0x0F
    if opcode not in OPCODES:
        yield Unread(f"opcode {opcode}")
        return
    name, effect = OPCODES[opcode]
    values = _addresses(answer) if answer else ()
    yield Done(name, effect, At(first.side, 0, records.HEADER), first.asked(), values, answer.result if answer else "")
    if first.questions:
        asked = first.questions[0]
        yield Distinct(first.side, asked.start, asked.end - asked.start)


def _marks(message: records.Message) -> Facts:
    yield from message.marks()
    yield from records.broken_names(message)
    for record in message.records:
        if record.length and record.kind != records.OPT:
            yield Value(message.side, record.data, record.length)


def _addresses(message: records.Message) -> Values:
    found = [record for record in message.records if record.section == 1 and (record.kind, record.length) in {(1, 4), (28, 16)}]
    return tuple((records.type_name(one.kind), records.address(message.raw[one.data : one.data + one.length])) for one in found)


_IS_ANSWER = Part(2, (b"\x80",), b"\x80")
_KIND = (Bytes(2, 1, b"\xf8"),)

PROTOCOL = Protocol(
    name="dns",
    title="DNS",
    parse=parse,
    where=(Port(53, "udp"),),
    frame=Datagram(),
    looks=(Looks((Part(4, (b"\x00\x00", b"\x00\x01")),), least=12, anywhere=False),),
    cases=(
        Case(when=(_IS_ANSWER,), role=Role.ANSWER, key=(Bytes(0, 2),), kind=_KIND),
        Case(role=Role.REQUEST, key=(Bytes(0, 2),), kind=_KIND),
    ),
    pair=Pair(),
    vital=frozenset({b"\x28", b"\xa8"}),
    kinds={
        b"\x00": "Query",
        b"\x80": "Query response",
        b"\x20": "Notify",
        b"\xa0": "Notify response",
        b"\x28": "Update",
        b"\xa8": "Update response",
    },
    decoded=("questions", "results", "A and AAAA answers"),
    not_decoded=("DNS over TCP", "other record data", "DNSSEC", "EDNS options"),
)
