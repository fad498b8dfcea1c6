"""Modbus/TCP: a client reads and writes the coils, registers and files of servers, and of the serial units behind a gateway.

Standards: [APP] MODBUS Application Protocol Specification V1.1b3 (2012); [TCP] MODBUS Messaging on TCP/IP Implementation Guide V1.0b
(2006). Function 90 is Schneider Electric's UMAS, which is not published: only its place is known here.
Not decoded: CANopen references (43/13), user-defined functions, UMAS (a protocol file `Inside("modbus", 90)` may read it).

Addresses in objects are those of the wire, from 0. An answer has no address of its own: it is tied to addresses by its request.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Generator, Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect, Values
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._modbus_functions import (
    CANOPEN,
    DIAGNOSTICS,
    EXCEPTIONS,
    FUNCTIONS,
    IDENTIFICATION,
    LEVELS,
    LIMITS,
    OBJECTS,
    Function,
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
    Inner,
    Length,
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

WORDS = re.compile(rb"[ -~]{4,}")
"""Text within a server id."""

NO_VALUES: Values = ()

# ------------------------------------------------------------------------------------------------------------ declarations

FIXED = tuple(bytes([code]) for code in (1, 2, 3, 4, 5, 6))
"""[APP] 6.1 to 6.6: functions whose requests are all of one length."""

LOOKS = Looks(
    parts=(
        Part(2, (b"\0\0\0",)),  # [TCP] 3.1.3: the protocol identifier is 0; a length of at most 254
        Part(
            7, tuple(code for code in (bytes([code | refused]) for refused in (0, 0x80) for code in sorted(FUNCTIONS)) if code not in FIXED)
        ),
    ),
    least=8,
    whole=True,
)

LOOKS_FIXED = Looks(parts=(Part(2, (b"\0\0\0\6",)), Part(7, FIXED)), least=12, whole=True)
"""Their answers are not looked for: LDAP of Microsoft's servers (`30 84 00 00 00 10 02 01`) would be answers to Read Coils."""

LOOKS_ON_ITS_PORT = Looks(parts=(Part(2, (b"\0\0",)),), least=8, anywhere=False)
"""On port 502 any function is Modbus, also one that does not exist."""

CASES = (Case(key=(Bytes(0, 2), Bytes(6, 1)), kind=(Bytes(7, 1),)),)
"""[TCP] 3.1.3: an answer repeats the transaction and unit identifiers of its request."""

VITAL = frozenset(
    bytes([code]) for code, function in FUNCTIONS.items() if code == 8 or function.effect not in (Effect.READ, Effect.DIAGNOSE)
)

KINDS = {bytes([code]): function.name for code, function in FUNCTIONS.items()} | {
    bytes([code | 0x80]): f"{function.name} (exception)" for code, function in FUNCTIONS.items()
}

QUESTIONS = (
    Question("basic device identification", "tcp", 502, bytes.fromhex("0001 0000 0005 ff 2b0e0100")),
    Question("server id", "tcp", 502, bytes.fromhex("0002 0000 0002 ff 11")),
)

# ------------------------------------------------------------------------------------------------------------------- parse


class Call(NamedTuple):
    """A function called: the data of request and answer (None where not seen, or refused), and what holds for each of its facts."""

    function: Function
    ask: Cursor | None
    answer: Cursor | None
    component: str
    at: At
    result: str

    def messages(self) -> list[Cursor]:
        """Request and answer, as far as they were seen."""
        return [cursor for cursor in (self.ask, self.answer) if cursor]

    def echoes(self) -> list[Cursor]:
        """Answer and request, as far as they were seen: of what both say the request's word is the last."""
        return self.messages()[::-1]

    def done(self, object: str = "", values: Values = (), function: Function | None = None) -> Done:
        """The operation."""
        name, effect, technique, _ = function or self.function
        return Done(name, effect, self.at, object, values, self.result, technique, self.component)


Read = Generator[Fact, None, Done | None]
"""What a function's reader yields; it returns what the call does."""


def parse(exchange: Exchange, context: Context) -> Facts:
    """Facts of a request with its answer, or of either alone."""
    ask = yield from _header(Side.REQUEST, exchange.request)
    answer = yield from _header(Side.ANSWER, exchange.answer)
    first = ask or answer
    if first is None:
        return
    unit, code = first.data[6], first.data[7] & 0x7F
    if ask and ask.data[7] >= 0x80:  # [APP] 4.1: only an answer may be an exception
        yield Broken("exception in a request", "[APP] 4.1", At(Side.REQUEST, 7, 1), str(ask.data[7]), "1..127")
        return
    result = yield from _outcome(answer, code)
    function = FUNCTIONS.get(code)
    if function is None:
        yield Unread(f"function {code}", "not in the standard")
        return
    # [TCP] 4.4.2.1: 0 and 255 mean the server itself, other units are behind it
    component = "" if unit in (0, 255) else f"unit {unit}"
    call = Call(function, ask, answer if result == "ok" else None, component, At(first.side, 7, first.end - 7), result)
    try:
        done = yield from _function(call, code)
    except Short:
        yield call.done()  # cut short, it was called all the same
        raise
    if done:
        yield done


def _function(call: Call, code: int) -> Read:
    """Reads the data of the function."""
    match code:
        case 1 | 2 | 3 | 4:
            return _read(call, code)
        case 5 | 6:
            return _write_single(call, code)
        case 15 | 16:
            return _write_multiple(call, code)
        case 7 | 11 | 12:
            return _status(call, code)
        case 8:
            return _diagnostics(call)
        case 17:
            return _server_id(call)
        case 20 | 21:
            return _file_records(call, code)
        case 22:
            return _mask_write(call)
        case 23:
            return _read_write(call)
        case 24:
            return _read_fifo(call)
        case 43:
            return _encapsulated(call)
        case _:
            return _vendors_own(call, code)


# ----------------------------------------------------------------------------------------------------------------- helpers


def _header(side: Side, message: bytes | None) -> Generator[Ignored | Broken, None, Cursor | None]:
    """Reads the MBAP header and the function code; returns a cursor on the function's data."""
    if message is None:
        return None
    cursor = Cursor(message, side=side)
    cursor.skip(2)
    yield Ignored(side, 0, 2)
    if protocol := cursor.u16():  # [TCP] 3.1.3
        yield Broken("protocol identifier", "[TCP] 3.1.3", At(side, 2, 2), str(protocol), "0")
    length = cursor.u16()
    if length != len(message) - 6 or not 2 <= length <= 254:  # [TCP] 3.1.3; [APP] 4.1: a PDU has 1 to 253 bytes
        yield Broken("length", "[TCP] 3.1.3", At(side, 4, 2), str(length), "2..254, the bytes that follow")
    cursor.skip(1)
    if cursor.u8() & 0x7F == 0:  # [APP] 4.1: function code 0 is not valid
        yield Broken("function code", "[APP] 4.1", At(side, 7, 1), str(message[7]), "1..127, and 129..255 in an exception")
    return cursor


def _outcome(answer: Cursor | None, code: int) -> Generator[Broken, None, str]:
    """Checks the answer's function code against the request's; returns the result: `ok`, the exception's name, or "" without an answer."""
    if answer is None:
        return ""
    answered = answer.data[7]
    if answered & 0x7F != code:  # [APP] 4.1: the answer repeats the function code
        yield Broken("answer to another function", "[APP] 4.1", At(Side.ANSWER, 7, 1), str(answered & 0x7F), str(code))
        return ""
    if answered < 0x80:
        return "ok"
    exception = answer.u8()
    yield from _end(answer)
    if exception not in EXCEPTIONS:  # [APP] 7
        yield Broken("exception code", "[APP] 7", At(Side.ANSWER, 8, 1), str(exception), "1..6, 8, 10, 11")
    return EXCEPTIONS.get(exception, f"exception {exception}")


def _end(cursor: Cursor) -> Iterator[Broken]:
    """A broken rule where bytes are left after the function's data."""
    if cursor.left:
        at = At(cursor.side, cursor.at, cursor.left)
        yield Broken("bytes after the end", "[APP] 6", at, f"{cursor.left} bytes", "none")


def _value(cursor: Cursor, length: int) -> Generator[Value, None, bytes]:
    """Reads `length` bytes and marks them as value."""
    data = cursor.take(length)
    if length:
        yield Value(cursor.side, cursor.at - length, length)
    return data


def _counted(cursor: Cursor, clause: str, size: int | None) -> Generator[Value | Broken, None, bytes]:
    """Reads a byte count, which should be `size` where that is known, and as many bytes of value."""
    count = cursor.u8()
    if size is not None:
        yield from _number("byte count", clause, cursor, 1, count, size, size)
    return (yield from _value(cursor, count))


def _number(reason: str, clause: str, cursor: Cursor, size: int, have: int, least: int, most: int) -> Iterator[Broken]:
    """A broken rule where the number of `size` bytes just read is outside of `least` to `most`."""
    if not least <= have <= most:
        allowed = str(least) if least == most else f"{least}..{most}"
        yield Broken(reason, clause, cursor.span(size), str(have), allowed)


def _span(cursor: Cursor, clause: str, most: int) -> Generator[Broken, None, tuple[int, int]]:
    """Reads an address and a quantity, and checks them; returns both."""
    address = cursor.u16()
    quantity = cursor.u16()
    yield from _number("quantity", clause, cursor, 2, quantity, 1, most)
    if address + quantity > 65536:  # [APP] 4.4: addresses are 0 to 65535
        yield Broken("address range", "[APP] 4.4", cursor.span(4), f"{address} + {quantity}", "at most 65536")
    return address, quantity


def _object(area: str, address: int, quantity: int) -> str:
    """The addressed items, as an object of an operation."""
    return f"{area} {address}-{address + quantity - 1}" if quantity > 1 else f"{area} {address}"


def _unknown(area: str) -> str:
    """The object of an answer whose request was not seen."""
    return f"{area} (request not seen)"


def _registers(data: bytes, address: int) -> Values:
    """Registers by address, unsigned."""
    words = struct.unpack_from(f">{len(data) // 2}H", data)
    return tuple([(str(address + i), str(word)) for i, word in enumerate(words)])


def _bits(data: bytes, address: int, quantity: int) -> Values:
    """Coils or inputs by address, each `0` or `1`; the first is the lowest bit of the first byte."""
    bits = int.from_bytes(data, "little")
    return tuple([(str(address + i), "1" if bits >> i & 1 else "0") for i in range(min(quantity, len(data) * 8))])


def _items(code: int, data: bytes, address: int, quantity: int) -> Values:
    return _bits(data, address, quantity) if code in (1, 2, 15) else _registers(data, address)


def _size(code: int, quantity: int) -> int:
    """How many bytes the items take."""
    return (quantity + 7) // 8 if code in (1, 2, 15) else quantity * 2


def _read(call: Call, code: int) -> Read:
    """[APP] 6.1 to 6.4: Read Coils, Discrete Inputs, Holding Registers and Input Registers."""
    clause, area = f"[APP] 6.{code}", call.function.area
    object, values = _unknown(area), NO_VALUES
    address = quantity = 0
    if call.ask:
        address, quantity = yield from _span(call.ask, clause, LIMITS[code])
        yield from _end(call.ask)
        object = _object(area, address, quantity)
    if call.answer:
        data = yield from _counted(call.answer, clause, _size(code, quantity) if call.ask else None)
        yield from _end(call.answer)
        values = _items(code, data, address, quantity) if call.ask else NO_VALUES
    return call.done(object, values)


def _write_single(call: Call, code: int) -> Read:
    """[APP] 6.5, 6.6: Write Single Coil and Write Single Register; the answer is an echo."""
    object, values = _unknown(call.function.area), NO_VALUES
    for cursor in call.echoes():
        address = cursor.u16()
        value = (yield from _coil(cursor)) if code == 5 else str(int.from_bytes((yield from _value(cursor, 2)), "big"))
        yield from _end(cursor)
        object, values = _object(call.function.area, address, 1), ((str(address), value),)
    return call.done(object, values)


def _coil(cursor: Cursor) -> Generator[Broken, None, str]:
    """Reads the state of a single coil. It is class, for it is checked: a template must not hide a state that is none."""
    state = cursor.u16()
    if state not in (0, 0xFF00):  # [APP] 6.5: FF00 is on, 0000 is off
        yield Broken("coil state", "[APP] 6.5", cursor.span(2), f"0x{state:04X}", "0x0000 or 0xFF00")
    return {0: "0", 0xFF00: "1"}.get(state, f"0x{state:04X}")


def _write_multiple(call: Call, code: int) -> Read:
    """[APP] 6.11, 6.12: Write Multiple Coils and Write Multiple Registers; the answer repeats address and quantity."""
    clause = "[APP] 6.11" if code == 15 else "[APP] 6.12"
    object, values = _unknown(call.function.area), NO_VALUES
    for cursor in call.echoes():
        address, quantity = yield from _span(cursor, clause, LIMITS[code])
        object = _object(call.function.area, address, quantity)
        if cursor is call.ask:
            data = yield from _counted(cursor, clause, _size(code, quantity))
            values = _items(code, data, address, quantity)
        yield from _end(cursor)
    return call.done(object, values)


def _mask_write(call: Call) -> Read:
    """[APP] 6.16: Mask Write Register; the answer is an echo."""
    object, values = _unknown(call.function.area), NO_VALUES
    for cursor in call.echoes():
        object = _object(call.function.area, cursor.u16(), 1)
        masks = yield from _value(cursor, 4)
        yield from _end(cursor)
        values = (("and", f"0x{masks[:2].hex()}"), ("or", f"0x{masks[2:].hex()}"))
    return call.done(object, values)


def _read_write(call: Call) -> Read:
    """[APP] 6.17: Read/Write Multiple Registers. The values are those written."""
    clause, area = "[APP] 6.17", call.function.area
    object, values, size = _unknown(area), NO_VALUES, None
    if call.ask:
        address, quantity = yield from _span(call.ask, clause, 125)
        target, written = yield from _span(call.ask, clause, 121)
        data = yield from _counted(call.ask, clause, written * 2)
        yield from _end(call.ask)
        object = f"{_object(area, target, written)}, reading {_object(area, address, quantity)}"
        values, size = _registers(data, target), quantity * 2
    if call.answer:
        yield from _counted(call.answer, clause, size)
        yield from _end(call.answer)
    return call.done(object, values)


def _read_fifo(call: Call) -> Read:
    """[APP] 6.18: Read FIFO Queue, at most 31 registers."""
    object, values = _unknown(call.function.area), NO_VALUES
    if call.ask:
        object = _object(call.function.area, call.ask.u16(), 1)
        yield from _end(call.ask)
    if call.answer:
        size = call.answer.u16()
        count = call.answer.u16()
        yield from _number("FIFO count", "[APP] 6.18", call.answer, 2, count, 0, 31)
        if size != count * 2 + 2:
            yield Broken("byte count", "[APP] 6.18", At(Side.ANSWER, 8, 2), str(size), str(count * 2 + 2))
        values = _registers((yield from _value(call.answer, count * 2)), 0)
        yield from _end(call.answer)
    return call.done(object, values)


def _status(call: Call, code: int) -> Read:
    """[APP] 6.7, 6.9, 6.10: Read Exception Status, Get Comm Event Counter, Get Comm Event Log."""
    if call.ask:
        yield from _end(call.ask)
    if call.answer:
        size = {7: 1, 11: 4}.get(code) or call.answer.u8()
        if code == 12:  # status, event count and message count, then 0 to 64 events
            yield from _number("byte count", "[APP] 6.10", call.answer, 1, size, 6, 70)
        yield from _value(call.answer, size)
        yield from _end(call.answer)
    return call.done()


def _diagnostics(call: Call) -> Read:
    """[APP] 6.8: Diagnostics, by sub-function."""
    object, function, asked = "", call.function, None
    for cursor in call.messages():
        sub = cursor.u16()
        if asked not in (None, sub):
            yield Broken("sub-function", "[APP] 6.8", cursor.span(2), str(sub), str(asked))
        asked = sub
        function = DIAGNOSTICS.get(sub, Function(f"Diagnostics: Sub-function {sub}", Effect.DIAGNOSE))
        object = (yield from _diagnostic_data(cursor, sub)) or object
        yield from _end(cursor)
    if asked is not None and asked not in DIAGNOSTICS:
        yield Unread(f"diagnostics sub-function {asked}", "not in the standard")
    return call.done(object, function=function)


def _diagnostic_data(cursor: Cursor, sub: int) -> Generator[Value | Broken, None, str]:
    """Reads the data of a sub-function; returns what is special about it."""
    if sub == 0:  # any data, echoed
        yield from _value(cursor, cursor.left)
    elif cursor.side is Side.ANSWER and (sub == 2 or 11 <= sub <= 18):  # the register or counter asked for
        yield from _value(cursor, 2)
    elif sub in DIAGNOSTICS:
        data = cursor.u16()
        if sub == 1 and data == 0xFF00:
            return "and clear the event log"
        if data and not (sub == 3 and data & 0xFF == 0):  # [APP] 6.8.1: 0000; in 3 a character and 00
            yield Broken("diagnostic data", "[APP] 6.8.1", cursor.span(2), f"0x{data:04X}", "0x0000")
    else:
        cursor.rest()
    return ""


def _server_id(call: Call) -> Read:
    """[APP] 6.13: Report Server ID; what it holds is the device's own affair."""
    if call.ask:
        yield from _end(call.ask)
    if call.answer:
        data = call.answer.take(call.answer.u8())
        at = call.answer.span(len(data))
        yield from _end(call.answer)
        if data:
            yield Claimed("server_id_hex", data.hex(), at, component=call.component)
        if words := b" ".join(WORDS.findall(data)):
            yield Claimed("server_id_text", text(words), at, component=call.component)
    return call.done()


def _file_records(call: Call, code: int) -> Read:
    """[APP] 6.14, 6.15: Read and Write File Record; the answer to a write is an echo."""
    object = _unknown("file record")
    for cursor in call.echoes():
        if code == 20 and cursor is call.answer:
            yield from _record_data(cursor)
        else:
            object = yield from _record_groups(cursor, code)
        yield from _end(cursor)
    return call.done(object)


def _record_groups(cursor: Cursor, code: int) -> Generator[Value | Broken, None, str]:
    """Reads the groups that name records, each with its data in Write File Record; returns the records' names."""
    clause, least, most = ("[APP] 6.14", 7, 245) if code == 20 else ("[APP] 6.15", 9, 251)
    records: list[str] = []
    size = cursor.u8()
    yield from _number("byte count", clause, cursor, 1, size, least, most)
    end = cursor.at + size
    while cursor.at < end:
        yield from _number("reference type", clause, cursor, 1, cursor.u8(), 6, 6)
        file = cursor.u16()
        yield from _number("file number", clause, cursor, 2, file, 1, 0xFFFF)
        record = cursor.u16()
        yield from _number("record number", clause, cursor, 2, record, 0, 9999)
        length = cursor.u16()
        records.append(_object(f"file {file} record", record, length))
        if code == 21:
            yield from _value(cursor, length * 2)
    return ", ".join(records)


def _record_data(cursor: Cursor) -> Iterator[Value | Broken]:
    """Reads the groups of records in the answer to Read File Record."""
    size = cursor.u8()
    yield from _number("byte count", "[APP] 6.14", cursor, 1, size, 7, 245)
    end = cursor.at + size
    while cursor.at < end:
        length = cursor.u8()
        yield from _number("file response length", "[APP] 6.14", cursor, 1, length, 1, 245)
        yield from _number("reference type", "[APP] 6.14", cursor, 1, cursor.u8(), 6, 6)
        yield from _value(cursor, max(0, length - 1))


def _encapsulated(call: Call) -> Read:
    """[APP] 6.19: Encapsulated Interface Transport, by MEI type."""
    asked = None
    for cursor in call.messages():
        mei = cursor.u8()
        if asked not in (None, mei):
            yield Broken("MEI type", "[APP] 6.19", cursor.span(1), str(mei), str(asked))
            return call.done()
        asked = mei
    if asked == 14:
        return (yield from _identification(call))
    if asked == 13:
        yield Unread(CANOPEN.name)
        return call.done(function=CANOPEN)
    if asked is not None:
        yield Unread(f"{call.function.name}, MEI type {asked}", "not in the standard")
    return call.done()


def _identification(call: Call) -> Read:
    """[APP] 6.21: Read Device Identification: each object is a claim."""
    object = ""
    if call.ask:
        level = call.ask.u8()
        yield from _number("read device ID code", "[APP] 6.21", call.ask, 1, level, 1, 4)
        object = LEVELS.get(level, f"code {level}").format(call.ask.u8())
        yield from _end(call.ask)
    if call.answer:
        yield from _objects(call.answer, call.component)
    return call.done(object, function=IDENTIFICATION)


def _objects(cursor: Cursor, component: str) -> Iterator[Claimed | Unread | Broken]:
    """Reads the objects that a device says about itself."""
    cursor.skip(4)  # code, conformity level, more follows, next object
    own = 0
    for _ in range(cursor.u8()):
        number = cursor.u8()
        raw = cursor.take(cursor.u8())
        if number not in OBJECTS:
            own += 1
        elif value := text(raw):
            yield Claimed(OBJECTS[number], value, cursor.span(len(raw)), component=component)
    if own:
        yield Unread(IDENTIFICATION.name, "vendor's own objects")
    yield from _end(cursor)


def _vendors_own(call: Call, code: int) -> Read:
    """[APP] 5: functions that the vendor defines; another protocol file may read them. What UMAS does is in codes of its own."""
    request, answer = ((8, cursor.left) if cursor else None for cursor in (call.ask, call.answer))
    if request or answer:
        yield Inner(code, request, answer, function=call.function.name)
    return call.done() if code != 90 else None


PROTOCOL = Protocol(
    name="modbus",
    title="Modbus/TCP",
    parse=parse,
    where=(Port(502),),
    frame=Length(at=4, size=2, add=6, least=8, most=1280),
    looks=(LOOKS, LOOKS_FIXED, LOOKS_ON_ITS_PORT),
    cases=CASES,
    pair=Pair(),
    vital=VITAL,
    kinds=KINDS,
    decoded=(
        "functions 1-8, 11, 12, 15-17, 20-24 with values, addresses and limits",
        "device identification (43/14) and server id (17)",
        "diagnostics by sub-function",
        "exceptions",
    ),
    not_decoded=("CANopen references (43/13)", "user-defined functions", "UMAS (90)"),
    questions=QUESTIONS,
)
