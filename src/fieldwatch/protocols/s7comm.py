"""S7 communication of SIMATIC S7-300, S7-400, and of what speaks to them: variables, blocks, operating modes, diagnostics.

Siemens never published the protocol. It is known from Wireshark 4.0.17 (packet-s7comm), from Snap7 and libnodave, and the status
lists (SZL) from [SSL]: Siemens, "System Software for S7-300/400, System and Standard Functions" (2010), chapter "System Status Lists".
Not decoded: symbolic and NCK addresses, alarm messages, block status, force lists, breakpoints, BSEND/BRECV, NC programming, other status
lists, block contents (kept as a digest); S7comm-plus is another protocol.

Objects are addresses in the notation of STEP 7 with data type and number of elements: `DB10.DBX4.0 REAL 1`, `M16.0 BYTE 4`, `T3 TIMER 1`.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from typing import NamedTuple

from fieldwatch.facts import Effect, Values
from fieldwatch.protocols import _s7comm_lists as lists
from fieldwatch.protocols import _s7comm_userdata as userdata
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._function import Function
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Context,
    Done,
    Exchange,
    Fact,
    Facts,
    Ignored,
    Inside,
    Looks,
    Open,
    Part,
    Protocol,
    Short,
    Side,
    Unread,
    Who,
)
from fieldwatch.protocols._s7comm_blocks import block_name, contents
from fieldwatch.protocols._s7comm_functions import (
    ACK,
    ACK_DATA,
    GROUPS,
    JOB,
    JOBS,
    SERVICES,
    USERDATA,
    USERDATA_FUNCTIONS,
)
from fieldwatch.protocols._s7comm_items import IN_BITS, Datum, Item, read_codes, read_data, read_items, shown
from fieldwatch.protocols._s7comm_pdu import Pdu, Read, done, where
from fieldwatch.protocols._s7comm_results import PARAMETER_ERRORS, header_result, item_result
from fieldwatch.protocols._s7comm_userdata import Call, Head

# ------------------------------------------------------------------------------------------------------------------- parse


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


# --------------------------------------------------------------------------------------------------------------------- jobs


def _job(ask: Pdu | None, answer: Pdu | None, context: Context) -> Facts:
    """A Job with its Ack_Data."""
    result = "" if answer is None else header_result(answer.error)
    at = where(ask, answer)
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
                yield done(function, at, result=result)
            case _:
                yield done(function, at, result=result)
                yield Unread(function.name)
    except Short:
        yield done(function, at, result=result)  # cut short, it was called all the same
        raise


def _function_code(ask: Pdu | None, answer: Pdu | None) -> int:
    """The function, taken from the request where there is one; -1 where there is none."""
    if ask is not None:
        return ask.parameter.u8()
    return answer.parameter.data[answer.parameter.at] if answer is not None and answer.parameter.left else -1


def _variables(function: Function, ask: Pdu | None, answer: Pdu | None, result: str) -> Facts:
    """Read Var and Write Var: each item is an operation of its own."""
    items: list[Item] = []
    written: list[Datum] = []
    answered: list[Datum] = []
    reads = function.effect is Effect.READ
    if ask is not None:
        items = yield from read_items(ask.parameter, ask.parameter.u8(), function.name)
        if not reads:
            written = yield from read_data(ask.data, len(items))
    if answer is not None and answer.parameter.left:
        count = answer.parameter.u8()
        if ask is not None and count != len(items):
            yield Broken("item count", "", answer.parameter.span(1), str(count), str(len(items)))
        answered = (yield from read_data(answer.data, count)) if reads else read_codes(answer.data, count)
    if not items:
        at = where(ask, answer)
        yield done(function, at, "(request not seen)" if ask is None else "", (), result)
    for number, item in enumerate(items):
        data = answered if reads else written
        values = shown(item.type, data[number].raw) if number < len(data) else ()
        own = item_result(answered[number].code) if number < len(answered) and result == "ok" else result
        yield done(function, item.at, item.object, values, own)


# ------------------------------------------------------------------------------------------------------------------- blocks

FETCHES = frozenset({0x1B, 0x1C})
"""Requests of a controller that fetches a block: the next piece, and that the last one has come."""


def _block(function: Function, code: int, at: At, ask: Pdu | None, answer: Pdu | None, result: str, context: Context) -> Read:
    """Blocks. A download names its block in each request, an upload in its first: then the upload id stands for it.

    A controller that was asked to take a block fetches it: the requests for its pieces are the controller's, what is done is not.
    """
    object = str(context) if isinstance(context, str) else ""
    if ask is not None:
        cursor = ask.parameter
        cursor.skip(3)  # status, and what nobody knows or an error
        cursor.skip(4)
        yield Ignored(ask.side, cursor.at - 4, 4)  # the upload id
        if code not in (0x1E, 0x1F) and cursor.left:
            object = block_name(cursor.take(cursor.u8()))
    values: Values = ()
    if answer is not None:
        if code == 0x1D and answer.parameter.left >= 7:
            answer.parameter.skip(3)
            key = answer.parameter.take(4)
            yield Ignored(answer.side, answer.parameter.at - 4, 4)
            if object:
                yield Open(object, key)
        elif code in (0x1B, 0x1E):
            values = yield from contents(answer.data)
    return done(function, at, object, values, result)._replace(by=Who.ANSWERER if code in FETCHES else Who.ASKER)


def _service(at: At, ask: Pdu | None, result: str) -> Read:
    """Program invocation: the service's name decides what it does."""
    if ask is None:
        return done(JOBS[0x28], at, "(request not seen)", (), result)
    cursor = ask.parameter
    cursor.skip(7)
    block = cursor.take(cursor.u16())
    name = text(cursor.take(cursor.u8()), "latin-1")
    function = SERVICES.get(name)
    if function is None:
        yield Unread(f"PI-Service {name}", "unknown service")
        return done(JOBS[0x28], at, f"{name} {_argument(block)}".strip(), (), result)
    object = _argument(block)
    if name in ("_INSE", "_INS2", "_DELE"):
        object = ", ".join(block_name(block[start : start + 8]) for start in range(2, len(block) - 7, 8))
    elif name == "P_PROGRAM":
        object = {"C": "cold restart", "": "warm restart"}.get(object, object)
    return done(function, at, object, (), result)


def _argument(raw: bytes) -> str:
    """The parameters of a service as text."""
    return " ".join("".join(chr(byte) if 0x20 <= byte < 0x7F else " " for byte in raw).split())


def _stop(function: Function, at: At, ask: Pdu | None, result: str) -> Read:
    """PLC Stop: what is stopped is named."""
    object = ""
    if ask is not None:
        ask.parameter.skip(5)
        object = text(ask.parameter.take(ask.parameter.u8()), "latin-1")
    return done(function, at, object, (), result)
    yield  # a reader without marks


# ----------------------------------------------------------------------------------------------------------------- userdata

READ_SZL = (4, 1)
"""The function whose answers are read over all their fragments."""


class Rest(NamedTuple):
    """What a first fragment leaves for the fragments after it: the object, the size of a record, and the begun record."""

    object: str
    list_id: int = 0
    size: int = 0
    piece: bytes = b""


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
    at = where(ask, answer)
    function = USERDATA_FUNCTIONS.get((head.group, head.number))
    if function is None:
        group = GROUPS.get(head.group, f"group {head.group}")
        yield Unread(f"{group}: subfunction 0x{head.number:02x}", "unknown")
        return
    rest = context if isinstance(context, Rest) else None
    asked, answered = _payload(ask), _payload(answer)
    result = _outcome(other, answered)
    call = Call(function, head, at, asked and asked.cursor, answered and answered.cursor, result)
    try:
        if own is not None and own.kind & 0x4 and own.long and head.group in (3, 4):
            did = yield from _continued(call, rest)
        else:
            did = yield from userdata.read(call)
    except Short:
        yield call.done()
        raise
    yield did
    if other is not None and other.more and result == "ok":
        yield _open(head, did, rest, other, answer)


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
        return item_result(payload.code)
    return "ok"


def _continued(call: Call, rest: Rest | None) -> Read:
    """The next fragment of an answer: it goes on where the one before ended."""
    function = call.function
    if call.answer is not None and call.result == "ok" and call.answer.left:
        if rest is not None and lists.is_identity(rest.list_id):
            yield from lists.identity(call.answer, rest.list_id, rest.size, rest.piece)
        else:
            yield from userdata.everything(call.answer)
    if rest is not None and rest.list_id:
        function = userdata.list_function(function, rest.list_id)
    return call.done(rest.object if rest else "(first fragment not seen)", function=function)


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
    if not lists.is_identity(list_id) or not size:
        return Open(Rest(done.object, list_id), other.sequence)
    left = (len(begun) + len(body)) % size
    return Open(Rest(done.object, list_id, size, (begun + body)[len(begun) + len(body) - left :]), other.sequence)


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
        "block contents (a digest)",
    ),
)
