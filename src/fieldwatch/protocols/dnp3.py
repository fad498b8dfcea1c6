"""DNP3: masters poll and operate outstations, which also report by themselves; over TCP, UDP or serial lines behind a gateway.

Standards: [1815] IEEE 1815-2012. The native framing joins the frames of a message: what `parse` sees is the first frame's link header,
the first transport header and the application fragment, without the CRCs of the data; or a link header alone.
Not decoded: data sets (85 to 88), storage, device profiles, private registrations (81 to 83), status of operations (91), binary-coded
decimals (101), key updates of secure authentication (120v8 and 120v10 on), what device attributes say that do not identify.

Each device is known by its link address (`dnp3 address 10`); several may share an IP. The application control byte is ignored, for its
sequence number changes with every message: fragments that follow the first are read as lone responses.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect
from fieldwatch.protocols import _dnp3_files as files
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._dnp3_content import Content
from fieldwatch.protocols._dnp3_functions import (
    AUTHENTICATION_RESPONSE,
    DATA_ANYWHERE,
    FUNCTIONS,
    IDENTITY,
    INDICATIONS,
    LINK,
    NO_ANSWER,
    OPEN_TO_WRITE,
    REFUSED,
    RESPONSE,
    SET_TIME,
    TOLD,
    UNSOLICITED,
    USER_DATA,
    WITH_DATA,
    WRITE_FILE,
    Function,
)
from fieldwatch.protocols._dnp3_headers import Header, header, listed
from fieldwatch.protocols._dnp3_objects import ATTRIBUTES, BITS, COMMANDS, Layout, control_status, layout_of, point_of, read, read_bits
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Bytes,
    Case,
    Claimed,
    Context,
    Done,
    Exchange,
    Fact,
    Facts,
    Ignored,
    LoggedIn,
    Looks,
    Native,
    Pair,
    Part,
    Port,
    Protocol,
    Role,
    Short,
    Side,
    Unread,
    Value,
    Who,
)

# ------------------------------------------------------------------------------------------------------------ declarations

LOOKS = Looks(parts=(Part(0, (b"\x05\x64",)),), least=10)  # [1815] 9.2.4: the start bytes

FUNCTION, SEQUENCE = (Bytes(12, 1),), Bytes(11, 1, b"\x0f")
TARGET, SOURCE = Bytes(4, 2), Bytes(6, 2)

CASES = (
    Case(when=(Part(2, (b"\x05",)),), role=Role.ALONE, kind=(Bytes(2, 2, b"\xff\x4f"),)),
    Case(when=(Part(12, (bytes([UNSOLICITED]), *(bytes([code]) for code in NO_ANSWER))),), role=Role.ALONE, kind=FUNCTION),
    Case(
        when=(Part(12, (bytes([RESPONSE]), bytes([AUTHENTICATION_RESPONSE]))),),
        role=Role.ANSWER,
        key=(SEQUENCE, SOURCE, TARGET),
        kind=FUNCTION,
    ),
    Case(role=Role.REQUEST, key=(SEQUENCE, TARGET, SOURCE), kind=FUNCTION),
)
"""[1815] 4.2.2.4, 9.2.4: an answer has the sequence number of its request, and its addresses the other way round."""

KINDS = {bytes([code]): function.name for code, function in FUNCTIONS.items()} | {
    bytes([5, code]): name for code, name in LINK.items() if code not in USER_DATA
}

VITAL = frozenset(
    bytes([code]) for code, function in FUNCTIONS.items() if function.effect not in (Effect.READ, Effect.DIAGNOSE, Effect.ALARM)
)

# ------------------------------------------------------------------------------------------------------------------- parse


class Message(NamedTuple):
    """A message after its link header. `code` is the application function; -1 where there is no user data."""

    side: Side
    data: bytes
    link: int
    target: int
    source: int
    code: int


def parse(exchange: Exchange, context: Context) -> Facts:
    """Facts of a request with its answer, or of one message alone."""
    ask, short = yield from _message(Side.REQUEST, exchange.request)
    answer, other_short = yield from _message(Side.ANSWER, exchange.answer)
    yield from _exchange(ask, answer)
    if failure := short or other_short:
        raise failure


def _message(side: Side, message: bytes | None) -> Generator[Fact, None, tuple[Message | None, Short | None]]:
    """Reads the link header and the function, and says who speaks; without a function to read it returns what is missing."""
    if message is None:
        return None, None
    if len(message) < 10:
        return None, Short(side, 0, 10, len(message))
    link, target, source = message[3] & 0x4F, message[4] | message[5] << 8, message[6] | message[7] << 8
    yield from _link_rules(side, message, link, source)
    yield Ignored(side, 8, 2)
    who, component = (Who.ANSWERER if side else Who.ASKER), f"dnp3 address {source}"
    yield Claimed("dnp3_address", str(source), At(side, 6, 2), who)
    yield Claimed("role", "master" if message[3] & 0x80 else "outstation", At(side, 3, 1), who, component)
    if len(message) == 10 and link not in USER_DATA:
        return Message(side, message, link, target, source, -1), None
    if len(message) < 13:
        return None, Short(side, 10, 3, len(message) - 10)
    yield Ignored(side, 10, 2)
    return Message(side, message, link, target, source, message[12]), None


def _exchange(ask: Message | None, answer: Message | None) -> Facts:
    """Facts of messages that belong together."""
    first = ask or answer
    if first is None:
        return
    if first.code < 0:
        if first.link in LINK:
            yield Done(LINK[first.link], Effect.DIAGNOSE, At(first.side, 0, 10), component=_component(first))
        return
    function = FUNCTIONS.get(first.code)
    if function is None:  # [1815] 4.4
        yield Broken("function code", "[1815] 4.4", At(first.side, 12, 1), str(first.code), "0..33, 129..131")
        yield Unread(f"function {first.code}", "not in the standard")
        return
    asked, said, short = Content(), Content(), None
    for message, content in ((ask, asked), (answer, said)):
        if message is None:
            continue
        try:
            yield from _content(message, content)
        except Short as cut:
            short = short or cut
        for offset, length in content.spans:
            yield Value(message.side, offset, length, "little")
    yield from _operation(first, answer, function, asked, said)
    if short:
        raise short


def _operation(first: Message, answer: Message | None, function: Function, asked: Content, said: Content) -> Facts:
    """What the exchange does, and what the outstation indicates beside."""
    component = _component(first)
    own = said if first is answer else asked
    name, effect, technique = _function(first.code, function, own)
    object = ", ".join(dict.fromkeys(own.objects))  # each is named once, however often its header comes
    if first is answer:
        object = f"{object} (request not seen)".strip()
    if first.target >= 0xFFFD:  # [1815] 9.2.4: broadcast addresses
        object = f"{object} (broadcast)".strip()
    result = _result(answer, said) if answer else ""
    at = At(first.side, 11, len(first.data) - 11)
    yield Done(name, effect, at, object, tuple(asked.values or said.values), result, technique, component)
    if asked.credentials:
        username, secret, place = asked.credentials
        yield LoggedIn(username, secret, place, result=result)
    last = answer or first
    if last.code >= RESPONSE and (told := _words(TOLD, _indications(last))):
        yield Done(INDICATIONS.name, INDICATIONS.effect, At(last.side, 13, 2), told, (), "", INDICATIONS.technique, component)


# ----------------------------------------------------------------------------------------------------------------- helpers


def _link_rules(side: Side, message: bytes, link: int, source: int) -> Iterator[Broken]:
    """The rules of the link header that are broken."""
    length = message[2]
    if length < 5 or len(message) - 10 < length - 5:  # [1815] 9.2.4: control, addresses and user data are counted
        yield Broken("length", "[1815] 9.2.4", At(side, 2, 1), str(length), "5..255, the bytes that follow")
    if link not in LINK:
        yield Broken("link function", "[1815] 9.2.4", At(side, 3, 1), f"0x{link:02X}", "primary 0, 2, 3, 4, 9; secondary 0, 1, 11, 15")
    elif (link in USER_DATA) != (len(message) > 10):
        yield Broken("user data", "[1815] 9.2.4", At(side, 2, 2), f"{LINK[link]}, {len(message) - 10} bytes", "in user data frames only")
    if source >= 0xFFF0:  # [1815] 9.2.4: reserved for broadcasts and the like
        yield Broken("source address", "[1815] 9.2.4", At(side, 6, 2), str(source), "0..65519")
    function = FUNCTIONS.get(message[12]) if len(message) > 12 else None
    if function and (message[12] < RESPONSE) != bool(message[3] & 0x80):
        have = function.name + (" by a master" if message[3] & 0x80 else " by an outstation")
        yield Broken("direction", "[1815] 4.4", At(side, 12, 1), have, "requests by a master, responses by an outstation")


def _component(message: Message) -> str:
    """The sub-unit that the message is for: where it goes; of a lone answer, where it comes from. Broadcasts are for all."""
    address = message.source if message.side is Side.ANSWER else message.target
    return f"dnp3 address {address}" if address < 0xFFF0 else ""


def _function(code: int, function: Function, content: Content) -> Function:
    """What a function does with these objects."""
    if code == 1 and 0 in content.groups:
        return IDENTITY
    if code == 2 and content.groups & {50, 51}:
        return SET_TIME
    if code == 2 and 70 in content.groups:
        return WRITE_FILE
    if code == 25 and content.to_write:
        return OPEN_TO_WRITE
    return function


def _indications(message: Message) -> int:
    """The internal indications, first byte high; 0 where they are not there."""
    return message.data[13] << 8 | message.data[14] if len(message.data) >= 15 else 0


def _result(answer: Message, said: Content) -> str:
    """How the request was answered."""
    if answer.code == AUTHENTICATION_RESPONSE:
        return said.result or "ok"
    return _words(REFUSED, _indications(answer)) or said.result or "ok"


def _words(table: dict[int, str], indications: int) -> str:
    """The words of the bits that are set."""
    return ", ".join([word for bit, word in table.items() if indications & bit]) if indications else ""


def _content(message: Message, content: Content) -> Facts:
    """Reads the objects of a message; in a response the internal indications stand before them."""
    cursor = Cursor(message.data, 13, side=message.side)
    if message.code >= RESPONSE:
        cursor.skip(2)
        if message.data[14] & 0xC0:  # [1815] 4.5: reserved
            yield Broken("internal indications", "[1815] 4.5", cursor.span(1), f"0x{message.data[14]:02X}", "bits 6 and 7 are 0")
    if message.code >= 0:
        yield from _objects(cursor, message, content)


def _objects(cursor: Cursor, message: Message, content: Content) -> Facts:
    """[1815] 4.2.2.7: reads the objects one after the other, until one is not understood."""
    code = message.code
    while cursor.left:
        head = yield from header(cursor)
        if head is None:
            return
        content.groups.add(head.group)
        if head.sized:
            yield from _sized(cursor, head, content)
        elif code in WITH_DATA or (code != 1 and head.group in DATA_ANYWHERE):
            if not (yield from _data(cursor, message, head, content)):
                return
        else:
            content.objects.append(_points(cursor, head))


def _points(cursor: Cursor, header: Header) -> str:
    """The points of a header without data; reads the indexes that stand in front of each."""
    if not header.indexed:
        return header.named
    return f"{header.named} {listed(cursor.take(header.number * header.indexed), header.indexed, header.indexed)}"


def _data(cursor: Cursor, message: Message, header: Header, content: Content) -> Generator[Fact, None, bool]:
    """Reads the objects of a header with their data. False where their size is not known."""
    group, variation, count, first, indexed = header[:5]
    is_response = message.code >= RESPONSE
    if group == 0:
        yield from _attributes(cursor, message, header, content)
        return True
    if group == 120 and variation in (3, 4):
        return (yield from _aggressive(cursor, header, content))
    if bits := BITS.get((group, variation)) if not indexed else None:
        at = cursor.at
        content.objects.append(header.named)
        block = cursor.take((count * bits + 7) // 8)
        content.value(at, len(block))
        content.values += read_bits(bits, block, count, point_of(group, variation), first or 0)
        return True
    layout = layout_of(group, variation, indexed)
    if header.all:  # [1815] 4.2.2.7: without a range there is no telling how many objects follow
        yield Broken("qualifier", "[1815] 4.2.2.7", cursor.span(1), "0x06", "a range or a count where data follow")
        return False
    if layout is None:
        yield Unread(f"group {group} variation {variation}", "size of the object not known")
        content.objects.append(header.named)
        return False
    size = layout.fields.size
    at, there = cursor.at, min(count, cursor.left // size) if size else 0
    block = cursor.take(there * size)
    content.objects.append(header.named if not indexed or is_response else f"{header.named} {listed(block, indexed, size)}".strip())
    if block:
        yield from _points_with_data(cursor.side, at, block, header, layout, content, is_response)
    cursor.skip((count - there) * size)  # what is cut short is said after what is there
    return True


def _points_with_data(
    side: Side, at: int, block: bytes, header: Header, layout: Layout, content: Content, is_response: bool
) -> Iterator[Broken]:
    """The values of the objects in `block`, which stands at `at`, and their marks."""
    group, variation, count, first, indexed = header[:5]
    size = layout.fields.size
    name = point_of(group, variation)
    values = read(layout, block, name, None if indexed else first or 0)
    content.values += ((name, values[0][1]),) if count == 1 and first is None and not indexed else values
    if group in COMMANDS:
        yield from _commands(side, at, block, size, 0 if is_response else indexed, content, is_response)
    elif indexed and not is_response:
        for offset in range(at, at + len(block), size):
            content.value(offset + indexed, size - indexed)
    else:
        content.value(at, len(block))


def _commands(side: Side, at: int, block: bytes, size: int, indexed: int, content: Content, is_response: bool) -> Iterator[Broken]:
    """Marks commands but for their status, which ends each: it decides the result. Of a request the index is class too."""
    for offset in range(0, len(block), size):
        content.value(at + offset + indexed, size - indexed - 1)
        status = block[offset + size - 1]
        if is_response:
            content.result = content.result or control_status(status)
        elif status:  # [1815] A.8.1, A.19: a request has status 0
            yield Broken("control status", "[1815] A.8.1", At(side, at + offset + size - 1, 1), str(status), "0 in a request")


def _attributes(cursor: Cursor, message: Message, header: Header, content: Content) -> Facts:
    """[1815] A.1: device attributes: type, length and data. Those of set 0 are the standard's own."""
    content.objects.append(header.named)
    for number in range(header.number):
        index = int.from_bytes(cursor.take(header.indexed), "little") if header.indexed else (header.first or 0) + number
        kind = cursor.u8()
        raw = cursor.take(cursor.u8() + (256 if kind == 255 else 0))
        shown = text(raw) if kind == 1 else str(int.from_bytes(raw, "little", signed=kind == 3)) if kind in (2, 3) else raw.hex()
        attribute = ATTRIBUTES.get(header.variation)
        if message.code < RESPONSE:
            content.value(cursor.at - len(raw), len(raw))
            content.values.append((f"device attribute {header.variation}", shown))
        elif attribute and index == 0 and shown:
            who = Who.ANSWERER if cursor.side else Who.ASKER
            yield Claimed(attribute, shown, cursor.span(len(raw)), who, f"dnp3 address {message.source}")


def _aggressive(cursor: Cursor, header: Header, content: Content) -> Generator[Fact, None, bool]:
    """[1815] A.45: the user of an aggressive mode request, or of a request for the session key status. The sequence number is ignored."""
    for _ in range(header.number):
        if header.variation == 3:
            cursor.skip(4)
            yield Ignored(cursor.side, cursor.at - 4, 4)
        content.objects.append(f"user {cursor.u16le()}")
    return True


def _sized(cursor: Cursor, header: Header, content: Content) -> Facts:
    """Reads objects that have their size in front."""
    for _ in range(header.number):
        size = int.from_bytes(cursor.take(header.sized), "little")
        end = cursor.at + size
        inner = Cursor(cursor.data, cursor.at, end, cursor.side)
        cursor.skip(size)
        if header.group == 70:
            yield from files.file(inner, header.variation, content)
        elif header.group == 120:
            yield from files.authentication(inner, header.variation, content)
        elif header.group == 90:  # [1815] A.38: the application's name
            content.objects.append(f"application {text(inner.rest())}".strip())
        else:
            content.objects.append(header.named)
            content.value(inner.at, size)
            yield Unread(f"group {header.group} variation {header.variation}")


PROTOCOL = Protocol(
    name="dnp3",
    title="DNP3",
    parse=parse,
    where=(Port(20000), Port(20000, "udp")),
    frame=Native("dnp3"),
    looks=(LOOKS,),
    cases=CASES,
    pair=Pair(),
    vital=VITAL,
    kinds=KINDS,
    decoded=(
        "link functions, addresses and roles",
        "all functions, objects 1-52 with values and flags, octet strings",
        "controls with their status; internal indications",
        "files with names, modes and credentials; users of secure authentication",
        "device attributes that identify",
    ),
    not_decoded=(
        "data sets",
        "storage, device profiles, private registrations",
        "status of operations, binary-coded decimals",
        "key updates of secure authentication",
        "device attributes that do not identify",
    ),
)
