"""TPKT and COTP (ISO transport class 0 on TCP): the carrier of S7 communication, and of MMS and others.

Standards: [1006] RFC 1006:1987 (TPKT); [905] RFC 905:1984 = ISO 8073, X.224 (TPDUs). What the TSAPs of a Siemens controller say
(connection type, rack and slot) has no public standard: as in Wireshark 4.0.17 and libnodave.
Cases are declared for the outermost protocol, so the rules by which S7 messages pair (ROSCTR) stand here.
Not decoded: TPDUs of transport classes 1 to 4 (ED, AK, RJ, EA), the payloads that no other file reads (S7comm-plus, MMS).
"""

from __future__ import annotations

from collections.abc import Iterator

from fieldwatch.facts import Effect
from fieldwatch.protocols import _s7comm_functions as s7
from fieldwatch.protocols._cursor import text
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Bytes,
    Case,
    Claimed,
    Context,
    Done,
    Exchange,
    Facts,
    Ignored,
    Inner,
    Join,
    Length,
    Looks,
    Pair,
    Part,
    Port,
    Protocol,
    Role,
    Short,
    Side,
    Unread,
)

CR, CC, DR, DC, DT, ER = 0xE0, 0xD0, 0x80, 0xC0, 0xF0, 0x70

NAMES = {
    CR: "Connection request",
    CC: "Connection confirm",
    DR: "Disconnect request",
    DC: "Disconnect confirm",
    DT: "Data",
    ER: "TPDU error",
    0x10: "Expedited data",
    0x20: "Expedited data acknowledgement",
    0x50: "Reject",
    0x60: "Data acknowledgement",
}
"""[905] 13.1 table 8: TPDU codes, without the credit nibble."""

CALLING_TSAP, CALLED_TSAP = 0xC1, 0xC2
"""[905] 13.3.4: parameters of CR and CC."""

DISCONNECT_REASONS = {
    0: "reason not specified",
    1: "congestion at TSAP",
    2: "session entity not attached to TSAP",
    3: "address unknown",
    128: "normal disconnect",
    129: "remote transport entity congestion",
    130: "connection negotiation failed",
    131: "duplicate source reference",
    132: "mismatched references",
    133: "protocol error",
    135: "reference overflow",
    136: "connection request refused",
    138: "header or parameter length invalid",
}
"""[905] 13.5.3: reasons of DR."""

CONNECTION_TYPES = frozenset((1, 2, 3))
"""First byte of a two-byte TSAP of Siemens: programming device, operator panel, other; the second byte is rack and slot."""

PAYLOADS = {0x32: "S7comm", 0x72: "S7comm-plus"}
"""Protocols known by the first byte of the data."""


def parse(exchange: Exchange, context: Context) -> Facts:
    """Connection facts, and the data of DT TPDUs for the protocol inside."""
    for side, message in ((Side.REQUEST, exchange.request), (Side.ANSWER, exchange.answer)):
        if message is not None:
            yield from _tpkt(side, message)
    first, side = (exchange.request, Side.REQUEST) if exchange.request is not None else (exchange.answer, Side.ANSWER)
    if first is None:
        return
    code = _code(first, side)
    if code == DT:
        yield from _data(exchange, context)
    elif code in (CR, CC):
        yield from _connection(exchange)
    elif code in (DR, DC):
        yield from _references(side, first)
        yield Done(NAMES[code], Effect.DISCOVER, At(side, 0, len(first)), _reason(first) if code == DR else "")
    else:
        yield Unread(NAMES.get(code, f"TPDU 0x{code:02x}"))


def _tpkt(side: Side, message: bytes) -> Facts:
    """[1006] 6: version 3; the length was checked when the message was cut."""
    if message[:1] != b"\x03":
        yield Broken("version", "[1006] 6", At(side, 0, len(message[:1])), message[:1].hex(), "03")
    if len(message) > 4 and 5 + message[4] > len(message):  # [905] 13.2.1: the length indicator stays within the TPDU
        yield Broken("length indicator", "[905] 13.2.1", At(side, 4, 1), str(message[4]), f"0..{len(message) - 5}")


def _code(message: bytes, side: Side) -> int:
    """The TPDU code without its credit nibble."""
    if len(message) < 6:
        raise Short(side, len(message), 6 - len(message), 0)
    return message[5] & 0xF0


def _data(exchange: Exchange, context: Context) -> Facts:
    """The data of the DT TPDUs; one without data is a sign of life (STEP 7 and S7-300 send them)."""
    request, answer = _slice(exchange.request), _slice(exchange.answer)
    if request is None and answer is None:
        side, message = (Side.REQUEST, exchange.request) if exchange.request is not None else (Side.ANSWER, exchange.answer)
        yield Done("Data without content", Effect.READ, At(side, 0, len(message or b"")))
        return
    message, place = (exchange.request, request) if request is not None else (exchange.answer, answer)
    first = (message or b"")[place[0]] if place else 0
    yield Inner(None, request, answer, context, PAYLOADS.get(first, f"data that starts with 0x{first:02x}"))


def _slice(message: bytes | None) -> tuple[int, int] | None:
    """Offset and length of the data of a DT TPDU."""
    if message is None or len(message) < 6 or message[5] & 0xF0 != DT:
        return None
    at = 5 + message[4]
    return (at, len(message) - at) if at < len(message) else None


def _connection(exchange: Exchange) -> Facts:
    """[905] 13.3, 13.4: who is called, and whether he agrees."""
    request, answer = exchange.request, exchange.answer
    called, result = None, ""
    for side, message in ((Side.REQUEST, request), (Side.ANSWER, answer)):
        if message is None:
            continue
        code = _code(message, side)
        yield from _references(side, message)
        if code in (CR, CC):
            called = called or _called(side, message)
        if side is Side.ANSWER:
            result = _reason(message) if code == DR else "ok"
    if called is not None and result == "ok":  # who calls may be wrong or scan; the peer who agrees is who was called
        at, attribute, name = called
        yield Claimed(attribute, name, at)
    at = called[0] if called else At(Side.REQUEST, 0, len(request)) if request is not None else At(Side.ANSWER, 0, len(answer or b""))
    yield Done("Connect", Effect.DISCOVER, at, called[2] if called else "", result=result)


def _references(side: Side, message: bytes) -> Iterator[Ignored]:
    """[905] 13.3.1: source and destination reference, handles of this connection."""
    if len(message) > 6:
        yield Ignored(side, 6, min(4, len(message) - 6))


def _reason(message: bytes) -> str:
    """[905] 13.5.3: why the peer does not want the connection, or not any longer."""
    return DISCONNECT_REASONS.get(message[10], f"reason {message[10]}") if len(message) > 10 else ""


def _called(side: Side, message: bytes) -> tuple[At, str, str] | None:
    """Where the called TSAP stands, and what it says: rack and slot of a Siemens controller, or a name."""
    at, end = 11, min(len(message), 5 + message[4])
    while at + 2 <= end:
        number, length = message[at], message[at + 1]
        value = message[at + 2 : at + 2 + length]
        if number == CALLED_TSAP and 0 < length == len(value):
            return (At(side, at + 2, length), *_tsap(value)) if _tsap(value)[1] else None
        at += 2 + length
    return None


def _tsap(value: bytes) -> tuple[str, str]:
    """A TSAP as attribute and value: `rack_slot` where it is a Siemens one, `tsap_name` where it is text."""
    if len(value) == 2 and value[0] in CONNECTION_TYPES:
        return "rack_slot", f"rack {value[1] >> 5} slot {value[1] & 0x1F}"
    if len(value) > 2 and all(0x20 <= byte < 0x7F for byte in value.rstrip(b"\0")):
        return "tsap_name", text(value, "ascii")
    return "", ""


def _is_s7(rosctr: int) -> tuple[Part, ...]:
    """A DT TPDU that carries an S7 PDU of this ROSCTR at the offset of transport class 0."""
    return (Part(4, (b"\x02\xf0",)), Part(7, (bytes((0x32, rosctr)),)))


def _userdata(*kinds: int) -> tuple[Part, ...]:
    """S7 userdata whose type is one of `kinds`."""
    return (*_is_s7(s7.USERDATA), Part(22, tuple(bytes((kind << 4,)) for kind in kinds), b"\xf0"))


_REFERENCE = (Bytes(11, 2),)
_USERDATA_KIND = (Bytes(8, 1), Bytes(22, 2))
_SEQUENCE = (Bytes(24, 1),)
_UPLOAD_ID = (Bytes(21, 4),)
_REFUSED = DR.to_bytes(1, "big")
_UPLOADS = Part(17, (b"\x1e", b"\x1f"))

PROTOCOL = Protocol(
    name="cotp",
    title="ISO transport on TCP (TPKT, COTP)",
    parse=parse,
    where=(Port(102),),
    frame=Length(at=2, size=2, add=0, least=7),
    looks=(
        Looks(
            (Part(0, (b"\x03\x00",)), Part(4, (b"\x02\xf0",)), Part(7, (b"\x32\x01", b"\x32\x02", b"\x32\x03", b"\x32\x07"))),
            17,
            whole=True,
        ),
        Looks((Part(0, (b"\x03\x00",)), Part(5, (b"\xe0", b"\xd0"), b"\xf0"), Part(11, (b"\xc0", b"\xc1", b"\xc2"))), 14, whole=True),
        Looks((Part(0, (b"\x03\x00",)),), 7, anywhere=False),
    ),
    join=Join(at=6, mask=0x80, last=0x80, body=7, when=(Part(5, (b"\xf0",), b"\xf0"),)),
    cases=(
        Case((*_is_s7(s7.JOB), _UPLOADS), Role.REQUEST, _REFERENCE, (Bytes(8, 1), Bytes(17, 1)), _UPLOAD_ID),
        Case(_is_s7(s7.JOB), Role.REQUEST, _REFERENCE, (Bytes(8, 1), Bytes(17, 1))),
        Case(_is_s7(s7.ACK_DATA), Role.ANSWER, _REFERENCE, (Bytes(8, 1), Bytes(19, 1))),
        Case(_is_s7(s7.ACK), Role.ANSWER, _REFERENCE, (Bytes(8, 1),)),
        Case(_userdata(0x4, 0x7), Role.REQUEST, _REFERENCE, _USERDATA_KIND, _SEQUENCE),
        Case(_userdata(0x8, 0xB), Role.ANSWER, _REFERENCE, _USERDATA_KIND, _SEQUENCE),
        Case(_is_s7(s7.USERDATA), Role.ALONE, (), _USERDATA_KIND),
        Case((Part(5, (b"\xe0",), b"\xf0"),), Role.REQUEST, (Bytes(8, 2),), (Bytes(5, 1, b"\xf0"),)),
        Case((Part(5, (b"\xd0", _REFUSED), b"\xf0"),), Role.ANSWER, (Bytes(6, 2),), (Bytes(5, 1, b"\xf0"),)),
        Case((Part(5, (b"\xf0",), b"\xf0"),), Role.ALONE, (), (Bytes(5, 1), Bytes(7, 1))),
        Case((), Role.ALONE, (), (Bytes(5, 1, b"\xf0"),)),
    ),
    pair=Pair(limit_ms=10000),
    vital=s7.vital() | {bytes((CR,)), bytes((CC,))},
    kinds={bytes((code,)): name for code, name in NAMES.items()} | s7.kinds(),
    decoded=("connection request and confirm (TSAPs)", "disconnect", "data"),
    not_decoded=("TPDUs of classes 1 to 4", "S7comm-plus", "MMS"),
)
