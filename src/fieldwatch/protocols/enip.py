"""EtherNet/IP: the encapsulation that carries CIP over TCP and UDP, and finds devices by itself (List Identity).

Standards: [V2] CIP Networks Library, Volume 2: EtherNet/IP Adaptation of CIP, Edition 1.27, chapter 2; command 0x00C8 is [V8] Volume 8: CIP
Security. Rockwell's legacy commands 0x0001 to 0x0005 are reserved and not published.
Not decoded: legacy commands, DTLS (CIP Security), socket addresses of implicit connections.

What a message carries is CIP: it is read by `cip`. Connected messages are read in the context that their Forward Open opened.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from fieldwatch.facts import Effect
from fieldwatch.protocols import _cip_identity as identity
from fieldwatch.protocols._cip_services import CONTROLLER, OBJECT_SERVICES, SERVICES, TAG_SERVICES
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._function import Function
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
    Length,
    Looks,
    Pair,
    Part,
    Port,
    Protocol,
    Question,
    Role,
    Short,
    Side,
    Unread,
    Value,
)

# ------------------------------------------------------------------------------------------------------------------ tables


NOP, LIST_SERVICES, LIST_IDENTITY, LIST_INTERFACES = 0x00, 0x04, 0x63, 0x64
REGISTER, UNREGISTER, SEND_RR_DATA, SEND_UNIT_DATA, START_DTLS = 0x65, 0x66, 0x6F, 0x70, 0xC8

COMMANDS = {
    NOP: Function("NOP", Effect.DIAGNOSE),
    LIST_SERVICES: Function("ListServices", Effect.DISCOVER, "T0846"),
    LIST_IDENTITY: Function("ListIdentity", Effect.DISCOVER, "T0846"),
    LIST_INTERFACES: Function("ListInterfaces", Effect.DISCOVER, "T0846"),
    REGISTER: Function("RegisterSession", Effect.AUTHENTICATE),
    UNREGISTER: Function("UnRegisterSession", Effect.AUTHENTICATE),
    SEND_RR_DATA: Function("SendRRData", Effect.READ),
    SEND_UNIT_DATA: Function("SendUnitData", Effect.READ),
    START_DTLS: Function("StartDTLS", Effect.AUTHENTICATE),
}
"""[V2] 2-3.2: commands of the encapsulation."""

STATUS = {
    0x01: "invalid or unsupported command",
    0x02: "insufficient memory",
    0x03: "incorrect data",
    0x64: "invalid session handle",
    0x65: "invalid length",
    0x69: "unsupported protocol revision",
    0x6A: "encapsulated CIP service not allowed",
}
"""[V2] 2-3.5: status of the encapsulation."""

IDENTITY_ITEM, CONNECTED_ADDRESS, CONNECTED_DATA, UNCONNECTED_DATA, SERVICES_ITEM = 0x0C, 0xA1, 0xB1, 0xB2, 0x100
"""[V2] 2-6.2: types of items of the common packet format."""

# ------------------------------------------------------------------------------------------------------------ declarations

LOOKS = Looks(
    parts=(
        Part(0, tuple(bytes([code, 0]) for code in COMMANDS)),
        Part(8, tuple(bytes([code, 0, 0, 0]) for code in (0, *STATUS))),
        Part(20, (bytes(4),)),  # [V2] 2-3.7: options are 0
    ),
    least=24,
    whole=True,
)

LOOKS_ON_ITS_PORT = Looks(LOOKS.parts[1:], LOOKS.least, LOOKS.whole, anywhere=False)
"""On port 44818 any command is EtherNet/IP: [V2] 2-3.2 reserves some for devices that are older than it."""

RR, UNIT = bytes([SEND_RR_DATA, 0]), bytes([SEND_UNIT_DATA, 0])
ANSWERS = b"\x80"
"""[V1] 2-4.2: the bit of a CIP service code that makes an answer of it."""

UNCONNECTED = (Part(0, (RR,)), Part(32, (b"\0\0\0\0\xb2\0",)))
CONNECTED = (Part(0, (UNIT,)), Part(32, (b"\xa1\0\4\0",)), Part(40, (b"\xb1\0",)))
ROUTED = Part(40, (b"\x52\x02\x20\x06\x24\x01",))
"""An Unconnected_Send to the Connection Manager: the service that is meant stands after its head of ten bytes."""

OBJECT_SPECIFIC = tuple(bytes([code]) for code in range(0x4B, 0x64))
"""[V1] A-2: service codes that mean something else in each class of objects."""

SENDER, SEQUENCE = (Bytes(0, 2), Bytes(4, 4), Bytes(12, 8)), (Bytes(44, 2),)
WITHOUT_SESSION = (Bytes(0, 2), Bytes(12, 8))
CONNECTION = (Bytes(36, 4),)


def _service(offset: int, *more: Bytes) -> tuple[Bytes, ...]:
    """The kind of a message whose CIP service stands at `offset`: command, service, and what else tells it from others."""
    return (Bytes(0, 2), Bytes(offset, 1, b"\x7f"), *more)


def _requests(when: tuple[Part, ...], at: int, key: tuple[Bytes, ...], context: tuple[Bytes, ...]) -> tuple[Case, ...]:
    """Cases of the CIP messages at `at`: an answer, PCCC by command and function, a service of one class only, any other."""
    pccc = Part(at, (b"\x4b\x02\x20\x67\x24\x01\x07",))
    specific = (Part(at, OBJECT_SPECIFIC), Part(at + 2, (b"\x20",)))
    return (
        Case((*when, Part(at, (ANSWERS,), ANSWERS)), Role.ANSWER, key, _service(at), context),
        Case((*when, pccc), Role.REQUEST, key, _service(at, Bytes(at + 13, 1), Bytes(at + 17, 1)), context),
        Case((*when, *specific), Role.REQUEST, key, _service(at, Bytes(at + 3, 1)), context),
        Case(when, Role.REQUEST, key, _service(at), context),
    )


KIND = (Bytes(0, 2),)
LISTS = tuple(bytes([code, 0]) for code in (LIST_SERVICES, LIST_IDENTITY, LIST_INTERFACES))

CASES = (
    Case((*UNCONNECTED, ROUTED), Role.REQUEST, SENDER, _service(50)),
    *_requests(UNCONNECTED, 40, SENDER, ()),
    *_requests(CONNECTED, 46, SEQUENCE, CONNECTION),
    Case((Part(0, tuple(code + b"\0\0" for code in LISTS)),), Role.REQUEST, WITHOUT_SESSION, KIND),  # [V2] 2-4.2: they carry no data
    Case((Part(0, LISTS),), Role.ANSWER, WITHOUT_SESSION, KIND),
    Case((Part(0, (bytes([REGISTER, 0]),)),), Role.BY_DIRECTION, WITHOUT_SESSION, KIND),  # [V2] 2-4.4: the answer brings the session
    Case((Part(0, (bytes([NOP, 0]), bytes([UNREGISTER, 0]))),), Role.ALONE, (), KIND),
    Case(key=SENDER, kind=KIND),
)
"""An answer repeats the command and the sender context ([V2] 2-3.6), or a connection's sequence count ([V2] 3-3.1): its id is another."""

PCCC_WRITES = {
    b"\x0f": (0x00, 0x02, 0x03, 0x05, 0x07, 0x08, 0x0A, 0x11, 0x18, 0x26, 0x3A, 0x41, 0x50, 0x52, 0x57, 0x5E, 0x67, 0x79, 0x80, 0x88, 0x8F,
              0xA9, 0xAA, 0xAB, 0xAF),
    b"\x07": (0x00, 0x01, 0x03, 0x04, 0x05, 0x06),
    b"\x06": (0x03,),
}  # fmt: skip
"""PCCC functions, by command, that write, control, download or identify."""

WATCHED = (Effect.READ, Effect.DIAGNOSE, Effect.DISCOVER)
"""Effects whose kinds have no reserve of novelty."""


def _kinds() -> tuple[dict[bytes, str], frozenset[bytes]]:
    """The names of all kinds, and those that are vital, from the table of CIP services."""
    kinds = {bytes([code, 0]): command.name for code, command in COMMANDS.items()}
    vital = {bytes([LIST_IDENTITY, 0])}
    for head in (RR, UNIT):
        for code, service in (SERVICES | TAG_SERVICES).items():
            kinds[kind := head + bytes([code])] = service.name
            if service.effect not in WATCHED or code == 0x01:  # Get_Attributes_All is what identity is asked with
                vital.add(kind)
        for (code, class_id), service in OBJECT_SERVICES.items():
            if code >= 0x4B and class_id <= 0xFF:
                kinds[kind := head + bytes([code, class_id])] = service.name
                if service.effect not in WATCHED:
                    vital.add(kind)
        for code in (0x4B, 0x4C):  # a lock is taken on a path of two classes, the controller's and the semaphore's
            kinds[kind := head + bytes([code, CONTROLLER])] = "Lock" if code == 0x4B else "Unlock"
            vital.add(kind)
        for command, functions in PCCC_WRITES.items():
            for function in functions:
                kinds[kind := head + b"\x4b" + command + bytes([function])] = f"Execute_PCCC 0x{command.hex()} 0x{function:02x}"
                vital.add(kind)
    return kinds, frozenset(vital)


KINDS, VITAL = _kinds()

QUESTIONS = (
    Question("identity", "udp", 44818, bytes([LIST_IDENTITY, *bytes(23)])),
    Question("identity", "tcp", 44818, bytes([LIST_IDENTITY, *bytes(23)])),
)

# ------------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """Facts of the encapsulation, and the CIP messages inside."""
    ask = yield from _header(exchange.request, Side.REQUEST)
    answer = yield from _header(exchange.answer, Side.ANSWER)
    first = ask or answer
    if first is None:
        return
    code = int.from_bytes(first.data[:2], "little")
    command = COMMANDS.get(code)
    if command is None:
        yield Unread(f"command 0x{code:04x}", "reserved for legacy use" if 1 <= code <= 5 else "not in the standard")
        return
    result = _result(answer)
    if code not in (SEND_RR_DATA, SEND_UNIT_DATA):
        yield Done(command.name, command.effect, At(first.side, 0, 2), result=result, technique=command.technique)
        yield from _answered(code, answer if result == "ok" else None)
        return
    if result not in ("", "ok"):
        yield Done(command.name, Effect.ERROR, At(first.side, 0, 2), result=result)
    inside = (yield from _cip(ask)), (yield from _cip(answer if result == "ok" else None))
    if inside != (None, None):
        yield Inner("cip", *inside, context, command.name)


def _header(raw: bytes | None, side: Side) -> Generator[Ignored | Broken, None, Cursor | None]:
    """[V2] 2-3: the header of 24 bytes; session handle, sender context and options say nothing. Returns the data that follow."""
    if raw is None:
        return None
    if len(raw) < 24:
        raise Short(side, 0, 24, len(raw))
    yield Ignored(side, 4, 4)
    yield Ignored(side, 12, 12)
    length = raw[2] | raw[3] << 8
    if length != len(raw) - 24:
        yield Broken("length", "[V2] 2-3.3", At(side, 2, 2), str(length), str(len(raw) - 24))
    return Cursor(raw, 24, side=side)


def _result(answer: Cursor | None) -> str:
    """`ok`, or the status of the answer in the standard's words ([V2] 2-3.5)."""
    if answer is None:
        return ""
    status = int.from_bytes(answer.data[8:12], "little")
    return STATUS.get(status, f"status 0x{status:04x}") if status else "ok"


def _answered(code: int, answer: Cursor | None) -> Iterator[Claimed | Value]:
    """The answers of the encapsulation's own commands; those to lists are items."""
    if answer is None or code not in (LIST_IDENTITY, LIST_SERVICES, LIST_INTERFACES):
        return
    for _ in range(answer.u16le()):
        kind, length = answer.u16le(), answer.u16le()
        end = answer.at + length
        answer.skip(length)
        if kind == IDENTITY_ITEM:
            yield from _identity(Cursor(answer.data, end - length, end, Side.ANSWER))


def _identity(cursor: Cursor) -> Iterator[Claimed | Value]:
    """[V2] 2-4.3.3: protocol version, socket address (big-endian), the attributes of the Identity object, and its state."""
    cursor.skip(6)
    address = cursor.take(4)
    if any(address):
        yield Claimed("ip_address", ".".join(map(str, address)), cursor.span(4))
    cursor.skip(8)
    yield from identity.identity(cursor)
    if cursor.left:
        cursor.skip(1)
        yield Value(Side.ANSWER, cursor.at - 1, 1)


def _cip(cursor: Cursor | None) -> Generator[Ignored | Broken | Unread, None, tuple[int, int] | None]:
    """[V2] 2-6: the items of a common packet. Returns where the CIP message stands, after connection id and sequence count."""
    if cursor is None or not cursor.left:
        return None
    interface = cursor.u32le()
    if interface:  # [V2] 2-4.7: the interface handle of CIP is 0
        yield Unread(f"interface 0x{interface:08x}", "not CIP")
        return None
    cursor.skip(2)
    place: tuple[int, int] | None = None
    for _ in range(cursor.u16le()):
        kind, length = cursor.u16le(), cursor.u16le()
        at = cursor.at
        if kind == CONNECTED_ADDRESS and length == 4 and cursor.left >= 4:
            yield Ignored(cursor.side, at, 4)
        cursor.skip(length)
        if kind == UNCONNECTED_DATA:
            place = (at, length)
        elif kind == CONNECTED_DATA and length >= 2:
            yield Ignored(cursor.side, at, 2)
            place = (at + 2, length - 2)
    if place is None:
        yield Broken("data item", "[V2] 2-6.1", At(cursor.side, 24, len(cursor.data) - 24), "none", "one")
    return place


PROTOCOL = Protocol(
    name="enip",
    title="EtherNet/IP",
    parse=parse,
    where=(Port(44818), Port(44818, "udp")),
    frame=Length(at=2, size=2, add=24, order="little", least=24, most=65535),
    looks=(LOOKS, LOOKS_ON_ITS_PORT),
    cases=CASES,
    pair=Pair(),
    vital=VITAL,
    kinds=KINDS,
    decoded=("sessions and lists", "identity of devices", "unconnected and connected CIP messages"),
    not_decoded=("legacy commands", "DTLS", "socket addresses of implicit connections"),
    questions=QUESTIONS,
)
