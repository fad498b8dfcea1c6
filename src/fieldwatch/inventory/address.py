"""Kinds of addresses.

Standards: IEEE 802-2014, 8.2; RFC 6890 (special-purpose IP addresses); RFC 4291, 2.5.6; RFC 5798, 7.3 (VRRP); RFC 2281 (HSRP).
"""

from __future__ import annotations

import functools
import re

NOWHERE = frozenset({"", "0.0.0.0", "::", "255.255.255.255"})
"""Texts in the place of an IP address that name no device."""

UNSPECIFIED = frozenset({"", "0.0.0.0", "::"})
"""What stands in the place of an IP address where the sender has none, or not yet."""

VIRTUAL_ROUTER = re.compile(r"00:00:5e:00:0[12]:|00:00:0c:07:ac:|00:05:73:a0:0|00:07:b4:00:")
"""MAC addresses that routers share: VRRP (RFC 5798, 7.3), HSRP (RFC 2281), HSRP for IPv6, GLBP."""


@functools.lru_cache(maxsize=65536)
def names_a_device(ip: str) -> bool:
    """True for a unicast IP address; False for groups, broadcast and unspecified ones."""
    if ip in NOWHERE:
        return False
    if ":" in ip:
        return not ip.lower().startswith("ff")
    first = ip.split(".", 1)[0]
    return first.isdigit() and 0 < int(first) < 224


@functools.lru_cache(maxsize=65536)
def names_an_interface(mac: str) -> bool:
    """True for a unicast MAC address; False for groups, broadcast, all zeros and no address."""
    return len(mac) == 17 and mac != "00:00:00:00:00:00" and mac[1].lower() in "02468ace"


def is_group(mac: str) -> bool:
    """True for multicast and broadcast MAC addresses: the lowest bit of the first octet is set."""
    return len(mac) == 17 and mac[1].lower() in "13579bdf"


def is_loopback(ip: str) -> bool:
    """True for addresses that mean the speaker's own machine: 127/8 and ::1."""
    return ip == "::1" or ip.startswith("127.")


def is_link_local(ip: str) -> bool:
    """True for addresses that no router forwards: 169.254/16 (RFC 3927) and fe80::/10 (RFC 4291, 2.5.6)."""
    return ip.startswith("169.254.") or ip[:3].lower() in {"fe8", "fe9", "fea", "feb"}


def is_local(mac: str) -> bool:
    """True where no registry stands behind the address: the universal/local bit is set."""
    return mac[1].lower() in "2367abef"


def prefix64(ip: str) -> tuple[str, ...]:
    """The first four groups of an IPv6 address."""
    left, _, right = ip.lower().partition("::")
    head = [group for group in left.split(":") if group]
    tail = [group for group in right.split(":") if group]
    return tuple(group.lstrip("0") or "0" for group in (head + ["0"] * (8 - len(head) - len(tail)) + tail)[:4])


def interface_id(mac: str) -> str:
    """The last four groups of IPv6 addresses made from `mac` (modified EUI-64, RFC 4291, appendix A), without leading zeros."""
    part = [int(pair, 16) for pair in mac.split(":")]
    part[0] ^= 2
    full = [*part[:3], 0xFF, 0xFE, *part[3:]]
    return ":".join(f"{full[at] << 8 | full[at + 1]:x}" for at in range(0, 8, 2))
