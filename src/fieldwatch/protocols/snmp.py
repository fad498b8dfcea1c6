"""SNMP: management of devices; what the system group says of a device, what is set, and with which community.

Standards: [V1] RFC 1157 (1990); [V2] RFC 3416 (2002); [V3] RFC 3412 and RFC 3414 (2002); [SYSTEM] RFC 3418 (2002), system group.
Not decoded: encrypted PDUs.
"""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts import Effect, Values
from fieldwatch.protocols import _ber as ber
from fieldwatch.protocols._cursor import text
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Claimed,
    Context,
    Datagram,
    Done,
    Exchange,
    Facts,
    Ignored,
    Locate,
    LoggedIn,
    Looks,
    Pair,
    Part,
    Port,
    Protocol,
    Short,
    Side,
    Unread,
    Value,
    Who,
)

# ---------------------------------------------------------------------------------------------------------------- tables

GET, GET_NEXT, RESPONSE, SET, TRAP_V1, GET_BULK, INFORM, TRAP, REPORT = range(0xA0, 0xA9)

PDUS = {
    GET: ("GetRequest", Effect.READ, ""),
    GET_NEXT: ("GetNextRequest", Effect.READ, ""),
    RESPONSE: ("Response", Effect.READ, ""),
    SET: ("SetRequest", Effect.WRITE, "T0836"),
    TRAP_V1: ("Trap", Effect.ALARM, ""),
    GET_BULK: ("GetBulkRequest", Effect.READ, ""),
    INFORM: ("InformRequest", Effect.ALARM, ""),
    TRAP: ("SNMPv2-Trap", Effect.ALARM, ""),
    REPORT: ("Report", Effect.DIAGNOSE, ""),
}
"""[V2] 3; the first trap: [V1] 4.1.6."""

ERRORS = (
    "ok",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)
"""[V2] 3: error-status."""

SYSTEM = "1.3.6.1.2.1.1."
SYSTEM_NAMES = {1: "sysDescr", 2: "sysObjectID", 3: "sysUpTime", 4: "sysContact", 5: "sysName", 6: "sysLocation", 7: "sysServices"}
SYSTEM_CLAIMS = {
    f"{SYSTEM}1.0": "system_description",
    f"{SYSTEM}2.0": "sys_object_id",
    f"{SYSTEM}4.0": "contact",
    f"{SYSTEM}5.0": "device_name",
    f"{SYSTEM}6.0": "location",
}

GENERIC_TRAPS = ("coldStart", "warmStart", "linkDown", "linkUp", "authenticationFailure", "egpNeighborLoss", "enterpriseSpecific")
"""[V1] 4.1.6: generic-trap."""

IP_ADDRESS, COUNTER, GAUGE, TIME_TICKS, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x46
NUMBERS = frozenset({ber.INTEGER, COUNTER, GAUGE, TIME_TICKS, COUNTER64})

MOST_NAMED = 4
"""Variables that an operation's object names."""

# ----------------------------------------------------------------------------------------------------------------- parse


class Binding(NamedTuple):
    """A variable and its value."""

    name: str
    value: ber.Element


class Pdu(NamedTuple):
    """What a message asks or says: the PDU's tag, its place, error-status, variables, and how it names what it is about."""

    tag: int
    at: At
    error: int
    bindings: list[Binding]
    about: str = ""


def parse(exchange: Exchange, context: Context) -> Facts:
    """A request with its response, or a notification. The agent is the answerer of requests, and the sender of notifications."""
    request = None if exchange.request is None else Reader(exchange.request, Side.REQUEST)
    response = None if exchange.answer is None else Reader(exchange.answer, Side.ANSWER)
    ends = None
    for reader in filter(None, (request, response)):
        try:
            yield from reader.read()
        except Short as short:
            ends = short
    yield from _done(request, response)
    if ends:
        raise ends


class Reader:
    """Reads one message: marks as it goes, and keeps what both messages together mean."""

    def __init__(self, raw: bytes, side: Side) -> None:
        self.raw, self.side = raw, side
        self.pdu: Pdu | None = None
        self.credentials: tuple[str, bytes, At, bool] | None = None
        self.engine: tuple[str, At] | None = None

    def read(self) -> Facts:
        """[V1] 4: version, community, PDU; [V3] RFC 3412 6: version, header, security parameters, data."""
        whole = ber.element(self.raw, 0, len(self.raw), self.side)
        version = ber.element(self.raw, whole.start, whole.stop, self.side)
        number = ber.number(self.raw, version)
        if number == 3:
            yield from self._version_3(version.stop, whole.stop)
        elif number in {0, 1}:
            community = ber.element(self.raw, version.stop, whole.stop, self.side)
            at = At(self.side, community.start, community.stop - community.start)
            self.credentials = ("", self.raw[community.start : community.stop], at, True)
            yield from self._pdu(ber.element(self.raw, community.stop, whole.stop, self.side))
        else:
            at = At(self.side, version.start, version.stop - version.start)
            yield Broken("version", "[V3] RFC 3412 6.1", at, str(number), "0, 1 or 3")
        if whole.stop < len(self.raw):
            yield Ignored(self.side, whole.stop, len(self.raw) - whole.stop)

    def _version_3(self, at: int, stop: int) -> Facts:
        header = ber.element(self.raw, at, stop, self.side)
        parts = ber.elements(self.raw, header.start, header.stop, self.side)
        if len(parts) != 4:
            place = At(self.side, header.start, header.stop - header.start)
            yield Broken("header", "[V3] RFC 3412 6", place, f"{len(parts)} elements", "4")
            return
        message_id, _, flags, _ = parts
        yield from self._ignore(message_id)
        security = ber.element(self.raw, header.stop, stop, self.side)
        yield from self._security(security)
        data = ber.element(self.raw, security.stop, stop, self.side)
        if flags.stop > flags.start and self.raw[flags.start] & 0x02:
            yield from self._ignore(data)
            yield Unread("encrypted PDU", "encrypted")
            return
        scoped = ber.elements(self.raw, data.start, data.stop, self.side)
        if len(scoped) == 3:
            yield from self._pdu(scoped[2])

    def _security(self, security: ber.Element) -> Facts:
        """[V3] RFC 3414 2.4: engine id, boots, time, user name, authentication and privacy parameters."""
        inner = ber.element(self.raw, security.start, security.stop, self.side)
        parts = ber.elements(self.raw, inner.start, inner.stop, self.side)
        if len(parts) != 6:
            at = At(self.side, security.start, security.stop - security.start)
            yield Broken("security parameters", "[V3] RFC 3414 2.4", at, f"{len(parts)} elements", "6")
            return
        engine, boots, time, user, authentication, privacy = parts
        for part in (boots, time, authentication, privacy):
            yield from self._ignore(part)
        if engine.stop > engine.start:
            self.engine = (self.raw[engine.start : engine.stop].hex(), At(self.side, engine.start, engine.stop - engine.start))
        if user.stop > user.start:
            name = text(self.raw[user.start : user.stop])
            self.credentials = (name, b"", At(self.side, user.start, user.stop - user.start), False)

    def _ignore(self, one: ber.Element) -> tuple[Ignored, ...]:
        return (Ignored(self.side, one.start, one.stop - one.start),) if one.stop > one.start else ()

    def _pdu(self, pdu: ber.Element) -> Facts:
        at = At(self.side, pdu.start, pdu.stop - pdu.start)
        if pdu.tag not in PDUS:
            yield Unread(f"PDU 0x{pdu.tag:02x}")
            return
        parts = ber.elements(self.raw, pdu.start, pdu.stop, self.side)
        if len(parts) != (6 if pdu.tag == TRAP_V1 else 4):
            yield Broken("PDU", "[V2] 3", at, f"{len(parts)} elements", "6 in a v1 trap, else 4")
            return
        bindings = self._bindings(parts[-1])
        about, error = "", 0
        if pdu.tag == TRAP_V1:
            enterprise, _, generic, specific, time, _ = parts
            yield from self._ignore(time)
            kind = ber.number(self.raw, generic)
            about = GENERIC_TRAPS[kind] if 0 <= kind < len(GENERIC_TRAPS) else str(kind)
            if about == "enterpriseSpecific":
                about = f"{ber.oid(self.raw, enterprise)} {ber.number(self.raw, specific)}"
        else:
            yield from self._ignore(parts[0])
            error = ber.number(self.raw, parts[1]) if pdu.tag != GET_BULK else 0
        self.pdu = Pdu(pdu.tag, at, error, bindings, about)
        for binding in bindings:
            claims = binding.name in SYSTEM_CLAIMS and pdu.tag == RESPONSE
            if binding.value.stop > binding.value.start and not claims:
                yield Value(self.side, binding.value.start, binding.value.stop - binding.value.start)

    def _bindings(self, block: ber.Element) -> list[Binding]:
        found = []
        for pair in ber.elements(self.raw, block.start, block.stop, self.side):
            name = ber.element(self.raw, pair.start, pair.stop, self.side)
            found.append(Binding(ber.oid(self.raw, name), ber.element(self.raw, name.stop, pair.stop, self.side)))
        return found

    def values(self) -> Values:
        """Each variable with its value."""
        return tuple((_named(one.name), self.shown(one.value)) for one in (self.pdu.bindings if self.pdu else ()))

    def shown(self, value: ber.Element) -> str:
        """A value as text: numbers, addresses, object ids, printable text, else hex."""
        raw = self.raw[value.start : value.stop]
        if value.tag in NUMBERS:
            return str(ber.number(self.raw, value))
        if value.tag == ber.OID:
            return ber.oid(self.raw, value)
        if value.tag == IP_ADDRESS and len(raw) == 4:
            return ".".join(map(str, raw))
        shown = text(raw)
        return shown if shown.isprintable() and "\ufffd" not in shown else raw[:64].hex()


def _named(name: str) -> str:
    """A variable by its name in the system group, else by number."""
    if name.startswith(SYSTEM):
        arc, _, rest = name[len(SYSTEM) :].partition(".")
        if arc.isdigit() and int(arc) in SYSTEM_NAMES:
            return f"{SYSTEM_NAMES[int(arc)]}.{rest}" if rest else SYSTEM_NAMES[int(arc)]
    return name


def _done(request: Reader | None, response: Reader | None) -> Facts:
    lead = request or response
    if lead is None:
        return
    pdu = lead.pdu
    answer = response.pdu if response else None
    result = "" if answer is None else "report" if answer.tag == REPORT else _error(answer.error)
    if pdu:
        name, effect, technique = PDUS[pdu.tag]
        if effect is Effect.READ and pdu.bindings and all(one.name.startswith(SYSTEM[:-1]) for one in pdu.bindings):
            effect, technique = Effect.IDENTIFY, "T0888"
        told = response if response and effect is not Effect.WRITE else request or response
        yield Done(name, effect, pdu.at, _object(pdu), told.values() if told else (), result, technique)
    if lead.credentials:
        username, secret, at, clear = lead.credentials
        yield LoggedIn(username, secret, at, clear, result)
    if response and answer and answer.tag == RESPONSE:
        for binding in answer.bindings:
            attribute = SYSTEM_CLAIMS.get(binding.name)
            if attribute and (said := response.shown(binding.value)):
                yield Claimed(attribute, said, At(Side.ANSWER, binding.value.start, binding.value.stop - binding.value.start))
    yield from _engine(request, response)


def _engine(request: Reader | None, response: Reader | None) -> Facts:
    """[V3] RFC 3411 5: the id of the agent's engine. A request repeats it; the sender of an unanswered trap is the agent."""
    if response and response.engine:
        yield Claimed("snmp_engine_id", *response.engine)
    elif request and request.engine:
        traps = request.pdu is not None and request.pdu.tag == TRAP
        yield Claimed("snmp_engine_id", *request.engine, Who.ASKER if traps else Who.ANSWERER)


def _error(number: int) -> str:
    return ERRORS[number] if 0 <= number < len(ERRORS) else f"error {number}"


def _object(pdu: Pdu) -> str:
    names = [_named(one.name) for one in pdu.bindings]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{pdu.about} {', '.join(names[:MOST_NAMED])}{more}".strip()


_VERSIONS = (b"\x02\x01\x00\x04", b"\x02\x01\x01\x04", b"\x02\x01\x03\x30")
"""The version, and the tag of what follows it: community or header."""

PROTOCOL = Protocol(
    name="snmp",
    title="SNMP",
    parse=parse,
    where=(Port(161, "udp"), Port(162, "udp")),
    frame=Datagram(),
    looks=(
        Looks((Part(0, (b"\x30",)), Part(2, _VERSIONS)), least=12),
        Looks((Part(0, (b"\x30\x81",)), Part(3, _VERSIONS)), least=12),
        Looks((Part(0, (b"\x30\x82",)), Part(4, _VERSIONS)), least=12),
    ),
    cases=Locate("snmp"),
    pair=Pair(),
    vital=frozenset({bytes([SET]), bytes([RESPONSE])}),
    kinds={bytes([tag]): name for tag, (name, _, _) in PDUS.items()} | {b"\x03": "SNMPv3"},
    decoded=("v1, v2c and v3 PDUs with variables", "the system group", "communities and user names", "traps"),
    not_decoded=("encrypted PDUs",),
)
