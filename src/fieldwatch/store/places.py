"""What people say of places: sites, their zones and subnets. Each change has its entry of the audit log in the same transaction.

Assets that nobody placed follow their subnets: after a change the site is folded again.
"""

from __future__ import annotations

import ipaddress
import math
import re
import zoneinfo
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from fieldwatch.store.audit import AuditAction
from fieldwatch.store.deciding import By, Refused, enter, text
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.folding.indexing import index_places
from fieldwatch.store.models import Site, Subnet, Zone

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
LONGEST = 5_000
"""Characters of a description."""

Values = Mapping[str, Any]


@transaction.atomic
def set_site(site: Site | None, values: Values, *, by: By) -> Site:
    """Makes a site (None), or changes what is given of one: slug (of a new one), name, timezone, description. Raises Refused."""
    row = site or Site(slug=_slug(str(values.get("slug", ""))))
    if "name" in values or site is None:
        row.name = _name(values.get("name", ""))
    if "timezone" in values:
        row.timezone = _timezone(str(values["timezone"]))
    row.description = text("description", values.get("description", row.description), LONGEST)
    row.save()
    _entered(by, AuditAction.SITE_CREATED if site is None else AuditAction.SITE_CHANGED, row.slug, row, values)
    return row


@transaction.atomic
def set_zone(site: Site, zone: Zone | None, values: Values, *, by: By) -> Zone:
    """Makes a zone (None), or changes what is given of one: name, level (0 to 5, None), description. Raises Refused."""
    row = zone or Zone(site=site)
    if "name" in values or zone is None:
        row.name = _name(values.get("name", ""))
    if "level" in values:
        row.level = _level(values["level"])
    row.description = text("description", values.get("description", row.description), LONGEST)
    row.save()
    _entered(by, AuditAction.ZONE_CREATED if zone is None else AuditAction.ZONE_CHANGED, row.name, site, values)
    return row


@transaction.atomic
def set_subnet(site: Site, subnet: Subnet | None, values: Values, *, by: By) -> Subnet:
    """Makes a subnet (None), or changes what is given of one: network, name, zone (its name; None or "" for none). Raises Refused."""
    row = subnet or Subnet(site=site)
    if "network" in values or subnet is None:
        row.network = network(str(values.get("network", "")))
    if "name" in values:
        row.name = text("name", values["name"] or "", 200)
    if "zone" in values:
        row.zone = _zone(site, values["zone"])
    row.save()
    _entered(by, AuditAction.SUBNET_CREATED if subnet is None else AuditAction.SUBNET_CHANGED, row.network, site, values)
    return row


@transaction.atomic
def remove(row: Zone | Subnet, *, by: By) -> None:
    """Removes a zone or a subnet. Assets of a zone are in none then, until their subnet says otherwise."""
    site, name = row.site, str(row)
    action = AuditAction.ZONE_REMOVED if isinstance(row, Zone) else AuditAction.SUBNET_REMOVED
    row.delete()
    _entered(by, action, name, site, {})


@transaction.atomic
def remove_site(site: Site, *, by: By) -> None:
    """Removes a site that never had anything. Raises Refused where it has facts: those are not thrown away with it."""
    for rows, words in ((site.sources, "captures or live sources"), (site.assets, "assets"), (site.sensors, "sensors")):
        if count := rows.count():
            raise Refused(f"{site.name}: it has {count:,} {words}; only a site without any can be removed")
    enter(by, AuditAction.SITE_REMOVED, site.slug, site, {"name": site.name})
    site.delete()


def network(given: str) -> str:
    """The network in its usual form. Raises Refused."""
    try:
        return str(ipaddress.ip_network(given.strip(), strict=True))
    except ValueError:
        raise Refused(f"network: {given[:64]} was read; a network as 10.1.2.0/24 or fd00::/64 is allowed, without bits of a host") from None


def _entered(by: By, action: AuditAction, name: str, site: Site, values: Values) -> None:
    Site.objects.filter(pk=site.pk).update(facts=F("facts") + 1)
    index_places(site.pk)
    enter(by, action, name, site, dict(values))
    emit(Kind.SITE, site.slug, site=site.pk)


def _slug(given: str) -> str:
    if not SLUG.fullmatch(given):
        raise Refused(f"slug: {given[:80]} was read; 1 to 64 small letters, digits and - are allowed")
    return given


def _name(given: Any) -> str:
    found = text("name", str(given), 200)
    if not found or any(letter in found for letter in "\r\n\t"):
        raise Refused("name: nothing, or more than one line, was read; 1 to 200 characters are allowed")
    return found


def _timezone(given: str) -> str:
    if given not in zoneinfo.available_timezones():
        raise Refused(f"timezone: {given[:80]} was read; a name of the IANA database is allowed, as Europe/Berlin")
    return given


def _level(given: float | None) -> int | None:
    if given is None:
        return None
    tenths = round(given * 10) if math.isfinite(given) else -1
    if not 0 <= tenths <= 50 or abs(given * 10 - tenths) > 1e-6:
        raise Refused(f"level: {given} was read; a Purdue level from 0 to 5 is allowed, as 2 or 3.5, or none")
    return tenths


def _zone(site: Site, name: str | None) -> Zone | None:
    if not name:
        return None
    found = Zone.objects.filter(site=site, name=name).first()
    if found is None:
        raise Refused(f"zone: {name[:80]} was read; a zone of {site.name} is allowed, or none")
    return found
