"""CDP: what a Cisco device tells its neighbour about itself.

Standards: none is published as one; [CDP] is Cisco's description in the Catalyst troubleshooting guide ("Frame Formats",
CDP message formats, versions 1 and 2). The numbers of later TLVs are those that tshark 4.0 names.
Not decoded: power, VoIP, cluster and spare pair TLVs. The checksum is not checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect
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
    Llc,
    Protocol,
    Role,
    Side,
    Who,
)

# ---------------------------------------------------------------------------------------------------------------- tables

SNAP = bytes.fromhex("aaaa03 00000c 2000")
"""LLC and SNAP header: OUI of Cisco, protocol 0x2000."""

HEADER = 4
"""Version, time to live, checksum."""

ADDRESSES, VERSION, NATIVE_VLAN, MANAGEMENT = 0x0002, 0x0005, 0x000A, 0x0016

TEXTS = {
    0x0001: "device_name",
    0x0003: "port_id",
    0x0006: "model",
    0x0009: "vtp_domain",
    0x0014: "device_name",
}

IPV4 = (1, b"\xcc")
"""Protocol type NLPID and the NLPID of IPv4."""

RELEASE = re.compile(r"(.*?RELEASE SOFTWARE \(fc[0-9]+\))")

# ----------------------------------------------------------------------------------------------------------------- parse


class Tlv(NamedTuple):
    """A type, where its value starts, and the value."""

    kind: int
    start: int
    value: bytes


def parse(exchange: Exchange, context: Context) -> Facts:
    """What the sender says about itself; an advertisement is not answered."""
    message, side = exchange.alone()
    who = Who.ASKER if side is Side.REQUEST else Who.ANSWERER
    version = Cursor(message, side=side).u8()
    Cursor(message, side=side).skip(HEADER)
    if version not in {1, 2}:
        yield Broken("version", "[CDP] header", At(side, 0, 1), str(version), "1 or 2")
    yield Ignored(side, 2, 2)
    yield Done("CDP advertisement", Effect.DISCOVER, At(side, 0, HEADER))
    for tlv in _tlvs(message, side):
        yield from _tlv(tlv, side, who)
    yield from _overrun(message, side)


def _tlvs(message: bytes, side: Side) -> Iterator[Tlv]:
    """Each TLV: two bytes of type, two of length that count themselves."""
    cursor = Cursor(message, HEADER, side=side)
    while cursor.left >= 4:
        kind, length = cursor.u16(), cursor.u16()
        if length < 4 or length - 4 > cursor.left:
            return
        start = cursor.at
        yield Tlv(kind, start, cursor.take(length - 4))


def _overrun(message: bytes, side: Side) -> Facts:
    """A length that ends the reading before the message ends."""
    at = HEADER
    while at + 4 <= len(message):
        length = int.from_bytes(message[at + 2 : at + 4], "big")
        if not 4 <= length <= len(message) - at:
            yield Broken("TLV length", "[CDP] TLV", At(side, at + 2, 2), str(length), f"4..{len(message) - at}")
            return
        at += length


def _tlv(tlv: Tlv, side: Side, who: Who) -> Facts:
    at = At(side, tlv.start, len(tlv.value))
    if tlv.kind in TEXTS:
        if said := text(tlv.value):
            yield Claimed(TEXTS[tlv.kind], said, at, who)
    elif tlv.kind == VERSION:
        if said := text(tlv.value):
            release = RELEASE.match(said)
            yield Claimed("firmware", release[1] if release else said, at, who)
    elif tlv.kind == NATIVE_VLAN and len(tlv.value) == 2:
        yield Claimed("native_vlan", str(int.from_bytes(tlv.value, "big")), at, who)
    elif tlv.kind in {ADDRESSES, MANAGEMENT}:
        yield from _addresses(tlv, side, who)


def _addresses(tlv: Tlv, side: Side, who: Who) -> Facts:
    """A count, then for each address: protocol type, length and number, length of the address, address."""
    cursor = Cursor(tlv.value)
    count = cursor.u32() if cursor.left >= 4 else 0
    while count and cursor.left >= 2:
        kind, size = cursor.u8(), cursor.u8()
        if cursor.left < size + 2:
            return
        number, length = cursor.take(size), cursor.u16()
        if cursor.left < length:
            return
        raw = cursor.take(length)
        if (kind, number) == IPV4 and length == 4 and any(raw):
            yield Claimed("ip_address", ".".join(map(str, raw)), At(side, tlv.start + cursor.at - 4, 4), who)
        count -= 1


PROTOCOL = Protocol(
    name="cdp",
    title="CDP",
    parse=parse,
    where=(Llc(SNAP),),
    frame=Datagram(),
    cases=(Case(role=Role.ALONE, kind=(Bytes(0, 1),)),),
    vital=frozenset({b"\x01", b"\x02"}),
    kinds={b"\x01": "CDP advertisement, version 1", b"\x02": "CDP advertisement, version 2"},
    decoded=("device, port, platform and software version", "addresses", "VTP domain and native VLAN"),
    not_decoded=("power, VoIP, cluster and spare pair TLVs",),
)
