"""Who was seen to talk to a device, and from how far: its own segment, other networks, the internet.

A device's segment is the subnet of its mask, where a mask is known, else the /24 (IPv6: the /64) around its address. A peer is on the
internet where its address is globally reachable (RFC 6890 registries) and the device's own address is not: a plant that uses public
addresses inside has no internet by this rule, only other networks.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from fieldwatch.facts import Conversation
from fieldwatch.inventory import Inventory

LEAST_PACKETS = 2
"""A single packet is no conversation: a scan that nobody answered reaches nothing."""

PREFIX = {4: 24, 6: 64}
"""Length of the prefix that is taken for a segment where no mask is known."""


class Place(IntEnum):
    """How far away a peer is."""

    UNSEEN = 0
    SEGMENT = 1
    NETWORKS = 2
    INTERNET = 3


class Contact(NamedTuple):
    """A conversation of a device: with whom, in which protocol, from how far; `came_in`: the peer began it."""

    peer: str
    protocol: str
    port: int
    place: Place
    came_in: bool
    first_ns: int


class Reach(NamedTuple):
    """The farthest place from which a device was reached; one peer there, and the protocol."""

    place: Place
    peer: str = ""
    protocol: str = ""


NOWHERE = Reach(Place.UNSEEN)


def contacts(inventory: Inventory, conversations: Iterable[Conversation]) -> dict[str, tuple[Contact, ...]]:
    """By asset, its contacts in order; assets without any are left out."""
    masks = {asset.id: asset.value("subnet_mask") for asset in inventory.assets}
    found: dict[str, set[Contact]] = {}
    for one in conversations:
        if one.packets < LEAST_PACKETS or one.transport == "ethernet":
            continue
        for own, peer, came_in in ((one.server, one.client, True), (one.client, one.server, False)):
            asset = inventory.home.get(own)
            if asset is not None and peer.ip != own.ip:
                place = how_far(own.ip, peer.ip, masks.get(asset, ""))
                if place is not Place.UNSEEN:
                    found.setdefault(asset, set()).add(Contact(peer.ip, one.protocol, one.port, place, came_in, one.first_ns))
    return {asset: tuple(sorted(held)) for asset, held in found.items()}


def reach(held: Iterable[Contact], protocols: frozenset[str] = frozenset()) -> Reach:
    """From how far others began to talk to the device; `protocols`: only these count, where any are named."""
    came = [one for one in held if one.came_in and (not protocols or one.protocol in protocols)]
    farthest = max(came, key=lambda one: (one.place, -one.first_ns, one.peer), default=None)
    return NOWHERE if farthest is None else Reach(farthest.place, farthest.peer, farthest.protocol)


@functools.lru_cache(maxsize=65536)
def how_far(own: str, peer: str, mask: str = "") -> Place:
    """How far `peer` is from the device at `own`; unseen where an address is missing or names a group."""
    try:
        here, there = ipaddress.ip_address(own), ipaddress.ip_address(peer)
    except ValueError:
        return Place.UNSEEN
    if there.is_multicast or there.is_unspecified or here.is_multicast or peer == "255.255.255.255":
        return Place.UNSEEN
    if here.version != there.version or there.is_link_local:
        return Place.SEGMENT
    if there in _segment(own, mask, here.version):
        return Place.SEGMENT
    return Place.INTERNET if there.is_global and not here.is_global else Place.NETWORKS


def _segment(own: str, mask: str, version: int) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(f"{own}/{mask or PREFIX[version]}", strict=False)
    except ValueError:
        return ipaddress.ip_network(f"{own}/{PREFIX[version]}", strict=False)
