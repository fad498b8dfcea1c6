"""DHCP and BOOTP: hosts ask for addresses, and say what they are.

Standards: [DHCP] RFC 2131 (1997); [OPT] RFC 2132 (1997); [FQDN] RFC 4702 (2006).
Not decoded: relay agent and vendor-specific information.
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
    Exchange,
    Facts,
    Ignored,
    Port,
    Protocol,
    Role,
    Side,
    Unread,
    Value,
    Who,
)

# ---------------------------------------------------------------------------------------------------------------- tables

FIXED = 236
COOKIE = bytes.fromhex("63825363")
"""[OPT] 2: what stands before the options."""

BOOT_REQUEST, BOOT_REPLY = 1, 2

SUBNET_MASK, ROUTER, HOST_NAME, REQUESTED, TYPE, VENDOR_CLASS, CLIENT_FQDN, PAD, END = 1, 3, 12, 50, 53, 60, 81, 0, 255

TYPES = {
    1: "Discover",
    2: "Offer",
    3: "Request",
    4: "Decline",
    5: "ACK",
    6: "NAK",
    7: "Release",
    8: "Inform",
    9: "Force Renew",
    10: "Lease Query",
    11: "Lease Unassigned",
    12: "Lease Unknown",
    13: "Lease Active",
}
ACK = 5
"""[OPT] 9.6; from 9 on RFC 3203 and RFC 4388."""

TIMES = frozenset({51, 58, 59})
"""Lease, renewal and rebinding time."""

# ----------------------------------------------------------------------------------------------------------------- parse


class Option(NamedTuple):
    """A number, where the value starts, and the value."""

    number: int
    start: int
    value: bytes


def parse(exchange: Exchange, context: Context) -> Facts:
    """What a client says of itself, or which address a server gives it. The client is known by its hardware address."""
    raw, side = exchange.alone()
    cursor = Cursor(raw, side=side)
    head = cursor.take(FIXED)
    yield Ignored(side, 4, 4)
    yield Ignored(side, 8, 2)
    if head[0] not in {BOOT_REQUEST, BOOT_REPLY}:
        yield Broken("op", "[DHCP] 2", At(side, 0, 1), str(head[0]), "1 or 2")
        return
    options = []
    if raw[FIXED : FIXED + 4] == COOKIE:
        for option in _options(raw, side):
            options.append(option)
            yield from _option_marks(option, side)
        yield from _padding(raw, side, options)
    kind = next((option.value[0] for option in options if option.number == TYPE and option.value), 0)
    if kind and kind not in TYPES:
        yield Unread(f"message type {kind}")
    name = TYPES.get(kind, f"type {kind}") if kind else "BOOTP request" if head[0] == BOOT_REQUEST else "BOOTP reply"
    yield Done(name, Effect.DISCOVER, At(side, 0, FIXED), "", _values(options), "refused" if name == "NAK" else "")
    # [DHCP] 2: htype 1 is Ethernet; without a hardware address the message speaks of nobody
    mac = head[28:34].hex(":") if head[1] == 1 and head[2] == 6 and any(head[28:34]) else ""
    if mac:
        yield from _claims(head, kind, options, side, mac)


def _options(raw: bytes, side: Side) -> Iterator[Option]:
    """[OPT] 2: number, length, value; up to the End option or the end of the message."""
    cursor = Cursor(raw, FIXED + 4, side=side)
    while cursor.left:
        number = cursor.u8()
        if number == PAD:
            continue
        if number == END:
            yield Option(END, cursor.at, b"")
            return
        value = cursor.take(cursor.u8())
        yield Option(number, cursor.at - len(value), value)


def _option_marks(option: Option, side: Side) -> Facts:
    if option.value and (option.number in TIMES or option.number == REQUESTED):
        yield Value(side, option.start, len(option.value))


def _padding(raw: bytes, side: Side, options: list[Option]) -> Facts:
    if options and options[-1].number == END:
        if (end := options[-1].start) < len(raw):
            yield Ignored(side, end, len(raw) - end)
    else:
        yield Broken("no End option", "[DHCP] 4.1", At(side, len(raw), 0), "none", "255 at the end")


def _values(options: list[Option]) -> Values:
    return tuple(("requested_address", _ip(option.value)) for option in options if option.number == REQUESTED and len(option.value) == 4)


def _claims(head: bytes, kind: int, options: list[Option], side: Side, mac: str) -> Facts:
    """Of the client: what it says itself, and what a server's final answer gives it (an ACK, or any BOOTP reply)."""
    asks = head[0] == BOOT_REQUEST
    sender, other = (Who.ASKER, Who.ANSWERER) if side is Side.REQUEST else (Who.ANSWERER, Who.ASKER)
    who = sender if asks else other
    if not asks and kind not in {0, ACK}:
        return
    if not asks and any(head[16:20]):
        yield Claimed("ip_address", _ip(head[16:20]), At(side, 16, 4), who, mac=mac)
    for option in options:
        at = At(side, option.start, len(option.value))
        if option.number == HOST_NAME and (name := text(option.value)):
            yield Claimed("host_name", name, at, who, mac=mac)
        elif option.number == VENDOR_CLASS and asks and (name := text(option.value)):
            yield Claimed("vendor_class", name, at, who, mac=mac)
        elif option.number == CLIENT_FQDN and (name := _fqdn(option.value)):
            yield Claimed("fqdn", name, at, who, mac=mac)
        elif not asks and option.number == SUBNET_MASK and len(option.value) == 4:
            yield Claimed("subnet_mask", _ip(option.value), at, who, mac=mac)
        elif not asks and option.number == ROUTER and len(option.value) >= 4:
            yield Claimed("gateway", _ip(option.value[:4]), at._replace(length=4), who, mac=mac)


def _fqdn(value: bytes) -> str:
    """[FQDN] 2: flags, two result codes, then the name, as text or (E bit) in DNS labels."""
    if len(value) < 4:
        return ""
    if not value[0] & 0x04:
        return text(value[3:])
    labels, at = [], 3
    while at < len(value) and value[at]:
        labels.append(value[at + 1 : at + 1 + value[at]])
        at += 1 + value[at]
    return text(b".".join(labels))


def _ip(raw: bytes) -> str:
    return ".".join(map(str, raw))


PROTOCOL = Protocol(
    name="dhcp",
    title="DHCP",
    parse=parse,
    where=(Port(67, "udp"), Port(68, "udp")),
    frame=Datagram(),
    cases=(Case(role=Role.ALONE, kind=(Bytes(0, 1),)),),
    vital=frozenset({b"\x01", b"\x02"}),
    kinds={b"\x01": "request", b"\x02": "reply"},
    decoded=("message types", "addresses", "host name, FQDN and vendor class of the client"),
    not_decoded=("relay agent information", "vendor-specific information"),
)
