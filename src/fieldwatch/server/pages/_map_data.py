"""What the map draws (`web/src/atlas/data.ts` reads it strictly): zones, assets, and who says what to whom, as far as it may be seen."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Sum
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import Access, Scope
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.words import term
from fieldwatch.store.models import Asset, Conversation, MapPin, MessageClass, Site, Zone

WEEK_NS = 7 * 86_400 * 10**9
"""What was first seen within so long before the last packet of the site is new."""

LEVELS = (50, 40, 35, 30, 20, 10, 0)
"""The bands of the picture, in tenths."""

OUTSIDE, INTERNET = "outside", "internet"
"""Nodes that stand for many: what is in zones that one may not see; public addresses behind which no asset was seen."""

PLACE = ("pk", "parent_id", "uid", "zone_id", "level", "name", "ip", "mac", "handle", "role", "vendor", "standing", "first_ns", "last_ns",
         "findings_now", "findings_next", "findings_never")  # fmt: skip


@dataclass
class Edge:
    """All that one asset asks another."""

    protocols: set[str] = field(default_factory=set)
    effects: dict[str, int] = field(default_factory=dict)
    packets: int = 0
    first_ns: int = 2**63
    last_ns: int = 0
    to_public: bool = False


class Nodes(NamedTuple):
    """Nodes of the picture; `of`: id of the node of each asset (by primary key), parts at their whole; `public`: ids beyond the plant."""

    made: list[dict[str, Any]]
    of: dict[int, str]
    public: set[str]


def plan(held: Access, site: Site) -> dict[str, Any]:
    """The map of one site. Somebody with single zones sees those, and all that is around them as one neighbour."""
    scope = held.scope(May.SEE)
    rows = list(Asset.objects.filter(site=site, gone_at=None).order_by("pk").values(*PLACE))
    begin, end = min((one["first_ns"] for one in rows), default=0), max((one["last_ns"] for one in rows), default=0)
    since = end - WEEK_NS if begin < end - WEEK_NS else end + 1
    nodes = _nodes(rows, scope, held.scope(May.SEE_FINDINGS), site.pk, since)
    edges, bounds = _edges(site, scope, nodes), _bounds(begin, end)
    used = {one for pair in edges for one in pair}
    extra = [_many(OUTSIDE, _("outside your zones"), None, bounds), _many(INTERNET, _("the internet"), 5, bounds)]
    zones = Zone.objects.filter(site=site)
    return {
        "site": {"id": site.slug, "name": site.name},
        "zones": [
            {"id": str(one.pk), "name": one.name, "level": _level(-1 if one.level is None else one.level)}
            for one in (zones if scope.holds(site.pk) else zones.filter(pk__in=scope.zones))
        ],
        "nodes": nodes.made + [one for one in extra if one["id"] in used],
        "edges": [_edge(pair, one, since) for pair, one in edges.items()],
        "pins": _pins(site, {one["id"] for one in nodes.made}),
    }


def _nodes(rows: Iterable[Mapping[str, Any]], scope: Scope, findings: Scope, site: int, since: int) -> Nodes:
    made, of, public = [], {}, {INTERNET}
    parts = []
    for one in rows:
        if one["parent_id"] is not None:
            parts.append(one)
            continue
        uid = str(one["uid"])
        if not scope.holds(site, one["zone_id"]):
            of[one["pk"]] = OUTSIDE
            continue
        of[one["pk"]] = uid
        if is_public(one["ip"]):
            public.add(uid)
        made.append(_node(one, uid, since, may_findings=findings.holds(site, one["zone_id"])))
    of |= {one["pk"]: of[one["parent_id"]] for one in parts if one["parent_id"] in of}
    return Nodes(made, of, public)


def _node(one: Mapping[str, Any], uid: str, since: int, *, may_findings: bool) -> dict[str, Any]:
    return {
        "id": uid,
        "label": one["name"] or one["ip"] or one["mac"] or one["handle"],
        "level": _level(one["level"]),
        "zone": None if one["zone_id"] is None else str(one["zone_id"]),
        "role": term("role", one["role"]),
        "vendor": one["vendor"],
        "priority": _priority(one) if may_findings else "",
        "new": one["standing"] == "new" or one["first_ns"] >= since,
        **_bounds(one["first_ns"], one["last_ns"]),
        "url": f"/assets/{uid}/",
    }


def _many(name: str, label: str, level: int | None, bounds: Mapping[str, str]) -> dict[str, Any]:
    """A node that stands for many and leads nowhere."""
    return {"id": name, "label": label, "level": level, "zone": None, "role": "", "vendor": "", "priority": "", "new": False, "url": ""} | {
        **bounds
    }


def _edges(site: Site, scope: Scope, nodes: Nodes) -> dict[tuple[str, str], Edge]:
    """Conversations by the assets of their ends: only those with one end inside what may be seen."""
    rows = Conversation.objects.filter(site=site).order_by()
    if not scope.holds(site.pk):
        rows = rows.filter(scope.q("site", "client__asset__zone", "server__asset__zone"))
    said: dict[int, dict[str, int]] = {}
    classes = MessageClass.objects.filter(site=site).order_by().values_list("conversation_id", "effect")
    for conversation, effect, times in classes.annotate(n=Sum("times")):
        said.setdefault(conversation, {})[effect] = times
    found: dict[tuple[str, str], Edge] = {}
    columns = ("pk", "client__asset_id", "server__asset_id", "client__ip", "server__ip", "protocol", "packets", "first_ns", "last_ns")
    for key, client, server, client_ip, server_ip, protocol, packets, first_ns, last_ns in rows.values_list(*columns).iterator(5000):
        pair = (_end(nodes, client, client_ip), _end(nodes, server, server_ip))
        if not all(pair) or pair[0] == pair[1]:
            continue
        edge = found.setdefault(pair, Edge())
        edge.protocols.add(protocol)
        edge.packets += packets
        edge.first_ns, edge.last_ns = min(edge.first_ns, first_ns), max(edge.last_ns, last_ns)
        edge.to_public |= (pair[0] in nodes.public) is not (pair[1] in nodes.public)
        for effect, times in said.get(key, {}).items():
            edge.effects[effect] = edge.effects.get(effect, 0) + times
    return found


def _end(nodes: Nodes, asset: int | None, ip: str) -> str:
    """The node of an end; "" for a group address, and for what is no asset and within the plant."""
    if asset is not None:
        return nodes.of.get(asset, "")
    return INTERNET if is_public(ip) else ""


def _edge(pair: tuple[str, str], one: Edge, since: int) -> dict[str, Any]:
    return {
        "from": pair[0],
        "to": pair[1],
        "protocols": sorted(one.protocols),
        "effects": one.effects,
        "packets": one.packets,
        **_bounds(one.first_ns, one.last_ns),
        "new": one.first_ns >= since,
        "abnormal": _("with a public address") if one.to_public else "",
    }


def _pins(site: Site, shown: set[str]) -> dict[str, list[float]]:
    rows = MapPin.objects.filter(asset__site=site).values_list("asset__uid", "x", "y")
    return {str(uid): [x, y] for uid, x, y in rows if str(uid) in shown}


def _bounds(first_ns: int, last_ns: int) -> dict[str, str]:
    return {"first_ns": str(first_ns), "last_ns": str(last_ns)}


def _level(tenths: int) -> float | None:
    """The band of a level: the next lower one for what lies between two; None where it is not known."""
    if tenths < 0:
        return None
    band = next((one for one in LEVELS if one <= tenths), 0)
    return band / 10 if band % 10 else band // 10


def _priority(one: Mapping[str, Any]) -> str:
    return next((name for name in ("now", "next", "never") if one[f"findings_{name}"]), "")


@lru_cache(maxsize=50_000)
def is_public(ip: str) -> bool:
    """True for an address of the internet: global, and of one device."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast


__all__ = ["is_public", "plan"]
