"""PROFINET DCP: names and addresses of PROFINET stations, found and set on the local network.

Standards: [DCP] IEC 61158-6-10:2014, 4.3 (DCP protocol); frame ids by 4.2 of the same. Numbers of options that were added later (reset
qualifiers, OEM device id) as published in the PROFINET specification 2.4.
Not decoded: PROFINET real-time frames of the same EtherType (cyclic data, alarms, PTCP) are recognised and counted only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect, Values
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Bytes,
    Case,
    Claimed,
    Context,
    Datagram,
    Done,
    EtherType,
    Exchange,
    Facts,
    Ignored,
    Pair,
    Part,
    Protocol,
    Role,
    Side,
    Unread,
    Value,
    Who,
)

# ---------------------------------------------------------------------------------------------------------------- tables

HELLO, GET_SET, IDENTIFY_REQUEST, IDENTIFY_RESPONSE = 0xFEFC, 0xFEFD, 0xFEFE, 0xFEFF

HEADER = 12
"""Bytes before the first block: frame id, service id and type, Xid, response delay, length of the blocks."""

SERVICES = {3: "Get", 4: "Set", 5: "Identify", 6: "Hello"}

SERVICE_EFFECTS = {
    "Get": (Effect.IDENTIFY, "T0888"),
    "Identify": (Effect.DISCOVER, "T0846"),
    "Hello": (Effect.DISCOVER, ""),
}

BLOCKS = {
    (1, 1): "MAC address",
    (1, 2): "IP parameter",
    (1, 3): "full IP suite",
    (2, 1): "TypeOfStation",
    (2, 2): "NameOfStation",
    (2, 3): "Device ID",
    (2, 4): "Device Role",
    (2, 5): "Device Options",
    (2, 6): "Alias Name",
    (2, 7): "Device Instance",
    (2, 8): "OEM Device ID",
    (2, 9): "Standard Gateway",
    (5, 1): "Start Transaction",
    (5, 2): "End Transaction",
    (5, 3): "Signal",
    (5, 4): "Response",
    (5, 5): "Factory Reset",
    (5, 6): "Reset to Factory",
    (6, 1): "Device Initiative",
    (255, 255): "All",
}
"""Option and suboption numbers, [DCP] 4.3.1.4."""

IP_PARAMETER, FULL_IP_SUITE, TYPE_OF_STATION, NAME_OF_STATION = (1, 2), (1, 3), (2, 1), (2, 2)
DEVICE_ID, DEVICE_ROLE, RESPONSE, FACTORY_RESET, RESET_TO_FACTORY, SIGNAL, ALL = (2, 3), (2, 4), (5, 4), (5, 5), (5, 6), (5, 3), (255, 255)

ROLES = ((0x01, "IO-Device"), (0x02, "IO-Controller"), (0x04, "IO-Multidevice"), (0x08, "PN-Supervisor"))

RESETS = {
    0x02: "application data",
    0x04: "communication parameter",
    0x06: "engineering parameter",
    0x08: "all stored data",
    0x10: "device",
    0x12: "device to delivered state",
}
"""Block qualifier of Reset to Factory without its lowest bit."""

BLOCK_ERRORS = {
    0: "ok",
    1: "option not supported",
    2: "suboption not supported or no data set available",
    3: "suboption not set",
    4: "resource error",
    5: "set not possible by local reasons",
    6: "in operation, set not possible",
}

REAL_TIME = (
    (0x0020, 0x00FF, "PTCP"),
    (0x0100, 0x0FFF, "RT_CLASS_3 cyclic data"),
    (0x8000, 0xFBFF, "RT_CLASS_1 cyclic data"),
    (0xFC01, 0xFC01, "Alarm high"),
    (0xFE01, 0xFE01, "Alarm low"),
    (0xFF00, 0xFF8F, "PTCP"),
)
"""Ranges of frame ids that are not DCP."""


class Block(NamedTuple):
    """A block of a DCP message: its number, where it begins, its BlockInfo or BlockQualifier (None where it has none), and its data."""

    number: tuple[int, int]
    head: int
    info: int | None
    start: int
    data: bytes

    @property
    def name(self) -> str:
        """The block's name, or its numbers."""
        return BLOCKS.get(self.number) or (f"DHCP option {self.number[1]}" if self.number[0] == 3 else "option {}/{}".format(*self.number))

    def at(self, side: Side) -> At:
        """Where the block stands, from its option number to its last byte."""
        return At(side, self.head, self.start - self.head + len(self.data))


# ----------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """What a DCP message and its answer say; real-time frames are only named."""
    lead = exchange.request if exchange.request is not None else exchange.answer or b""
    side = Side.REQUEST if exchange.request is not None else Side.ANSWER
    frame_id = Cursor(lead, side=side).u16()
    if not HELLO <= frame_id <= IDENTIFY_RESPONSE:
        yield from _real_time(frame_id, lead, side)
        return
    service = SERVICES.get(Cursor(lead, 2, side=side).u8())
    if service is None:
        yield from _header(lead, side)
        yield Unread(f"service {lead[2]}", "not in the standard")
        return
    if exchange.request is not None:
        yield from _request(service, exchange.request, exchange.answer)
    elif exchange.answer is not None:
        effect, technique = SERVICE_EFFECTS.get(service, (Effect.CONFIGURE, ""))
        yield Done(service, effect, At(Side.ANSWER, 0, HEADER), result=_result(exchange.answer), technique=technique)
    if exchange.answer is not None:
        yield from _answer(service, exchange.answer)


def _request(service: str, message: bytes, answer: bytes | None) -> Facts:
    yield from _header(message, Side.REQUEST)
    result = "" if answer is None else _result(answer)
    whole = At(Side.REQUEST, 0, HEADER)
    if service == "Set":
        yield from _set(message, {} if answer is None else _errors(answer), result)
    elif service == "Get":
        wanted = Cursor(message, HEADER, _end(message))
        names = [BLOCKS.get((wanted.u8(), wanted.u8()), "unknown option") for _ in range(wanted.left // 2)]
        yield Done(service, *_plain(service, whole, ", ".join(names), result))
    elif service == "Hello":
        yield Done(service, *_plain(service, whole, "", "ok"))
        for block in _blocks(message, Side.REQUEST, has_info=True):
            yield from _claims(block, Side.REQUEST, Who.ASKER)
    else:
        wished = [_wish(block) for block in _blocks(message, Side.REQUEST, has_info=False)]
        yield Done(service, *_plain(service, whole, ", ".join(wished), result))
    if service != "Get":
        yield from _overruns(message, Side.REQUEST)


def _plain(service: str, at: At, what: str, result: str) -> tuple[Effect, At, str, Values, str, str]:
    effect, technique = SERVICE_EFFECTS[service]
    return effect, at, what, (), result, technique


def _wish(block: Block) -> str:
    """What an Identify request filters by."""
    if block.number == ALL:
        return "All"
    return f"{block.name} {text(block.data)}" if block.number in {NAME_OF_STATION, TYPE_OF_STATION, (2, 6)} else block.name


def _set(message: bytes, errors: dict[tuple[int, int], str], result: str) -> Facts:
    """One operation for each block that is set."""
    for block in _blocks(message, Side.REQUEST, has_info=True):
        at, answer = block.at(Side.REQUEST), errors.get(block.number, result)
        if block.number in {FACTORY_RESET, RESET_TO_FACTORY}:
            what = RESETS.get((block.info or 0) & ~1, "") if block.number == RESET_TO_FACTORY else ""
            yield Done(block.name, Effect.RESET, at, what, (), answer, "T0809")
        elif block.number == SIGNAL:
            yield Done("Signal", Effect.DISCOVER, at, "", (), answer, "T0846")
        elif block.number[0] == 5:
            yield Done(block.name, Effect.CONFIGURE, at, "", (), answer)
        else:
            if block.info is not None:
                yield Value(Side.REQUEST, block.start - 2, 2 + len(block.data))
            yield Done(f"Set {block.name}", Effect.CONFIGURE, at, block.name, _setting(block), answer, "T0836")


def _setting(block: Block) -> Values:
    lasting = (("saved", "permanent" if (block.info or 0) & 1 else "temporary"),)
    if block.number in {IP_PARAMETER, FULL_IP_SUITE} and len(block.data) >= 12:
        return (*zip(("ip_address", "subnet_mask", "gateway"), _addresses(block.data), strict=True), *lasting)
    if block.number == NAME_OF_STATION:
        return (("station_name", text(block.data)), *lasting)
    return (("data", block.data[:32].hex()), *lasting)


def _answer(service: str, message: bytes) -> Facts:
    yield from _header(message, Side.ANSWER)
    for block in _blocks(message, Side.ANSWER, has_info=service != "Set"):
        if block.number != RESPONSE:
            yield from _claims(block, Side.ANSWER, Who.ANSWERER)
    yield from _overruns(message, Side.ANSWER)


def _result(answer: bytes) -> str:
    """The service type of the answer ([DCP] 4.3.1.3.3): bit 0 says response, bit 2 that the service is not supported."""
    return "service not supported" if len(answer) > 3 and answer[3] & 0x04 else "ok"


def _errors(answer: bytes) -> dict[tuple[int, int], str]:
    """The BlockError of each block that was set; the Response block names the option it answers."""
    found = {}
    for block in _blocks(answer, Side.ANSWER, has_info=False):
        if block.number == RESPONSE and len(block.data) >= 3:
            option, suboption, error = block.data[:3]
            found[option, suboption] = BLOCK_ERRORS.get(error, f"block error {error}")
    return found


def _claims(block: Block, side: Side, who: Who) -> Facts:
    """What a block of an Identify, Get or Hello message says about its sender."""
    at = At(side, block.start, len(block.data))
    if block.number == NAME_OF_STATION and (name := text(block.data)):
        yield Claimed("station_name", name, at, who)
    elif block.number == TYPE_OF_STATION and (name := text(block.data)):
        yield Claimed("type_of_station", name, at, who)
    elif block.number == DEVICE_ID and len(block.data) >= 4:
        yield Claimed("vendor_id", f"0x{block.data[:2].hex()}", at._replace(length=2), who)
        yield Claimed("device_id", f"0x{block.data[2:4].hex()}", At(side, block.start + 2, 2), who)
    elif block.number == DEVICE_ROLE and block.data:
        for bit, role in ROLES:
            if block.data[0] & bit:
                yield Claimed("role", role, at._replace(length=1), who)
    elif block.number in {IP_PARAMETER, FULL_IP_SUITE} and len(block.data) >= 12:
        for number, (attribute, value) in enumerate(zip(("ip_address", "subnet_mask", "gateway"), _addresses(block.data), strict=True)):
            if value != "0.0.0.0":  # a station that has no address yet
                yield Claimed(attribute, value, At(side, block.start + 4 * number, 4), who)


def _addresses(data: bytes) -> tuple[str, str, str]:
    first, second, third = (".".join(map(str, data[at : at + 4])) for at in (0, 4, 8))
    return first, second, third


# ------------------------------------------------------------------------------------------------------- header and blocks


def _end(message: bytes) -> int:
    """Where the blocks end, by DCPDataLength."""
    return HEADER + int.from_bytes(message[10:12], "big")


def _header(message: bytes, side: Side) -> Facts:
    """Marks the transaction id and the frame's padding."""
    Cursor(message, side=side).skip(HEADER)
    yield Ignored(side, 4, 4)
    end = _end(message)
    if end > len(message):
        rule = f"at most {len(message) - HEADER}"
        yield Broken("DCPDataLength", "[DCP] 4.3.1.3", At(side, 10, 2), str(end - HEADER), rule)
    elif end < len(message):
        yield Ignored(side, end, len(message) - end)


def _blocks(message: bytes, side: Side, *, has_info: bool) -> Iterator[Block]:
    """The blocks that are whole; each starts at an even offset ([DCP] 4.3.1.4.1)."""
    cursor = Cursor(message, HEADER, _end(message), side)
    while cursor.left >= 4:
        head = cursor.at
        number, length = (cursor.u8(), cursor.u8()), cursor.u16()
        if length > cursor.left:
            return
        info = cursor.u16() if has_info and length >= 2 else None
        start = cursor.at
        data = cursor.take(length - (start - head - 4))
        yield Block(number, head, info, start, data)
        if length & 1 and cursor.left:
            cursor.skip(1)


def _overruns(message: bytes, side: Side) -> Facts:
    """A block that is longer than what holds it."""
    at, end = HEADER, min(_end(message), len(message))
    while at + 4 <= end:
        length = int.from_bytes(message[at + 2 : at + 4], "big")
        if at + 4 + length > end:
            yield Broken("DCPBlockLength", "[DCP] 4.3.1.4.1", At(side, at + 2, 2), str(length), f"at most {end - at - 4}")
        at += 4 + length + (length & 1)


# ------------------------------------------------------------------------------------------------------------- real time


def _real_time(frame_id: int, message: bytes, side: Side) -> Facts:
    name = next((name for low, high, name in REAL_TIME if low <= frame_id <= high), "real-time frame")
    yield Unread(f"{name} (frame id 0x{frame_id:04x})")
    if "cyclic" in name and len(message) > 6:
        # IEC 61158-6-10, 4.7: the data, then a cycle counter of two bytes, the data status and the transfer status.
        yield Value(side, 2, len(message) - 6)
        yield Ignored(side, len(message) - 4, 2)
    elif name.startswith("Alarm") and len(message) >= 12:
        yield Ignored(side, 8, 4)  # send and acknowledge sequence numbers
    elif name == "PTCP" and len(message) > 2:
        yield Ignored(side, 2, len(message) - 2)


_DCP = Part(0, (b"\xfe\xfc", b"\xfe\xfd", b"\xfe\xfe", b"\xfe\xff"))
_XID = (Bytes(4, 4),)
_KIND = (Bytes(0, 4),)

PROTOCOL = Protocol(
    name="pn_dcp",
    title="PROFINET DCP",
    parse=parse,
    where=(EtherType(0x8892),),
    frame=Datagram(),
    cases=(
        Case(when=(Part(0, (b"\xfe\xfc",)),), role=Role.ALONE, kind=_KIND),
        Case(when=(_DCP, Part(3, (b"\x01",), b"\x01")), role=Role.ANSWER, key=_XID, kind=_KIND),
        Case(when=(_DCP,), role=Role.REQUEST, key=_XID, kind=_KIND),
        Case(role=Role.ALONE, kind=(Bytes(0, 2),)),
    ),
    pair=Pair(limit_ms=10_000, many=True),
    vital=frozenset({b"\xfe\xfd\x04\x00", b"\xfe\xfd\x03\x01", b"\xfe\xff\x05\x01", b"\xfe\xfc\x06\x00"}),
    kinds={
        b"\xfe\xfc\x06\x00": "Hello",
        b"\xfe\xfd\x03\x00": "Get",
        b"\xfe\xfd\x03\x01": "Get response",
        b"\xfe\xfd\x04\x00": "Set",
        b"\xfe\xfd\x04\x01": "Set response",
        b"\xfe\xfe\x05\x00": "Identify",
        b"\xfe\xff\x05\x01": "Identify response",
    },
    decoded=("Identify", "Get", "Set", "Hello", "Signal", "Factory Reset", "Reset to Factory"),
    not_decoded=("real-time data", "alarms", "PTCP"),
)
