"""Roles of devices: their Purdue levels, and what speaking a protocol says about them.

Standards: the levels of the Purdue model, as in IEC 62443-1-1:2009. A role that stands on many levels (switch, workstation) has none.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from fieldwatch.library.table import table


class Service(NamedTuple):
    """Who `answers` or `asks` in `protocol` (`*`: any), with messages of `effect` ("": any), with so many peers, has `role`."""

    protocol: str
    end: str
    effect: str
    peers: int
    role: str
    confidence: float


@functools.cache
def purdue_levels() -> dict[str, str]:
    """Role -> Purdue level; "" for roles that stand on many. The order is from the most special role to the least."""
    return {row[0]: row[1] for row in table("roles.tsv").rows}


@functools.cache
def services() -> dict[tuple[str, str, str], tuple[Service, ...]]:
    """The table of services, by end, protocol and effect."""
    found: dict[tuple[str, str, str], tuple[Service, ...]] = {}
    for protocol, end, effect, peers, role, sure in table("services.tsv").rows:
        key = end, protocol, effect
        found[key] = (*found.get(key, ()), Service(protocol, end, effect, int(peers), role, float(sure)))
    return found


@functools.cache
def telling_effects() -> frozenset[str]:
    """The effects that tell a role by themselves."""
    return frozenset(effect for _, protocol, effect in services() if effect and protocol == "*")
