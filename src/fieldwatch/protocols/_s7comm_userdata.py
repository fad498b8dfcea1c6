"""Userdata of S7 communication: what each function of the programming device's and the operator station's services says.

Known from Wireshark 4.0.17 (packet-s7comm), for no standard is public; event ids are from [SSL]: Siemens, "System Software for
S7-300/400, System and Standard Functions" (2010).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect, Values
from fieldwatch.protocols import _s7comm_lists as lists
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._function import Function
from fieldwatch.protocols._protocol import At, Done, Ignored, LoggedIn, Unread, Value
from fieldwatch.protocols._s7comm_blocks import BLOCK_TYPES, block_name
from fieldwatch.protocols._s7comm_functions import GROUPS, PUSH, USERDATA_FUNCTIONS
from fieldwatch.protocols._s7comm_items import Item, read_data, read_items, shown, tis_address
from fieldwatch.protocols._s7comm_pdu import Read, done

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


class Head(NamedTuple):
    """The parameters of userdata. `more`: fragments follow; `error`: only in answers."""

    kind: int
    group: int
    number: int
    sequence: bytes
    long: bool
    more: bool
    error: int


class Call(NamedTuple):
    """A function called: what it is, the data of request and answer (None where there are none), and its result."""

    function: Function
    head: Head
    at: At
    ask: Cursor | None
    answer: Cursor | None
    result: str

    def done(self, object: str = "", values: Values = (), function: Function | None = None) -> Done:
        """The operation."""
        return done(function or self.function, self.at, object, values, self.result)


def read(call: Call) -> Read:
    """Reads the data of the function."""
    head = call.head
    return (READERS.get((head.group, head.number)) or GROUP_READERS.get(head.group, _opaque))(call)


def _nothing(call: Call) -> Read:
    """A function without data."""
    return call.done()
    yield  # a reader without marks


def _opaque(call: Call) -> Read:
    """A function whose data are not read: those of an answer or push are values."""
    for cursor in (call.ask, call.answer):
        if cursor is not None and cursor.left:
            yield Unread(f"{GROUPS.get(call.head.group, str(call.head.group))}: {call.function.name}", "data not decoded")
            break
    if call.head.kind & 0xC == PUSH:
        yield from everything(call.ask)
    yield from everything(call.answer)
    return call.done()


def everything(cursor: Cursor | None) -> Iterator[Value]:
    """Marks everything that is left as a value."""
    if cursor is not None and cursor.left:
        yield Value(cursor.side, cursor.at, cursor.left)


# ---------------------------------------------------------------------------------------------- test and commissioning (TIS)


def _variable_table(call: Call) -> Read:
    """Variable status and Modify variable: a table of addresses, and of what is written to them."""
    if call.head.kind & 0xC == PUSH:
        yield from everything(call.ask)
        told = call._replace(function=call.function._replace(effect=Effect.READ, technique=""), result="")
        return told.done("result of a job")
    names: list[Item] = []
    values: list[tuple[str, str]] = []
    yield from everything(call.answer)
    if call.ask is not None and call.ask.left:
        cursor = call.ask
        sizes = cursor.u16(), cursor.u16()
        cursor.skip(sizes[0])
        for _ in range(cursor.u16()):
            raw = cursor.take(6)
            names.append(Item(*tis_address(raw), cursor.span(6)))
        if call.function.effect is Effect.WRITE:
            data = yield from read_data(cursor, len(names))
            values = [(name.object, value) for name, datum in zip(names, data, strict=False) for _, value in shown(name.type, datum.raw)]
    return call.done(", ".join(name.object for name in names), tuple(values))


def _test_job(call: Call) -> Read:
    """Enable, disable and delete job: the function of the job is named, the job by its number."""
    object = ""
    if call.ask is not None and call.ask.left >= 4:
        cursor = call.ask
        sizes = cursor.u16(), cursor.u16()
        cursor.skip(sizes[0])
        if cursor.left >= 2:
            number = cursor.u8()
            job = USERDATA_FUNCTIONS.get((1, number))
            object = job.name if job else f"function {number}"
            yield Ignored(cursor.side, cursor.at, 1)  # the sequence number of the job
    return call.done(object)


def _cyclic(call: Call) -> Read:
    """Cyclic services: a client subscribes to addresses, and the controller sends what they hold."""
    items: list[Item] = []
    if call.head.kind & 0xC == PUSH:
        if call.ask is not None and call.ask.left >= 2:
            yield from read_data(call.ask, call.ask.u16())
        return call.done("cyclic data")
    if call.ask is not None and call.ask.left > 4 and call.ask.data[call.ask.at + 4] == 0x12:
        count = call.ask.u16()
        call.ask.skip(2)  # time base and factor
        items = yield from read_items(call.ask, count, call.function.name)
    if call.answer is not None and call.answer.left >= 2:
        if call.head.number in (1, 5):
            yield from read_data(call.answer, call.answer.u16())
        else:
            yield from everything(call.answer)
    return call.done(", ".join(item.object for item in items))


# ---------------------------------------------------------------------------------------------------------- block functions


def _block_list(call: Call) -> Read:
    """List blocks, list blocks of a type, block info: the request names a type, or a block."""
    object = ""
    if call.ask is not None and call.ask.left:
        raw = call.ask.rest()
        object = block_name(raw) if call.head.number == 3 else BLOCK_TYPES.get(raw[:2], text(raw, "latin-1"))
    yield from everything(call.answer)
    return call.done(object)


# -------------------------------------------------------------------------------------------------------- system status list


def _status_list(call: Call) -> Read:
    """Read SZL: identity lists become claims, the mode and protection level values."""
    first = call.ask if call.ask is not None and call.ask.left >= 4 else call.answer
    if first is None or first.left < 4:
        return call.done()
    list_id, index = struct.unpack_from(">HH", first.data, first.at)
    object = f"SZL 0x{list_id:04x} index 0x{index:04x}"
    function = list_function(call.function, list_id)
    values: Values = ()
    if call.answer is not None and call.answer.left >= 8 and call.result == "ok":
        cursor = call.answer
        cursor.skip(4)
        size, _count = cursor.u16(), cursor.u16()
        if lists.is_identity(list_id):
            yield from lists.identity(cursor, list_id, size, b"")
        else:
            values = lists.state(list_id, index, cursor.data[cursor.at : cursor.end])
            yield from everything(call.answer)
    return call.done(object, values, function)


def list_function(function: Function, list_id: int) -> Function:
    """Reading the operating mode says what a controller does now, not what it is: T0868."""
    return function._replace(effect=Effect.READ, technique="T0868") if list_id & 0xFF == 0x24 else function


# ---------------------------------------------------------------------------------------- messages, password, clock


def _subscription(call: Call) -> Read:
    """Message service: the events that a client wants to be told of."""
    object = ""
    if call.ask is not None and call.ask.left:
        events = call.ask.u8()
        object = ", ".join(name for bit, name in EVENTS.items() if events & bit) or "nothing"
    return call.done(object)
    yield  # a reader without marks


def _diagnostic(call: Call) -> Read:
    """A diagnostic message: the event is its meaning, information and time of the event are values."""
    object = ""
    if call.ask is not None and call.ask.left >= 2:
        event = call.ask.u16()
        object = f"event 0x{event:04x} {DIAGNOSTIC_EVENTS.get(event, '')}".rstrip()
        yield from everything(call.ask)
    return call.done(object)


def _password(call: Call) -> Read:
    """The password is only masked: each byte with 0x55 and with the byte two before, as it was sent. So it counts as sent in clear."""
    if call.ask is not None and call.ask.left >= 8:
        raw = call.ask.take(8)
        secret = bytes(byte ^ 0x55 ^ (raw[number - 2] if number > 1 else 0) for number, byte in enumerate(raw))
        yield LoggedIn("", secret.rstrip(b" \0"), call.ask.span(8), True, call.result)
    return call.done()


def _clock(call: Call) -> Read:
    """Read and set clock: ten bytes, of which the last eight are BCD date and time."""
    values: Values = ()
    for cursor in (call.ask, call.answer):
        if cursor is not None and cursor.left >= 10:
            raw = cursor.take(10)
            yield Value(cursor.side, cursor.at - 10, 10)
            year, month, day, hour, minute, second = (f"{byte:02x}" for byte in raw[2:8])
            values = (("time", f"{'19' if year >= '90' else '20'}{year}-{month}-{day} {hour}:{minute}:{second}"),)
    return call.done(values=values)


READERS: dict[tuple[int, int], Callable[[Call], Read]] = {
    (1, 0x02): _variable_table,
    (1, 0x08): _variable_table,
    (1, 0x0D): _test_job,
    (1, 0x0E): _test_job,
    (1, 0x0F): _test_job,
    (3, 0x01): _block_list,
    (3, 0x02): _block_list,
    (3, 0x03): _block_list,
    (4, 0x01): _status_list,
    (4, 0x02): _subscription,
    (4, 0x03): _diagnostic,
    (5, 0x01): _password,
}
"""Readers by group and function."""

GROUP_READERS: dict[int, Callable[[Call], Read]] = {0: _nothing, 2: _cyclic, 7: _clock}
"""Readers of all functions of a group."""
