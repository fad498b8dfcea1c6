"""What one request may see and do: the memberships of its person, narrowed by the token it came with."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from fieldwatch.server.accounts.roles import ALLOWED, May
from fieldwatch.store.models import ApiToken, Membership, Role, Site, User, Zone

READING = frozenset({May.SEE, May.SEE_FINDINGS, May.SEE_LOGINS, May.SEE_EVIDENCE, May.SEE_AUDIT, May.EXPORT})
"""What a token that only reads leaves of its owner's rights."""

Rows = TypeVar("Rows", bound=Model)


class Scope(NamedTuple):
    """Where something is allowed: everywhere, or at these sites and in these zones (by primary key)."""

    everywhere: bool
    sites: frozenset[int]
    zones: frozenset[int]

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.sites) or bool(self.zones)

    def q(self, site: str, *zones: str) -> Q:
        """The condition for rows whose site stands at this path, or a zone at one of these. Rows without a zone are their whole site's."""
        if self.everywhere:
            return Q()
        found = Q(**{f"{site}__in": self.sites})
        for zone in zones if self.zones else ():
            found |= Q(**{f"{zone}__in": self.zones})
        return found

    def holds(self, site: int | None, zone: int | None = None) -> bool:
        """True where a row of this site and zone is inside."""
        return self.everywhere or site in self.sites or (zone is not None and zone in self.zones)


NOWHERE = Scope(False, frozenset(), frozenset())


class Access:
    """The rights of one request."""

    def __init__(self, user: User, token: ApiToken | None = None) -> None:
        self.user = user
        self.token = token

    @cached_property
    def memberships(self) -> list[Membership]:
        """The person's roles; none of somebody who was switched off."""
        return list(Membership.objects.filter(user=self.user).select_related("zone")) if self.user.is_active else []

    def scope(self, may: May) -> Scope:
        """Where this is allowed."""
        if self.token is not None and self.token.scope == ApiToken.Scope.READ and may not in READING:
            return NOWHERE
        found = [one for one in self.memberships if may in ALLOWED[Role(one.role)]]
        scope = Scope(
            any(one.site_id is None and one.zone_id is None for one in found),
            frozenset(one.site_id for one in found if one.site_id is not None and one.zone_id is None),
            frozenset(one.zone_id for one in found if one.zone_id is not None),
        )
        return scope if self.token is None or self.token.site_id is None else self._at(scope, self.token.site_id)

    @staticmethod
    def _at(scope: Scope, site: int) -> Scope:
        """What is left of a scope at one site."""
        if scope.everywhere or site in scope.sites:
            return Scope(False, frozenset({site}), frozenset())
        zones = frozenset(Zone.objects.filter(pk__in=scope.zones, site=site).values_list("pk", flat=True))
        return Scope(False, frozenset(), zones)

    def may(self, may: May, site: int | None = None, zone: int | None = None) -> bool:
        """True where it is allowed at this site and zone; without a site: anywhere at all."""
        scope = self.scope(may)
        return bool(scope) if site is None else scope.holds(site, zone)

    def narrow(self, rows: QuerySet[Rows], may: May, site: str = "site", *zones: str) -> QuerySet[Rows]:
        """The rows that may be seen so."""
        return rows.filter(self.scope(may).q(site, *zones))

    @cached_property
    def sites(self) -> list[Site]:
        """Sites of which anything may be seen, by name."""
        scope = self.scope(May.SEE)
        rows = Site.objects.all() if scope.everywhere else Site.objects.filter(Q(pk__in=scope.sites) | Q(zones__in=scope.zones)).distinct()
        return list(rows.order_by("name"))

    def only_site(self, slug: str) -> Site | None:
        """The site of this short name; without one, the only site there is. None where that is none, or several."""
        found = [one for one in self.sites if slug in {"", one.slug}]
        return found[0] if len(found) == 1 else None

    @cached_property
    def everything(self) -> frozenset[May]:
        """All that is allowed somewhere: what menus and buttons are shown for."""
        return frozenset(may for may in May if self.scope(may))


def access(request: HttpRequest) -> Access:
    """The access of a request that somebody signed in for (`Gate` has seen to that)."""
    held: Any = getattr(request, "access", None)
    if held is None:
        held = Access(request.user)  # type: ignore[arg-type]
        request.access = held  # type: ignore[attr-defined]
    return held  # type: ignore[no-any-return]


def ids(rows: Iterable[Model]) -> list[int]:
    """Primary keys."""
    return [row.pk for row in rows]
