"""ARP: which hardware address has an IPv4 address.

Standards: [ARP] RFC 826 (1982); [ACD] RFC 5227 (2008), probes and announcements.
Not decoded: reverse and inverse ARP, hardware other than Ethernet.

The address that is asked for is a value, so that a host that asks for many is one message with many distinct targets.
"""

from __future__ import annotations

from fieldwatch.facts import Effect
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Bytes,
    Case,
    Claimed,
    Context,
    Datagram,
    Distinct,
    Done,
    EtherType,
    Exchange,
    Facts,
    Ignored,
    Protocol,
    Role,
    Side,
    Unread,
    Value,
    Who,
)

# ---------------------------------------------------------------------------------------------------------------- tables

REQUEST, REPLY = 1, 2

OPERATIONS = {3: "RARP request", 4: "RARP reply", 8: "InARP request", 9: "InARP reply"}
"""Operations that are recognised only."""

ETHERNET, IPV4 = 1, 0x0800
SIZE = 28
"""Bytes of an ARP message for IPv4 over Ethernet; what follows is the frame's padding."""

NOBODY = bytes(4)

# ----------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """Who asked for which address, or who has one."""
    message, side = exchange.alone()
    cursor = Cursor(message, side=side)
    hardware, kind = cursor.u16(), cursor.u16()
    sizes, operation = cursor.take(2), cursor.u16()
    if (hardware, kind) != (ETHERNET, IPV4):
        yield Unread(f"hardware {hardware} protocol 0x{kind:04x}")
        return
    if sizes != b"\x06\x04":  # [ARP] packet format: byte lengths of the addresses
        yield Broken("address lengths", "[ARP] Packet format", At(side, 4, 2), f"{sizes[0]} and {sizes[1]}", "6 and 4")
        return
    addresses = cursor.take(20)
    if len(message) > SIZE:
        yield Ignored(side, SIZE, len(message) - SIZE)
    if operation not in {REQUEST, REPLY}:
        yield Unread(OPERATIONS.get(operation, f"operation {operation}"))
        return
    yield from _resolution(operation, side, Who.ASKER if side is Side.REQUEST else Who.ANSWERER, addresses)


def _resolution(operation: int, side: Side, who: Who, addresses: bytes) -> Facts:
    """[ARP] request or reply; [ACD] 1.1: a probe has no sender address, an announcement asks for the sender's own."""
    sender, target = addresses[6:10], addresses[16:20]
    name = "ARP reply" if operation == REPLY else "ARP request"
    if sender == NOBODY:
        name = "ARP probe"
    elif sender == target:
        name = "ARP announcement"
    yield Done(name, Effect.DISCOVER, At(side, 0, SIZE), values=() if sender == target else (("target", _ip(target)),))
    if sender != NOBODY:
        mac = addresses[:6].hex(":")
        yield Claimed("ip_address", _ip(sender), At(side, 14, 4), who, mac=mac)
    if sender != target:
        yield Value(side, 18, 6)
        yield Value(side, 24, 4)
        yield Distinct(side, 24, 4)


def _ip(raw: bytes) -> str:
    return ".".join(map(str, raw))


PROTOCOL = Protocol(
    name="arp",
    title="ARP",
    parse=parse,
    where=(EtherType(0x0806),),
    frame=Datagram(),
    cases=(Case(role=Role.ALONE, kind=(Bytes(6, 2),)),),
    vital=frozenset({b"\x00\x02"}),
    kinds={b"\x00\x01": "ARP request", b"\x00\x02": "ARP reply"},
    decoded=("requests", "replies", "probes", "announcements"),
    not_decoded=("reverse and inverse ARP", "hardware other than Ethernet"),
)
