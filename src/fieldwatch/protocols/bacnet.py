"""BACnet over IP and over Ethernet.

Standards: [BAC] ANSI/ASHRAE 135-2020: clause 6 (network layer), 13 to 16 (services), 20 (encoding), 21, Annex J (BACnet/IP).
Not decoded: BACnet/SC, secure BVLL, data of private transfers, later segments of a segmented message.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect, Values
from fieldwatch.library.registries import bacnet_vendor
from fieldwatch.library.table import names
from fieldwatch.protocols import _bacnet_tags as tags
from fieldwatch.protocols._bacnet_services import BVLC, COMMUNICATION, CONFIRMED, IDENTITY, NETWORK, REINITIALIZE, UNCONFIRMED, Service
from fieldwatch.protocols._cursor import Cursor
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
    Length,
    Llc,
    Locate,
    LoggedIn,
    Looks,
    Pair,
    Part,
    Port,
    Protocol,
    Question,
    Short,
    Side,
    Unread,
    Value,
    Who,
)

# ------------------------------------------------------------------------------------------------------------------ tables

CONFIRMED_REQUEST, UNCONFIRMED_REQUEST, SIMPLE_ACK, COMPLEX_ACK, SEGMENT_ACK, ERROR, REJECT, ABORT = range(8)
"""20.1: PDU types."""

NONE: Values = ()

DEVICE = 8
"""21: the object type of the device object."""

READ_PROPERTY, READ_MULTIPLE, WRITE_PROPERTY, WRITE_MULTIPLE, CONTROL, REINITIALIZE_DEVICE = 12, 14, 15, 16, 17, 20
I_AM, I_HAVE, TIME_SYNC, WHO_HAS, WHO_IS, UTC_SYNC = 0, 1, 6, 7, 8, 9

SHOWN = 8
"""Values and objects of one message that are named; the others are in the bytes."""

# ------------------------------------------------------------------------------------------------------------ declarations

LOOKS = (
    Looks(parts=(Part(0, (b"\x81",)), Part(1, tuple(bytes([number]) for number in BVLC))), least=4, whole=True),
    Looks(parts=(Part(0, (b"\x81",)),), least=4, anywhere=False),
)

WATCHED = (Effect.READ, Effect.DISCOVER, Effect.DIAGNOSE)

KINDS = (
    {bytes([0x00, code]): service.name for code, service in CONFIRMED.items()}
    | {bytes([kind << 4, code]): f"{service.name} ack" for code, service in CONFIRMED.items() for kind in (SIMPLE_ACK, COMPLEX_ACK)}
    | {bytes([ERROR << 4, code]): f"{service.name} error" for code, service in CONFIRMED.items()}
    | {bytes([0x10, code]): service.name for code, service in UNCONFIRMED.items()}
    | {bytes([0xFF, code]): service.name for code, service in NETWORK.items()}
    | {bytes([0x81, code]): service.name for code, service in BVLC.items()}
    | {b"\x40": "segment ack"}
)

VITAL = frozenset(
    [bytes([0x00, code]) for code, service in CONFIRMED.items() if service.effect not in WATCHED]
    + [bytes([0x10, code]) for code, service in UNCONFIRMED.items() if service.effect not in WATCHED]
    + [bytes([0xFF, code]) for code, service in NETWORK.items() if service.effect not in WATCHED]
    + [bytes([0x81, code]) for code, service in BVLC.items() if service.effect not in WATCHED]
)

# ------------------------------------------------------------------------------------------------------------------- parse


class Apdu(NamedTuple):
    """The application layer of a message: its cursor (behind nothing: at its first byte), and who sent it as the lower layers say."""

    cursor: Cursor
    ip: str
    """The origin of a forwarded message, "" where the sender is the origin."""
    component: str
    """The device behind a router: `net 3:8`."""


def parse(exchange: Exchange, context: Context) -> Facts:
    """What a message does, with its answer."""
    ask = yield from _lower(exchange.request, Side.REQUEST, exchange.transport)
    answer = yield from _lower(exchange.answer, Side.ANSWER, exchange.transport)
    if ask is not None:
        yield from _asked(ask, answer)
    elif answer is not None:
        yield from _answered_alone(answer)


def _lower(raw: bytes | None, side: Side, transport: str) -> Generator[Fact, None, Apdu | None]:
    """Annex J and clause 6: the layers below the application. Returns the application layer, where there is one."""
    if raw is None:
        return None
    cursor = Cursor(raw, side=side)
    ip = ""
    if transport != "ethernet":
        cursor.skip(1)
        function = cursor.u8()
        length = cursor.u16()
        if length != len(raw):
            yield Broken("BVLC length", "[BAC] J.2", At(side, 2, 2), str(length), str(len(raw)))
        if function == 0x04:
            ip = ".".join(map(str, cursor.take(4)))
            cursor.skip(2)
        elif function not in {0x09, 0x0A, 0x0B}:
            yield from _link(function, cursor)
            return None
    return (yield from _network(cursor, ip))


def _link(function: int, cursor: Cursor) -> Facts:
    service = BVLC.get(function)
    at = At(cursor.side, 0, 4)
    if service is None or function == 0x0C:
        yield Unread(f"BVLC function 0x{function:02x}", "not decoded" if service else "not in the standard")
        return
    result = ""
    if function == 0x00:
        code = cursor.u16()
        result = "ok" if code == 0 else f"result 0x{code:04x}"
    yield Done(service.name, service.effect, at, result=result, technique=service.technique)


def _network(cursor: Cursor, ip: str) -> Generator[Fact, None, Apdu | None]:
    """[BAC] 6.2: version, control, addresses, hop count."""
    at = cursor.at
    version, control = cursor.u8(), cursor.u8()
    if version != 1:
        yield Broken("NPDU version", "[BAC] 6.2.1", At(cursor.side, at, 1), str(version), "1")
        return None
    if control & 0x20:
        _address(cursor)
    source = _address(cursor) if control & 0x08 else ""
    if control & 0x20:
        cursor.skip(1)
        yield Ignored(cursor.side, cursor.at - 1, 1)  # hop count
    if control & 0x80:
        number = cursor.u8()
        service = NETWORK.get(number)
        if service is None:
            yield Unread(f"network message 0x{number:02x}", "of a vendor" if number >= 0x80 else "not in the standard")
        else:
            yield Done(service.name, service.effect, At(cursor.side, cursor.at - 1, 1), technique=service.technique)
        return None
    return Apdu(cursor, ip, f"net {source}" if source else "")


def _address(cursor: Cursor) -> str:
    """[BAC] 6.2.2: network number, length, address; an address of one byte as a number."""
    network, length = cursor.u16(), cursor.u8()
    raw = cursor.take(length)
    return f"{network}:{raw[0] if length == 1 else raw.hex(':')}"


def _asked(ask: Apdu, answer: Apdu | None) -> Facts:
    cursor = ask.cursor
    start = cursor.at
    first = cursor.u8()
    kind = first >> 4
    if kind == UNCONFIRMED_REQUEST:
        number = cursor.u8()
        service = UNCONFIRMED.get(number)
        if service is None:
            yield Unread(f"unconfirmed service {number}", "not in the standard")
            return
        yield from _unconfirmed(number, service, ask, At(cursor.side, start, 2))
    elif kind == CONFIRMED_REQUEST:
        yield from _confirmed(first, ask, answer, start)
    elif kind == SEGMENT_ACK:
        cursor.skip(2)
        yield Ignored(cursor.side, cursor.at - 2, 2)
        yield Done("segmentAck", Effect.READ, At(cursor.side, start, 1))
        if cursor.left:
            yield Ignored(cursor.side, cursor.at, cursor.left)
    else:
        cursor.at = start
        yield from _answered_alone(ask)


# ------------------------------------------------------------------------------------------------------ unconfirmed services


def _unconfirmed(number: int, service: Service, ask: Apdu, at: At) -> Facts:
    cursor = ask.cursor
    words, values, short = "", NONE, None
    try:
        if number == I_AM:
            words = yield from _i_am(ask)
        elif number == I_HAVE:
            words = yield from _i_have(ask)
        elif number in {TIME_SYNC, UTC_SYNC}:
            values = yield from _time(cursor)
        elif number == WHO_IS:
            words = _range(cursor)
        elif number == WHO_HAS:
            words = _who_has(cursor)
        elif cursor.left:
            yield Value(cursor.side, cursor.at, cursor.left)
    except Short as error:
        short = error
    yield Done(service.name, service.effect, at, words, values, "", service.technique)
    if short:
        raise short


def _i_am(ask: Apdu) -> Generator[Fact, None, str]:
    """16.10: I-Am: device, longest APDU, segmentation, vendor."""
    cursor = ask.cursor
    device = tags.tag(cursor)
    number = tags.unsigned(cursor, device)
    tags.tag(cursor)
    tags.tag(cursor)
    maker = tags.tag(cursor)
    yield _claim(ask, Who.ASKER, "device_instance", str(number & 0x3FFFFF), tags.at(cursor, device))
    vendor = tags.unsigned(cursor, maker)
    name = bacnet_vendor(vendor)
    yield _claim(ask, Who.ASKER, "vendor" if name else "vendor_id", name or str(vendor), tags.at(cursor, maker))
    return f"device {number & 0x3FFFFF}"


def _claim(apdu: Apdu, who: Who, attribute: str, value: str, at: At) -> Claimed:
    return Claimed(attribute, value, at, who, apdu.component, apdu.ip)


def _i_have(ask: Apdu) -> Generator[Fact, None, str]:
    """16.9: I-Have: device, object, name of the object; where the object is the device, its name."""
    cursor = ask.cursor
    device, thing, name = tags.tag(cursor), tags.tag(cursor), tags.tag(cursor)
    said = tags.value(cursor, name)
    if tags.unsigned(cursor, thing) >> 22 == DEVICE and said:
        yield _claim(ask, Who.ASKER, "device_name", said, tags.at(cursor, name))
    return f"{tags.value(cursor, device)}, {tags.value(cursor, thing)} {said}"


def _time(cursor: Cursor) -> Generator[Value, None, Values]:
    """16.7: TimeSynchronization: a date and a time."""
    date, time = tags.tag(cursor), tags.tag(cursor)
    for one in (date, time):
        if one.length:
            yield Value(*tags.at(cursor, one))
    return (("date", tags.value(cursor, date)), ("time", tags.value(cursor, time)))


def _range(cursor: Cursor) -> str:
    """16.10: Who-Is: no limits, or the low and the high one."""
    if not cursor.left:
        return "all devices"
    low, high = (tags.unsigned(cursor, tags.tag(cursor)) for _ in range(2))
    return f"device {low}" if low == high else f"devices {low}-{high}"


def _who_has(cursor: Cursor) -> str:
    """16.9: Who-Has: limits, then an object by identifier or by name."""
    words = ""
    while cursor.left:
        found = tags.tag(cursor)
        if found.number == 2:
            words = tags.object_name(tags.unsigned(cursor, found))
        elif found.number == 3:
            words = tags.characters(cursor.data[found.start : found.start + found.length])
    return words


# -------------------------------------------------------------------------------------------------------- confirmed services


class Call(NamedTuple):
    """A confirmed service: the request, and the data of the answer (None where there are none), with who answers."""

    number: int
    ask: Cursor
    answer: Cursor | None
    answerer: Apdu | None


def _confirmed(first: int, ask: Apdu, answer: Apdu | None, start: int) -> Facts:
    """20.1.2: flags, sizes, invoke id; where it is segmented, sequence number and window; service."""
    cursor = ask.cursor
    cursor.skip(1)
    cursor.skip(1)
    yield Ignored(cursor.side, cursor.at - 1, 1)
    sequence = 0
    if first & 0x08:
        sequence = cursor.u8()
        cursor.skip(1)
    number = cursor.u8()
    service = CONFIRMED.get(number)
    at = At(cursor.side, cursor.at - 1, 1)
    data, result = yield from _outcome(answer, number)
    if service is None:
        yield Unread(f"confirmed service {number}", "not in the standard")
        return
    if sequence:
        yield Unread(f"segment of {service.name}", "later segments are not read")
        yield Value(cursor.side, start + 3, 1)
        if cursor.left:
            yield Value(cursor.side, cursor.at, cursor.left)
        return
    words, values, short = "", NONE, None
    try:
        words, values = yield from READERS.get(number, _plain)(Call(number, cursor, data, answer))
    except Short as error:
        short = error
    yield Done(service.name, service.effect, at, words, values, result, service.technique)
    if number in {CONTROL, REINITIALIZE_DEVICE} and not short:
        yield from _password(cursor, result)
    if short:
        raise short


def _outcome(answer: Apdu | None, number: int) -> Generator[Fact, None, tuple[Cursor | None, str]]:
    """20.1.4 to 20.1.9: the data of the answer, and the result in the standard's words."""
    if answer is None:
        return None, ""
    cursor = answer.cursor
    first = cursor.u8()
    kind = first >> 4
    cursor.skip(1)
    yield Ignored(cursor.side, cursor.at - 1, 1)
    if kind == COMPLEX_ACK and first & 0x08:
        sequence = cursor.u8()
        cursor.skip(1)
        if sequence:
            cursor.skip(1)
            yield Unread(
                f"segment of the answer to {CONFIRMED[number].name if number in CONFIRMED else number}", "later segments are not read"
            )
            yield from _rest(cursor)
            return None, "ok"
    reason = cursor.u8()
    if kind in {SIMPLE_ACK, COMPLEX_ACK}:
        if reason != number:
            yield Broken("service of the answer", "[BAC] 20.1.5", At(cursor.side, cursor.at - 1, 1), str(reason), str(number))
        return (cursor if kind == COMPLEX_ACK else None), "ok"
    if kind == ERROR:
        return None, _error(cursor)
    if kind == REJECT:
        return None, "reject: " + names("bacnet_reject_reasons.tsv").get(reason, str(reason))
    return None, "abort: " + names("bacnet_abort_reasons.tsv").get(reason, str(reason))


def _error(cursor: Cursor) -> str:
    """20.1.7: an error's class and code; some services wrap them in an opening tag."""
    codes: list[int] = []
    while cursor.left and len(codes) < 2:
        found = tags.tag(cursor)
        if not found.context and found.number == tags.ENUMERATED:
            codes.append(tags.unsigned(cursor, found))
    return "error: " + names("bacnet_error_codes.tsv").get(codes[-1], str(codes[-1])) if codes else "error"


def _answered_alone(answer: Apdu) -> Facts:
    """An answer whose request was not seen; what it says of a device stands all the same."""
    cursor = answer.cursor
    start = cursor.at
    kind = cursor.u8() >> 4
    if kind not in {SIMPLE_ACK, COMPLEX_ACK, ERROR, REJECT, ABORT}:
        yield Unread(f"PDU type {kind}", "not in the standard")
        return
    segmented = cursor.data[start] & 0x08
    number = cursor.data[start + (4 if kind == COMPLEX_ACK and segmented else 2)] if cursor.left > (3 if segmented else 1) else -1
    cursor.at = start
    data, result = yield from _outcome(answer, number)
    service = CONFIRMED.get(number) if kind in {SIMPLE_ACK, COMPLEX_ACK, ERROR} else None
    who = Who.ANSWERER if cursor.side is Side.ANSWER else Who.ASKER
    words = ""
    if data is not None and number == READ_PROPERTY:
        words, _ = yield from _property_told(data, answer, who)
    elif data is not None and number == READ_MULTIPLE:
        words, _ = yield from _multiple_told(data, answer, who)
    elif data is not None:
        yield from _rest(data)
    effect = service.effect if service and service.effect in WATCHED else Effect.READ
    yield Done(f"{service.name} answer" if service else "answer", effect, At(cursor.side, start, 1), words, result=result)


def _rest(cursor: Cursor) -> Iterator[Value]:
    if cursor.left:
        yield Value(cursor.side, cursor.at, cursor.left)
        cursor.skip(cursor.left)


Read = Generator[Fact, None, tuple[str, Values]]
"""What a service's reader yields; it returns what the service is about, and its values."""


def _plain(call: Call) -> Read:
    """A service without a reader of its own: an object identifier at the front says what it is about, the rest is data."""
    words = ""
    ask = call.ask
    if ask.left >= 5 and ask.data[ask.at] in {0x0C, 0xC4}:
        words = tags.object_name(tags.unsigned(ask, tags.tag(ask)))
    yield from _rest(ask)
    if call.answer is not None:
        yield from _rest(call.answer)
    return words, ()


def _reference(cursor: Cursor, stop: int) -> tuple[int, int, str]:
    """An object (tag 0), a property (tag 1) and an array index (tag 2), up to the opening tag `stop` or the end; and all as text."""
    thing, number, index = 0, -1, ""
    while cursor.left:
        before = cursor.at
        found = tags.tag(cursor)
        if found.opens and found.number == stop:
            cursor.at = before
            break
        if found.number == 0:
            thing = tags.unsigned(cursor, found)
        elif found.number == 1:
            number = tags.unsigned(cursor, found)
        elif found.number == 2:
            index = f"[{tags.unsigned(cursor, found)}]"
    return thing, number, f"{tags.object_name(thing)} {tags.property_name(number)}{index}"


def _told(cursor: Cursor, closing: int, thing: int, number: int, apdu: Apdu, who: Who) -> Generator[Fact, None, str]:
    """The values up to a closing tag: identity of the device object is claimed, all others are values. Returns them as text."""
    shown: list[str] = []
    attribute = IDENTITY.get(number) if thing >> 22 == DEVICE else None
    for found in tags.inside(cursor, closing):
        said = tags.value(cursor, found) if not found.context else cursor.data[found.start : found.start + found.length].hex()
        if attribute and said:
            yield _claim(apdu, who, attribute, said, tags.at(cursor, found))
        elif found.length:
            yield Value(*tags.at(cursor, found))
        if len(shown) < SHOWN:
            shown.append(said)
    return ", ".join(shown)


def _property_told(cursor: Cursor, apdu: Apdu, who: Who) -> Read:
    """15.5: the answer of ReadProperty: object, property, index, then the value in tag 3."""
    thing, number, words = _reference(cursor, 3)
    if not cursor.left:
        return words, ()
    tags.tag(cursor)
    said = yield from _told(cursor, 3, thing, number, apdu, who)
    return words, (("value", said),)


def _read_property(call: Call) -> Read:
    _, _, words = _reference(call.ask, 3)
    if call.answer is None or call.answerer is None:
        return words, ()
    _, values = yield from _property_told(call.answer, call.answerer, Who.ANSWERER)
    return words, values


def _multiple_told(cursor: Cursor, apdu: Apdu, who: Who) -> Read:
    """15.7: the answer of ReadPropertyMultiple: for each object, in tag 1, each property (2, 3) with value (4) or error (5)."""
    words: list[str] = []
    values: list[tuple[str, str]] = []
    while cursor.left:
        thing = tags.unsigned(cursor, tags.tag(cursor))
        name = tags.object_name(thing)
        words.append(name)
        tags.tag(cursor)
        number, index = -1, ""
        while not (found := tags.tag(cursor)).closes:
            if found.number == 2:
                number, index = tags.unsigned(cursor, found), ""
            elif found.number == 3:
                index = f"[{tags.unsigned(cursor, found)}]"
            elif found.opens and found.number == 4:
                said = yield from _told(cursor, 4, thing, number, apdu, who)
                if len(values) < SHOWN:
                    values.append((f"{name} {tags.property_name(number)}{index}", said))
            elif found.opens:
                for _ in tags.inside(cursor, found.number):
                    pass
    return _list(words), tuple(values)


def _list(words: list[str]) -> str:
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(words[:SHOWN]) + more


def _read_multiple(call: Call) -> Read:
    """15.7: the request: for each object its properties."""
    words = []
    ask = call.ask
    while ask.left:
        name = tags.object_name(tags.unsigned(ask, tags.tag(ask)))
        tags.tag(ask)
        wanted = [tags.property_name(tags.unsigned(ask, found)) for found in tags.inside(ask, 1) if found.number == 0]
        words.append(f"{name} {' '.join(wanted[:SHOWN])}")
    values: Values = ()
    if call.answer is not None and call.answerer is not None:
        _, values = yield from _multiple_told(call.answer, call.answerer, Who.ANSWERER)
    return _list(words), values


def _written(cursor: Cursor, closing: int) -> Generator[Value, None, str]:
    shown: list[str] = []
    for found in tags.inside(cursor, closing):
        if found.length:
            yield Value(*tags.at(cursor, found))
        if len(shown) < SHOWN:
            shown.append(tags.value(cursor, found) if not found.context else cursor.data[found.start : found.start + found.length].hex())
    return ", ".join(shown)


def _write_property(call: Call) -> Read:
    """15.9: object, property, index, the value in tag 3, priority in tag 4 (class: 8 and less override)."""
    _, _, words = _reference(call.ask, 3)
    if not call.ask.left:
        return words, ()
    tags.tag(call.ask)
    said = yield from _written(call.ask, 3)
    if call.ask.left:
        words += f" priority {tags.unsigned(call.ask, tags.tag(call.ask))}"
    return words, (("value", said),)


def _write_multiple(call: Call) -> Read:
    """15.10: for each object, in tag 1, each property (0, 1) with its value (2) and priority (3)."""
    words: list[str] = []
    values: list[tuple[str, str]] = []
    ask = call.ask
    while ask.left:
        name = tags.object_name(tags.unsigned(ask, tags.tag(ask)))
        tags.tag(ask)
        wanted = ""
        while not (found := tags.tag(ask)).closes:
            if found.opens:
                said = yield from _written(ask, found.number)
                values.append((f"{name} {wanted}", said))
            elif found.number == 0:
                wanted = tags.property_name(tags.unsigned(ask, found))
                words.append(f"{name} {wanted}")
    return _list(words), tuple(values[:SHOWN])


def _control(call: Call) -> Read:
    """16.1 and 16.4: what communication or the device is to do; a password may follow."""
    ask = call.ask
    wanted = COMMUNICATION if call.number == CONTROL else REINITIALIZE
    state = 1 if call.number == CONTROL else 0
    words = ""
    while ask.left:
        before = ask.at
        found = tags.tag(ask)
        if found.number == state:
            number = tags.unsigned(ask, found)
            words = wanted.get(number, f"state {number}")
        elif found.number == state + 1:
            ask.at = before
            break
        elif found.length:
            yield Value(*tags.at(ask, found))
    return words, ()


def _password(cursor: Cursor, result: str) -> Iterator[LoggedIn]:
    if cursor.left:
        found = tags.tag(cursor)
        secret = cursor.data[found.start + 1 : found.start + found.length]
        yield LoggedIn("", secret, tags.at(cursor, found), result=result)


READERS = {
    READ_PROPERTY: _read_property,
    READ_MULTIPLE: _read_multiple,
    WRITE_PROPERTY: _write_property,
    WRITE_MULTIPLE: _write_multiple,
    CONTROL: _control,
    REINITIALIZE_DEVICE: _control,
}

PROTOCOL = Protocol(
    name="bacnet",
    title="BACnet",
    parse=parse,
    where=(Port(47808, "udp"), Llc(b"\x82\x82\x03")),
    frame=Length(at=2, size=2, least=4, most=1600),
    looks=LOOKS,
    cases=Locate("bacnet"),
    pair=Pair(),
    vital=VITAL,
    kinds=KINDS,
    decoded=(
        "virtual link layer and network layer",
        "Who-Is, I-Am, Who-Has, I-Have",
        "properties that are read and written",
        "restarts and files",
    ),
    not_decoded=("BACnet/SC", "secure BVLL", "later segments", "data of private transfers"),
    questions=(Question("who is there", "udp", 47808, bytes.fromhex("810b000c0120ffff00ff1008")),),
)
