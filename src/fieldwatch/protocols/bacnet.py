"""BACnet over IP and over Ethernet.

Standards: [BAC] ANSI/ASHRAE 135-2020: clause 6 (network layer), 13 to 17 (services), 20 (encoding), 21, Annex J (BACnet/IP).
Not decoded: BACnet/SC, BACnet/IPv6, BACnet over MS/TP, secure BVLL, what the parameters of private transfers mean, alarm and enrollment
summaries, audit records, trend data (readRange); later segments of requests, and of answers to other than readProperty(Multiple).

A segmented answer is read segment by segment: what one has begun is the context of the next (see `_bacnet_segments.py`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect
from fieldwatch.library.table import names
from fieldwatch.protocols import _bacnet_fields as fields
from fieldwatch.protocols import _bacnet_properties as properties
from fieldwatch.protocols import _bacnet_segments as segments
from fieldwatch.protocols import _bacnet_tags as tags
from fieldwatch.protocols._bacnet_fields import Meaning, Told
from fieldwatch.protocols._bacnet_layers import Apdu, lower
from fieldwatch.protocols._bacnet_properties import ALARM_SUPPRESSION, DEVICE, Call
from fieldwatch.protocols._bacnet_segments import Piece
from fieldwatch.protocols._bacnet_services import BVLC, COMMUNICATION, CONFIRMED, NETWORK, REINITIALIZE, UNCONFIRMED
from fieldwatch.protocols._bacnet_tags import WILDCARD
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._protocol import (
    At,
    Broken,
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
)

# ------------------------------------------------------------------------------------------------------------------ tables

CONFIRMED_REQUEST, UNCONFIRMED_REQUEST, SIMPLE_ACK, COMPLEX_ACK, SEGMENT_ACK, ERROR, REJECT, ABORT = range(8)
"""20.1: PDU types."""

SEGMENTED, MORE_FOLLOWS = 0x08, 0x04
"""20.1.2 and 20.1.5: flags of a request and of a complex acknowledgement."""

READ_PROPERTY, READ_MULTIPLE, WRITE_PROPERTY, WRITE_MULTIPLE = 12, 14, 15, 16
CONTROL, REINITIALIZE_DEVICE, AUTHENTICATE, LIFE_SAFETY = 17, 20, 24, 27
I_AM, I_HAVE, WHO_IS, WHO_AM_I = 0, 1, 8, 13
"""21: services that are told apart here."""

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
        yield from _answered_alone(answer, context)


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
        yield from _answered_alone(ask, None)


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
    yield ask.claim(number, "device_instance", str(number), tags.at(cursor, device))
    tags.tag(cursor)
    tags.tag(cursor)
    yield properties.vendor(ask, number, tags.tag(cursor))


def _i_have(ask: Apdu, told: Told) -> Iterator[Fact]:
    """16.9.2: I-Have: device, object, name of the object; where the object is the device, its name."""
    cursor = ask.cursor
    device, thing, name = tags.tag(cursor), tags.tag(cursor), tags.tag(cursor)
    said = tags.value(cursor, name)
    told.words.append(f"{fields.thing(cursor, device)}, {fields.thing(cursor, thing)} {said}")
    if tags.unsigned(cursor, thing) >> 22 == DEVICE and said:
        yield ask.claim(tags.unsigned(cursor, device) & WILDCARD, "device_name", said, tags.at(cursor, name))


def _who_am_i(ask: Apdu, told: Told) -> Iterator[Fact]:
    """16.11: Who-Am-I: a device without an address says its vendor, model and serial number."""
    cursor = ask.cursor
    yield properties.vendor(ask, WILDCARD, tags.tag(cursor))
    for attribute in ("model", "serial_number"):
        found = tags.tag(cursor)
        said = tags.value(cursor, found)
        if said:
            told.words.append(said)
            yield ask.claim(WILDCARD, attribute, said, tags.at(cursor, found))


def _range(cursor: Cursor) -> str:
    """16.10.1: Who-Is: no limits, or the low and the high one."""
    if not cursor.left:
        return "all devices"
    low, high = (tags.unsigned(cursor, tags.tag(cursor)) for _ in range(2))
    return f"device {low}" if low == high else f"devices {low}-{high}"


# -------------------------------------------------------------------------------------------------------- confirmed services


def _confirmed(first: int, ask: Apdu, answer: Apdu | None) -> Facts:
    """20.1.2: flags, sizes, invoke id; where it is segmented, sequence number and window; service."""
    cursor = ask.cursor
    cursor.skip(2)
    yield Ignored(cursor.side, cursor.at - 1, 1)
    sequence = yield from _segment(first, cursor)
    number = cursor.u8()
    service = CONFIRMED.get(number)
    at = At(cursor.side, cursor.at - 1, 1)
    outcome = yield from _outcome(answer, number, None)
    if service is None:
        yield Unread(f"confirmed service {number}", "not in the standard")
        return
    if sequence:
        yield Unread(f"segment of {service.name}", "later segments are not read")
        yield from _rest(cursor)
        return
    told, short = Told(), None
    try:
        yield from READERS.get(number, _plain)(Call(number, ask, outcome.data, told))
    except Short as error:
        short = error
    effect, technique = told.meaning or (service.effect, service.technique)
    yield Done(service.name, effect, at, told.text(), tuple(told.values), outcome.result, technique, ask.target)
    if short and short.side is Side.REQUEST:
        if not first & MORE_FOLLOWS:
            raise short
        yield from _rest(cursor)  # the rest of the value is in the next segment
        return
    yield from _goes_on(outcome, short)
    if number in PASSWORDS and not short:
        yield from _password(cursor, outcome.result)


def _segment(first: int, cursor: Cursor) -> Generator[Fact, None, int]:
    """20.1.2.7: the sequence number (class: segments differ) and the window. Returns the number; 0 where it is whole."""
    if not first & SEGMENTED:
        return 0
    sequence = cursor.u8()
    cursor.skip(1)
    yield Ignored(cursor.side, cursor.at - 1, 1)
    return sequence


class Outcome(NamedTuple):
    """How a request was answered: the answer where it has data, the result in the standard's words, and which segment it is."""

    data: Apdu | None
    result: str
    piece: Piece | None = None


def _outcome(answer: Apdu | None, number: int, context: Context) -> Generator[Fact, None, Outcome]:
    """20.1.4 to 20.1.9: the outcome for the service `number`; `context` is what the segment before has opened."""
    if answer is None:
        return Outcome(None, "")
    cursor = answer.cursor
    first = cursor.u8()
    kind = first >> 4
    cursor.skip(1)
    yield Ignored(cursor.side, cursor.at - 1, 1)
    invoke, sequence = cursor.data[cursor.at - 1], 0
    if kind == COMPLEX_ACK:
        sequence = yield from _segment(first, cursor)
    reason = cursor.u8()
    if kind == ERROR:
        return Outcome(None, _error(cursor))
    if kind == REJECT:
        return Outcome(None, "reject: " + names("bacnet_reject_reasons.tsv").get(reason, str(reason)))
    if kind == ABORT:
        return Outcome(None, "abort: " + names("bacnet_abort_reasons.tsv").get(reason, str(reason)))
    if reason != number:
        yield Broken("service of the answer", "[BAC] 20.1.5", At(cursor.side, cursor.at - 1, 1), str(reason), str(number))
    if kind != COMPLEX_ACK:
        return Outcome(None, "ok")
    if not first & SEGMENTED:
        return Outcome(answer, "ok")
    piece = Piece(number, sequence, first & MORE_FOLLOWS != 0, segments.key(answer, invoke), cursor.at)
    later = segments.continued(piece, answer, context)
    if sequence and later is None:
        service = CONFIRMED.get(number)
        yield Unread(f"segment of the answer to {service.name if service else number}", "what comes before it was not read")
        yield from _rest(cursor)
        return Outcome(None, "ok")
    return Outcome(segments.joined(later, answer), "ok", later) if later else Outcome(answer, "ok", piece)


def _goes_on(outcome: Outcome, short: Short | None) -> Facts:
    """What a segment opens for the next one. Data that end too early break a rule, but for segments that others follow."""
    data, piece = outcome.data, outcome.piece
    opened = segments.opens(piece, data) if piece and data else None
    if opened:
        yield opened
    if short is None:
        return
    if piece is None or data is None or not piece.more:
        raise short
    if opened is None:
        yield from segments.moved(piece, _rest(data.cursor))


def _error(cursor: Cursor) -> str:
    """20.1.7: an error's class and code; some services wrap them in an opening tag."""
    codes: list[int] = []
    while cursor.left and len(codes) < 2:
        found = tags.tag(cursor)
        if not found.context and found.number == tags.ENUMERATED:
            codes.append(tags.unsigned(cursor, found))
    return "error: " + names("bacnet_error_codes.tsv").get(codes[-1], str(codes[-1])) if codes else "error"


def _answered_alone(answer: Apdu, context: Context) -> Facts:
    """An answer whose request was not seen, or a later segment; what it says of a device stands all the same."""
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
    outcome = yield from _outcome(answer, number, context)
    data, piece = outcome.data, outcome.piece
    service = CONFIRMED.get(number)
    told, short = Told(), None
    try:
        if data is not None:
            facts = ANSWERS.get(number, _data)(number, data, told)
            yield from segments.moved(piece, facts) if piece else facts
    except Short as error:
        short = error
    effect = service.effect if service and service.effect in WATCHED else Effect.READ
    if kind in {REJECT, ABORT}:
        effect = Effect.ERROR
    name = f"{service.name} answer" if service else {REJECT: "reject", ABORT: "abort"}.get(kind, "answer")
    values = tuple(told.values) if piece and piece.begun is not None else ()
    yield Done(name, effect, At(cursor.side, start, 1), told.text(), values, outcome.result, "", answer.source)
    yield from _goes_on(outcome, short)


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
    READ_PROPERTY: properties.read_property,
    READ_MULTIPLE: properties.read_multiple,
    WRITE_PROPERTY: properties.write_property,
    WRITE_MULTIPLE: properties.write_multiple,
    CONTROL: _control,
    REINITIALIZE_DEVICE: _control,
    LIFE_SAFETY: _life_safety,
    AUTHENTICATE: _authenticate,
}
"""Services that more than a table must read."""

ANSWERS = {READ_PROPERTY: properties.told_property, READ_MULTIPLE: properties.told_multiple}
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
        "properties that are read (segmented answers too), written and reported",
        "events, alarms and time",
        "restarts, communication control, files, lists and objects",
        "broadcast tables and foreign devices",
    ),
    not_decoded=(
        "BACnet/SC",
        "BACnet/IPv6",
        "BACnet over MS/TP",
        "secure BVLL",
        "meaning of private transfers",
        "alarm and enrollment summaries",
        "audit records",
        "trend data",
        "later segments of requests, and of answers but for properties",
    ),
    questions=(Question("who is there", "udp", 47808, bytes.fromhex("810b000c0120ffff00ff1008")),),
)
