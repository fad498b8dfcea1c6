"""BACnet over IP and over Ethernet.

Standards: [BAC] ANSI/ASHRAE 135-2020: clause 6 (network layer), 13 to 17 (services), 20 (encoding), 21, Annex J (BACnet/IP).
Not decoded: BACnet/SC, BACnet over MS/TP, secure BVLL, parameters of private transfers, later segments of a segmented message.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect
from fieldwatch.library.registries import bacnet_vendor
from fieldwatch.library.table import names
from fieldwatch.protocols import _bacnet_fields as fields
from fieldwatch.protocols import _bacnet_tags as tags
from fieldwatch.protocols._bacnet_fields import SHOWN, Meaning, Told
from fieldwatch.protocols._bacnet_layers import Apdu, lower
from fieldwatch.protocols._bacnet_services import BVLC, COMMUNICATION, CONFIRMED, IDENTITY, NETWORK, REINITIALIZE, UNCONFIRMED
from fieldwatch.protocols._bacnet_tags import WILDCARD, Tag
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

SEGMENTED, MORE_FOLLOWS = 0x08, 0x04
"""20.1.2 and 20.1.5: flags of a request and of a complex acknowledgement."""

DEVICE = 8
"""21: the object type of the device object."""

OBJECT_IDENTIFIER, OUT_OF_SERVICE, PRESENT_VALUE, VENDOR_IDENTIFIER = 75, 81, 85, 120
"""21: properties that mean more than their text."""

READ_PROPERTY, READ_MULTIPLE, WRITE_PROPERTY, WRITE_MULTIPLE = 12, 14, 15, 16
CONTROL, REINITIALIZE_DEVICE, AUTHENTICATE, LIFE_SAFETY = 17, 20, 24, 27
I_AM, I_HAVE, WHO_IS, WHO_AM_I = 0, 1, 8, 13

ALL, REQUIRED, OPTIONAL = 8, 105, 80
"""15.7: properties that stand for several."""

TELLING = frozenset({*IDENTITY, OBJECT_IDENTIFIER, VENDOR_IDENTIFIER, ALL, REQUIRED, OPTIONAL})
"""Properties of the device object by which an asker learns who the device is."""

COMMAND, MODIFY_PARAMETER, ALARM_SUPPRESSION, SYSTEM_INFORMATION = "T0855", "T0836", "T0878", "T0888"
"""ATT&CK for ICS: an unauthorized command message, a write that is no command, silencing, asking who a device is."""

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
    | {bytes([REJECT << 4, code]): f"reject: {name}" for code, name in names("bacnet_reject_reasons.tsv").items() if code < 256}
    | {bytes([ABORT << 4, code]): f"abort: {name}" for code, name in names("bacnet_abort_reasons.tsv").items() if code < 256}
)

VITAL = frozenset(
    [bytes([0x00, code]) for code, service in CONFIRMED.items() if service.effect not in WATCHED]
    + [bytes([0x10, code]) for code, service in UNCONFIRMED.items() if service.effect not in WATCHED]
    + [bytes([0xFF, code]) for code, service in NETWORK.items() if service.effect not in WATCHED]
    + [bytes([0x81, code]) for code, service in BVLC.items() if service.effect not in WATCHED]
)

# ------------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """What a message does, with its answer."""
    ask = answer = None
    if exchange.request is not None:
        ask = yield from lower(exchange.request, Side.REQUEST, exchange.transport)
    if exchange.answer is not None:
        answer = yield from lower(exchange.answer, Side.ANSWER, exchange.transport)
    if ask is not None:
        yield from _asked(ask, answer)
    elif answer is not None:
        yield from _answered_alone(answer)


def _asked(ask: Apdu, answer: Apdu | None) -> Facts:
    """20.1: by the type of the PDU."""
    cursor = ask.cursor
    start = cursor.at
    first = cursor.u8()
    kind = first >> 4
    if kind == CONFIRMED_REQUEST:
        yield from _confirmed(first, ask, answer)
    elif kind == UNCONFIRMED_REQUEST:
        yield from _unconfirmed(ask)
    elif kind == SEGMENT_ACK:
        cursor.skip(2)
        yield Ignored(cursor.side, cursor.at - 2, 2)  # invoke id, sequence number
        if cursor.left:
            yield Ignored(cursor.side, cursor.at, cursor.left)
        yield Done("segmentAck", Effect.READ, At(cursor.side, start, 1), component=ask.target)
    else:
        cursor.at = start
        yield from _answered_alone(ask)


def _claim(apdu: Apdu, number: int, attribute: str, value: str, at: At) -> Claimed:
    """A claim of the sender of `apdu`, about its device object `number`."""
    return Claimed(attribute, value, at, Who(apdu.cursor.side), apdu.device(number), apdu.ip)


# ------------------------------------------------------------------------------------------------------ unconfirmed services


def _unconfirmed(ask: Apdu) -> Facts:
    """20.1.3: service, then its parameters."""
    cursor = ask.cursor
    number = cursor.u8()
    service = UNCONFIRMED.get(number)
    if service is None:
        yield Unread(f"unconfirmed service {number}", "not in the standard")
        return
    at = At(cursor.side, cursor.at - 2, 2)
    told, short = Told(), None
    try:
        if number == I_AM:
            yield from _i_am(ask, told)
        elif number == I_HAVE:
            yield from _i_have(ask, told)
        elif number == WHO_IS:
            told.words.append(_range(cursor))
        elif number == WHO_AM_I:
            yield from _who_am_i(ask, told)
        else:
            yield from fields.read(cursor, fields.UNCONFIRMED_FIELDS.get(number, {}), told)
    except Short as error:
        short = error
    yield Done(service.name, service.effect, at, told.text(), tuple(told.values), "", service.technique, ask.target)
    if short:
        raise short


def _i_am(ask: Apdu, told: Told) -> Iterator[Fact]:
    """16.10.2: I-Am: device, longest APDU, segmentation, vendor."""
    cursor = ask.cursor
    device = tags.tag(cursor)
    number = tags.unsigned(cursor, device) & WILDCARD
    told.words.append(f"device {number}")
    yield _claim(ask, number, "device_instance", str(number), tags.at(cursor, device))
    tags.tag(cursor)
    tags.tag(cursor)
    yield _vendor(ask, number, tags.tag(cursor))


def _vendor(apdu: Apdu, number: int, found: Tag) -> Claimed:
    """A vendor identifier as the name in ASHRAE's registry, where it has one."""
    vendor = tags.unsigned(apdu.cursor, found)
    name = bacnet_vendor(vendor)
    return _claim(apdu, number, "vendor" if name else "vendor_id", name or str(vendor), tags.at(apdu.cursor, found))


def _i_have(ask: Apdu, told: Told) -> Iterator[Fact]:
    """16.9.2: I-Have: device, object, name of the object; where the object is the device, its name."""
    cursor = ask.cursor
    device, thing, name = tags.tag(cursor), tags.tag(cursor), tags.tag(cursor)
    said = tags.value(cursor, name)
    told.words.append(f"{fields.thing(cursor, device)}, {fields.thing(cursor, thing)} {said}")
    if tags.unsigned(cursor, thing) >> 22 == DEVICE and said:
        yield _claim(ask, tags.unsigned(cursor, device) & WILDCARD, "device_name", said, tags.at(cursor, name))


def _who_am_i(ask: Apdu, told: Told) -> Iterator[Fact]:
    """16.11: Who-Am-I: a device without an address says its vendor, model and serial number."""
    cursor = ask.cursor
    yield _vendor(ask, WILDCARD, tags.tag(cursor))
    for attribute in ("model", "serial_number"):
        found = tags.tag(cursor)
        said = tags.value(cursor, found)
        if said:
            told.words.append(said)
            yield _claim(ask, WILDCARD, attribute, said, tags.at(cursor, found))


def _range(cursor: Cursor) -> str:
    """16.10.1: Who-Is: no limits, or the low and the high one."""
    if not cursor.left:
        return "all devices"
    low, high = (tags.unsigned(cursor, tags.tag(cursor)) for _ in range(2))
    return f"device {low}" if low == high else f"devices {low}-{high}"


# -------------------------------------------------------------------------------------------------------- confirmed services


class Call(NamedTuple):
    """A confirmed service: its number, the request, the answer (None where it has no data), and what is told of them."""

    number: int
    ask: Apdu
    answer: Apdu | None
    told: Told


def _confirmed(first: int, ask: Apdu, answer: Apdu | None) -> Facts:
    """20.1.2: flags, sizes, invoke id; where it is segmented, sequence number and window; service."""
    cursor = ask.cursor
    cursor.skip(2)
    yield Ignored(cursor.side, cursor.at - 1, 1)
    sequence = yield from _segment(first, cursor)
    number = cursor.u8()
    service = CONFIRMED.get(number)
    at = At(cursor.side, cursor.at - 1, 1)
    data, result, ends = yield from _outcome(answer, number)
    if service is None:
        yield Unread(f"confirmed service {number}", "not in the standard")
        return
    if sequence:
        yield Unread(f"segment of {service.name}", "later segments are not read")
        yield from _rest(cursor)
        return
    told, short = Told(), None
    try:
        yield from READERS.get(number, _plain)(Call(number, ask, data, told))
    except Short as error:
        short = error
    effect, technique = told.meaning or (service.effect, service.technique)
    yield Done(service.name, effect, at, told.text(), tuple(told.values), result, technique, ask.target)
    if short:
        cut, whole = (data, ends) if short.side is Side.ANSWER else (ask, not first & MORE_FOLLOWS)
        if whole or cut is None:
            raise short
        yield from _rest(cut.cursor)  # the rest of the value is in the next segment
    elif number in PASSWORDS:
        yield from _password(cursor, result)


def _segment(first: int, cursor: Cursor) -> Generator[Fact, None, int]:
    """20.1.2.7: the sequence number (class: only the first segment is read) and the window. Returns the number; 0 where it is whole."""
    if not first & SEGMENTED:
        return 0
    sequence = cursor.u8()
    cursor.skip(1)
    yield Ignored(cursor.side, cursor.at - 1, 1)
    return sequence


def _outcome(answer: Apdu | None, number: int) -> Generator[Fact, None, tuple[Apdu | None, str, bool]]:
    """20.1.4 to 20.1.9: the answer where it has data, the result in the standard's words, and whether it is complete."""
    if answer is None:
        return None, "", True
    cursor = answer.cursor
    first = cursor.u8()
    kind = first >> 4
    cursor.skip(1)
    yield Ignored(cursor.side, cursor.at - 1, 1)
    sequence = 0
    if kind == COMPLEX_ACK:
        sequence = yield from _segment(first, cursor)
    reason = cursor.u8()
    if kind == ERROR:
        return None, _error(cursor), True
    if kind == REJECT:
        return None, "reject: " + names("bacnet_reject_reasons.tsv").get(reason, str(reason)), True
    if kind == ABORT:
        return None, "abort: " + names("bacnet_abort_reasons.tsv").get(reason, str(reason)), True
    if reason != number:
        yield Broken("service of the answer", "[BAC] 20.1.5", At(cursor.side, cursor.at - 1, 1), str(reason), str(number))
    if sequence:
        service = CONFIRMED.get(number)
        yield Unread(f"segment of the answer to {service.name if service else number}", "later segments are not read")
        yield from _rest(cursor)
        return None, "ok", True
    return (answer if kind == COMPLEX_ACK else None), "ok", not (kind == COMPLEX_ACK and first & MORE_FOLLOWS)


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
    first = cursor.u8()
    kind = first >> 4
    if kind not in {SIMPLE_ACK, COMPLEX_ACK, ERROR, REJECT, ABORT}:
        yield Unread(f"PDU type {kind}", "not in the standard")
        return
    place = start + (4 if kind == COMPLEX_ACK and first & SEGMENTED else 2)
    number = cursor.data[place] if place < cursor.end and kind in {SIMPLE_ACK, COMPLEX_ACK, ERROR} else -1
    cursor.at = start
    data, result, ends = yield from _outcome(answer, number)
    service = CONFIRMED.get(number)
    told, short = Told(), None
    try:
        if data is not None:
            yield from ANSWERS.get(number, _data)(number, data, told)
    except Short as error:
        short = error
    effect = service.effect if service and service.effect in WATCHED else Effect.READ
    if kind in {REJECT, ABORT}:
        effect = Effect.ERROR
    name = f"{service.name} answer" if service else {REJECT: "reject", ABORT: "abort"}.get(kind, "answer")
    yield Done(name, effect, At(cursor.side, start, 1), told.text(), (), result, "", answer.source)
    if short and (ends or data is None):
        raise short
    if short and data:
        yield from _rest(data.cursor)


def _rest(cursor: Cursor) -> Iterator[Value]:
    if cursor.left:
        yield Value(cursor.side, cursor.at, cursor.left)
        cursor.skip(cursor.left)


def _data(number: int, answer: Apdu, told: Told) -> Iterator[Fact]:
    """The data of an answer, by the table of its service."""
    yield from fields.read(answer.cursor, fields.ANSWER_FIELDS.get(number, {}), told)


def _plain(call: Call) -> Iterator[Fact]:
    """A service that its table describes."""
    yield from fields.read(call.ask.cursor, fields.CONFIRMED_FIELDS.get(call.number, {}), call.told)
    if call.answer is not None:
        yield from _data(call.number, call.answer, Told())


def _life_safety(call: Call) -> Iterator[Fact]:
    """13.13: LifeSafetyOperation: silencing takes an alarm from those who should hear it."""
    yield from _plain(call)
    if any(word.startswith("silence") for word in call.told.words):
        call.told.meaning = Meaning(Effect.WRITE, ALARM_SUPPRESSION)


# ------------------------------------------------------------------------------------------------------ properties: reading


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


def _read_property(call: Call) -> Iterator[Fact]:
    """15.5: the request names an object and a property; the answer repeats them."""
    thing, number, words = _reference(call.ask.cursor, 3)
    call.told.words.append(words)
    _asks(call.told, thing, number)
    if call.answer is not None:
        yield from _property(call.number, call.answer, call.told, known=True)


def _property(_number: int, answer: Apdu, told: Told, *, known: bool = False) -> Iterator[Fact]:
    """15.5: the answer: object, property, index, then the value in tag 3."""
    cursor = answer.cursor
    thing, number, words = _reference(cursor, 3)
    if not known:
        told.words.append(words)
    if cursor.left:
        tags.tag(cursor)
        said = yield from _values(answer, 3, thing, number)
        told.value("value", said)


def _asks(told: Told, thing: int, number: int) -> None:
    """Reading the device object's own words is identification."""
    if thing >> 22 == DEVICE and number in TELLING:
        told.meaning = Meaning(Effect.IDENTIFY, SYSTEM_INFORMATION)


def _read_multiple(call: Call) -> Iterator[Fact]:
    """15.7: the request: for each object its properties, in tag 1."""
    cursor = call.ask.cursor
    while cursor.left:
        thing = tags.unsigned(cursor, tags.tag(cursor))
        tags.tag(cursor)
        wanted = [tags.unsigned(cursor, found) for found in tags.inside(cursor, 1) if found.number == 0]
        for number in wanted:
            _asks(call.told, thing, number)
        more = f" and {len(wanted) - SHOWN} more" if len(wanted) > SHOWN else ""
        words = " ".join([tags.object_name(thing), *map(tags.property_name, wanted[:SHOWN])])
        call.told.words.append(words + more + ("," if cursor.left else ""))
    if call.answer is not None:
        yield from _multiple(call.number, call.answer, call.told, known=True)


def _multiple(_number: int, answer: Apdu, told: Told, *, known: bool = False) -> Iterator[Fact]:
    """15.7: the answer: for each object, in tag 1, each property (2, 3) with its value (4) or an error (5)."""
    cursor = answer.cursor
    while cursor.left:
        thing = tags.unsigned(cursor, tags.tag(cursor))
        name = tags.object_name(thing)
        if not known:
            told.words.append(name)
        tags.tag(cursor)
        number, index = -1, ""
        while not (found := tags.tag(cursor)).closes:
            if found.number == 2:
                number, index = tags.unsigned(cursor, found), ""
            elif found.number == 3:
                index = f"[{tags.unsigned(cursor, found)}]"
            elif found.opens and found.number == 4:
                said = yield from _values(answer, 4, thing, number)
                told.value(f"{name} {tags.property_name(number)}{index}", said)
            elif found.opens:
                for _ in tags.inside(cursor, found.number):
                    pass


def _values(answer: Apdu, closing: int, thing: int, number: int) -> Generator[Fact, None, str]:
    """The values up to a closing tag: identity of the device object is claimed, all others are values. Returns them as text."""
    cursor = answer.cursor
    instance = thing & WILDCARD
    of_device = thing >> 22 == DEVICE
    attribute = IDENTITY.get(number) if of_device else None
    shown: list[str] = []
    for found in tags.inside(cursor, closing):
        said = fields.anything(cursor, found)
        if attribute:
            if said:
                yield _claim(answer, instance, attribute, said, tags.at(cursor, found))
        elif of_device and number == VENDOR_IDENTIFIER:
            yield _vendor(answer, instance, found)
        elif of_device and number == OBJECT_IDENTIFIER:
            yield _claim(answer, instance, "device_instance", str(tags.unsigned(cursor, found) & WILDCARD), tags.at(cursor, found))
        elif found.length:
            yield Value(*tags.at(cursor, found))
        if len(shown) < SHOWN:
            shown.append(said)
    return ", ".join(shown)


# ------------------------------------------------------------------------------------------------------ properties: writing


def _written(cursor: Cursor, closing: int) -> Generator[Value, None, str]:
    """The values up to a closing tag, as text."""
    shown: list[str] = []
    for found in tags.inside(cursor, closing):
        if found.length:
            yield Value(*tags.at(cursor, found))
        if len(shown) < SHOWN:
            shown.append(fields.anything(cursor, found))
    return ", ".join(shown)


def _writes(told: Told, number: int, said: str) -> None:
    """What writing a property does: out of service cuts an object off from its point; all but the present value are parameters.

    Of several properties that are written, what weighs most is told: out of service, then the present value.
    """
    if number == OUT_OF_SERVICE and said == "true":
        told.meaning = Meaning(Effect.FORCE, MODIFY_PARAMETER)
    elif told.meaning is None or told.meaning.effect is not Effect.FORCE:
        commands = number == PRESENT_VALUE or (told.meaning is not None and told.meaning.technique == COMMAND)
        told.meaning = Meaning(Effect.WRITE, COMMAND if commands else MODIFY_PARAMETER)


def _write_property(call: Call) -> Iterator[Fact]:
    """15.9: object, property, index, the value in tag 3, priority in tag 4 (19.2: 1 to 16, the least wins)."""
    cursor, told = call.ask.cursor, call.told
    _, number, words = _reference(cursor, 3)
    told.words.append(words)
    _writes(told, number, "")
    if not cursor.left:
        return
    tags.tag(cursor)
    said = yield from _written(cursor, 3)
    _writes(told, number, said)
    told.value("value", said)
    if cursor.left:
        told.words.append(_priority(cursor, tags.tag(cursor)))


def _priority(cursor: Cursor, found: Tag) -> str:
    return f"priority {tags.unsigned(cursor, found)}"


def _write_multiple(call: Call) -> Iterator[Fact]:
    """15.10: for each object, in tag 1, each property (0, 1) with its value (2) and priority (3)."""
    cursor, told = call.ask.cursor, call.told
    while cursor.left:
        name = tags.object_name(tags.unsigned(cursor, tags.tag(cursor)))
        tags.tag(cursor)
        number = -1
        while not (found := tags.tag(cursor)).closes:
            if found.opens:
                said = yield from _written(cursor, found.number)
                told.value(f"{name} {tags.property_name(number)}", said)
                _writes(told, number, said)
            elif found.number == 0:
                number = tags.unsigned(cursor, found)
                told.words.append(f"{name} {tags.property_name(number)}")
            elif found.number == 1:
                told.words[-1:] = [f"{word}[{tags.unsigned(cursor, found)}]" for word in told.words[-1:]]
            elif found.number == 3:
                told.words[-1:] = [f"{word} {_priority(cursor, found)}" for word in told.words[-1:]]
    told.words[:-1] = [f"{word}," for word in told.words[:-1]]


# ------------------------------------------------------------------------------------------------ the device, and passwords

PASSWORDS = frozenset({CONTROL, REINITIALIZE_DEVICE})
"""Services that a password may end."""


def _control(call: Call) -> Iterator[Fact]:
    """16.1 and 16.4: what communication or the device is to do; a time in minutes, and a password, may be there."""
    cursor = call.ask.cursor
    wanted, place = (COMMUNICATION, 1) if call.number == CONTROL else (REINITIALIZE, 0)
    while cursor.left:
        before = cursor.at
        found = tags.tag(cursor)
        if found.number == place:
            number = tags.unsigned(cursor, found)
            state = wanted.get(number)
            call.told.words.append(state.words if state else f"state {number}")
            call.told.meaning = Meaning(state.effect, state.technique) if state else None
        elif found.number == place + 1:
            cursor.at = before
            break
        elif found.length:
            yield Value(*tags.at(cursor, found))
            call.told.value("minutes", str(tags.unsigned(cursor, found)))


def _password(cursor: Cursor, result: str) -> Iterator[LoggedIn]:
    """A password is a character string; its first byte is the character set."""
    if cursor.left:
        found = tags.tag(cursor)
        yield LoggedIn("", cursor.data[found.start + 1 : found.start + found.length], tags.at(cursor, found), result=result)


def _authenticate(call: Call) -> Iterator[Fact]:
    """Clause 24 of editions until 2008: Authenticate: an operator's name (tag 2) and password (tag 3) in clear."""
    cursor = call.ask.cursor
    name, secret, at = "", b"", None
    while cursor.left:
        found = tags.tag(cursor)
        if found.number == 2:
            name, at = fields.string(cursor, found), tags.at(cursor, found)
        elif found.number == 3:
            secret = cursor.data[found.start + 1 : found.start + found.length]
        elif found.length:
            yield Ignored(*tags.at(cursor, found))
    if at:
        yield LoggedIn(name, secret, at)
    if call.answer is not None:
        yield from _rest(call.answer.cursor)


READERS = {
    READ_PROPERTY: _read_property,
    READ_MULTIPLE: _read_multiple,
    WRITE_PROPERTY: _write_property,
    WRITE_MULTIPLE: _write_multiple,
    CONTROL: _control,
    REINITIALIZE_DEVICE: _control,
    LIFE_SAFETY: _life_safety,
    AUTHENTICATE: _authenticate,
}
"""Services that more than a table must read."""

ANSWERS = {READ_PROPERTY: _property, READ_MULTIPLE: _multiple}
"""Answers that say who a device is."""

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
        "Who-Is, I-Am, Who-Has, I-Have, Who-Am-I, You-Are",
        "properties that are read, written and reported",
        "events, alarms and time",
        "restarts, communication control, files, lists and objects",
        "broadcast tables and foreign devices",
    ),
    not_decoded=("BACnet/SC", "BACnet over MS/TP", "secure BVLL", "later segments", "parameters of private transfers"),
    questions=(Question("who is there", "udp", 47808, bytes.fromhex("810b000c0120ffff00ff1008")),),
)
