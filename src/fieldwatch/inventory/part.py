"""The parts of a device: which components are the device itself, which are one and the same, and which are its children.

A component is named by the protocol that reached it: `slot 2`, `unit 3`, `device 8`, `net 3:8` (address 8 of BACnet network 3, behind
this device). What was done to an address behind a router, and what the device there says of itself, are about one child:
`device 8 via net 3:8`.
"""

from __future__ import annotations

import re
from collections.abc import Set

from fieldwatch.facts import Claim
from fieldwatch.inventory.role import Activity

ALONE = frozenset({"unit", "device", "address", "dnp3 address", "cip-serial"})
"""Kinds of components of which a single one is the device itself, unless it is behind a router (`via`)."""

OWN_UNITS = frozenset({"0", "1", "255"})
"""Modbus units of a device itself (MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 4.4.1.2: 0xFF, also 0; 1 by habit)."""

CONTROLLER = "Programmable Logic Controller"
"""The CIP device type of a device with its controller inside: a slot of it that says nothing of itself is no card, but the controller."""

VIA = " via "
"""Between a component and the way to it."""

NEVER = 1 << 63


class Part:
    """Facts of a device or of one component, gathered."""

    __slots__ = ("activity", "claims", "first_ns", "last_ns", "protocols")

    def __init__(self) -> None:
        self.claims: set[Claim] = set()
        self.protocols: set[str] = set()
        self.activity = Activity()
        self.first_ns, self.last_ns = NEVER, -1

    def see(self, first_ns: int, last_ns: int) -> None:
        """The part existed at these times."""
        self.first_ns = min(self.first_ns, first_ns)
        self.last_ns = max(self.last_ns, last_ns)

    def hear(self, claim: Claim) -> None:
        """Takes in what is said about the part."""
        self.claims.add(claim)
        self.protocols.add(claim.evidence.protocol)
        self.see(claim.evidence.seen_ns, claim.evidence.seen_ns)

    def take_in(self, other: Part) -> None:
        """The other part turns out to be this one."""
        self.claims |= other.claims
        self.protocols |= other.protocols
        self.activity.take_in(other.activity)
        self.see(other.first_ns, other.last_ns)


def merged(components: dict[str, Part]) -> dict[str, Part]:
    """The components, each once: a way (`net 3:8`) is the one component that was reached by it (`device 8 via net 3:8`)."""
    reached: dict[str, list[str]] = {}
    for component in components:
        _, _, way = component.partition(VIA)
        if way in components:
            reached.setdefault(way, []).append(component)
    ways = {way: found[0] for way, found in reached.items() if len(found) == 1}
    for way, component in ways.items():
        components[component].take_in(components[way])
    return {component: part for component, part in components.items() if component not in ways}


def lifted(claims: Set[Claim], components: dict[str, Part]) -> set[str]:
    """The components that are the device itself; `claims` are about the device. All others are its children."""
    serials = {claim.value for claim in claims if claim.attribute == "serial_number"}
    near: dict[str, list[str]] = {}
    for component in components:
        if VIA not in component:
            near.setdefault(component.rpartition(" ")[0], []).append(component)
    found = {names[0] for kind, names in near.items() if kind in ALONE and len(names) == 1}
    found = {component for component in found if not component.startswith("unit ") or component[5:] in OWN_UNITS}
    is_controller = any(claim.attribute == "device_type" and claim.value == CONTROLLER for claim in claims)
    for component, part in components.items():
        if is_controller and not part.claims and component.startswith("slot "):
            found.add(component)
        if serials and any(claim.attribute == "serial_number" and claim.value in serials for claim in part.claims):
            found.add(component)
    return found


def by_number(component: str) -> tuple[list[tuple[bool, int, str]], str]:
    """The order of components that people expect: `slot 2` before `slot 10`."""
    pieces = re.findall(r"[0-9]+|[^0-9]+", component)
    return [(piece.isdecimal(), int(piece) if piece.isdecimal() else 0, piece) for piece in pieces], component
