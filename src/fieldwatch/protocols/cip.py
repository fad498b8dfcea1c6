"""CIP, the Common Industrial Protocol: requests to the objects of a device, and their answers, whatever network carries them.

Standards: [V1] CIP Networks Library, Volume 1: Common Industrial Protocol, Edition 3.33; [V2] Volume 2: EtherNet/IP Adaptation of CIP,
Edition 1.27; [TAG] Rockwell Automation 1756-PM020, Logix 5000 Controllers Data Access (2022). Rockwell's services on its own classes are
known by observation (see `_cip_services.py`).
Not decoded: CIP Safety, CIP Motion and CIP Security objects, the bodies of Rockwell's program objects, structures of user-defined types.

An answer does not repeat the path of its request: alone it says little. The context is a tuple whose first item is the component that is
addressed (`slot 2`); an opened connection adds its application path, its transport class and, for implicit ones, the direction.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import pairwise

from fieldwatch.facts import Effect, Values
from fieldwatch.library.table import names
from fieldwatch.protocols import _cip_connections as connections
from fieldwatch.protocols import _cip_identity as identity
from fieldwatch.protocols import _cip_objects as objects
from fieldwatch.protocols import _cip_tags as tags
from fieldwatch.protocols._cip_call import Call, Read, as_ignored, as_value, shown
from fieldwatch.protocols._cip_path import broken_path, read_path, route
from fieldwatch.protocols._cip_services import (
    CONNECTION_MANAGER,
    ETHERNET_LINK,
    FIRMWARE,
    IDENTITY,
    PCCC,
    PROGRAM_NAME,
    TAG_SERVICES,
    TCP_IP,
    TEMPLATE,
    WALL_CLOCK,
    Service,
    service,
)
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Context,
    Done,
    Exchange,
    Facts,
    Inner,
    Inside,
    Protocol,
    Short,
    Side,
    Unread,
)

# ------------------------------------------------------------------------------------------------------------------ tables

RESETS = {0: "power cycle", 1: "factory defaults", 2: "factory defaults but communication"}
"""[V1] 5A-2.4: types of Reset of the Identity object."""

ANSWERS_WHEN_REFUSED = (0x03, 0x04, 0x0A, 0x4E, 0x54, 0x5B)
"""Services whose answers hold data also where the status is an error: lists, packets ([V1] A-4), connections ([V1] 3-5.5)."""

NONE: Values = ()

# ------------------------------------------------------------------------------------------------------------------- parse


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
    path = read_path(Cursor(ask.data, 2, 2 + len(ask.take(length))))
    yield from broken_path(path, ask.data, Side.REQUEST)
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
        yield from as_value(answer, answer.left)


# ---------------------------------------------------------------------------------------------------- services of any object


def _plain(call: Call) -> Read:
    """A service without a reader of its own: what it asks is class, what it answers is data."""
    if call.answer is not None:
        yield from as_value(call.answer, call.answer.left)
    return "", ()


def _bulk(call: Call) -> Read:
    """A service that moves blocks of a file or a program: neither the place nor the block makes another message of it."""
    for cursor in (call.ask, call.answer):
        if cursor is not None:
            yield from as_value(cursor, cursor.left)
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
        yield from as_value(answer, answer.left)
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
        values = objects.wall_clock(raw) if call.path.class_id == WALL_CLOCK else (("value", shown(raw)),)
        yield from as_value(ask, ask.left)
    return _attributes(numbers), values


def _set(call: Call) -> Read:
    """[V1] A-4.2, A-4.12: Set_Attribute_Single and Set_Attributes_All: the data that is set."""
    raw = call.ask.data[call.ask.at : call.ask.end]
    yield from as_value(call.ask, call.ask.left)
    if call.path.class_id == TCP_IP and call.path.attribute == 5 and len(raw) >= 12:
        return "", tuple(zip(("ip_address", "subnet_mask", "gateway"), objects.addresses(raw), strict=False))
    return "", (("value", shown(raw)),) if raw else ()


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
    yield from as_value(answer, size)
    if answer.left:
        yield from as_ignored(answer, answer.left)
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


# ---------------------------------------------------------------------------------------------------------------- connections


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
    way = read_path(Cursor(ask.data, begin, ask.at))
    yield from broken_path(way, ask.data, Side.REQUEST)
    target = route(component, way.hops)
    refused = raw is not None and raw[:1] == b"\xd2" and inner[:1] != b"\x52"
    if refused:
        _, result = yield from _outcome(raw, 0x52, CONNECTION_MANAGER)
        name, effect, technique = service(0x52, CONNECTION_MANAGER, False) or TAG_SERVICES[0x52]
        yield Done(name, effect, At(Side.REQUEST, 0, 6), target, (), result, technique, component)
    yield Inner("cip", (start, size), None if refused or raw is None else (0, len(raw)), (target,), "Unconnected_Send")


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
    (0x01, IDENTITY): objects.identity_all,
    (0x0E, IDENTITY): objects.identity_single,
    (0x01, PROGRAM_NAME): objects.program_name,
    (0x01, TCP_IP): objects.tcp_ip,
    (0x0E, TCP_IP): objects.tcp_ip,
    (0x01, ETHERNET_LINK): objects.ethernet_link,
    (0x0E, ETHERNET_LINK): objects.ethernet_link,
    (0x4B, PCCC): objects.execute_pccc,
    (0x4C, TEMPLATE): _bulk,
    (0x4D, FIRMWARE): _bulk,
    (0x4E, CONNECTION_MANAGER): connections.forward_close,
    (0x54, CONNECTION_MANAGER): connections.forward_open,
    (0x5B, CONNECTION_MANAGER): connections.forward_open,
}
"""Readers of services that depend on the class."""

CARRIERS = (_multiple, objects.execute_pccc)

TAG_READERS: dict[int, Callable[[Call], Read]] = {
    0x4C: tags.read_tag,
    0x4D: tags.write_tag,
    0x4E: tags.modify_tag,
    0x52: tags.read_tag,
    0x53: tags.write_tag,
}

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
