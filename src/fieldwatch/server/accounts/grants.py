"""Roles that groups of the directory or of an identity provider give: `group=role@site,...` (`*` or no site: everywhere).

A group is named by its DN or its CN.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fieldwatch.server.options import UnusableOption
from fieldwatch.store.models import Membership, Role, Site, User


class Grant(NamedTuple):
    """A role, at the site of this slug ("": everywhere)."""

    role: str
    site: str


def grants(told: str, groups: Iterable[str], option: str = "ldap.roles") -> set[Grant]:
    """What these groups give. Raises UnusableOption."""
    held = {name.casefold() for group in groups for name in (group, _common_name(group))}
    return {grant for group, grant in rules(told, option) if group.casefold() in held}


def rules(told: str, option: str = "ldap.roles") -> list[tuple[str, Grant]]:
    """What this option says. A DN has commas too: a rule ends where a role does. Raises UnusableOption."""
    made, group = [], ""
    for part in told.split(","):
        group = f"{group},{part}" if group else part.strip()
        name, _, right = group.rpartition("=")
        role, _, site = right.partition("@")
        if name and role.strip() in Role.values:
            made.append((name.strip(), Grant(role.strip(), "" if site.strip() in {"", "*"} else site.strip())))
            group = ""
    if group:
        raise UnusableOption(f"{option}: {group}: group=role@site is needed, with a role of {', '.join(Role.values)}")
    return made


def regrant(user: User, given: set[Grant]) -> None:
    """The person has these roles, and no others. A site that is not here gives none."""
    sites = {site.slug: site for site in Site.objects.filter(slug__in={grant.site for grant in given})}
    wanted = {(grant.role, sites[grant.site].pk if grant.site else None) for grant in given if not grant.site or grant.site in sites}
    wanted = {(role, site) for role, site in wanted if role != Role.ADMINISTRATOR or site is None}
    for one in Membership.objects.filter(user=user):
        key = (one.role, one.site_id)
        if one.zone_id is None and key in wanted:
            wanted.remove(key)
        else:
            one.delete()
    Membership.objects.bulk_create(Membership(user=user, role=role, site_id=site) for role, site in sorted(wanted, key=str))


def _common_name(group: str) -> str:
    """The value of the first part of a DN; "" of what is none."""
    first = group.split(",", 1)[0]
    return first.partition("=")[2] if first.lower().startswith("cn=") else ""
