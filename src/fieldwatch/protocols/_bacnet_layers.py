"""The layers of BACnet below the application: virtual link (ANSI/ASHRAE 135-2020 Annex J) and network (clause 6)."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from fieldwatch.facts import Effect, Values
from fieldwatch.protocols._bacnet_fields import SHOWN
from fieldwatch.protocols._bacnet_services import BVLC, BVLC_RESULTS, NETWORK, REJECTED
from fieldwatch.protocols._bacnet_tags import WILDCARD
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._protocol import At, Broken, Claimed, Done, Fact, Facts, Ignored, Side, Unread, Value, Who

FORWARDED, DISTRIBUTE, UNICAST, BROADCAST, SECURE = 0x04, 0x09, 0x0A, 0x0B, 0x0C
"""J.2: functions whose message goes on with a network layer; the last is not decoded."""

EVERYWHERE = 0xFFFF
"""6.2.2: the network number of a global broadcast."""


class Apdu(NamedTuple):
    """The application layer of a message: its bytes, and between whom it goes as the lower layers say."""

    cursor: Cursor
    ip: str
    """The origin of a forwarded message, "" where the sender is the origin."""
    source: str
    """The address of the sender behind a router (`net 3:8`), else ""."""
    target: str
    """The address of the receiver behind a router, else "" (broadcasts too)."""
    origin: bytes = b""
    """The address of the sender behind a router as it stands in the message: network, length, address."""

    def device(self, number: int) -> str:
        """The component of what a sender says of device object `number`: `device 8`, `device 8 via net 3:8`."""
        if number == WILDCARD:
            return self.source
        return f"device {number} via {self.source}" if self.source else f"device {number}"

    def claim(self, number: int, attribute: str, value: str, at: At) -> Claimed:
        """A claim of the sender about its device object `number`."""
        return Claimed(attribute, value, at, Who(self.cursor.side), self.device(number), self.ip)


def lower(raw: bytes, side: Side, transport: str) -> Generator[Fact, None, Apdu | None]:
    """Reads the layers below the application. Returns the application layer, where there is one."""
    cursor = Cursor(raw, side=side)
    ip = ""
    if transport != "ethernet":
        cursor.skip(1)
        function, length = cursor.u8(), cursor.u16()
        if length != len(raw):
            yield Broken("BVLC length", "[BAC] J.2", At(side, 2, 2), str(length), str(len(raw)))
        if function == FORWARDED:
            ip = ".".join(map(str, cursor.take(4)))
            cursor.skip(2)
        elif function not in {DISTRIBUTE, UNICAST, BROADCAST}:
            yield from _link(function, cursor)
            return None
    return (yield from _network(cursor, ip))


# -------------------------------------------------------------------------------------------------------------- virtual link


def _link(function: int, cursor: Cursor) -> Facts:
    """J.2: messages of the virtual link layer itself: its tables, foreign devices, results."""
    service = BVLC.get(function)
    if service is None or function == SECURE:
        yield Unread(f"BVLC function 0x{function:02x}", "not decoded" if service else "not in the standard")
        return
    words, result = "", ""
    values: Values = ()
    if function == 0x00:
        code = cursor.u16()
        result = BVLC_RESULTS.get(code, f"result 0x{code:04x}")
    elif function in {0x01, 0x03}:
        words = _list([_mask(cursor) for _ in range(cursor.left // 10)])
    elif function == 0x05:
        values = (("seconds", str(cursor.u16())),)
        yield Value(cursor.side, cursor.at - 2, 2)
    elif function == 0x07:
        words = yield from _foreign(cursor)
    elif function == 0x08:
        words = _end(cursor)
    yield Done(service.name, service.effect, At(cursor.side, 0, 4), words, values, result, service.technique)


def _end(cursor: Cursor) -> str:
    """J.1.2: an address: four bytes of IPv4, two of port."""
    ip = ".".join(map(str, cursor.take(4)))
    return f"{ip}:{cursor.u16()}"


def _mask(cursor: Cursor) -> str:
    """J.2.2: an entry of the broadcast distribution table."""
    end = _end(cursor)
    mask = ".".join(map(str, cursor.take(4)))
    return end if mask == "255.255.255.255" else f"{end} mask {mask}"


def _foreign(cursor: Cursor) -> Generator[Fact, None, str]:
    """J.2.8: the table of foreign devices: address, time to live, seconds that remain."""
    ends = []
    for _ in range(cursor.left // 10):
        ends.append(_end(cursor))
        cursor.skip(4)
        yield Ignored(cursor.side, cursor.at - 4, 4)
    return _list(ends)


def _list(words: list[str]) -> str:
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(words[:SHOWN]) + more


# ------------------------------------------------------------------------------------------------------------------- network


def _network(cursor: Cursor, ip: str) -> Generator[Fact, None, Apdu | None]:
    """6.2: version, control, addresses, hop count."""
    at = cursor.at
    version, control = cursor.u8(), cursor.u8()
    if version != 1:
        yield Broken("NPDU version", "[BAC] 6.2.1", At(cursor.side, at, 1), str(version), "1")
        return None
    target = _address(cursor) if control & 0x20 else ""
    start = cursor.at
    source = _address(cursor) if control & 0x08 else ""
    origin = cursor.data[start : cursor.at]
    if control & 0x20:
        cursor.skip(1)
        yield Ignored(cursor.side, cursor.at - 1, 1)  # hop count
    if control & 0x80:
        yield from _message(cursor, target)
        return None
    return Apdu(cursor, ip, source, target, origin)


def _address(cursor: Cursor) -> str:
    """6.2.2: network number, length, address; one byte is told as a number. "" for broadcasts."""
    network, length = cursor.u16(), cursor.u8()
    raw = cursor.take(length)
    if not raw or network == EVERYWHERE:
        return ""
    return f"net {network}:{raw[0] if length == 1 else raw.hex(':')}"


def _message(cursor: Cursor, target: str) -> Facts:
    """6.2.4 and 6.4: messages of the network layer, with the networks that they are about."""
    number = cursor.u8()
    at = At(cursor.side, cursor.at - 1, 1)
    service = NETWORK.get(number)
    if service is None:
        yield Unread(f"network message 0x{number:02x}", "of a vendor" if number >= 0x80 else "not in the standard")
        return
    words, effect, technique = "", service.effect, service.technique
    if number in {0x00, 0x01, 0x04, 0x05}:
        words = _list([f"network {cursor.u16()}" for _ in range(cursor.left // 2)])
    elif number == 0x03:
        reason = cursor.u8()
        words = f"network {cursor.u16()}: {REJECTED.get(reason, f'reason {reason}')}"
    elif number in {0x02, 0x08, 0x09, 0x13}:
        words = f"network {cursor.u16()}"
    elif number in {0x06, 0x07}:
        networks = _ports(cursor)
        words = _list(networks)
        if not networks:  # 6.4.7: no ports ask for the table
            effect, technique = Effect.READ, ""
    yield Done(service.name, effect, at, words, technique=technique, component=target)


def _ports(cursor: Cursor) -> list[str]:
    """6.4.7: the ports of a routing table: network, port, length of information, information."""
    networks = []
    for _ in range(cursor.u8()):
        networks.append(f"network {cursor.u16()} port {cursor.u8()}")
        cursor.skip(cursor.u8())
    return networks
