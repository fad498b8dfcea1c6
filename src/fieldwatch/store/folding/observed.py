"""What else the facts show of an asset, beside its attributes: the ports that answered, the sensors that saw it, its address of today."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

from fieldwatch.facts import Conversation, Subject
from fieldwatch.inventory import Asset, Inventory
from fieldwatch.store.folding.reading import SiteFacts

MOST_SERVICES = 256
"""Ports of one asset that are listed."""

LEAST_PACKETS = 5
"""A connection of so many packets was taken up by the server, where no message of it was read: SYN, SYN-ACK, ACK, data and its ACK."""


class Observed(NamedTuple):
    """By handle of an asset: services, sensors; and by handle and address, when it was seen first and last (ns)."""

    services: dict[str, tuple[str, ...]]
    sensors: dict[str, tuple[str, ...]]
    spans: dict[tuple[str, str], tuple[int, int]]


def observe(facts: SiteFacts, inventory: Inventory) -> Observed:
    """All of it for a site."""
    home = inventory.home
    sensors: dict[str, set[str]] = {}
    for end, names in facts.seen_by.items():
        if end in home:
            sensors.setdefault(home[end], set()).update(names)
    return Observed(
        _services(facts.conversations, home), {handle: tuple(sorted(names)) for handle, names in sensors.items()}, _spans(facts, home)
    )


def _services(talks: Iterable[Conversation], home: dict[Subject, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[tuple[str, int]]] = {}
    for one in talks:
        handle = home.get(one.server)
        if handle is not None and one.port and one.transport in {"tcp", "udp"} and _answered(one):
            found.setdefault(handle, set()).add((one.transport, one.port))
    return {handle: tuple(f"{transport}/{port}" for transport, port in sorted(some)[:MOST_SERVICES]) for handle, some in found.items()}


def _answered(one: Conversation) -> bool:
    if not one.messages:
        return one.packets >= LEAST_PACKETS
    return any(message.times > message.unanswered for message in one.messages)


def _spans(facts: SiteFacts, home: dict[Subject, str]) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for ip, mac, vlan, first_ns, last_ns, *_ in facts.sightings:
        handle = home.get(Subject(ip, mac, vlan))
        if handle is not None and ip:
            known = found.get((handle, ip), (first_ns, last_ns))
            found[handle, ip] = min(known[0], first_ns), max(known[1], last_ns)
    return found


def address(asset: Asset, observed: Observed) -> str:
    """The IP address to show: of those that were in use when the latest one was taken up, the first; "" without any."""
    spans = {ip: observed.spans[asset.id, ip] for ip in asset.ips if (asset.id, ip) in observed.spans}
    if not spans:
        return asset.ips[0] if asset.ips else ""
    newest = max(first for first, _ in spans.values())
    return next(ip for ip in asset.ips if ip in spans and spans[ip][1] >= newest)


def order(ip: str) -> str:
    """An address as text that sorts as its number does, version 4 first; "" where it is none."""
    try:
        found = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return ""
    return f"4.{int(found):010}" if found.version == 4 else f"6.{found.exploded}"
