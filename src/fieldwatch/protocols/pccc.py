"""PCCC: the commands of PLC-5, SLC 500 and MicroLogix controllers, inside CIP.

Standards: [DF1] Rockwell Automation 1770-6.5.16, DF1 Protocol and Command Set Reference Manual (1996), chapters 7 and 13.
Not decoded: addresses of the PLC-2, PLC-3 and PLC-5 word ranges, data of uploads and downloads.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from fieldwatch.facts import Effect, Values
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._function import Function
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
    Protocol,
    Short,
    Side,
    Unread,
    Value,
)

# ------------------------------------------------------------------------------------------------------------------ tables


COMMANDS = {
    (0x00, -1): Function("Protected write", Effect.WRITE, "T0855"),
    (0x01, -1): Function("Unprotected read", Effect.READ),
    (0x02, -1): Function("Protected bit write", Effect.WRITE, "T0855"),
    (0x05, -1): Function("Unprotected bit write", Effect.WRITE, "T0855"),
    (0x06, 0x00): Function("Echo", Effect.DIAGNOSE),
    (0x06, 0x01): Function("Read diagnostic counters", Effect.DIAGNOSE),
    (0x06, 0x03): Function("Diagnostic status", Effect.IDENTIFY, "T0888"),
    (0x06, 0x07): Function("Reset diagnostic counters", Effect.DIAGNOSE),
    (0x07, 0x00): Function("Disable outputs", Effect.STOP, "T0881"),
    (0x07, 0x01): Function("Enable outputs", Effect.START),
    (0x07, 0x03): Function("Enable PLC scanning", Effect.START),
    (0x07, 0x04): Function("Enter download mode", Effect.MODE, "T0858"),
    (0x07, 0x05): Function("Exit download or upload mode", Effect.MODE),
    (0x07, 0x06): Function("Enter upload mode", Effect.MODE),
    (0x08, -1): Function("Unprotected write", Effect.WRITE, "T0855"),
    (0x0F, 0x00): Function("Word range write", Effect.WRITE, "T0855"),
    (0x0F, 0x01): Function("Word range read", Effect.READ),
    (0x0F, 0x02): Function("Bit write", Effect.WRITE, "T0855"),
    (0x0F, 0x03): Function("File write", Effect.WRITE, "T0855"),
    (0x0F, 0x04): Function("File read", Effect.READ),
    (0x0F, 0x05): Function("Download request", Effect.PROGRAM_DOWNLOAD, "T0843"),
    (0x0F, 0x06): Function("Upload", Effect.PROGRAM_UPLOAD, "T0845"),
    (0x0F, 0x07): Function("Shutdown", Effect.STOP, "T0881"),
    (0x0F, 0x08): Function("Physical write", Effect.PROGRAM_DOWNLOAD, "T0843"),
    (0x0F, 0x09): Function("Physical read", Effect.PROGRAM_UPLOAD, "T0845"),
    (0x0F, 0x0A): Function("Restart request", Effect.RESET, "T0816"),
    (0x0F, 0x11): Function("Get edit resource", Effect.PROGRAM_EDIT, "T0821"),
    (0x0F, 0x12): Function("Return edit resource", Effect.PROGRAM_EDIT),
    (0x0F, 0x17): Function("Read bytes physical", Effect.PROGRAM_UPLOAD, "T0845"),
    (0x0F, 0x18): Function("Write bytes physical", Effect.PROGRAM_DOWNLOAD, "T0843"),
    (0x0F, 0x26): Function("Read-modify-write", Effect.WRITE, "T0855"),
    (0x0F, 0x29): Function("Read section size", Effect.READ),
    (0x0F, 0x3A): Function("Set CPU mode", Effect.MODE, "T0858"),
    (0x0F, 0x41): Function("Disable forces", Effect.FORCE, "T0835"),
    (0x0F, 0x50): Function("Download all request", Effect.PROGRAM_DOWNLOAD, "T0843"),
    (0x0F, 0x52): Function("Download completed", Effect.PROGRAM_DOWNLOAD, "T0843"),
    (0x0F, 0x53): Function("Upload all request", Effect.PROGRAM_UPLOAD, "T0845"),
    (0x0F, 0x55): Function("Upload completed", Effect.PROGRAM_UPLOAD, "T0845"),
    (0x0F, 0x57): Function("Initialize memory", Effect.RESET, "T0809"),
    (0x0F, 0x67): Function("Typed write", Effect.WRITE, "T0855"),
    (0x0F, 0x68): Function("Typed read", Effect.READ),
    (0x0F, 0x79): Function("Read-modify-write N", Effect.WRITE, "T0855"),
    (0x0F, 0x80): Function("Change CPU mode", Effect.MODE, "T0858"),
    (0x0F, 0x8F): Function("Apply port configuration", Effect.CONFIGURE, "T0836"),
    (0x0F, 0xA1): Function("Protected typed logical read (2 addresses)", Effect.READ),
    (0x0F, 0xA2): Function("Protected typed logical read (3 addresses)", Effect.READ),
    (0x0F, 0xA7): Function("Protected typed file read", Effect.PROGRAM_UPLOAD, "T0845"),
    (0x0F, 0xA9): Function("Protected typed logical write (2 addresses)", Effect.WRITE, "T0855"),
    (0x0F, 0xAA): Function("Protected typed logical write (3 addresses)", Effect.WRITE, "T0855"),
    (0x0F, 0xAB): Function("Protected typed logical masked write", Effect.WRITE, "T0855"),
    (0x0F, 0xAF): Function("Protected typed file write", Effect.PROGRAM_DOWNLOAD, "T0843"),
}
"""[DF1] 7: commands; -1 where a command has no function."""

WITH_FUNCTION = (0x06, 0x07, 0x0F)

FILE_TYPES = {
    0x82: "O", 0x83: "I", 0x84: "S", 0x85: "B", 0x86: "T", 0x87: "C", 0x88: "R", 0x89: "N",
    0x8A: "F", 0x8B: "O", 0x8C: "I", 0x8D: "ST", 0x8E: "A", 0x8F: "D", 0x91: "L",
}  # fmt: skip
"""[DF1] 13: file types, by the letter of their addresses."""

MODES = {0x01: "remote program", 0x06: "remote run", 0x07: "remote test", 0x08: "remote test single scan", 0x09: "remote test single step"}
"""[DF1] 7, change mode of the SLC 500."""

LOGICAL = {0xA1: 2, 0xA2: 3, 0xA9: 2, 0xAA: 3, 0xAB: 3}
"""Functions with a logical address, and how many fields it has beside the file type."""

MASKED, CHANGE_MODE, SET_MODE = 0xAB, 0x80, 0x3A
REPLY = 0x40
EXTENDED = 0xF0

# ------------------------------------------------------------------------------------------------------------------- parse


class Message(NamedTuple):
    """A message's command and status, with the cursor behind the transaction number."""

    command: int
    status: int
    cursor: Cursor


def parse(exchange: Exchange, context: Context) -> Facts:
    """What the command does, with the status of its reply."""
    component = context[0] if context else ""
    ask = yield from _head(exchange.request, Side.REQUEST)
    answer = yield from _head(exchange.answer, Side.ANSWER)
    result = "" if answer is None else _result(answer)
    if ask is None:
        if answer is not None:
            yield Unread(f"reply to command 0x{answer.command & 0x3F:02x}", "the request was not seen")
            yield from _rest(answer.cursor)
        return
    function = ask.cursor.u8() if ask.command in WITH_FUNCTION else -1
    known = COMMANDS.get((ask.command, function))
    if known is None:
        yield Unread(f"command 0x{ask.command:02x}" + (f" function 0x{function:02x}" if function >= 0 else ""))
        yield from _rest(ask.cursor)
    elif ask.command == 0x0F:
        yield from _extended(function, known, ask.cursor, result, component)
    else:
        yield Done(known.name, known.effect, At(Side.REQUEST, 0, 1), "", (), result, known.technique, component)
        yield from _rest(ask.cursor)
    if answer is not None:
        if (ask.command, function) == (0x06, 0x03) and result == "ok":
            yield from _status(answer.cursor, component)
        yield from _rest(answer.cursor)


def _head(raw: bytes | None, side: Side) -> Generator[Fact, None, Message | None]:
    """[DF1] 6: command, status, transaction number."""
    if raw is None:
        return None
    cursor = Cursor(raw, side=side)
    command, status = cursor.u8(), cursor.u8()
    cursor.skip(2)
    yield Ignored(side, 2, 2)
    is_reply = bool(command & REPLY)
    if is_reply is not (side is Side.ANSWER):
        yield Broken("reply bit", "[DF1] 6", At(side, 0, 1), f"0x{command:02x}", "set in replies only")
    return Message(command & ~REPLY, status, cursor)


def _result(answer: Message) -> str:
    """[DF1] 8: the status, and the extended one behind it."""
    if answer.status == 0:
        return "ok"
    if answer.status == EXTENDED and answer.cursor.left:
        return f"status 0xf0: 0x{answer.cursor.u8():02x}"
    return f"status 0x{answer.status:02x}"


def _extended(function: int, known: Function, ask: Cursor, result: str, component: str) -> Facts:
    """Command 0x0F: a logical address and data, a mode, or what is not read further."""
    thing, short = "", None
    values: Values = ()
    try:
        if function in LOGICAL:
            thing, values = yield from _logical(function, ask)
        elif function in {CHANGE_MODE, SET_MODE} and ask.left:
            mode = ask.u8()
            thing = MODES.get(mode, f"mode 0x{mode:02x}")
        elif known.effect is Effect.WRITE and ask.left:
            values = (("data", ask.data[ask.at : ask.at + 32].hex()),)
    except Short as error:
        short = error
    yield Done(known.name, known.effect, At(Side.REQUEST, 0, 1), thing, values, result, known.technique, component)
    if short:
        raise short
    yield from _rest(ask)


def _logical(function: int, ask: Cursor) -> Generator[Fact, None, tuple[str, Values]]:
    """[DF1] 7: size in bytes, file number, file type, element, sub-element; then a mask, and the data that are written."""
    size = ask.u8()
    number, kind, element = _field(ask), ask.u8(), _field(ask)
    sub = _field(ask) if LOGICAL[function] == 3 else 0
    name = f"{FILE_TYPES.get(kind, f'type 0x{kind:02x} ')}{number}:{element}" + (f".{sub}" if sub else "") + f" {size} bytes"
    if function in {0xA1, 0xA2}:
        return name, ()
    values: list[tuple[str, str]] = []
    if function == MASKED:
        values.append(("mask", ask.take(2).hex()))
        yield Value(Side.REQUEST, ask.at - 2, 2, "little")
    raw = ask.data[ask.at : ask.end]
    values.append(("value", str(int.from_bytes(raw, "little")) if 0 < len(raw) <= 4 else raw[:32].hex()))
    return name, tuple(values)


def _field(cursor: Cursor) -> int:
    """[DF1] 13: a number of one byte, or 0xFF and two bytes."""
    number = cursor.u8()
    return cursor.u16le() if number == 0xFF else number


def _status(cursor: Cursor, component: str) -> Facts:
    """[DF1] 10: diagnostic status of SLC 500 and MicroLogix: mode, types, series and revision, then eleven letters of the name."""
    if cursor.left < 16 or cursor.data[cursor.at + 1] != 0xEE:
        return
    yield Value(cursor.side, cursor.at, 1)
    cursor.skip(5)
    name = text(cursor.take(11), "latin-1")
    if name:
        yield Claimed("model", name, cursor.span(11), component=component)


def _rest(cursor: Cursor) -> Facts:
    if cursor.left:
        yield Value(cursor.side, cursor.at, cursor.left, "little")
        cursor.skip(cursor.left)


PROTOCOL = Protocol(
    name="cip-pccc",
    title="PCCC",
    parse=parse,
    where=(Inside("cip", "pccc"),),
    decoded=("commands by name", "logical addresses with values", "modes", "diagnostic status"),
    not_decoded=("addresses of PLC-2, PLC-3 and PLC-5", "data of uploads and downloads"),
)
