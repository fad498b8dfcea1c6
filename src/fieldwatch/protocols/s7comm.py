"""S7 communication of SIMATIC S7-300, S7-400, and of what speaks to them: variables, blocks, operating modes, diagnostics.

Siemens never published the protocol. It is known from Wireshark 4.0.17 (packet-s7comm), from Snap7 and libnodave, and the status
lists (SZL) from [SSL]: Siemens, "System Software for S7-300/400, System and Standard Functions" (2010), chapter "System Status Lists".
Not decoded: symbolic and NCK addresses, alarm texts, block status, force lists, block contents (kept as a digest), S7comm-plus.

Objects are addresses in the notation of STEP 7 with data type and number of elements: `DB10.DBX4.0 REAL 1`, `M16.0 BYTE 4`, `T3 TIMER 1`.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Generator, Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect, Values
from fieldwatch.library.registries import profinet_vendor
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
    Inside,
    LoggedIn,
    Looks,
    Open,
    Part,
    Protocol,
    Short,
    Side,
    Unread,
    Value,
)
from fieldwatch.protocols._s7comm_functions import (
    ACK,
    ACK_DATA,
    GROUPS,
    JOB,
    JOBS,
    PUSH,
    SERVICES,
    USERDATA,
    USERDATA_FUNCTIONS,
    Function,
)

# ------------------------------------------------------------------------------------------------------------------ tables

ERROR_CLASSES = {
    0x81: "application relationship",
    0x82: "object definition",
    0x83: "no resources available",
    0x84: "error on service processing",
    0x85: "error on supplies",
    0x87: "access error",
}
"""First byte of the error in an Ack or Ack_Data header."""

RETURN_CODES = {
    0x00: "reserved",
    0x01: "hardware error",
    0x03: "accessing the object not allowed",
    0x05: "invalid address",
    0x06: "data type not supported",
    0x07: "data type inconsistent",
    0x0A: "object does not exist",
}
"""Return code of a data item; 0xFF is success."""

PARAMETER_ERRORS = {
    0x8104: "service not implemented",
    0x8500: "wrong frame",
    0xD041: "illegal status list ID",
    0xD081: "not permitted in current mode",
    0xD0A1: "not permitted in current protection level",
    0xD0A4: "force already established",
    0xD0A5: "job not found",
    0xD209: "block not found",
    0xD20E: "no further block available",
    0xD240: "coordination rules violated",
    0xD241: "not permitted in current protection level",
    0xD401: "SZL-ID not available",
    0xD402: "SZL index not available",
    0xD602: "wrong password",
}
"""Error codes in the parameters of a userdata answer."""

AREAS = {
    0x03: "SI",
    0x05: "SF",
    0x06: "AI",
    0x07: "AQ",
    0x1C: "C",
    0x1D: "T",
    0x1E: "C",
    0x1F: "T",
    0x80: "P",
    0x81: "I",
    0x82: "Q",
    0x83: "M",
    0x84: "DB",
    0x85: "DI",
    0x86: "L",
    0x87: "V",
}
"""Memory areas of an S7ANY address."""

COUNTED_AREAS = frozenset((0x1C, 0x1D, 0x1E, 0x1F))
"""Areas whose address is a number, not a byte and a bit: counters and timers."""

TYPES = {
    1: "BIT",
    2: "BYTE",
    3: "CHAR",
    4: "WORD",
    5: "INT",
    6: "DWORD",
    7: "DINT",
    8: "REAL",
    9: "DATE",
    10: "TOD",
    11: "TIME",
    12: "S5TIME",
    15: "DATE_AND_TIME",
    28: "COUNTER",
    29: "TIMER",
    30: "IEC_TIMER",
    31: "IEC_COUNTER",
    32: "HS_COUNTER",
}
"""Data types of an S7ANY address."""

FORMATS = {"BIT": "B", "BYTE": "B", "WORD": "H", "INT": "h", "DWORD": "I", "DINT": "i", "REAL": "f"}
"""How elements of a data type are read (`struct`, big-endian)."""

S7ANY, DBREAD = 0x10, 0xB0
"""Syntax ids of addresses that are read; 0x82 to 0x84 are NCK, 0xB2 symbolic addresses."""

IN_BITS = frozenset((3, 4, 5))
"""Transport sizes of data whose length counts bits."""

BLOCK_TYPES = {b"08": "OB", b"0A": "DB", b"0B": "SDB", b"0C": "FC", b"0D": "SFC", b"0E": "FB", b"0F": "SFB"}
"""Block types in file names."""

TIS_AREAS = {0x0: "M", 0x1: "I", 0x2: "Q", 0x3: "P", 0x7: "DB", 0x5: "T", 0x6: "C"}
TIS_WIDTHS = {0: "BIT", 1: "BYTE", 2: "WORD", 3: "DWORD", 4: ""}
"""High and low nibble of an address in a variable table (test and commissioning, "TIS")."""

EVENTS = {0x01: "mode transition", 0x02: "system diagnostics", 0x04: "user defined", 0x80: "alarm"}
"""Bits of the events that a client of the message service wants."""

DIAGNOSTIC_EVENTS = {
    0x4300: "backed-up power-on",
    0x4301: "STOP to STARTUP",
    0x4302: "STARTUP to RUN",
    0x4303: "STOP by mode selector",
    0x4304: "STOP by PG or SFB 20",
    0x4305: "HOLD: breakpoint reached",
    0x4306: "HOLD: breakpoint exited",
    0x4307: "memory reset by PG",
    0x4308: "memory reset by switch",
    0x4309: "memory reset by itself",
    0x430D: "STOP by other CPUs",
    0x430E: "memory reset executed",
    0x4318: "start of configuration changes in RUN",
}
"""[SSL]: event ids of class 4, mode transitions."""

MODES = {
    0x1: "STOP (update)",
    0x2: "STOP (memory reset)",
    0x3: "STOP (self-initialization)",
    0x4: "STOP",
    0x5: "STARTUP (cold restart)",
    0x6: "STARTUP (warm restart)",
    0x7: "STARTUP (hot restart)",
    0x8: "RUN",
    0x9: "RUN (redundant)",
    0xA: "HOLD",
    0xB: "LINK-UP",
    0xC: "UPDATE",
    0xD: "DEFECT",
}
"""[SSL]: `bzu_id` of SZL xy24."""

SELECTOR = {0: "undefined", 1: "RUN", 2: "RUN-P", 3: "STOP", 4: "MRES"}
"""[SSL]: `bart_sch` of SZL 0132 index 4."""

MODULE_PARTS = {0x0001: "module", 0x0006: "hardware", 0x0007: "firmware", 0x0081: "bootloader"}
"""[SSL]: records of SZL xy11."""

COMPONENT_TEXTS = {
    0x1: "station_name",
    0x2: "device_name",
    0x3: "tag",
    0x4: "copyright",
    0x5: "serial_number",
    0x7: "model",
    0x8: "memory_card_serial",
    0xB: "location",
}
"""[SSL]: records of SZL xy1C that are text, as attributes; index 9 is the manufacturer."""

IDENTITY_LISTS = frozenset((0x11, 0x1C))
"""Partial lists whose records are claims."""

READ_SZL = (4, 1)

# ------------------------------------------------------------------------------------------------------------------- parse


class Pdu(NamedTuple):
    """One S7 PDU: parameters and data, and the error of its header (0 where it has none)."""

    side: Side
    rosctr: int
    parameter: Cursor
    data: Cursor
    error: int


class Rest(NamedTuple):
    """What a first fragment leaves for the fragments after it: the object, the size of a record, and the begun record."""

    object: str
    list_id: int = 0
    size: int = 0
    piece: bytes = b""


Read = Generator[Fact, None, Done]
"""What a function's reader yields; it returns what is done."""


def parse(exchange: Exchange, context: Context) -> Facts:
    """Facts of a request with its answer, or of either alone."""
    ask = yield from _pdu(Side.REQUEST, exchange.request)
    answer = yield from _pdu(Side.ANSWER, exchange.answer)
    first = ask or answer
    if first is None:
        return
    if first.rosctr == USERDATA:
        yield from _userdata(ask, answer, context)
    elif first.rosctr in (JOB, ACK_DATA, ACK):
        yield from _job(ask, answer, context)
    else:
        yield Unread(f"ROSCTR {first.rosctr}", "unknown")


def _pdu(side: Side, message: bytes | None) -> Generator[Fact, None, Pdu | None]:
    """Reads the header."""
    if message is None:
        return None
    cursor = Cursor(message, side=side)
    if (protocol := cursor.u8()) != 0x32:
        yield Broken("protocol identifier", "", At(side, 0, 1), f"0x{protocol:02x}", "0x32")
    rosctr = cursor.u8()
    cursor.skip(4)
    yield Ignored(side, 4, 2)  # the PDU reference
    parameters, data = cursor.u16(), cursor.u16()
    error = cursor.u16() if rosctr in (ACK, ACK_DATA) else 0
    at = cursor.at
    if at + parameters + data != len(message):
        yield Broken("length", "", At(side, 6, 4), str(at + parameters + data), str(len(message)))
    end = min(len(message), at + parameters)
    return Pdu(side, rosctr, Cursor(message, at, end, side), Cursor(message, end, end + data, side), error)


def _where(*pdus: Pdu | None) -> At:
    """The bytes of the first PDU from its parameters on."""
    for pdu in pdus:
        if pdu is not None:
            return At(pdu.side, pdu.parameter.at, max(pdu.data.end, pdu.parameter.end) - pdu.parameter.at)
    return At(Side.REQUEST, 0, 0)


def _done(function: Function, at: At, object: str = "", values: Values = (), result: str = "") -> Done:
    return Done(function.name, function.effect, at, object, values, result, function.technique)


# --------------------------------------------------------------------------------------------------------------------- jobs


def _job(ask: Pdu | None, answer: Pdu | None, context: Context) -> Facts:
    """A Job with its Ack_Data."""
    result = ""
    if answer is not None:
        code = answer.error
        result = PARAMETER_ERRORS.get(code) or f"{ERROR_CLASSES.get(code >> 8, 'error')} (0x{code:04x})" if code else "ok"
    at = _where(ask, answer)
    code = _function_code(ask, answer)
    function = JOBS.get(code)
    if function is None:
        yield Unread("Ack without function" if code < 0 else f"function 0x{code:02x}", "unknown")
        return
    if answer is not None and answer.parameter.left and answer.parameter.u8() != code:
        yield Broken(
            "answer to another function",
            "",
            answer.parameter.span(1),
            f"0x{answer.data.data[answer.parameter.at - 1]:02x}",
            f"0x{code:02x}",
        )
        answer = None
    try:
        match code:
            case 0x04 | 0x05:
                yield from _variables(function, ask, answer, result)
            case 0x1A | 0x1B | 0x1C | 0x1D | 0x1E | 0x1F:
                yield (yield from _block(function, code, at, ask, answer, result, context))
            case 0x28:
                yield (yield from _service(at, ask, result))
            case 0x29:
                yield (yield from _stop(function, at, ask, result))
            case 0xF0:
                yield _done(function, at, result=result)
            case _:
                yield _done(function, at, result=result)
                yield Unread(function.name)
    except Short:
        yield _done(function, at, result=result)  # cut short, it was called all the same
        raise


def _function_code(ask: Pdu | None, answer: Pdu | None) -> int:
    """The function, taken from the request where there is one; -1 where there is none."""
    if ask is not None:
        return ask.parameter.u8()
    return answer.parameter.data[answer.parameter.at] if answer is not None and answer.parameter.left else -1


class Item(NamedTuple):
    """An address that is read or written: what it is called, its data type, and where it stands."""

    object: str
    type: str
    at: At


def _variables(function: Function, ask: Pdu | None, answer: Pdu | None, result: str) -> Facts:
    """Read Var and Write Var: each item is an operation of its own."""
    items: list[Item] = []
    written: list[Datum] = []
    answered: list[Datum] = []
    reads = function.effect is Effect.READ
    if ask is not None:
        items = yield from _items(ask.parameter, ask.parameter.u8(), function.name)
        if not reads:
            written = yield from _data(ask.data, len(items))
    if answer is not None and answer.parameter.left:
        count = answer.parameter.u8()
        if ask is not None and count != len(items):
            yield Broken("item count", "", answer.parameter.span(1), str(count), str(len(items)))
        answered = (yield from _data(answer.data, count)) if reads else _codes(answer.data, count)
    if not items:
        at = _where(ask, answer)
        yield _done(function, at, "(request not seen)" if ask is None else "", (), result)
    for number, item in enumerate(items):
        data = answered if reads else written
        values = _values(item.type, data[number].raw) if number < len(data) else ()
        own = _result(answered[number].code) if number < len(answered) and result == "ok" else result
        yield _done(function, item.at, item.object, values, own)


def _result(code: int) -> str:
    return "ok" if code == 0xFF else RETURN_CODES.get(code, f"return code 0x{code:02x}")


def _items(cursor: Cursor, count: int, function: str) -> Generator[Fact, None, list[Item]]:
    """Reads `count` addresses."""
    items: list[Item] = []
    for _ in range(count):
        start = cursor.at
        kind, length = cursor.u8(), cursor.u8()
        if kind != 0x12:
            yield Broken("variable specification", "", At(cursor.side, start, 1), f"0x{kind:02x}", "0x12")
            return items
        raw = cursor.take(length)
        at = cursor.span(length + 2)
        if (length + 2) & 1 and cursor.left:
            cursor.skip(1)  # items start at even offsets
        if length == 10 and raw[0] == S7ANY:
            items.append(Item(*_any(raw), at))
        elif length >= 2 and raw[0] == DBREAD and length >= 2 + 5 * raw[1]:
            items.append(Item(_db_parts(raw), "BYTES", at))
        else:
            syntax = raw[0] if raw else 0
            items.append(Item(f"syntax 0x{syntax:02x} {raw[1:].hex()}", "", at))
            yield Unread(f"{function} item of syntax 0x{syntax:02x}")
    return items


def _any(raw: bytes) -> tuple[str, str]:
    """An S7ANY address as object, and its data type."""
    size, count, block, area = raw[1], raw[2] << 8 | raw[3], raw[4] << 8 | raw[5], raw[6]
    address = int.from_bytes(raw[7:10], "big")
    kind = TYPES.get(size, f"TYPE{size}")
    name = AREAS.get(area, f"AREA{area}:")
    if area in COUNTED_AREAS:
        return f"{name}{address} {kind} {count}", kind
    place = f"{address >> 3}.{address & 7}"
    if area in (0x84, 0x85):
        return f"{name}{block}.{name}X{place} {kind} {count}", kind
    return f"{name}{place} {kind} {count}", kind


def _db_parts(raw: bytes) -> str:
    """The areas of a DBREAD address."""
    parts = []
    for at in range(2, 2 + 5 * raw[1], 5):
        size, block, start = struct.unpack_from(">BHH", raw, at)
        parts.append(f"DB{block}.DBX{start}.0 BYTE {size}")
    return ", ".join(parts)


class Datum(NamedTuple):
    """The data of one item, with its return code."""

    code: int
    raw: bytes


def _data(cursor: Cursor, count: int) -> Generator[Value, None, list[Datum]]:
    """Reads `count` data items and marks what they hold as values."""
    found: list[Datum] = []
    for number in range(count):
        code, size, length = cursor.u8(), cursor.u8(), cursor.u16()
        length = 0 if size == 0 else (length + 7) // 8 if size in IN_BITS else length  # size 0: no data, whatever the length says
        raw = cursor.take(length)
        if length:
            yield Value(cursor.side, cursor.at - length, length)
        if length & 1 and number + 1 < count and cursor.left:
            cursor.skip(1)  # items start at even offsets
        found.append(Datum(code, raw))
    return found


def _codes(cursor: Cursor, count: int) -> list[Datum]:
    """Reads the return codes of a Write Var answer."""
    return [Datum(code, b"") for code in cursor.take(count)]


MOST_ELEMENTS, MOST_BYTES = 16, 64
"""Longer values are shown as bytes, and longer bytes are cut."""


def _values(kind: str, raw: bytes) -> Values:
    """What an item holds: numbers of its data type where they are few, else bytes in hex."""
    if not raw:
        return ()
    letter = FORMATS.get(kind)
    if letter:
        size = struct.calcsize(letter)
        if len(raw) % size == 0 and len(raw) // size <= MOST_ELEMENTS:
            numbers = struct.unpack(f">{len(raw) // size}{letter}", raw)
            return (("value", " ".join(f"{number:g}" if letter == "f" else str(number) for number in numbers)),)
    return (("value", raw[:MOST_BYTES].hex() + ("..." if len(raw) > MOST_BYTES else "")),)


# ------------------------------------------------------------------------------------------------------------------- blocks


def _block(function: Function, code: int, at: At, ask: Pdu | None, answer: Pdu | None, result: str, context: Context) -> Read:
    """Blocks. A download names its block in each request, an upload in its first: then the upload id stands for it."""
    object = str(context) if isinstance(context, str) else ""
    if ask is not None:
        cursor = ask.parameter
        cursor.skip(3)  # status, and what nobody knows or an error
        cursor.skip(4)
        yield Ignored(ask.side, cursor.at - 4, 4)  # the upload id
        if code not in (0x1E, 0x1F) and cursor.left:
            object = _block_name(cursor.take(cursor.u8()))
    values: Values = ()
    if answer is not None:
        if code == 0x1D and answer.parameter.left >= 7:
            answer.parameter.skip(3)
            key = answer.parameter.take(4)
            yield Ignored(answer.side, answer.parameter.at - 4, 4)
            if object:
                yield Open(object, key)
        elif code in (0x1B, 0x1E):
            values = yield from _contents(answer.data)
    return _done(function, at, object, values, result)


def _contents(cursor: Cursor) -> Generator[Value, None, Values]:
    """The digest of the piece of a block that an answer brings."""
    if cursor.left < 4:
        return ()
    length = cursor.u16()
    cursor.skip(2)
    piece = cursor.take(min(length, cursor.left))
    if not piece:
        return ()
    yield Value(cursor.side, cursor.at - len(piece), len(piece))
    return (("sha256", hashlib.sha256(piece).hexdigest()[:32]),)


def _block_name(raw: bytes) -> str:
    """`_0A00001P` as `DB1`; other file names as they are."""
    if len(raw) in (8, 9):
        kind, number = raw[-8:-6], raw[-6:-1]
        if kind in BLOCK_TYPES and number.isdigit():
            return f"{BLOCK_TYPES[kind]}{int(number)}"
    return text(raw, "latin-1")


def _service(at: At, ask: Pdu | None, result: str) -> Read:
    """Program invocation: the service's name decides what it does."""
    if ask is None:
        return _done(JOBS[0x28], at, "(request not seen)", (), result)
    cursor = ask.parameter
    cursor.skip(7)
    block = cursor.take(cursor.u16())
    name = text(cursor.take(cursor.u8()), "latin-1")
    function = SERVICES.get(name)
    if function is None:
        yield Unread(f"PI-Service {name}", "unknown service")
        return _done(JOBS[0x28], at, f"{name} {_argument(block)}".strip(), (), result)
    object = _argument(block)
    if name in ("_INSE", "_INS2", "_DELE"):
        object = ", ".join(_block_name(block[start : start + 8]) for start in range(2, len(block) - 7, 8))
    elif name == "P_PROGRAM":
        object = {"C": "cold restart", "": "warm restart"}.get(object, object)
    return _done(function, at, object, (), result)


def _argument(raw: bytes) -> str:
    """The parameters of a service as text."""
    return " ".join("".join(chr(byte) if 0x20 <= byte < 0x7F else " " for byte in raw).split())


def _stop(function: Function, at: At, ask: Pdu | None, result: str) -> Read:
    """PLC Stop: what is stopped is named."""
    object = ""
    if ask is not None:
        ask.parameter.skip(5)
        object = text(ask.parameter.take(ask.parameter.u8()), "latin-1")
    return _done(function, at, object, (), result)
    yield  # a reader without marks


# ----------------------------------------------------------------------------------------------------------------- userdata


class Head(NamedTuple):
    """The parameters of userdata. `more`: fragments follow; `error`: only in answers."""

    kind: int
    group: int
    number: int
    sequence: bytes
    long: bool
    more: bool
    error: int


class Payload(NamedTuple):
    """The data of userdata: the return code, and a cursor on what it brings."""

    code: int
    cursor: Cursor


def _userdata(ask: Pdu | None, answer: Pdu | None, context: Context) -> Facts:
    """Userdata: a request with its answer, or a push."""
    own = (yield from _head(ask)) if ask is not None else None
    other = (yield from _head(answer)) if answer is not None else None
    head = own or other
    if head is None:
        return
    at = _where(ask, answer)
    function = USERDATA_FUNCTIONS.get((head.group, head.number))
    if function is None:
        group = GROUPS.get(head.group, f"group {head.group}")
        yield Unread(f"{group}: subfunction 0x{head.number:02x}", "unknown")
        return
    rest = context if isinstance(context, Rest) else None
    asked, answered = _payload(ask), _payload(answer)
    result = _outcome(other, answered)
    try:
        if own is not None and own.kind & 0x4 and own.long and head.group in (3, 4):
            done = yield from _continued(function, at, rest, answered, result)
        else:
            done = yield from _function(function, head, at, asked, answered, result)
    except Short:
        yield _done(function, at, result=result)
        raise
    yield done
    if other is not None and other.more and result == "ok":
        yield _open(head, done, rest, other, answer)


def _head(pdu: Pdu) -> Generator[Fact, None, Head]:
    """Reads the parameters; sequence number and data unit reference are handles."""
    cursor = pdu.parameter
    cursor.skip(5)
    kind = cursor.u8()
    number, sequence = cursor.u8(), cursor.take(1)
    long = cursor.left >= 4
    more, error = False, 0
    if long:
        cursor.skip(1)
        more = cursor.u8() != 0
        error = cursor.u16()
        yield Ignored(pdu.side, cursor.at - 4, 1)
    if not more:
        yield Ignored(pdu.side, pdu.parameter.at - (5 if long else 1), 1)
    return Head(kind >> 4, kind & 0xF, number, sequence, long, more, error)


def _payload(pdu: Pdu | None) -> Payload | None:
    """What the data bring."""
    if pdu is None or pdu.data.left < 4:
        return None
    cursor = pdu.data
    code, size = cursor.u8(), cursor.u8()
    length = cursor.u16()
    length = (length + 7) // 8 if size in IN_BITS else length
    return Payload(code, Cursor(cursor.data, cursor.at, min(cursor.end, cursor.at + length), cursor.side))


def _outcome(answer: Head | None, payload: Payload | None) -> str:
    """The result of a request: the error of the parameters, else the return code of the data."""
    if answer is None:
        return ""
    if answer.error:
        return PARAMETER_ERRORS.get(answer.error, f"error 0x{answer.error:04x}")
    if payload is not None and payload.code not in (0xFF, 0x0A):  # 0x0A with no data is how an answer says that there is nothing to say
        return _result(payload.code)
    return "ok"


def _function(function: Function, head: Head, at: At, ask: Payload | None, answer: Payload | None, result: str) -> Read:
    """Reads the data of the function."""
    match head.group, head.number:
        case 0, _:
            return (yield from _nothing(function, at, result))
        case 1, 0x02 | 0x08:
            return (yield from _variable_table(function, head, at, ask, answer, result))
        case 1, 0x0D | 0x0E | 0x0F:
            return (yield from _test_job(function, at, ask, result))
        case 2, _:
            return (yield from _cyclic(function, head, at, ask, answer, result))
        case 3, 0x01 | 0x02 | 0x03:
            return (yield from _block_list(function, head, at, ask, answer, result))
        case 4, 0x01:
            return (yield from _status_list(function, at, ask, answer, result))
        case 4, 0x02:
            return (yield from _subscription(function, at, ask, result))
        case 4, 0x03:
            return (yield from _diagnostic(function, at, ask, result))
        case 5, 0x01:
            return (yield from _password(function, at, ask, result))
        case 7, _:
            return (yield from _clock(function, at, ask, answer, result))
        case _:
            return (yield from _opaque(function, head, at, ask, answer, result))


def _nothing(function: Function, at: At, result: str) -> Read:
    """A function without data."""
    return _done(function, at, result=result)
    yield  # a reader without marks


def _opaque(function: Function, head: Head, at: At, ask: Payload | None, answer: Payload | None, result: str) -> Read:
    """A function whose data are not read: those of an answer or push are values."""
    for payload in (ask, answer):
        if payload is not None and payload.cursor.left:
            yield Unread(f"{GROUPS.get(head.group, str(head.group))}: {function.name}", "data not decoded")
            break
    if head.kind & 0xC == PUSH:
        yield from _all(ask)
    yield from _all(answer)
    return _done(function, at, result=result)


def _all(payload: Payload | None) -> Iterator[Value]:
    """Marks everything that is left as a value."""
    if payload is not None and payload.cursor.left:
        yield Value(payload.cursor.side, payload.cursor.at, payload.cursor.left)


# ---------------------------------------------------------------------------------------------- test and commissioning (TIS)


def _variable_table(function: Function, head: Head, at: At, ask: Payload | None, answer: Payload | None, result: str) -> Read:
    """Variable status and Modify variable: a table of addresses, and of what is written to them."""
    if head.kind & 0xC == PUSH:
        yield from _all(ask)
        return _done(function._replace(effect=Effect.READ, technique=""), at, "result of a job")
    names: list[Item] = []
    values: list[tuple[str, str]] = []
    yield from _all(answer)
    if ask is not None and ask.cursor.left:
        cursor = ask.cursor
        sizes = cursor.u16(), cursor.u16()
        cursor.skip(sizes[0])
        for _ in range(cursor.u16()):
            raw = cursor.take(6)
            names.append(Item(*_tis_address(raw), cursor.span(6)))
        if function.effect is Effect.WRITE:
            data = yield from _data(cursor, len(names))
            values = [(name.object, value) for name, datum in zip(names, data, strict=False) for _, value in _values(name.type, datum.raw)]
    return _done(function, at, ", ".join(name.object for name in names), tuple(values), result)


def _tis_address(raw: bytes) -> tuple[str, str]:
    """An address of a variable table as object, and its data type."""
    area, width = raw[0] >> 4, raw[0] & 0xF
    repeat, block, start = raw[1], raw[2] << 8 | raw[3], raw[4] << 8 | raw[5]
    name, kind = TIS_AREAS.get(area, f"AREA{area}:"), TIS_WIDTHS.get(width, f"TYPE{width}")
    if area in (0x5, 0x6):
        kind = "TIMER" if area == 0x5 else "COUNTER"
        return f"{name}{start} {kind} {repeat}", kind
    bit, count = (repeat, 1) if width == 0 else (0, repeat)
    if area == 0x7:
        name = f"DB{block}.DBX"
    return f"{name}{start}.{bit} {kind} {count}", kind


def _test_job(function: Function, at: At, ask: Payload | None, result: str) -> Read:
    """Enable, disable and delete job: the function of the job is named, the job by its number."""
    object = ""
    if ask is not None and ask.cursor.left >= 4:
        cursor = ask.cursor
        sizes = cursor.u16(), cursor.u16()
        cursor.skip(sizes[0])
        if cursor.left >= 2:
            number = cursor.u8()
            job = USERDATA_FUNCTIONS.get((1, number))
            object = job.name if job else f"function {number}"
            yield Ignored(cursor.side, cursor.at, 1)  # the sequence number of the job
    return _done(function, at, object, (), result)


def _cyclic(function: Function, head: Head, at: At, ask: Payload | None, answer: Payload | None, result: str) -> Read:
    """Cyclic services: a client subscribes to addresses, and the controller sends what they hold."""
    items: list[Item] = []
    if head.kind & 0xC == PUSH:
        if ask is not None and ask.cursor.left >= 2:
            yield from _data(ask.cursor, ask.cursor.u16())
        return _done(function, at, "cyclic data", (), result)
    if ask is not None and ask.cursor.left > 4 and ask.cursor.data[ask.cursor.at + 4] == 0x12:
        count = ask.cursor.u16()
        ask.cursor.skip(2)  # time base and factor
        items = yield from _items(ask.cursor, count, function.name)
    if answer is not None and answer.cursor.left >= 2:
        if head.number in (1, 5):
            yield from _data(answer.cursor, answer.cursor.u16())
        else:
            yield from _all(answer)
    return _done(function, at, ", ".join(item.object for item in items), (), result)


# ---------------------------------------------------------------------------------------------------------- block functions


def _block_list(function: Function, head: Head, at: At, ask: Payload | None, answer: Payload | None, result: str) -> Read:
    """List blocks, list blocks of a type, block info: the request names a type, or a block."""
    object = ""
    if ask is not None and ask.cursor.left:
        raw = ask.cursor.rest()
        object = _block_name(raw) if head.number == 3 else BLOCK_TYPES.get(raw[:2], text(raw, "latin-1"))
    yield from _all(answer)
    return _done(function, at, object, (), result)


# -------------------------------------------------------------------------------------------------------- system status list


def _status_list(function: Function, at: At, ask: Payload | None, answer: Payload | None, result: str) -> Read:
    """Read SZL: identity lists become claims, the mode and protection level values."""
    first = ask if ask is not None and ask.cursor.left >= 4 else answer
    if first is None or first.cursor.left < 4:
        return _done(function, at, result=result)
    list_id, index = struct.unpack_from(">HH", first.cursor.data, first.cursor.at)
    object = f"SZL 0x{list_id:04x} index 0x{index:04x}"
    function = _list_function(function, list_id)
    values: Values = ()
    if answer is not None and answer.cursor.left >= 8 and result == "ok":
        cursor = answer.cursor
        cursor.skip(4)
        size, _count = cursor.u16(), cursor.u16()
        if _is_identity(list_id):
            yield from _records(cursor, list_id, size, b"")
        else:
            values = _list_values(list_id, index, cursor.data[cursor.at : cursor.end])
            yield from _all(answer)
    return _done(function, at, object, values, result)


def _list_function(function: Function, list_id: int) -> Function:
    """Reading the operating mode says what a controller does now, not what it is: T0868."""
    return function._replace(effect=Effect.READ, technique="T0868") if list_id & 0xFF == 0x24 else function


def _is_identity(list_id: int) -> bool:
    """[SSL]: lists xy11 and xy1C of a CPU (diagnostic type 0), as full records."""
    return list_id & 0xF0FF in IDENTITY_LISTS and list_id & 0x0F00 != 0x0F00


def _records(cursor: Cursor, list_id: int, size: int, piece: bytes) -> Iterator[Claimed]:
    """Claims of all records that are complete; `piece` is the start of the first one, from the fragment before."""
    read = _module if list_id & 0xFF == 0x11 else _component
    while size > len(piece) and cursor.left + len(piece) >= size:
        new = cursor.take(size - len(piece))
        yield from read(piece + new, cursor.span(len(new)))
        piece = b""


def _module(record: bytes, at: At) -> Iterator[Claimed]:
    """[SSL], SZL xy11: order number and versions of module, hardware, firmware and boot loader."""
    if len(record) < 28:
        return
    index, ausbg, ausbe = record[0] << 8 | record[1], record[24:26], record[26:28]
    part = MODULE_PARTS.get(index)
    if part is None:
        return
    order = text(record[2:22], "latin-1")
    if order:
        yield Claimed("component_name" if part == "bootloader" else "order_number", order, at, component=part)
    if 0x41 <= ausbg[0] <= 0x5A:  # a letter, usually V: a version of software in four bytes
        yield Claimed("firmware", _version(ausbg + ausbe), at, component=part)
    elif part in ("module", "hardware"):
        yield Claimed("hardware_version", str(ausbg[0] << 8 | ausbg[1]), at, component=part)


def _version(raw: bytes) -> str:
    """`V` 3 2 7 as `V3.2.7`, `A` blank 9 9 as `A 9.9`."""
    letter = chr(raw[0])
    return f"{letter} {raw[2]}.{raw[3]}" if raw[1] == 0x20 else f"{letter}{raw[1]}.{raw[2]}.{raw[3]}"


def _component(record: bytes, at: At) -> Iterator[Claimed]:
    """[SSL], SZL xy1C: names, serial numbers, maker."""
    if len(record) < 4:
        return
    index = record[0] << 8 | record[1]
    if index == 0x9:
        number = record[2] << 8 | record[3]
        yield Claimed("vendor_id", f"0x{number:04x}", at)
        if name := profinet_vendor(number):
            yield Claimed("vendor", name, at)
    elif (attribute := COMPONENT_TEXTS.get(index)) and (value := text(record[2:34], "latin-1")):
        yield Claimed(attribute, value, at)


def _list_values(list_id: int, index: int, record: bytes) -> Values:
    """What the first record of a list says about the state of the controller."""
    if list_id & 0xFF == 0x24 and len(record) >= 4:  # [SSL]: operating mode and the mode before
        return (("mode", MODES.get(record[3] & 0xF, "")), ("previous_mode", MODES.get(record[3] >> 4, "")))
    if list_id == 0x0132 and index == 4 and len(record) >= 10:  # [SSL]: protection level and mode selector
        level, selector = record[6] << 8 | record[7], record[8] << 8 | record[9]
        return (("protection_level", str(level)), ("mode_selector", SELECTOR.get(selector, str(selector))))
    return ()


def _continued(function: Function, at: At, rest: Rest | None, answer: Payload | None, result: str) -> Read:
    """The next fragment of an answer: it goes on where the one before ended."""
    if answer is not None and result == "ok" and answer.cursor.left:
        if rest is not None and _is_identity(rest.list_id):
            yield from _records(answer.cursor, rest.list_id, rest.size, rest.piece)
        else:
            yield from _all(answer)
    if rest is not None and rest.list_id:
        function = _list_function(function, rest.list_id)
    return _done(function, at, rest.object if rest else "(first fragment not seen)", (), result)


def _open(head: Head, done: Done, rest: Rest | None, other: Head, answer: Pdu | None) -> Open:
    """What the next fragment needs; of identity lists the record that is begun, for its bytes do not change."""
    if answer is None or (head.group, head.number) != READ_SZL:
        return Open(Rest(done.object), other.sequence)
    data, end = answer.data.data, answer.data.end
    if rest is None:
        start = answer.data.at
        if end - start < 8:
            return Open(Rest(done.object), other.sequence)
        list_id, _, size, _ = struct.unpack_from(">HHHH", data, start)
        body, begun = data[start + 8 : end], b""
    else:
        list_id, size, body, begun = rest.list_id, rest.size, data[answer.data.at : end], rest.piece
    if not _is_identity(list_id) or not size:
        return Open(Rest(done.object, list_id), other.sequence)
    left = (len(begun) + len(body)) % size
    return Open(Rest(done.object, list_id, size, (begun + body)[len(begun) + len(body) - left :]), other.sequence)


# ---------------------------------------------------------------------------------------- messages, password, clock


def _subscription(function: Function, at: At, ask: Payload | None, result: str) -> Read:
    """Message service: the events that a client wants to be told of."""
    object = ""
    if ask is not None and ask.cursor.left:
        events = ask.cursor.u8()
        object = ", ".join(name for bit, name in EVENTS.items() if events & bit) or "nothing"
    return _done(function, at, object, (), result)
    yield  # a reader without marks


def _diagnostic(function: Function, at: At, ask: Payload | None, result: str) -> Read:
    """A diagnostic message: the event is its meaning, information and time of the event are values."""
    object = ""
    if ask is not None and ask.cursor.left >= 2:
        event = ask.cursor.u16()
        object = f"event 0x{event:04x} {DIAGNOSTIC_EVENTS.get(event, '')}".rstrip()
        yield from _all(ask)
    return _done(function, at, object, (), result)


def _password(function: Function, at: At, ask: Payload | None, result: str) -> Read:
    """The password is only masked: each byte with 0x55 and with the byte two before, as it was sent. So it counts as sent in clear."""
    if ask is not None and ask.cursor.left >= 8:
        raw = ask.cursor.take(8)
        secret = bytes(byte ^ 0x55 ^ (raw[number - 2] if number > 1 else 0) for number, byte in enumerate(raw))
        yield LoggedIn("", secret.rstrip(b" \0"), ask.cursor.span(8), True, result)
    return _done(function, at, "", (), result)


def _clock(function: Function, at: At, ask: Payload | None, answer: Payload | None, result: str) -> Read:
    """Read and set clock: ten bytes, of which the last eight are BCD date and time."""
    values: Values = ()
    for payload in (ask, answer):
        if payload is not None and payload.cursor.left >= 10:
            raw = payload.cursor.take(10)
            yield Value(payload.cursor.side, payload.cursor.at - 10, 10)
            year, month, day, hour, minute, second = (f"{byte:02x}" for byte in raw[2:8])
            values = (("time", f"{'19' if year >= '90' else '20'}{year}-{month}-{day} {hour}:{minute}:{second}"),)
    return _done(function, at, "", values, result)


PROTOCOL = Protocol(
    name="s7comm",
    title="S7 communication",
    parse=parse,
    where=(Inside("cotp"),),
    looks=(Looks((Part(0, (b"\x32",)),), 10),),
    decoded=(
        "setup, Read Var, Write Var with addresses and values",
        "block download and upload with digests",
        "PI services (start, activate, delete, copy RAM to ROM, compress) and PLC Stop",
        "SZL 0011 and 001C as identity, 0024, 0124, 0424 and 0132 as state, fragments joined",
        "variable tables, test jobs, cyclic services",
        "block lists and block info (request)",
        "message service, diagnostic messages, mode transitions",
        "password, clock",
    ),
    not_decoded=(
        "NCK and symbolic addresses",
        "alarm messages",
        "block status, force lists, breakpoints",
        "BSEND/BRECV, NC programming (data)",
        "other status lists (values only)",
    ),
)
