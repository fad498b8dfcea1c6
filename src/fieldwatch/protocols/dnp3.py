"""DNP3: masters poll and operate outstations, which also report by themselves; over TCP, UDP or serial lines behind a gateway.

Standards: [1815] IEEE 1815-2012. The native framing joins the frames of a message: what `parse` sees is the first frame's link header,
the first transport header and the application fragment, without the CRCs of the data; or a link header alone.
Not decoded: data sets (85 to 88), device profiles, private registrations, key updates of secure authentication (120v8 and 120v10 on).

Each device is known by its link address (`dnp3 address 10`); several may share an IP. The application control byte is ignored, for its
sequence number changes with every message: fragments that follow the first are read as lone responses.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from fieldwatch.facts import Effect
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._dnp3_objects import (
    ATTRIBUTES,
    BITS,
    COMMANDS,
    FILE_STATUS,
    Layout,
    control_status,
    layout_of,
    name_of,
    point_of,
    read,
    read_bits,
)
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

# ------------------------------------------------------------------------------------------------------------------ tables


class Function(NamedTuple):
    """What a function is called and does; `technique` is the ATT&CK for ICS technique it serves."""

    name: str
    effect: Effect
    technique: str = ""


FUNCTIONS = {
    0: Function("Confirm", Effect.READ),
    1: Function("Read", Effect.READ),
    2: Function("Write", Effect.WRITE, "T0855"),
    3: Function("Select", Effect.OPERATE, "T0855"),
    4: Function("Operate", Effect.OPERATE, "T0855"),
    5: Function("Direct Operate", Effect.OPERATE, "T0855"),
    6: Function("Direct Operate No Ack", Effect.OPERATE, "T0855"),
    7: Function("Immediate Freeze", Effect.WRITE, "T0836"),
    8: Function("Immediate Freeze No Ack", Effect.WRITE, "T0836"),
    9: Function("Freeze and Clear", Effect.WRITE, "T0836"),
    10: Function("Freeze and Clear No Ack", Effect.WRITE, "T0836"),
    11: Function("Freeze at Time", Effect.WRITE, "T0836"),
    12: Function("Freeze at Time No Ack", Effect.WRITE, "T0836"),
    13: Function("Cold Restart", Effect.RESET, "T0816"),
    14: Function("Warm Restart", Effect.RESET, "T0816"),
    15: Function("Initialize Data", Effect.RESET, "T0836"),
    16: Function("Initialize Application", Effect.RESET, "T0836"),
    17: Function("Start Application", Effect.START, "T0858"),
    18: Function("Stop Application", Effect.STOP, "T0881"),
    19: Function("Save Configuration", Effect.CONFIGURE, "T0836"),
    20: Function("Enable Unsolicited", Effect.CONFIGURE),
    21: Function("Disable Unsolicited", Effect.CONFIGURE, "T0804"),
    22: Function("Assign Class", Effect.CONFIGURE, "T0838"),
    23: Function("Delay Measurement", Effect.DIAGNOSE),
    24: Function("Record Current Time", Effect.TIME_SET),
    25: Function("Open File", Effect.PROGRAM_UPLOAD, "T0893"),
    26: Function("Close File", Effect.PROGRAM_UPLOAD),
    27: Function("Delete File", Effect.CONFIGURE, "T0809"),
    28: Function("Get File Info", Effect.DISCOVER, "T0888"),
    29: Function("Authenticate File", Effect.AUTHENTICATE, "T0859"),
    30: Function("Abort File", Effect.PROGRAM_UPLOAD),
    31: Function("Activate Configuration", Effect.CONFIGURE, "T0843"),
    32: Function("Authentication Request", Effect.AUTHENTICATE),
    33: Function("Authentication Request No Ack", Effect.AUTHENTICATE),
    129: Function("Response", Effect.READ),
    130: Function("Unsolicited Response", Effect.ALARM),
    131: Function("Authentication Response", Effect.AUTHENTICATE),
}
"""[1815] 4.4. Delay Measurement only asks for a time; nothing is set by it. Close and Abort File name a handle, not a direction."""

RESPONSE, UNSOLICITED, AUTHENTICATION_RESPONSE = 129, 130, 131
NO_ANSWER = (0, 6, 8, 10, 12, 33)
"""Functions that are never answered."""

WITH_DATA = frozenset({2, 3, 4, 5, 6, 32, 33, 129, 130, 131})
"""Functions whose objects have data; in the others there are headers only, but for the objects of `DATA_ANYWHERE`."""

DATA_ANYWHERE = frozenset({50, 120})
"""Groups that have data in every request but Read: the time of a freeze, and the secure authentication of any function."""

IDENTITY = Function("Read", Effect.IDENTIFY, "T0888")
SET_TIME = Function("Write", Effect.TIME_SET, "T0836")
WRITE_FILE = Function("Write", Effect.PROGRAM_DOWNLOAD, "T0843")
OPEN_TO_WRITE = Function("Open File", Effect.PROGRAM_DOWNLOAD, "T0843")
INDICATIONS = Function("Internal Indications", Effect.DIAGNOSE, "T0816")

LINK = {
    0x40: "Reset Link States",
    0x41: "Reset User Process",
    0x42: "Test Link States",
    0x43: "Confirmed User Data",
    0x44: "Unconfirmed User Data",
    0x49: "Request Link Status",
    0x00: "Link Ack",
    0x01: "Link Nack",
    0x0B: "Link Status",
    0x0E: "Link Not Functioning",
    0x0F: "Link Not Supported",
}
"""[1815] 9.2.4: primary bit and function of the link control byte; 0x41 and 0x0E are of older editions."""

USER_DATA = (0x43, 0x44)

TOLD = {
    0x2000: "local control",
    0x4000: "device trouble",
    0x8000: "device restart",
    0x0008: "event buffer overflow",
    0x0020: "configuration corrupt",
}
"""[1815] 4.5: internal indications that are told, first byte high. Those of events, time and broadcasts are the daily round."""

REFUSED = {0x01: "function not supported", 0x02: "object unknown", 0x04: "parameter error", 0x10: "already executing"}
"""[1815] 4.5: bits of the second byte that refuse the request."""

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


@dataclass(slots=True)
class Content:
    """What the objects of a message say. `spans` are the value bytes: offset and length, neighbours joined."""

    groups: set[int] = field(default_factory=set)
    objects: list[str] = field(default_factory=list)
    values: list[tuple[str, str]] = field(default_factory=list)
    result: str = ""
    to_write: bool = False
    credentials: tuple[str, bytes, At] | None = None
    spans: list[list[int]] = field(default_factory=list)

    def value(self, offset: int, length: int) -> None:
        """Marks bytes as value."""
        if self.spans and sum(self.spans[-1]) == offset:
            self.spans[-1][1] += length
        elif length:
            self.spans.append([offset, length])


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
        try:
            if message:
                yield from _content(message, content)
        except Short as cut:
            short = short or cut
        if message:
            yield from (Value(message.side, offset, length, "little") for offset, length in content.spans)
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
    if last.code >= RESPONSE and (told := _told(last)):
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
    if len(message) > 12 and message[12] in FUNCTIONS and (message[12] < RESPONSE) != bool(message[3] & 0x80):
        have = FUNCTIONS[message[12]].name + (" by a master" if message[3] & 0x80 else " by an outstation")
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
    return int.from_bytes(message.data[13:15], "big") if len(message.data) >= 15 else 0


def _result(answer: Message, said: Content) -> str:
    """How the request was answered."""
    if answer.code == AUTHENTICATION_RESPONSE:
        return said.result or "ok"
    indications = _indications(answer)
    refused = [word for bit, word in REFUSED.items() if indications & bit]
    return ", ".join(refused) or said.result or "ok"


def _told(message: Message) -> str:
    """The internal indications that are out of the ordinary."""
    indications = _indications(message)
    return ", ".join(word for bit, word in TOLD.items() if indications & bit)


def _content(message: Message, content: Content) -> Facts:
    """Reads the objects of a message; in a response the internal indications stand before them."""
    cursor = Cursor(message.data, 13, side=message.side)
    if message.code >= RESPONSE:
        cursor.skip(2)
        if message.data[14] & 0xC0:  # [1815] 4.5: reserved
            yield Broken("internal indications", "[1815] 4.5", cursor.span(1), f"0x{message.data[14]:02X}", "bits 6 and 7 are 0")
    if message.code >= 0:
        yield from _objects(cursor, message, content)


class Header(NamedTuple):
    """An object header: `number` of objects; `first` index of a range; `all` without a range.

    `indexed` is the size of the index in front of each object, `sized` the size of each object's own size; 0 where there is none.
    """

    group: int
    variation: int
    number: int
    first: int | None
    indexed: int
    sized: int
    all: bool

    @property
    def named(self) -> str:
        """The points of a range, or of all."""
        name = name_of(self.group, self.variation)
        if self.group == 0:
            return f"{name} {self.variation}"
        if self.first is not None:
            return f"{name} {_run(self.first, self.first + self.number - 1)}"
        return name if self.all or self.number == 1 or self.indexed or self.sized else f"{name}, at most {self.number}"


def _objects(cursor: Cursor, message: Message, content: Content) -> Facts:
    """[1815] 4.2.2.7: reads the objects one after the other, until one is not understood."""
    code = message.code
    while cursor.left:
        header = yield from _header(cursor)
        if header is None:
            return
        content.groups.add(header.group)
        if header.sized:
            yield from _sized(cursor, header, content)
        elif code in WITH_DATA or (code != 1 and header.group in DATA_ANYWHERE):
            if not (yield from _data(cursor, message, header, content)):
                return
        else:
            content.objects.append(_points(cursor, header))


def _header(cursor: Cursor) -> Generator[Broken, None, Header | None]:
    """[1815] 4.2.2.7: an object header; None where it breaks a rule."""
    group, variation, qualifier = cursor.u8(), cursor.u8(), cursor.u8()
    prefix, reach = qualifier >> 4, qualifier & 0x0F
    start, count, first, all = cursor.at, 0, None, reach == 6
    if reach <= 2:
        size = 1 << reach
        first, last = int.from_bytes(cursor.take(size), "little"), int.from_bytes(cursor.take(size), "little")
        count = last - first + 1
    elif 7 <= reach <= 9:
        count = int.from_bytes(cursor.take(1 << reach - 7), "little")
    elif reach == 0xB:
        count = cursor.u8()
    indexed, sized = {1: 1, 2: 2, 3: 4}.get(prefix, 0), {4: 1, 5: 2, 6: 4}.get(prefix, 0)
    allowed = {6: (0,), 7: (0, 1, 2, 3), 8: (0, 1, 2, 3), 9: (0, 1, 2, 3), 11: (4, 5, 6)}.get(reach, (0,) if reach <= 2 else ())
    if prefix not in allowed:
        at = At(cursor.side, start - 1, 1)
        yield Broken("qualifier", "[1815] 4.2.2.7", at, f"0x{qualifier:02X}", "0x00..0x02, 0x06..0x09, 0x17..0x39, 0x4B..0x6B")
        return None
    if count < 0 or (first is not None and count == 0):
        yield Broken("range", "[1815] 4.2.2.7", At(cursor.side, start, cursor.at - start), f"{first}..{last}", "start not above stop")
        return None
    return Header(group, variation, count, first, indexed, sized, all)


def _points(cursor: Cursor, header: Header) -> str:
    """The points of a header without data; reads the indexes that stand in front of each."""
    if not header.indexed:
        return header.named
    return f"{header.named} {_listed(cursor.take(header.number * header.indexed), header.indexed, header.indexed)}"


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
    content.objects.append(header.named if not indexed or is_response else f"{header.named} {_listed(block, indexed, size)}".strip())
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
            yield from _file(inner, header.variation, content)
        elif header.group == 120:
            yield from _authentication(inner, header.variation, content)
        elif header.group == 90:  # [1815] A.38: the application's name
            content.objects.append(f"application {text(inner.rest())}".strip())
        else:
            content.objects.append(header.named)
            content.value(inner.at, size)
            yield Unread(f"group {header.group} variation {header.variation}")


def _file(cursor: Cursor, variation: int, content: Content) -> Facts:
    """[1815] A.27: file objects. Handles, keys and request ids are ignored; names, modes and states are class."""
    start, end = cursor.at, cursor.end
    match variation:
        case 2:
            yield from _file_credentials(cursor, content)
        case 3:
            offset, size = cursor.u16le(), cursor.u16le()
            _valued(cursor, 6, content)
            cursor.skip(2)
            yield from _ignored(cursor, 4)
            _valued(cursor, 4, content)
            content.to_write = cursor.u16le() in (2, 3)
            cursor.skip(2)
            yield from _ignored(cursor, 2)
            content.objects.append(f"file {_string(cursor, start + offset, size)}")
        case 4:
            yield from _ignored(cursor, 4)
            _valued(cursor, 4, content)
            cursor.skip(2)
            yield from _ignored(cursor, 2)
            status = cursor.u8()
            content.result = content.result or _file_status(status)
        case 5:
            yield from _ignored(cursor, 4)
            block = cursor.u32le()
            content.value(cursor.at - 4, 4 + end - cursor.at)
            content.objects.append("file block")
            content.values.append(("block", str(block & 0x7FFFFFFF)))
        case 6:
            yield from _ignored(cursor, 4)
            block = cursor.u32le()
            content.value(cursor.at - 4, 4)
            content.objects.append("file block")
            content.values.append(("block", str(block & 0x7FFFFFFF)))
            content.result = content.result or _file_status(cursor.u8())
        case 7:
            offset, size = cursor.u16le(), cursor.u16le()
            cursor.skip(2)
            file_size = int.from_bytes(_valued(cursor, 4, content), "little")
            _valued(cursor, 6, content)
            cursor.skip(2)
            yield from _ignored(cursor, 2)
            name = _string(cursor, start + offset, size)
            content.objects.append(f"file {name}")
            content.values.append((f"size of {name}", str(file_size)))
        case 8:
            content.objects.append(f"file {text(cursor.rest())}")
        case _:
            content.value(start, end - start)
            yield Unread(f"group 70 variation {variation}")


def _file_credentials(cursor: Cursor, content: Content) -> Iterator[Ignored]:
    """[1815] A.27: a user name and a password in clear; the answer gives a key for the open request that follows."""
    start = cursor.at
    user_at, user_size, secret_at, secret_size = (cursor.u16le() for _ in range(4))
    yield from _ignored(cursor, 4)
    username = _string(cursor, start + user_at, user_size)
    secret = _slice(cursor, start + secret_at, secret_size)
    if user_size:
        content.objects.append(f"user {username}")
        content.credentials = (username, secret, At(cursor.side, start + user_at, user_size))


def _authentication(cursor: Cursor, variation: int, content: Content) -> Facts:
    """[1815] A.45: secure authentication. Sequence numbers, challenges, codes and wrapped keys are ignored; the user is the object."""
    if variation == 9:
        yield from _ignored(cursor, cursor.left)
        return
    if variation not in (1, 2, 5, 6, 7):
        content.value(cursor.at, cursor.left)
        yield Unread(f"group 120 variation {variation}")
        return
    yield from _ignored(cursor, 4)
    content.objects.append(f"user {cursor.u16le()}")
    if variation == 1:
        cursor.skip(2)
        content.result = "authentication challenge"
        yield from _ignored(cursor, cursor.left)
    elif variation == 5:
        cursor.skip(5)
        yield from _ignored(cursor, cursor.left)
    elif variation == 7:
        cursor.skip(2)
        content.result = f"authentication error {cursor.u8()}"
        yield from _ignored(cursor, 6)
    else:
        yield from _ignored(cursor, cursor.left)


def _ignored(cursor: Cursor, length: int) -> Iterator[Ignored]:
    """Passes over bytes that say nothing."""
    cursor.skip(length)
    if length:
        yield Ignored(cursor.side, cursor.at - length, length)


def _valued(cursor: Cursor, length: int, content: Content) -> bytes:
    """Reads bytes that are value."""
    data = cursor.take(length)
    content.value(cursor.at - length, length)
    return data


def _slice(cursor: Cursor, at: int, size: int) -> bytes:
    """Bytes of the object by place; what lies outside of the object is cut short."""
    if size and not cursor.at <= at <= at + size <= cursor.end:
        raise Short(cursor.side, min(at, cursor.end), size, max(0, cursor.end - at))
    return cursor.data[at : at + size]


def _string(cursor: Cursor, at: int, size: int) -> str:
    """Text of the object by place."""
    return text(_slice(cursor, at, size)) if size else ""


def _file_status(code: int) -> str:
    """The state of a file; "" where it is success."""
    return "" if code == 0 else FILE_STATUS.get(code, f"status {code}")


def _run(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _listed(block: bytes, indexed: int, size: int) -> str:
    """The indexes that stand in front of objects of `size` bytes, neighbours as runs."""
    runs: list[list[int]] = []
    for at in range(0, len(block), size):
        index = int.from_bytes(block[at : at + indexed], "little")
        if runs and runs[-1][1] + 1 == index:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    return ", ".join(_run(first, last) for first, last in runs)


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
    not_decoded=("data sets", "device profiles", "key updates of secure authentication"),
)
