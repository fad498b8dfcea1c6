"""LLMNR: hosts without a name server ask each other for names.

Standards: [LLMNR] RFC 4795 (2007); its message format is that of DNS.
Not decoded: LLMNR over TCP, the data of records other than A, AAAA and PTR.
"""

from __future__ import annotations

from fieldwatch.facts import Effect
from fieldwatch.protocols import _dns_records as records
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
    Pair,
    Part,
    Port,
    Protocol,
    Role,
    Side,
)

# ----------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """A question, and the answer of the host that has the name."""
    question = None if exchange.request is None else records.read(exchange.request, Side.REQUEST)
    if question:
        yield from question.marks()
        yield from records.broken_names(question)
    answer = None if exchange.answer is None else records.read(exchange.answer, Side.ANSWER)
    if answer:
        yield from answer.marks()
        yield from records.broken_names(answer)
    first = question or answer
    if first is None:
        return
    yield Done("Query", Effect.DISCOVER, At(first.side, 0, records.HEADER), first.asked(), (), answer.result if answer else "")
    if first.questions:
        asked = first.questions[0]
        yield Distinct(first.side, asked.start, asked.end - asked.start)
    if answer and answer.is_answer:
        yield from _claims(answer)


def _claims(answer: records.Message) -> Facts:
    for record in answer.records:
        named = {records.A: record.start, records.AAAA: record.start, records.PTR: record.data}.get(record.kind)
        if record.section == 1 and named is not None and (name := answer.name(named)):
            yield Claimed("host_name", name, At(Side.ANSWER, record.data, record.length))


_KEY, _KIND = (Bytes(0, 2),), (Bytes(2, 1, b"\x80"),)

PROTOCOL = Protocol(
    name="llmnr",
    title="LLMNR",
    parse=parse,
    where=(Port(5355, "udp"),),
    frame=Datagram(),
    cases=(
        Case(when=(Part(2, (b"\x80",), b"\x80"),), role=Role.ANSWER, key=_KEY, kind=_KIND),
        Case(role=Role.REQUEST, key=_KEY, kind=_KIND),
    ),
    pair=Pair(),
    vital=frozenset({b"\x80"}),
    kinds={b"\x00": "Query", b"\x80": "Response"},
    decoded=("questions", "host names"),
    not_decoded=("LLMNR over TCP", "data of records other than A, AAAA and PTR"),
)
