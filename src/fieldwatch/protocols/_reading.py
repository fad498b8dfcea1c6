"""One full reading of an exchange: what `parse` yields, and the parses of everything inside it, with offsets of the outer message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Claimed,
    Context,
    Distinct,
    Done,
    Exchange,
    Expect,
    Fact,
    Ignored,
    Inner,
    Inside,
    LoggedIn,
    Looks,
    Open,
    Part,
    Protocol,
    Short,
    Side,
    Unread,
    Value,
)

DEEPEST = 8
"""Carriers within carriers that are followed; CIP in the wild nests three deep."""

MOST_INNER = 512
"""Inner messages of one exchange that are followed: a Multiple Service Packet holds at most some 200."""

OUTERMOST = (0, 0)
"""Where the outer request and the outer answer start: the base of what nothing carries."""


@dataclass(slots=True)
class Reading:
    """What one exchange means. Each fact stands with the name of the protocol that read it; marks count in the outer messages."""

    claims: list[tuple[str, Claimed]] = field(default_factory=list)
    done: list[tuple[str, Done]] = field(default_factory=list)
    logins: list[tuple[str, LoggedIn]] = field(default_factory=list)
    broken: list[tuple[str, Broken]] = field(default_factory=list)
    unread: list[tuple[str, Unread, At]] = field(default_factory=list)
    marks: list[Ignored | Value] = field(default_factory=list)
    distinct: Distinct | None = None
    opens: list[tuple[str, Open]] = field(default_factory=list)
    expects: list[Expect] = field(default_factory=list)


class Registry:
    """All protocols by name, and for each carrier those that may be inside it."""

    def __init__(self, protocols: Iterable[Protocol]) -> None:
        self.protocols = sorted(protocols, key=lambda p: p.name)
        self.by_name = {p.name: p for p in self.protocols}
        self.inside: dict[str, list[tuple[Any, Protocol]]] = {}
        for protocol in self.protocols:
            for place in protocol.where:
                if isinstance(place, Inside):
                    self.inside.setdefault(place.carrier, []).append((place.key, protocol))

    def carried(self, carrier: str, key: Any, exchange: Exchange) -> Protocol | None:
        """The protocol inside `carrier` under `key`: by key where one declares it, else the first whose `looks` fits."""
        keyless = []
        for own_key, protocol in self.inside.get(carrier, ()):
            if own_key is None:
                keyless.append(protocol)
            elif own_key == key:
                return protocol
        for protocol in keyless:
            if not protocol.looks or any(_fits(looks, exchange) for looks in protocol.looks):
                return protocol
        return None

    def read(self, protocol: Protocol, exchange: Exchange, context: Context = None) -> Reading:
        """Reads `exchange` as `protocol`, and what it carries as the protocols inside."""
        reading = Reading()
        self._collect(reading, protocol, protocol.name, exchange, context, OUTERMOST, 0)
        return reading

    def _collect(
        self, into: Reading, protocol: Protocol, outermost: str, exchange: Exchange, context: Context, base: tuple[int, int], depth: int
    ) -> None:
        inner: list[Inner] = []
        try:
            for fact in protocol.parse(exchange, context):
                _keep(into, protocol.name, outermost, fact, base, inner)
        except Short as short:
            at = At(short.side, base[short.side] + short.offset, short.have)
            rule = Broken("truncated", "", at, f"{short.have} bytes", f"{short.need} bytes")
            into.broken.append((protocol.name, rule))
        for number, part in enumerate(inner):
            self._descend(into, protocol, outermost, exchange, part, base, depth, number)

    def _descend(
        self,
        into: Reading,
        carrier: Protocol,
        outermost: str,
        exchange: Exchange,
        part: Inner,
        base: tuple[int, int],
        depth: int,
        number: int,
    ) -> None:
        sub = exchange._replace(request=_cut(exchange.request, part.request), answer=_cut(exchange.answer, part.answer))
        shift = (base[0] + (part.request[0] if part.request else 0), base[1] + (part.answer[0] if part.answer else 0))
        protocol = self.carried(carrier.name, part.key, sub)
        if protocol is not None and depth < DEEPEST and number < MOST_INNER:
            self._collect(into, protocol, outermost, sub, part.context, shift, depth + 1)
            return
        side = Side.REQUEST if part.request else Side.ANSWER
        message = sub.request if part.request else sub.answer
        why = "no protocol file reads it" if protocol is None else "nested too deep" if depth >= DEEPEST else "too many in one message"
        into.unread.append((carrier.name, Unread(part.function or str(part.key), why), At(side, shift[side], len(message or b""))))


def _cut(message: bytes | None, place: tuple[int, int] | None) -> bytes | None:
    if message is None or place is None:
        return None
    return message[place[0] : place[0] + place[1]]


def _fits(looks: Looks, exchange: Exchange) -> bool:
    message = exchange.request if exchange.request is not None else exchange.answer
    return message is not None and fits(looks, message)


def fits(looks: Looks, message: bytes) -> bool:
    """True where every part of the signature holds for the message."""
    return len(message) >= looks.least and all(_part_fits(part, message) for part in looks.parts)


def _part_fits(part: Part, message: bytes) -> bool:
    size = len(part.values[0])
    found = message[part.offset : part.offset + size]
    if len(found) < size:
        return False
    if part.mask:
        found = bytes(a & b for a, b in zip(found, part.mask, strict=True))
    return found in part.values


def _shifted(fact: Fact, base: tuple[int, int]) -> Fact:
    """The fact with its offsets in the outer message."""
    match fact:
        case Ignored(side, offset, length):
            return Ignored(side, offset + base[side], length)
        case Value(side, offset, length, order):
            return Value(side, offset + base[side], length, order)
        case Distinct(side, offset, length):
            return Distinct(side, offset + base[side], length)
        case Done() | Claimed() | LoggedIn() | Broken():
            side, offset, length = fact.at
            return fact._replace(at=At(side, offset + base[side], length))
    return fact


def _keep(into: Reading, name: str, outermost: str, fact: Fact, base: tuple[int, int], inner: list[Inner]) -> None:
    if base != OUTERMOST:
        fact = _shifted(fact, base)
    match fact:
        case Ignored() | Value():
            into.marks.append(fact)
        case Claimed():
            into.claims.append((name, fact))
        case Done():
            into.done.append((name, fact))
        case Inner():
            inner.append(fact)
        case LoggedIn():
            into.logins.append((name, fact))
        case Broken():
            into.broken.append((name, fact))
        case Unread():
            into.unread.append((name, fact, At(Side.REQUEST, base[0], 0)))
        case Distinct():
            into.distinct = fact
        case Open():
            into.opens.append((fact.protocol or outermost, fact))
        case Expect():
            into.expects.append(fact)
