"""LLDP: what a switch or station tells its neighbour about itself.

Standards: [LLDP] IEEE 802.1AB-2016, clause 8; [MED] ANSI/TIA-1057 (2006), 10.2.6 inventory. PROFINET's own TLVs (OUI 00-0E-CF) are
described in IEC 61158-6-10. How a PROFINET station composes its system description (maker, family, name, order number, `HW:`, `FW:`,
serial number) is known from devices.
Not decoded: organizationally specific TLVs other than the inventory of LLDP-MED.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect
from fieldwatch.protocols._cursor import text
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
    Fact,
    Facts,
    Ignored,
    Protocol,
    Role,
    Short,
    Side,
    Value,
    Who,
)

# ---------------------------------------------------------------------------------------------------------------- tables

END, CHASSIS_ID, PORT_ID, TIME_TO_LIVE, MANAGEMENT_ADDRESS, ORGANIZATION = 0, 1, 2, 3, 8, 127

TEXTS = {4: "port_description", 5: "device_name", 6: "system_description"}

ID_KINDS = {CHASSIS_ID: (4, 5), PORT_ID: (3, 4)}
"""[LLDP] 8.5.2.2, 8.5.3.2: the subtypes whose id is a MAC address, and a network address."""

INVENTORY = {5: "hardware_version", 6: "firmware", 7: "software_version", 8: "serial_number", 9: "vendor", 10: "model", 11: "asset_id"}
"""[MED] 10.2.6: subtypes of the inventory TLVs."""

MED, PROFINET = b"\x00\x12\xbb", b"\x00\x0e\xcf"
DELAYS, PTCP_STATUS = 1, 4
"""PROFINET subtypes that hold measured times and synchronisation data."""

LABELLED = re.compile(r"\b(HW|FW|SW)\s*:\s*([^,;]+)")
LABELS = {"HW": "hardware_version", "FW": "firmware", "SW": "firmware"}
ORDER_NUMBER = re.compile(r"[0-9][A-Z]{2}[0-9] ?[0-9A-Z]{3}-[0-9A-Z]{5}-[0-9A-Z]{4}")
NAME_AND_VERSION = re.compile(r"(\S+) - (\S+) ([vV][0-9]+(?:\.[0-9]+)+)")

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
    seen: list[int] = []
    lives = True
    end = 0
    for tlv in _tlvs(message, side):
        seen.append(tlv.kind)
        end = tlv.start + len(tlv.value)
        if tlv.kind == TIME_TO_LIVE:
            lives = tlv.value[:2] != b"\0\0"
        else:
            yield from _tlv(tlv, side, who)
    if seen[:3] != [CHASSIS_ID, PORT_ID, TIME_TO_LIVE]:
        have = ", ".join(map(str, seen[:3]))
        yield Broken("mandatory TLVs", "[LLDP] 8.2", At(side, 0, min(end, len(message))), have, "1, 2, 3 first")
    if seen and seen[-1] == END and end < len(message):
        yield Ignored(side, end, len(message) - end)
    yield Done("LLDP advertisement" if lives else "LLDP shutdown", Effect.DISCOVER, At(side, 0, end))


def _tlvs(message: bytes, side: Side) -> Iterator[Tlv]:
    """[LLDP] 8.4: seven bits of type, nine of length. The last is the End TLV, or the last that is whole."""
    at = 0
    while at + 2 <= len(message):
        head = int.from_bytes(message[at : at + 2], "big")
        kind, length = head >> 9, head & 0x1FF
        if at + 2 + length > len(message):
            raise Short(side, at + 2, length, len(message) - at - 2)
        yield Tlv(kind, at + 2, message[at + 2 : at + 2 + length])
        if kind == END:
            return
        at += 2 + length


def _tlv(tlv: Tlv, side: Side, who: Who) -> Facts:
    at = At(side, tlv.start, len(tlv.value))
    if tlv.kind in ID_KINDS:
        if name := _id(tlv):
            yield Claimed("chassis_id" if tlv.kind == CHASSIS_ID else "port_id", name, at, who)
    elif tlv.kind in TEXTS:
        if said := text(tlv.value):
            yield Claimed(TEXTS[tlv.kind], said, at, who)
            if tlv.kind == 6:
                yield from _parts(said, at, who)
    elif tlv.kind == MANAGEMENT_ADDRESS:
        yield from _management(tlv, side, who)
    elif tlv.kind == ORGANIZATION:
        yield from _organization(tlv, side, who)


def _id(tlv: Tlv) -> str:
    """A chassis or port id as text; MAC addresses with colons."""
    subtype, raw = tlv.value[:1], tlv.value[1:]
    mac, network = ID_KINDS[tlv.kind]
    if subtype == bytes([mac]):
        return raw.hex(":")
    if subtype == bytes([network]):
        return _address(raw)
    return text(raw)


def _address(raw: bytes) -> str:
    """A network address after its family number (1 is IPv4, 2 IPv6)."""
    if raw[:1] == b"\x01" and len(raw) == 5:
        return ".".join(map(str, raw[1:]))
    if raw[:1] == b"\x02" and len(raw) == 17:
        return raw[1:].hex(":", 2)
    return raw.hex()


def _management(tlv: Tlv, side: Side, who: Who) -> Facts:
    """[LLDP] 8.5.9: length, family and address; then the interface."""
    size = tlv.value[0] if tlv.value else 0
    if size == 5 and tlv.value[1:2] == b"\x01" and len(tlv.value) >= 6 and any(tlv.value[2:6]):
        yield Claimed("ip_address", _address(tlv.value[1:6]), At(side, tlv.start + 2, 4), who)
    elif not 2 <= size <= 32 or len(tlv.value) < 1 + size:
        yield Broken("management address", "[LLDP] 8.5.9.2", At(side, tlv.start, len(tlv.value)), str(size), "2..32")


def _organization(tlv: Tlv, side: Side, who: Who) -> Iterator[Fact]:
    owner, subtype = tlv.value[:3], tlv.value[3] if len(tlv.value) > 3 else 0
    if owner == MED and subtype in INVENTORY and (said := text(tlv.value[4:])):
        yield Claimed(INVENTORY[subtype], said, At(side, tlv.start + 4, len(tlv.value) - 4), who)
    elif owner == PROFINET and subtype in {DELAYS, PTCP_STATUS} and len(tlv.value) > 4:
        yield Value(side, tlv.start + 4, len(tlv.value) - 4)


def _parts(said: str, at: At, who: Who) -> Facts:
    """The facts with a name inside a system description."""
    for label, value in LABELLED.findall(said):
        yield Claimed(LABELS[label], value.strip(), at, who)
    if found := NAME_AND_VERSION.fullmatch(said):
        yield Claimed("model", found[2], at, who)
        yield Claimed("firmware", found[3], at, who)
    pieces = [piece.strip() for piece in said.split(",")]
    for number, piece in enumerate(pieces):
        if ORDER_NUMBER.fullmatch(piece):
            yield Claimed("order_number", piece, at, who)
            if number > 1:
                yield Claimed("vendor", pieces[0], at, who)
                yield Claimed("model", pieces[number - 1], at, who)
            if LABELLED.search(said) and len(pieces) > number + 1 and not LABELLED.match(pieces[-1]):
                yield Claimed("serial_number", pieces[-1], at, who)


PROTOCOL = Protocol(
    name="lldp",
    title="LLDP",
    parse=parse,
    where=(EtherType(0x88CC),),
    frame=Datagram(),
    cases=(Case(role=Role.ALONE, kind=(Bytes(0, 1),)),),
    vital=frozenset({b"\x02"}),
    kinds={b"\x02": "LLDP advertisement"},
    decoded=("chassis, port and system TLVs", "management address", "LLDP-MED inventory"),
    not_decoded=("other organizationally specific TLVs",),
)
