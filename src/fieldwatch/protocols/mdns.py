"""Multicast DNS and DNS-SD: devices on the local network announce their names and services.

Standards: [MDNS] RFC 6762 (2013); [SD] RFC 6763 (2013).
Not decoded: SRV, HINFO and NSEC data.
"""

from __future__ import annotations

from fieldwatch.facts import Effect
from fieldwatch.protocols import _dns_records as records
from fieldwatch.protocols._cursor import text
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
    Port,
    Protocol,
    Role,
    Side,
    Who,
)

# ---------------------------------------------------------------------------------------------------------------- tables

ALL_SERVICES = "_services._dns-sd._udp."
"""[SD] 9: the name under which service types are listed."""

# ----------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """What a query asks for, or what a response says of its sender; responses come unasked too."""
    raw, side = exchange.alone()
    message = records.read(raw, side)
    yield from message.marks()
    yield from records.broken_names(message)
    head = At(side, 0, records.HEADER)
    if not message.is_answer:
        yield Done("Query", Effect.DISCOVER, head, message.asked())
        if message.questions:
            yield Distinct(side, message.questions[0].start, message.questions[0].end - message.questions[0].start)
        return
    yield Done("Response", Effect.DISCOVER, head, message.told(), result=message.result)
    for record in message.records:
        yield from _claims(message, record, Who.ASKER if side is Side.REQUEST else Who.ANSWERER)


def _claims(message: records.Message, record: records.Record, who: Who) -> Facts:
    owner = message.name(record.start)
    at = At(message.side, record.data, record.length)
    if record.kind in {records.A, records.AAAA} and owner:
        yield Claimed("host_name", owner, at, who)
    elif record.kind == records.PTR and "._" in owner:
        pointed = message.name(record.data)
        if owner.startswith(ALL_SERVICES):
            if pointed:
                yield Claimed("service_type", pointed, at, who)
        else:
            yield Claimed("service_type", owner[owner.index("_") :], At(message.side, record.start, record.data - 10 - record.start), who)
            if pointed:
                yield Claimed("service_instance", pointed, at, who)
    elif record.kind == records.TXT:
        component = owner.removesuffix(".local")
        for offset, raw in records.strings(message.raw[record.data : record.data + record.length]):
            if said := text(raw):
                yield Claimed("txt", said, At(message.side, record.data + offset, len(raw)), who, component)


_KIND = (Bytes(2, 1, b"\x80"),)

PROTOCOL = Protocol(
    name="mdns",
    title="Multicast DNS",
    parse=parse,
    where=(Port(5353, "udp"),),
    frame=Datagram(),
    cases=(Case(role=Role.ALONE, kind=_KIND),),
    vital=frozenset({b"\x80"}),
    kinds={b"\x00": "Query", b"\x80": "Response"},
    decoded=("questions", "host names", "service types and instances", "TXT records"),
    not_decoded=("SRV, HINFO and NSEC data",),
)
