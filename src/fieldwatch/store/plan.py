"""The plan of a site as text: its zones and subnets in one document, which can be kept under version control and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from fieldwatch.store.deciding import By, Refused
from fieldwatch.store.models import Site, Subnet, Zone
from fieldwatch.store.places import network, remove, set_site, set_subnet, set_zone

Row = Mapping[str, Any]


class Differences(NamedTuple):
    """What a document made other: names of zones, and networks."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class _Trial(Exception):
    """Ends a transaction that nothing shall be left of."""


def plan(site: Site) -> dict[str, Any]:
    """The document: what it holds and in which order depends on nothing but the site."""
    return {
        "site": _site(site),
        "zones": [_zone(one) for one in Zone.objects.filter(site=site).order_by("name")],
        "subnets": [_subnet(one) for one in Subnet.objects.filter(site=site).select_related("zone").order_by("network")],
    }


def put(site: Site, document: Mapping[str, Any], *, by: By, is_trial: bool = False) -> Differences:
    """Makes the site what the document says; zones and subnets that it does not name are removed. All of it, or nothing. Raises Refused."""
    made = Differences((), (), ())
    try:
        with transaction.atomic():
            made = _put(site, document, by)
            if is_trial:
                raise _Trial
    except _Trial:
        pass
    return made


def _put(site: Site, document: Mapping[str, Any], by: By) -> Differences:
    zones = _named(document.get("zones", ()), "name")
    subnets = _named([{**one, "network": network(one["network"])} for one in document.get("subnets", ())], "network")
    added: list[str] = []
    changed: list[str] = []
    removed: list[str] = []
    about = document.get("site") or {}
    if any(_site(site)[name] != value for name, value in about.items()):
        set_site(site, about, by=by)
        changed.append(site.slug)
    known = {one.name: one for one in Zone.objects.filter(site=site)}
    for name, told in zones.items():
        zone = known.get(name)
        if zone is None or _zone(zone) != {**ZONE, **told}:
            set_zone(site, zone, {**ZONE, **told}, by=by)
            (changed if zone else added).append(name)
    networks = {one.network: one for one in Subnet.objects.filter(site=site).select_related("zone")}
    for address, told in subnets.items():
        old = networks.get(address)
        if old is None or _subnet(old) != {**SUBNET, **told}:
            set_subnet(site, old, {**SUBNET, **told}, by=by)
            (changed if old else added).append(address)
    gone: list[Zone | Subnet] = [one for address, one in networks.items() if address not in subnets]
    for row in [*gone, *(one for name, one in known.items() if name not in zones)]:
        removed.append(str(row))
        remove(row, by=by)
    return Differences(tuple(added), tuple(changed), tuple(removed))


ZONE: Row = {"level": None, "description": ""}
SUBNET: Row = {"name": "", "zone": None}
"""What is meant where a row does not say it."""


def _named(rows: Sequence[Row], name: str) -> dict[str, Row]:
    """The rows by name. Raises Refused where one stands there twice."""
    found: dict[str, Row] = {}
    for row in rows:
        if row[name] in found:
            raise Refused(f"{name}: {row[name]} stands there twice; each once is allowed")
        found[row[name]] = row
    return found


def _site(site: Site) -> dict[str, Any]:
    return {"name": site.name, "timezone": site.timezone, "description": site.description}


def _zone(one: Zone) -> dict[str, Any]:
    return {"name": one.name, "level": None if one.level is None else one.level / 10, "description": one.description}


def _subnet(one: Subnet) -> dict[str, Any]:
    return {"network": one.network, "name": one.name, "zone": one.zone.name if one.zone else None}
