"""CIP, the Common Industrial Protocol: requests to the objects of a device, and their answers, whatever network carries them.

Standards: [V1] CIP Networks Library, Volume 1: Common Industrial Protocol, Edition 3.33; [V2] Volume 2: EtherNet/IP Adaptation of CIP,
Edition 1.27; [TAG] Rockwell Automation 1756-PM020, Logix 5000 Controllers Data Access (2022). Rockwell's services on its own classes are
known by observation (see `_cip_services.py`).
Not decoded: CIP Safety, CIP Motion and CIP Security objects, the bodies of Rockwell's program objects, structures of user-defined types.

An answer does not repeat the path of its request: alone it says little. The context is a tuple whose first item is the component that is
addressed (`slot 2`); an opened connection adds its application path, its transport class and, for implicit ones, the direction.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from fieldwatch.facts import Effect, Values
from fieldwatch.library.table import names
from fieldwatch.protocols import _cip_identity as identity
from fieldwatch.protocols._cip_services import (
    CLASSES,
    CONNECTION_MANAGER,
    ETHERNET_LINK,
    FIRMWARE,
    IDENTITY,
    PCCC,
    PROGRAM_NAME,
    SYMBOL,
    TAG_SERVICES,
    TCP_IP,
    TEMPLATE,
    WALL_CLOCK,
    Service,
    service,
)
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Claimed,
    Context,
    Done,
    Exchange,
    Fact,
    Facts,
    Ignored,
    Inner,
    Inside,
    Open,
    Protocol,
    Scope,
    Short,
    Side,
    Unread,
    Value,
)

# ------------------------------------------------------------------------------------------------------------------ tables

TYPES = {
    0xC1: "B", 0xC2: "b", 0xC3: "h", 0xC4: "i", 0xC5: "q", 0xC6: "B", 0xC7: "H", 0xC8: "I", 0xC9: "Q",
    0xCA: "f", 0xCB: "d", 0xD1: "B", 0xD2: "H", 0xD3: "I", 0xD4: "Q",
}  # fmt: skip
"""[V1] C-6.1: elementary types by code, as `struct` reads them: BOOL, SINT to LINT, USINT to ULINT, REAL, LREAL, BYTE to LWORD."""

STRUCTURE, STRING = 0x02A0, 0x0FCE
"""[TAG]: the type code of a structure, which a handle follows; the handle of the predefined STRING (length, 82 characters)."""

RESETS = {0: "power cycle", 1: "factory defaults", 2: "factory defaults but communication"}
"""[V1] 5A-2.4: types of Reset of the Identity object."""

ANSWERS_WHEN_REFUSED = (0x03, 0x04, 0x0A, 0x4E, 0x54, 0x5B)
"""Services whose answers hold data also where the status is an error: lists, packets ([V1] A-4), connections ([V1] 3-5.5)."""

NONE: Values = ()

SHOWN = 16
"""Elements of an array whose values are shown; the others are in the bytes."""

FOLLOWED = 64
"""Elements of an array that are followed one by one."""

# ------------------------------------------------------------------------------------------------------------------- paths


class Path(NamedTuple):
    """An EPATH: its text, its last class, instance and attribute (-1: none), whether it names a symbol, the hops of its port segments."""

    text: str = ""
    class_id: int = -1
    instance: int = -1
    attribute: int = -1
    symbolic: bool = False
    hops: tuple[str, ...] = ()
    unknown: int = -1
    """The offset of the first segment that is not known, after which nothing is read."""


LOGICAL = ("", " {}", " member {}", " point {}", " attribute {}")
"""[V1] C-1.4.2: logical segment types 0 to 4 (class, instance, member, connection point, attribute), as text."""


def _path(cursor: Cursor) -> Path:
    """Reads the padded EPATH that fills the cursor ([V1] C-1.4)."""
    words, ids, hops, symbolic = "", [-1] * 5, [], False
    while cursor.left:
        at = cursor.at
        segment = cursor.u8()
        kind = segment >> 5
        if kind == 1 and segment & 0x1C == 0x14:  # [V1] C-1.4.2: special, the electronic key
            cursor.skip({4: 8, 5: 12}.get(cursor.u8(), cursor.left))
        elif kind == 1 and segment & 3 < 3 and segment & 0x1C < 0x14:
            part = segment >> 2 & 7
            number = ids[part] = _logical(cursor, segment & 3)
            if part == 0:
                words += (" > " if words else "") + (CLASSES.get(number) or names("cip_classes.tsv").get(number) or f"class 0x{number:02x}")
            elif part == 2 and (symbolic or ids[0] == SYMBOL):
                words = f"{words[:-1]},{number}]" if words.endswith("]") else f"{words}[{number}]"
            else:
                words += LOGICAL[part].format(number)
        elif segment == 0x91:  # [V1] C-1.4.5.2: ANSI extended symbol
            length = cursor.u8()
            words += ("." if words else "") + text(cursor.take(length), "latin-1")
            cursor.skip(length & 1 if cursor.left else 0)
            symbolic = True
        elif kind == 0:
            hops.append(_hop(cursor, segment))
        elif kind == 2:  # [V1] C-1.4.3: network segments say when, not what
            cursor.skip(cursor.u8() * 2 if segment & 0x10 else 1)
        elif segment == 0x80:  # [V1] C-1.4.5.1: simple data, the configuration of a connection
            cursor.skip(cursor.u8() * 2)
        else:
            return Path(words, ids[0], ids[1], ids[4], symbolic, tuple(hops), at)
    return Path(words, ids[0], ids[1], ids[4], symbolic, tuple(hops))


def _logical(cursor: Cursor, form: int) -> int:
    """The number of a logical segment of 8, 16 or 32 bits; the longer ones begin with a pad byte."""
    if form == 0:
        return cursor.u8()
    cursor.skip(1)
    return cursor.u16le() if form == 1 else cursor.u32le()


def _hop(cursor: Cursor, segment: int) -> str:
    """[V1] C-1.4.1: a port segment: through which port, to which link address. Port 1 is the backplane, whose addresses are slots."""
    port = segment & 0xF
    size = cursor.u8() if segment & 0x10 else 0
    if port == 15:
        port = cursor.u16le()
    if not size:
        address = cursor.u8()
        return f"slot {address}" if port == 1 else f"port {port} address {address}"
    link = cursor.take(size)
    cursor.skip(size & 1 if cursor.left else 0)
    return f"port {port} address {text(link, 'latin-1')}"


def _broken_path(path: Path, raw: bytes, side: Side) -> Iterator[Broken]:
    if path.unknown >= 0:
        yield Broken("path segment", "[V1] C-1.4", At(side, path.unknown, 1), f"0x{raw[path.unknown]:02x}", "a segment type that is in use")


# ------------------------------------------------------------------------------------------------------------------- parse


class Call(NamedTuple):
    """A service called: what it is, on what, the data of request and answer (None where not seen, or refused), and its surroundings."""

    code: int
    what: Service
    path: Path
    ask: Cursor
    answer: Cursor | None
    component: str
    context: Context


Read = Generator[Fact, None, tuple[str, Values]]
"""What a service's reader yields; it returns what it learned of the object, to stand after the path, and the values."""


def parse(exchange: Exchange, context: Context) -> Facts:
    """Facts of a request with its answer, or of either alone."""
    component = context[0] if context else ""
    if context and len(context) > 1 and context[1] and context[1] != "Message Router 1":
        yield Unread(f"connection to {context[1]}", "not the message router's")
        return
    if exchange.request is None:
        yield from _lone_answer(exchange.answer or b"", context)
        return
    ask = Cursor(exchange.request)
    code = ask.u8() & 0x7F
    length = ask.u8() * 2
    path = _path(Cursor(ask.data, 2, 2 + len(ask.take(length))))
    yield from _broken_path(path, ask.data, Side.REQUEST)
    if code == 0x52 and path.class_id == CONNECTION_MANAGER:
        yield from _unconnected_send(ask, exchange.answer, component)
        return
    answer, result = yield from _outcome(exchange.answer, code, path.class_id)
    what = service(code, path.class_id, path.symbolic)
    if what is None:
        yield Unread(f"service 0x{code:02x} on {path.text or 'no path'}")
    call = Call(code, what or Service(f"service 0x{code:02x}", Effect.DIAGNOSE), path, ask, answer, component, context)
    yield from _called(call, result, At(Side.REQUEST, 0, 2 + length))


def _called(call: Call, result: str, at: At) -> Facts:
    """What the service does, by its reader; a request that is cut short was made all the same."""
    name, effect, technique = call.what
    words, values, short = "", NONE, None
    reader = _reader(call)
    try:
        words, values = yield from reader(call)
    except Short as error:
        short = error
    if reader not in CARRIERS or (call.answer is None and result):  # what they carry speaks for them, unless they are refused
        yield Done(name, effect, at, call.path.text + words, values, result, technique, call.component)
    if short:
        raise short


def _reader(call: Call) -> Callable[[Call], Read]:
    """The reader of the service on this class of object, else the one of the service on any, else the plain one."""
    code, class_id = call.code, call.path.class_id
    if code in TAG_SERVICES and call.what is TAG_SERVICES[code]:
        return TAG_READERS[code]
    return CLASS_READERS.get((code, class_id)) or READERS.get(code, _plain)


def _outcome(raw: bytes | None, code: int, class_id: int) -> Generator[Broken, None, tuple[Cursor | None, str]]:
    """The data of the answer, or None where it was refused, and the result in the standard's words ([V1] 2-4.2, B-1)."""
    if raw is None:
        return None, ""
    cursor = Cursor(raw, side=Side.ANSWER)
    try:
        reply = cursor.u8()
        cursor.skip(1)
        status, extra = cursor.u8(), cursor.u8()
        detail = cursor.u16le() if extra else 0
        cursor.skip(extra * 2 - 2 if extra else 0)
    except Short as short:
        yield Broken("truncated", "[V1] 2-4.2", At(Side.ANSWER, 0, len(raw)), f"{short.have} bytes", f"{short.need} bytes")
        return None, ""
    if reply != code | 0x80:
        yield Broken("reply service", "[V1] 2-4.2", At(Side.ANSWER, 0, 1), f"0x{reply:02x}", f"0x{code | 0x80:02x}")
        return None, ""
    told = status in (0, 6) or (cursor.left and code in ANSWERS_WHEN_REFUSED)
    return cursor if told else None, _result(status, detail, class_id)


def _result(status: int, detail: int, class_id: int) -> str:
    """`ok`, or the general status with the extended one; a partial transfer is a success that goes on."""
    if status in (0, 6):
        return "ok"
    word = names("cip_status.tsv").get(status, f"general status 0x{status:02x}").lower()
    if not detail:
        return word
    known = names("cip_connection_status.tsv").get(detail) if class_id == CONNECTION_MANAGER else None
    return f"{word}: {known or f'0x{detail:04x}'}"


def _lone_answer(raw: bytes, context: Context) -> Facts:
    """An answer whose request was not seen: the service is known, the object is not."""
    cursor = Cursor(raw, side=Side.ANSWER)
    code = cursor.u8() & 0x7F
    at = At(Side.ANSWER, 0, 1)
    answer, result = yield from _outcome(raw, code, -1)
    what = service(code, -1, False)
    if code == 0x0A and answer is not None:
        parts = yield from _packets(answer)
        yield from (Inner("cip", None, part, context) for part in parts)
        return
    if what is None:
        yield Unread(f"service 0x{code:02x}", "the request was not seen")
    else:
        yield Done(what.name, what.effect, at, result=result, component=context[0] if context else "")
    if answer is not None:
        yield from _value(answer, answer.left)


# ------------------------------------------------------------------------------------------- marks and values that many share


def _value(cursor: Cursor, length: int) -> Iterator[Value]:
    """Passes over `length` bytes of data, and marks them."""
    cursor.skip(length)
    if length:
        yield Value(cursor.side, cursor.at - length, length, "little")


def _ignored(cursor: Cursor, length: int) -> Iterator[Ignored]:
    """Passes over `length` bytes that mean nothing, and marks them."""
    cursor.skip(length)
    yield Ignored(cursor.side, cursor.at - length, length)


def _data(raw: bytes) -> str:
    """Data of an unknown type: a number where it may be one, else hex, at most 32 bytes of it."""
    return str(int.from_bytes(raw, "little")) if len(raw) <= 8 else raw[:32].hex() + ("..." if len(raw) > 32 else "")


def _elements(cursor: Cursor, code: int, handle: int) -> Generator[Value, None, Values]:
    """Reads the rest as elements of the type: marks them, and returns the first ones as named values."""
    at, length = cursor.at, cursor.left
    form = TYPES.get(code, "")
    if not form:
        raw = cursor.data[at : cursor.end]
        yield from _value(cursor, length)
        if handle == STRING and length >= 4:
            return (("value", text(raw[4 : 4 + int.from_bytes(raw[:4], "little")], "latin-1")),)
        return (("value", raw[:32].hex()),) if raw else ()
    size = struct.calcsize(form)
    count = length // size
    shown = struct.unpack_from(f"<{min(count, SHOWN)}{form}", cursor.data, at)
    for _ in range(min(count, FOLLOWED)):
        yield from _value(cursor, size)
    yield from _value(cursor, cursor.left)
    if count == 1:
        return (("value", f"{shown[0]:g}" if form in "fd" else str(shown[0])),)
    return tuple((str(number), f"{item:g}" if form in "fd" else str(item)) for number, item in enumerate(shown))


def _type(cursor: Cursor) -> tuple[int, int]:
    """[TAG]: the type of a tag's data, and the handle of its structure (0: it is none)."""
    code = cursor.u16le()
    return code, cursor.u16le() if code == STRUCTURE else 0


# ---------------------------------------------------------------------------------------------------- services of any object


def _plain(call: Call) -> Read:
    """A service without a reader of its own: what it asks is class, what it answers is data."""
    if call.answer is not None:
        yield from _value(call.answer, call.answer.left)
    return "", ()


def _bulk(call: Call) -> Read:
    """A service that moves blocks of a file or a program: neither the place nor the block makes another message of it."""
    for cursor in (call.ask, call.answer):
        if cursor is not None:
            yield from _value(cursor, cursor.left)
    return "", ()


def _get_list(call: Call) -> Read:
    """[V1] A-4.3: Get_Attribute_List: a count, then attribute numbers; in the answer a count, then number, status and data of each."""
    asked = [call.ask.u16le() for _ in range(call.ask.u16le())]
    answer = call.answer
    if answer is not None and answer.left:
        count = answer.u16le()
        if call.path.class_id == IDENTITY:
            yield from _identity_list(answer, count, call.component)
        elif count == 1:
            answer.skip(4)
        yield from _value(answer, answer.left)
    return _attributes(asked), ()


def _identity_list(answer: Cursor, count: int, component: str) -> Facts:
    """The attributes of an Identity object as long as their sizes are known."""
    for _ in range(count):
        number, status = answer.u16le(), answer.u16le()
        if status == 0 and not 1 <= number <= 7:
            return
        if status == 0:
            yield from identity.attribute(number, answer, component)


def _attributes(numbers: list[int]) -> str:
    """Attribute numbers as they stand after a path."""
    return (" attribute " if len(numbers) == 1 else " attributes ") + ", ".join(map(str, numbers)) if numbers else ""


def _set_list(call: Call) -> Read:
    """[V1] A-4.4: Set_Attribute_List: a count, then number and data of each (sizes are the object's affair)."""
    ask, answer = call.ask, call.answer
    count = ask.u16le()
    numbers: list[int] = []
    values: Values = ()
    if answer is not None and answer.left == 2 + 4 * (told := answer.u16le()):
        numbers = [answer.u32le() & 0xFFFF for _ in range(told)]
    if count == 1:
        numbers = [ask.u16le()]
        raw = ask.data[ask.at : ask.end]
        values = _time(raw) if call.path.class_id == WALL_CLOCK else (("value", _data(raw)),)
        yield from _value(ask, ask.left)
    return _attributes(numbers), values


def _time(raw: bytes) -> Values:
    """Rockwell's wall clock: microseconds since 1970."""
    micros = int.from_bytes(raw, "little")
    if len(raw) != 8 or micros > 253402300799999999:
        return (("value", _data(raw)),)
    return (("time", (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).isoformat()),)


def _set(call: Call) -> Read:
    """[V1] A-4.2, A-4.12: Set_Attribute_Single and Set_Attributes_All: the data that is set."""
    raw = call.ask.data[call.ask.at : call.ask.end]
    yield from _value(call.ask, call.ask.left)
    if call.path.class_id == TCP_IP and call.path.attribute == 5 and len(raw) >= 12:
        return "", tuple(zip(("ip_address", "subnet_mask", "gateway"), _addresses(raw), strict=False))
    return "", (("value", _data(raw)),) if raw else ()


def _reset(call: Call) -> Read:
    """[V1] A-4.5: Reset; its type is class: a restart is not a return to factory defaults."""
    kind = call.ask.u8() if call.ask.left else 0
    yield from ()
    return (f", {RESETS.get(kind, f'type {kind}')}" if call.path.class_id == IDENTITY else ""), ()


def _create(call: Call) -> Read:
    """[V1] A-4.8: Create; the answer gives the instance, two bytes of it, or four and a handle in Rockwell's classes."""
    answer = call.answer
    if answer is None or answer.left < 2:
        return "", ()
    size = 4 if answer.left >= 4 else 2
    number = int.from_bytes(answer.data[answer.at : answer.at + size], "little")
    yield from _value(answer, size)
    if answer.left:
        yield from _ignored(answer, answer.left)
    return "", (("instance", str(number)),)


def _multiple(call: Call) -> Read:
    """[V1] A-4.10: Multiple_Service_Packet: each request inside with its answer."""
    asks = yield from _packets(call.ask)
    answers: list[tuple[int, int]] = []
    if call.answer is not None and call.answer.left:
        answers = yield from _packets(call.answer)
        if len(answers) != len(asks):
            at = At(Side.ANSWER, 0, len(call.answer.data))
            yield Broken("number of replies", "[V1] A-4.10", at, str(len(answers)), str(len(asks)))
    for number, ask in enumerate(asks):
        yield Inner("cip", ask, answers[number] if number < len(answers) else None, call.context)
    return "", ()


def _packets(cursor: Cursor) -> Generator[Broken, None, list[tuple[int, int]]]:
    """Reads a count and offsets from the count's place; returns where each packet stands, up to the first that does not fit."""
    start = cursor.at
    offsets = [start + cursor.u16le() for _ in range(cursor.u16le())]
    parts: list[tuple[int, int]] = []
    least = cursor.at
    for offset, following in pairwise([*offsets, cursor.end]):
        if not least <= offset <= following <= cursor.end:
            place = At(cursor.side, start, cursor.at - start)
            yield Broken("packet offset", "[V1] A-4.10", place, str(offset - start), f"{least - start}..{cursor.end - start}, rising")
            break
        parts.append((offset, following - offset))
        least = following
    return parts


# -------------------------------------------------------------------------------------------------------------- named objects


def _identity_all(call: Call) -> Read:
    """[V1] 5A-2.3: Get_Attributes_All of the Identity object; what follows the name is state."""
    if call.answer is not None:
        yield from identity.identity(call.answer, call.component)
        yield from _value(call.answer, call.answer.left)
    return "", ()


def _identity_single(call: Call) -> Read:
    """[V1] 5A-2.2: one attribute of the Identity object."""
    if call.answer is not None:
        if call.path.instance > 0:
            yield from identity.attribute(call.path.attribute, call.answer, call.component)
        yield from _value(call.answer, call.answer.left)
    return "", ()


def _program_name(call: Call) -> Read:
    """[TAG]: Get_Attributes_All of the Program Name object: the controller's name, as a string with a length of two bytes."""
    answer = call.answer
    if answer is not None:
        length = answer.u16le()
        name = text(answer.take(length), "latin-1")
        if name:
            yield Claimed("device_name", name, answer.span(length), component=call.component)
        yield from _value(answer, answer.left)
    return "", ()


def _addresses(raw: bytes) -> list[str]:
    """IP addresses as CIP has them: 32-bit numbers, little-endian ([V2] 5-4.3.2.5)."""
    return [".".join(str(byte) for byte in raw[at : at + 4][::-1]) for at in range(0, len(raw) - 3, 4)]


def _tcp_ip(call: Call) -> Read:
    """[V2] 5-4.3: attributes 5 (interface configuration) and 6 (host name) of the TCP/IP Interface object, alone or among all."""
    answer = call.answer
    if answer is None:
        return "", ()
    if call.code == 0x01:
        answer.skip(12)  # status, configuration capability and control
        answer.skip(answer.u16le() * 2)  # path of the physical link
    if call.code == 0x01 or call.path.attribute == 5:
        for attribute, address in zip(("ip_address", "subnet_mask", "gateway"), _addresses(answer.take(12)), strict=True):
            if address != "0.0.0.0":
                yield Claimed(attribute, address, answer.span(12), component=call.component)
        answer.skip(8)  # name servers
        domain = _string(answer)
        if domain:
            yield Claimed("dns_domain", domain, answer.span(len(domain)), component=call.component)
    if call.code == 0x01 or call.path.attribute == 6:
        host = _string(answer)
        if host:
            yield Claimed("host_name", host, answer.span(len(host)), component=call.component)
    yield from _value(answer, answer.left)
    return "", ()


def _string(cursor: Cursor) -> str:
    """[V1] C-5.2.4: STRING, a length of two bytes and the characters, padded to an even number ([V2] 5-4.3.2.5). The end needs none."""
    if not cursor.left:
        return ""
    length = cursor.u16le()
    word = text(cursor.take(length), "latin-1")
    cursor.skip(length & 1 if cursor.left else 0)
    return word


def _ethernet_link(call: Call) -> Read:
    """[V2] 5-5.3: Ethernet Link object: attribute 3 is the MAC address; speed, flags and counters come and go."""
    answer = call.answer
    if answer is not None:
        if call.code == 0x01:
            yield from _value(answer, 4)
            yield from _value(answer, 4)
        if call.code == 0x01 or call.path.attribute == 3:
            yield Claimed("mac_address", answer.take(6).hex(":"), answer.span(6), component=call.component)
        yield from _value(answer, answer.left)
    return "", ()


def _execute_pccc(call: Call) -> Read:
    """Execute_PCCC: the requestor (length, vendor, serial number), then the PCCC message ([TAG], PCCC object 0x67)."""
    places: list[tuple[int, int] | None] = []
    for cursor in (call.ask, call.answer):
        if cursor is None:
            places.append(None)
            continue
        length = cursor.u8()
        if length < 1:
            yield Broken("requestor length", "[TAG] PCCC object", cursor.span(1), str(length), "1..")
        if length > 1:
            yield from _ignored(cursor, length - 1)
        places.append((cursor.at, cursor.left))
    yield Inner("pccc", places[0], places[1], call.context, "Execute_PCCC")
    return "", ()


# ---------------------------------------------------------------------------------------------------------------- connections


def _component(outer: str, hops: tuple[str, ...]) -> str:
    """The sub-unit that a route leads to, from the sub-unit where it begins."""
    return " > ".join(filter(None, (outer, *hops)))


def _unconnected_send(ask: Cursor, raw: bytes | None, component: str) -> Facts:
    """[V1] 3-5.5.4: Unconnected_Send: a message and the route to its target, which answers in the carrier's stead."""
    ask.skip(2)
    size = ask.u16le()
    start = ask.at
    inner = ask.take(size)
    ask.skip(size & 1)
    words = ask.u8()
    ask.skip(1)
    begin = ask.at
    ask.skip(words * 2)
    route = _path(Cursor(ask.data, begin, ask.at))
    yield from _broken_path(route, ask.data, Side.REQUEST)
    target = _component(component, route.hops)
    refused = raw is not None and raw[:1] == b"\xd2" and inner[:1] != b"\x52"
    if refused:
        _, result = yield from _outcome(raw, 0x52, CONNECTION_MANAGER)
        name, effect, technique = service(0x52, CONNECTION_MANAGER, False) or TAG_SERVICES[0x52]
        yield Done(name, effect, At(Side.REQUEST, 0, 6), target, (), result, technique, component)
    yield Inner("cip", (start, size), None if refused or raw is None else (0, len(raw)), (target,), "Unconnected_Send")


def _forward_open(call: Call) -> Read:
    """[V1] 3-5.5.2: Forward_Open and Large_Forward_Open. A success opens both directions' connection ids, as the answer has them."""
    ask, large = call.ask, call.code == 0x5B
    ask.skip(2)
    yield from _ignored(ask, 8)  # connection ids that the originator proposes
    yield from _ignored(ask, 2)  # connection serial number
    ask.skip(2)  # originator vendor id
    yield from _ignored(ask, 4)  # originator serial number
    ask.skip(4)  # timeout multiplier, reserved
    ask.skip(16 if large else 12)  # requested packet intervals and connection parameters, both ways
    transport = ask.u8() & 0xF
    words = ask.u8()
    begin = ask.at
    ask.skip(words * 2)
    path = _path(Cursor(ask.data, begin, ask.at))
    yield from _broken_path(path, ask.data, Side.REQUEST)
    opened = (_component(call.component, path.hops), path.text, f"class {transport}")
    if call.answer is not None and call.answer.left >= 26:
        yield from _opened(call.answer, opened, transport)
    elif call.answer is not None and call.answer.left >= 8:
        yield from _serials(call.answer)
    return f", {', '.join(filter(None, opened))}", ()


def _opened(answer: Cursor, opened: tuple[str, str, str], transport: int) -> Facts:
    """[V1] 3-5.5.2: the ids under which both directions run: of explicit messages (class 2, 3), or of I/O over UDP (class 0, 1)."""
    for direction in ("O->T", "T->O"):
        key = answer.take(4)
        yield Ignored(Side.ANSWER, answer.at - 4, 4)
        if transport >= 2:
            yield Open(opened, key, Scope.HOSTS, "enip")
        else:
            yield Open((*opened, direction), key, Scope.HOSTS, "cip-io")
    yield from _serials(answer)


def _serials(cursor: Cursor) -> Iterator[Ignored]:
    """The triad that names a connection; the originator's vendor id is class."""
    yield from _ignored(cursor, 2)
    cursor.skip(2)
    yield from _ignored(cursor, 4)


def _forward_close(call: Call) -> Read:
    """[V1] 3-5.5.3: Forward_Close: names the connection by its triad."""
    call.ask.skip(2)
    yield from _serials(call.ask)
    words = call.ask.u8()
    call.ask.skip(1)
    begin = call.ask.at
    call.ask.skip(words * 2)
    path = _path(Cursor(call.ask.data, begin, call.ask.at))
    yield from _broken_path(path, call.ask.data, Side.REQUEST)
    if call.answer is not None and call.answer.left >= 8:
        yield from _serials(call.answer)
    return f", {', '.join(filter(None, (_component(call.component, path.hops), path.text)))}", ()


# ----------------------------------------------------------------------------------------------------------------------- tags


def _count(elements: int) -> str:
    return "" if elements == 1 else f" {elements} elements"


def _read_tag(call: Call) -> Read:
    """[TAG]: Read Tag, and Read Tag Fragmented with its byte offset."""
    elements = call.ask.u16le()
    if call.code == 0x52:
        yield from _value(call.ask, 4)
    values: Values = ()
    if call.answer is not None and call.answer.left:
        code, handle = _type(call.answer)
        if call.code == 0x52:
            yield from _value(call.answer, call.answer.left)
        else:
            values = yield from _elements(call.answer, code, handle)
    return _count(elements), values


def _write_tag(call: Call) -> Read:
    """[TAG]: Write Tag, and Write Tag Fragmented with its byte offset."""
    code, handle = _type(call.ask)
    elements = call.ask.u16le()
    if call.code == 0x53:
        yield from _value(call.ask, 4)
    form = TYPES.get(code)
    if form and call.code == 0x4D and call.ask.left != elements * struct.calcsize(form):
        at = At(Side.REQUEST, call.ask.at, call.ask.left)
        yield Broken("data length", "[TAG] Write Tag", at, str(call.ask.left), str(elements * struct.calcsize(form)))
    values = yield from _elements(call.ask, code, handle)
    return _count(elements), values


def _modify_tag(call: Call) -> Read:
    """[TAG]: Read Modify Write Tag: a size, the bits to set, and the bits to keep."""
    size = call.ask.u16le()
    if size not in (1, 2, 4, 8, 12):
        yield Broken("mask size", "[TAG] Read Modify Write Tag", call.ask.span(2), str(size), "1, 2, 4, 8 or 12")
    at = call.ask.at
    yield from _value(call.ask, size)
    yield from _value(call.ask, size)
    return "", (("or", call.ask.data[at : at + size][::-1].hex()), ("and", call.ask.data[at + size : at + 2 * size][::-1].hex()))


# -------------------------------------------------------------------------------------------------------------------- readers

READERS: dict[int, Callable[[Call], Read]] = {
    0x02: _set,
    0x03: _get_list,
    0x04: _set_list,
    0x05: _reset,
    0x08: _create,
    0x0A: _multiple,
    0x10: _set,
    0x19: _set,
    0x4F: _bulk,
    0x50: _bulk,
}
"""Readers of services on objects of any class."""

CLASS_READERS: dict[tuple[int, int], Callable[[Call], Read]] = {
    (0x01, IDENTITY): _identity_all,
    (0x0E, IDENTITY): _identity_single,
    (0x01, PROGRAM_NAME): _program_name,
    (0x01, TCP_IP): _tcp_ip,
    (0x0E, TCP_IP): _tcp_ip,
    (0x01, ETHERNET_LINK): _ethernet_link,
    (0x0E, ETHERNET_LINK): _ethernet_link,
    (0x4B, PCCC): _execute_pccc,
    (0x4C, TEMPLATE): _bulk,
    (0x4D, FIRMWARE): _bulk,
    (0x4E, CONNECTION_MANAGER): _forward_close,
    (0x54, CONNECTION_MANAGER): _forward_open,
    (0x5B, CONNECTION_MANAGER): _forward_open,
}
"""Readers of services that depend on the class."""

CARRIERS = (_multiple, _execute_pccc)

TAG_READERS: dict[int, Callable[[Call], Read]] = {0x4C: _read_tag, 0x4D: _write_tag, 0x4E: _modify_tag, 0x52: _read_tag, 0x53: _write_tag}

PROTOCOL = Protocol(
    name="cip",
    title="CIP (Common Industrial Protocol)",
    parse=parse,
    where=(Inside("enip", "cip"), Inside("cip", "cip")),
    decoded=(
        "paths of all logical forms, symbols, ports and keys",
        "common services, nested packets and routed messages",
        "Identity, TCP/IP Interface and Ethernet Link objects",
        "connections that are opened and closed",
        "tags of Logix controllers with types and values",
        "Rockwell's controller mode, lock, clock, firmware and program objects by effect",
    ),
    not_decoded=("CIP Safety, Motion and Security objects", "bodies of program objects", "structures of user-defined types"),
)
