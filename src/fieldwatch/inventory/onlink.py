"""Which IP addresses belong to which MAC address.

The source MAC of a packet is the sender's only where the sender is on the link; a routed packet bears the router's. The rules:

1. *Proof.* ARP, DHCP and PROFINET DCP say which IP address an interface has: these pairs are proven. So are addresses that no router
   forwards (169.254/16, fe80::/10) and IPv6 addresses made from the MAC.
2. *The only one.* A MAC that sends from one single address of a family, none proven, has this address; unless its TTL is a little below
   a usual first value (RFC 1700: 64; and 128, 255): then a router took it down. Up to four addresses whose TTL is a first value are
   all the MAC's own; more are a device's that forwards without counting down, as some firewalls do.
3. *Same prefix.* An IPv6 address is the MAC's own where another of the same /64 is: hosts behind the router have other prefixes.
4. *The rest is routed.* Any other address is not the MAC's: its facts belong to the address, and the MAC is a router's, or may be.
5. *Two claim one address.* In one VLAN and at overlapping times, the MAC that answers for fewer addresses has it (the other is a proxy,
   or lies); both where they answer for equally many (a conflict). At other times or in other VLANs each has it for its span.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fieldwatch.facts import Claim
from fieldwatch.inventory.address import interface_id, is_link_local, names_a_device, names_an_interface, prefix64
from fieldwatch.inventory.sighting import Sighting

PROVES = frozenset({"arp", "dhcp", "pn_dcp"})
"""Protocols in which a claim of `ip_address` about a MAC comes from the link itself."""


FIRST_TTLS = (64, 128, 255)
"""TTL values with which nearly all hosts send."""

MOST_HOPS = 8
"""A TTL that is less by so much at most was counted down by routers; the first value 60 is then excepted."""

MOST_ALIASES = 4
"""More addresses of one interface are not believed without proof."""


class Tenancy(NamedTuple):
    """`mac` had an IP address from `first_ns` to `last_ns`, in these VLANs."""

    first_ns: int
    last_ns: int
    mac: str
    vlans: frozenset[int]


class Links(NamedTuple):
    """For each IP address its tenancies in order of time; for each MAC its own addresses, and those that it only passed on."""

    tenancies: dict[str, tuple[Tenancy, ...]]
    own: dict[str, frozenset[str]]
    passed: dict[str, frozenset[str]]


class _Pair:
    """Everything that was seen of one (ip, mac)."""

    __slots__ = ("first_ns", "last_ns", "proven", "ttl", "vlans")

    def __init__(self) -> None:
        self.first_ns, self.last_ns, self.proven, self.ttl = 1 << 63, -1, False, 0
        self.vlans: set[int] = set()

    def see(self, first_ns: int, last_ns: int, vlan: int) -> None:
        self.first_ns = min(self.first_ns, first_ns)
        self.last_ns = max(self.last_ns, last_ns)
        self.vlans.add(vlan)


_Pairs = dict[str, dict[str, _Pair]]


def links(claims: Iterable[Claim], sightings: Iterable[Sighting]) -> Links:
    """Who has which address, by the rules above. Any order and any repetition of the facts gives the same."""
    by_mac = _pairs(claims, sightings)
    own = {mac: _own(mac, pairs) for mac, pairs in by_mac.items()}
    proven = {mac: sum(pairs[ip].proven for ip in pairs) for mac, pairs in by_mac.items()}
    rivals: dict[str, list[Tenancy]] = {}
    for mac, ips in own.items():
        for ip in ips:
            pair = by_mac[mac][ip]
            rivals.setdefault(ip, []).append(Tenancy(pair.first_ns, pair.last_ns, mac, frozenset(pair.vlans)))
    tenancies = {ip: tuple(sorted(_winners(ip, held, by_mac, proven), key=_by_time)) for ip, held in rivals.items()}
    kept: dict[str, set[str]] = {mac: set() for mac in by_mac}
    for ip, held in tenancies.items():
        for tenancy in held:
            kept[tenancy.mac].add(ip)
    passed = {mac: frozenset(pairs) - own[mac] for mac, pairs in by_mac.items()}
    return Links(tenancies, {mac: frozenset(ips) for mac, ips in kept.items()}, passed)


def tenant(held: tuple[Tenancy, ...], seen_ns: int, vlan: int) -> str:
    """The MAC that had the address at this time: in the same VLAN before others, else the nearest in time."""
    if len(held) == 1:
        return held[0].mac
    return min(held, key=lambda one: (vlan not in one.vlans, _distance(one, seen_ns), one.first_ns, one.mac)).mac


def _pairs(claims: Iterable[Claim], sightings: Iterable[Sighting]) -> _Pairs:
    pairs: _Pairs = {}
    for one in sightings:
        if names_an_interface(one.mac) and names_a_device(one.ip):
            pair = pairs.setdefault(one.mac, {}).setdefault(one.ip, _Pair())
            pair.see(one.first_ns, one.last_ns, one.vlan)
            pair.ttl = max(pair.ttl, one.greatest_ttl)
    for claim in claims:
        subject, seen_ns = claim.subject, claim.evidence.seen_ns
        if not names_an_interface(subject.mac):
            continue
        of_mac = pairs.setdefault(subject.mac, {})
        if names_a_device(subject.ip):
            of_mac.setdefault(subject.ip, _Pair()).see(seen_ns, seen_ns, subject.vlan)
        if claim.attribute == "ip_address" and claim.evidence.protocol in PROVES and names_a_device(claim.value):
            pair = of_mac.setdefault(claim.value, _Pair())
            pair.see(seen_ns, seen_ns, subject.vlan)
            pair.proven = True
    return pairs


def _own(mac: str, pairs: dict[str, _Pair]) -> frozenset[str]:
    """Rules 1 to 4 for one MAC."""
    made = interface_id(mac)
    own = {ip for ip, pair in pairs.items() if pair.proven or is_link_local(ip) or (":" in ip and ip.lower().endswith(made))}
    for is_v6 in (False, True):
        family = {ip for ip in pairs if (":" in ip) is is_v6 and not is_link_local(ip)}
        if len(family) == 1:
            own |= {ip for ip in family if not _is_counted_down(pairs[ip].ttl)}
            continue
        fresh = {ip for ip in family if pairs[ip].ttl in FIRST_TTLS}
        own |= fresh if len(fresh | family & own) <= MOST_ALIASES else set()
        if is_v6:
            prefixes = {prefix64(ip) for ip in family & own}
            own |= {ip for ip in family if prefix64(ip) in prefixes}
    return frozenset(own)


def _is_counted_down(ttl: int) -> bool:
    return ttl != 60 and any(first - MOST_HOPS <= ttl < first for first in FIRST_TTLS)


def _winners(ip: str, held: list[Tenancy], by_mac: _Pairs, proven: dict[str, int]) -> list[Tenancy]:
    """Rule 5: the tenancies that no better one contests. What is proven beats what is only likely."""
    if len(held) == 1 or is_link_local(ip):
        return held

    def weight(one: Tenancy) -> tuple[bool, int]:
        return not by_mac[one.mac][ip].proven, proven[one.mac]

    return [one for one in held if not any(_contest(one, other) and weight(other) < weight(one) for other in held)]


def _contest(one: Tenancy, other: Tenancy) -> bool:
    return bool(one.vlans & other.vlans) and one.first_ns <= other.last_ns and other.first_ns <= one.last_ns


def _by_time(one: Tenancy) -> tuple[int, int, str]:
    return one.first_ns, one.last_ns, one.mac


def _distance(one: Tenancy, seen_ns: int) -> int:
    return max(one.first_ns - seen_ns, seen_ns - one.last_ns, 0)
