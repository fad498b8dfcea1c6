"""Which facts are about the same device: identity by the strongest handle.

A *node* is a MAC address, or an IP address that no MAC owns. Handles join nodes into devices, the strongest first:

1. *Serial number*: same protocol, maker, model and serial number, unless the nodes contradict each other: names that differ, MAC
   addresses of different makers, or of none (virtual machines are copied with their serial numbers). If any two contradict, the serial
   joins nobody.
2. *Chassis*: LLDP chassis IDs that are MAC addresses name the device behind all its ports; other chassis IDs and CDP device names join
   ports of one maker (same first three octets), and the interface of that maker that has the name: the chassis ID of a PROFINET device
   is its name of station. Slots, units and so on within a device are its children.
3. *MAC address*, with the IP addresses that it owns (see `onlink`); an address that LLDP or CDP gives for management joins its owner.
4. *IP address*, in its VLAN and at its time (see `onlink.tenant`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fieldwatch.facts import Claim, Subject
from fieldwatch.inventory.address import UNSPECIFIED, is_group, is_local, is_loopback, names_a_device, names_an_interface
from fieldwatch.inventory.onlink import Links, tenant

NAMES = frozenset({"device_name", "host_name", "station_name"})
"""Attributes in which two devices with one serial number contradict each other."""

DECLARES = frozenset({"lldp", "cdp"})
"""Protocols in which a port gives the device's management address."""

MOST_PORTS = 8
"""More nodes than this with one serial number are copies, not ports of one device."""

MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


class Places:
    """Finds the node of a subject, and the device of a node."""

    def __init__(self, known: Links) -> None:
        self.known = known
        self._cache: dict[tuple[str, str, int], str] = {}
        self._device: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}

    def node(self, subject: Subject, seen_ns: int) -> str:
        """The MAC or the IP under which facts about `subject` are kept; "" for groups and for no address."""
        ip, mac, vlan, _ = subject
        held = self.known.tenancies.get(ip, ())
        if len(held) > 1:
            return self._node(ip, mac, vlan, seen_ns)
        key = (ip, mac, vlan)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._node(ip, mac, vlan, seen_ns)
        return found

    def _node(self, ip: str, mac: str, vlan: int, seen_ns: int) -> str:
        has_mac = names_an_interface(mac)
        if not names_a_device(ip):
            return mac if has_mac and ip in UNSPECIFIED else ""
        if has_mac and ip in self.known.own.get(mac, ()):
            return mac
        held = self.known.tenancies.get(ip)
        if held:
            return tenant(held, seen_ns, vlan)
        return "" if is_group(mac) else ip

    def changes_hands(self, ip: str) -> bool:
        """True where the address had more than one holder, so that its device depends on the time."""
        return len(self.known.tenancies.get(ip, ())) > 1

    def device(self, node: str) -> str:
        """The node that stands for the device of `node`."""
        device = self._device
        root = node
        while (above := device.get(root, root)) != root:
            root = above
        while (above := device.get(node, node)) != root:
            device[node] = root
            node = above
        return root

    def joined(self, nodes: Iterable[str]) -> set[str]:
        """All nodes that a handle made one device with any of `nodes`."""
        roots = {self.device(node) for node in nodes}
        return {node for root in roots for node in self._members.get(root, ())}

    def join(self, one: str, other: str) -> None:
        """Makes the two nodes one device; the lesser text stands for both, so the order of joins does not matter."""
        one, other = self.device(one), self.device(other)
        if one != other:
            root, gone = min(one, other), max(one, other)
            self._device[gone] = root
            self._members.setdefault(root, {root}).update(self._members.pop(gone, {gone}))


def join_all(places: Places, claims: Iterable[Claim]) -> None:
    """Joins the nodes that a handle makes one device."""
    chassis: dict[tuple[str, str, str], set[str]] = {}
    serials: dict[tuple[str, ...], set[str]] = {}
    facts: dict[str, dict[tuple[str, str], set[str]]] = {}
    for claim in claims:
        node = places.node(claim.subject, claim.evidence.seen_ns)
        if node and not claim.subject.component:
            facts.setdefault(node, {}).setdefault((claim.evidence.protocol, claim.attribute), set()).add(claim.value)
    for node, said in facts.items():
        for (protocol, attribute), values in said.items():
            if protocol in DECLARES and attribute == "ip_address":
                _join_management(places, node, values)
            if attribute == "chassis_id" or (protocol == "cdp" and attribute == "device_name"):
                _note_chassis(places, chassis, node, protocol, values)
            if attribute == "serial_number":
                for key in _serial_keys(protocol, said, values):
                    serials.setdefault(key, set()).add(node)
    named = _named(facts) if chassis else {}
    for (protocol, value, oui), nodes in chassis.items():
        bearers = named.get((value, oui), set()) if protocol == "lldp" else set()
        _join_group(places, nodes | bearers if len(bearers) == 1 else nodes)
    for nodes in serials.values():
        if len(nodes) > 1 and not _any_contradict(sorted(nodes), facts):
            _join_group(places, nodes)


def _join_group(places: Places, nodes: set[str]) -> None:
    first, *rest = sorted(nodes)
    for node in rest:
        places.join(first, node)


def _join_management(places: Places, node: str, addresses: set[str]) -> None:
    for ip in addresses:
        if not names_a_device(ip) or is_loopback(ip):
            continue
        held = places.known.tenancies.get(ip, ())
        if len(held) <= 1:  # an address that changed hands tells nothing without its time
            places.join(node, held[0].mac if held else ip)


def _note_chassis(places: Places, chassis: dict[tuple[str, str, str], set[str]], node: str, protocol: str, values: set[str]) -> None:
    for value in values:
        text = value.lower().replace("-", ":")
        if MAC.fullmatch(text) and names_an_interface(text):
            places.join(node, text)
        elif names_an_interface(node) and not is_local(node) and value:
            chassis.setdefault((protocol, value, node[:8]), set()).add(node)


def _named(facts: dict[str, dict[tuple[str, str], set[str]]]) -> dict[tuple[str, str], set[str]]:
    """By name and maker (first three octets), the interfaces that bear the name."""
    found: dict[tuple[str, str], set[str]] = {}
    for node, said in facts.items():
        for (_, attribute), values in said.items():
            if attribute in NAMES and names_an_interface(node):
                for value in values:
                    found.setdefault((value, node[:8]), set()).add(node)
    return found


def _serial_keys(protocol: str, said: dict[tuple[str, str], set[str]], serials: set[str]) -> Iterator[tuple[str, ...]]:
    """Protocol, maker, model and serial, where the protocol told all of them and the serial is more than a placeholder."""
    for serial in serials:
        digits = serial.removeprefix("0x").strip("0 -")
        if len(set(digits)) < 3:
            continue
        for model in said.get((protocol, "model"), ()):
            for vendor in said.get((protocol, "vendor"), {""}):
                yield protocol, vendor, model, serial


def _any_contradict(nodes: list[str], facts: dict[str, dict[tuple[str, str], set[str]]]) -> bool:
    if len(nodes) > MOST_PORTS:
        return True
    return any(_contradict(one, other, facts) for at, one in enumerate(nodes) for other in nodes[at + 1 :])


def _contradict(one: str, other: str, facts: dict[str, dict[tuple[str, str], set[str]]]) -> bool:
    macs = [node for node in (one, other) if names_an_interface(node)]
    if any(is_local(mac) for mac in macs) or len({mac[:8] for mac in macs}) > 1:
        return True
    return any(key[1] in NAMES and key in facts[other] and not values & facts[other][key] for key, values in facts[one].items())
