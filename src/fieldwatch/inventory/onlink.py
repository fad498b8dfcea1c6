"""Which IP addresses belong to which MAC address.

The source MAC of a packet is the sender's only where the sender is on the link; a routed packet bears the router's. The rules:

1. *Proof.* ARP, DHCP and PROFINET DCP say which IP address an interface has: these pairs are proven. So are addresses that no router
   forwards (169.254/16, fe80::/10) and IPv6 addresses made from the MAC.
2. *The only one.* A MAC that sends from one single address of a family, none proven, has this address; unless its TTL is below a usual
   first value (RFC 1700: 64; and 128, 255): then a router took it down. Up to four addresses whose TTL is a first value are
   all the MAC's own; more are a device's that forwards without counting down, as some firewalls do. Not so where
   two of them talk to each other: nobody does that with himself over the link, so the MAC stands for several hosts.
3. *Same prefix.* An IPv6 address is the MAC's own where another of the same /64 is: hosts behind the router have other prefixes.
4. *The rest is routed.* Any other address is not the MAC's: its facts belong to the address, and the MAC is a router's, or may be.
5. *Two claim one address.* In one VLAN and at overlapping times, the MAC that answers for fewer addresses has it (the other is a proxy,
   or lies); both where they answer for equally many (a conflict). At other times or in other VLANs each has it for its span.
6. *A rival* of the owner is whoever else answers for its address, or sends from it on the same link with a TTL that no router has
   counted down; unless it does so for three owners or more, as a firewall does, or is a virtual router.
7. *Forged* are addresses in whose name a MAC sent one packet or two, with a TTL that no router has counted down, when there are more of
   them than anybody has: a flood. They are no devices.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fieldwatch.facts import Claim, Conversation, Sighting
from fieldwatch.inventory.address import (
    VIRTUAL_ROUTER,
    interface_id,
    is_link_local,
    is_loopback,
    names_a_device,
    names_an_interface,
    prefix64,
)

PROVES = frozenset({"arp", "dhcp", "pn_dcp"})
"""Protocols in which a claim of `ip_address` about a MAC comes from the link itself."""


FIRST_TTLS = (64, 128, 255)
"""TTL values with which nearly all hosts send."""

MOST_HOPS = 30
"""A TTL that is less by so much at most was counted down by routers: longer ways are not in use (RFC 1700 recommends 64 for all)."""

ROUND = 10
"""Multiples of it are believed to be some hosts' own first values: 60 in old Unix stacks, 100 and 120 in field devices."""

MOST_ALIASES = 4
"""More addresses of one interface are not believed without proof."""


MOST_RIVALRIES = 2
"""Whoever sends from the addresses of more owners than this passes their packets on."""


MOST_PACKETS = 2
"""Who sent more packets than this from an address may be its owner."""

MOST_REFUSALS = 16
"""A gateway that refuses, in the name of a forged address, what was sent there sends no more packets than this: a refusal a retry."""

LEAST_FORGED = 32
"""So many addresses of one MAC with so few packets are forged; fewer may be hosts behind a firewall that does not count down."""


class Tenancy(NamedTuple):
    """`mac` had an IP address from `first_ns` to `last_ns`, in these VLANs."""

    first_ns: int
    last_ns: int
    mac: str
    vlans: frozenset[int]


class Links(NamedTuple):
    """For each IP address its tenancies in order of time; for each MAC its own addresses, and those that it only passed on.

    `rivals`: for each IP address that more than one sends from, all that do, its owners among them. `counted_down`: the MACs that
    passed on packets whose TTL says so. `forged`: for each MAC the addresses that it forged. `nobodys`:
    forged addresses that nobody else is believed to have; routers may have passed them on.
    """

    tenancies: dict[str, tuple[Tenancy, ...]]
    own: dict[str, frozenset[str]]
    passed: dict[str, frozenset[str]]
    rivals: dict[str, frozenset[str]]
    counted_down: frozenset[str]
    forged: dict[str, frozenset[str]]
    nobodys: frozenset[str]


class _Pair:
    """Everything that was seen of one (ip, mac)."""

    __slots__ = ("first_ns", "last_ns", "packets", "proven", "told", "ttl", "vlans")

    def __init__(self) -> None:
        self.first_ns, self.last_ns, self.proven, self.told, self.ttl, self.packets = 1 << 63, -1, False, False, 0, 0
        self.vlans: set[int] = set()

    def see(self, first_ns: int, last_ns: int, vlan: int) -> None:
        self.first_ns = min(self.first_ns, first_ns)
        self.last_ns = max(self.last_ns, last_ns)
        self.vlans.add(vlan)


_Pairs = dict[str, dict[str, _Pair]]


def links(claims: Iterable[Claim], sightings: Iterable[Sighting], conversations: Iterable[Conversation] = ()) -> Links:
    """Who has which address, by the rules above. Any order and any repetition of the facts gives the same."""
    by_mac = _pairs(claims, sightings)
    shared = _shared(by_mac, conversations)
    own = {mac: _own(mac, pairs, mac in shared) for mac, pairs in by_mac.items()}
    proven = {mac: sum(pairs[ip].proven for ip in pairs) for mac, pairs in by_mac.items()}
    claimed: dict[str, list[Tenancy]] = {}
    for mac, ips in own.items():
        for ip in ips:
            pair = by_mac[mac][ip]
            claimed.setdefault(ip, []).append(Tenancy(pair.first_ns, pair.last_ns, mac, frozenset(pair.vlans)))
    tenancies = {ip: tuple(sorted(_winners(ip, held, by_mac, proven), key=_by_time)) for ip, held in claimed.items()}
    kept: dict[str, set[str]] = {mac: set() for mac in by_mac}
    for ip, held in tenancies.items():
        for tenancy in held:
            kept[tenancy.mac].add(ip)
    forged = {mac: _forged(pairs, own[mac], tenancies) for mac, pairs in by_mac.items()}
    passed = {mac: frozenset(pairs) - own[mac] - forged[mac] for mac, pairs in by_mac.items()}
    held_by = {mac: frozenset(ips) for mac, ips in kept.items()}
    rivals = _rivals(by_mac, tenancies)
    return Links(tenancies, held_by, passed, rivals, _routers(by_mac, own), forged, _nobodys(by_mac, forged))


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
            pair.packets += one.packets
    for claim in claims:
        subject, seen_ns = claim.subject, claim.evidence.seen_ns
        if not names_an_interface(subject.mac):
            continue
        of_mac = pairs.setdefault(subject.mac, {})
        if names_a_device(subject.ip):
            pair = of_mac.setdefault(subject.ip, _Pair())
            pair.see(seen_ns, seen_ns, subject.vlan)
            pair.told = True
        if claim.attribute == "ip_address" and claim.evidence.protocol in PROVES and names_a_device(claim.value):
            pair = of_mac.setdefault(claim.value, _Pair())
            pair.see(seen_ns, seen_ns, subject.vlan)
            pair.proven = True
    return pairs


def _shared(by_mac: _Pairs, conversations: Iterable[Conversation]) -> set[str]:
    """The MACs of two or more addresses that talk to each other."""
    senders: dict[str, set[str]] = {}
    for mac, pairs in by_mac.items():
        if len(pairs) > 1:
            for ip in pairs:
                senders.setdefault(ip, set()).add(mac)
    found: set[str] = set()
    for client, server, *_ in conversations:
        if client.ip in senders and server.ip in senders and client.ip != server.ip:
            found |= senders[client.ip] & senders[server.ip]
    return found


def _own(mac: str, pairs: dict[str, _Pair], is_shared: bool) -> frozenset[str]:
    """Rules 1 to 4 for one MAC; `is_shared`: it stands for several hosts."""
    made = interface_id(mac)
    own = {ip for ip, pair in pairs.items() if pair.proven or is_link_local(ip) or (":" in ip and ip.lower().endswith(made))}
    for is_v6 in (False, True):
        family = {ip for ip in pairs if (":" in ip) is is_v6 and not is_link_local(ip)}
        if len(family) == 1:
            own |= {ip for ip in family if not _is_counted_down(pairs[ip].ttl)}
            continue
        fresh = {ip for ip in family if pairs[ip].ttl in FIRST_TTLS}
        own |= fresh if len(fresh | family & own) <= MOST_ALIASES and not is_shared else set()
        if is_v6:
            prefixes = {prefix64(ip) for ip in family & own}
            own |= {ip for ip in family if prefix64(ip) in prefixes}
    return frozenset(own)


def _is_counted_down(ttl: int) -> bool:
    return ttl % ROUND != 0 and any(first - MOST_HOPS <= ttl < first for first in FIRST_TTLS)


def _winners(ip: str, held: list[Tenancy], by_mac: _Pairs, proven: dict[str, int]) -> list[Tenancy]:
    """Rule 5: the tenancies that no better one contests. What is proven beats what is only likely."""
    if len(held) == 1 or is_link_local(ip):
        return held

    def weight(one: Tenancy) -> tuple[bool, int]:
        return not by_mac[one.mac][ip].proven, proven[one.mac]

    return [one for one in held if not any(_contest(one, other) and weight(other) < weight(one) for other in held)]


def _routers(by_mac: _Pairs, own: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(mac for mac, pairs in by_mac.items() if any(_is_counted_down(pairs[ip].ttl) for ip in pairs if ip not in own[mac]))


def _forged(pairs: dict[str, _Pair], own: frozenset[str], tenancies: dict[str, tuple[Tenancy, ...]]) -> frozenset[str]:
    """Rule 7 for one MAC."""
    if len(pairs) < LEAST_FORGED:
        return frozenset()
    found = {
        ip
        for ip, pair in pairs.items()
        if pair.packets <= MOST_PACKETS and pair.ttl in FIRST_TTLS and not pair.told and ip not in own and ip not in tenancies
    }
    return frozenset(found) if len(found) >= LEAST_FORGED else frozenset()


def _nobodys(by_mac: _Pairs, forged: dict[str, frozenset[str]]) -> frozenset[str]:
    found = frozenset().union(*forged.values())
    believed = {ip for pairs in by_mac.values() for ip in found & pairs.keys() if pairs[ip].told or pairs[ip].packets > MOST_REFUSALS}
    return found - believed


def _rivals(by_mac: _Pairs, tenancies: dict[str, tuple[Tenancy, ...]]) -> dict[str, frozenset[str]]:
    """Rule 6."""
    contested: dict[str, set[str]] = {}
    for mac, pairs in by_mac.items():
        if VIRTUAL_ROUTER.match(mac):
            continue
        for ip, pair in pairs.items():
            held = () if is_link_local(ip) or is_loopback(ip) else tenancies.get(ip, ())
            if (pair.proven or pair.ttl in FIRST_TTLS) and any(_is_rival(mac, pair, one) for one in held):
                contested.setdefault(mac, set()).add(ip)
    found: dict[str, set[str]] = {}
    for mac, ips in contested.items():
        if len(ips) <= MOST_RIVALRIES:
            for ip in ips:
                found.setdefault(ip, {one.mac for one in tenancies[ip]}).add(mac)
    return {ip: frozenset(macs) for ip, macs in found.items()}


def _is_rival(mac: str, pair: _Pair, owner: Tenancy) -> bool:
    """True where the pair of `mac` contests the owner's tenancy."""
    if owner.mac == mac or VIRTUAL_ROUTER.match(owner.mac):
        return False
    return _contest(Tenancy(pair.first_ns, pair.last_ns, mac, frozenset(pair.vlans)), owner)


def _contest(one: Tenancy, other: Tenancy) -> bool:
    return bool(one.vlans & other.vlans) and one.first_ns <= other.last_ns and other.first_ns <= one.last_ns


def _by_time(one: Tenancy) -> tuple[int, int, str]:
    return one.first_ns, one.last_ns, one.mac


def _distance(one: Tenancy, seen_ns: int) -> int:
    return max(one.first_ns - seen_ns, seen_ns - one.last_ns, 0)
