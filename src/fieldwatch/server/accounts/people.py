"""What administrators do with accounts. Nobody gets a password from somebody else: a one-time link lets a person choose it."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.urls import reverse

from fieldwatch.store.models import Membership, Role, Site, User, Zone


class BadRole(ValueError):
    """A role cannot be given so: says what was read, and what is allowed."""


class LastAdministrator(Exception):
    """The change would leave nobody who may administer everything."""

    def __init__(self) -> None:
        super().__init__("the last administrator: somebody else must be one before this can be taken away")


def create(name: str, email: str) -> User:
    """An account without a password and without a role."""
    return User.objects.create_user(username=name, email=email, password=None)


def give(user: User, role: str, site: Site | None = None, zone: Zone | None = None) -> Membership:
    """Gives a role everywhere, at a site, or in a zone. Raises BadRole."""
    if role not in Role.values:
        raise BadRole(f"role: {role}; allowed: {', '.join(Role.values)}")
    if role == Role.ADMINISTRATOR and (site or zone):
        raise BadRole("role: administrator at one site; an administrator is one everywhere, a site is looked after by an engineer")
    if zone is not None and site is not None and zone.site_id != site.pk:
        raise BadRole(f"zone: {zone.name}; it is no zone of {site.name}")
    return Membership.objects.get_or_create(user=user, role=role, site=zone.site if zone else site, zone=zone)[0]


def take(membership: Membership) -> None:
    """Takes a role away. Raises LastAdministrator."""
    _keeping_one(membership.delete)


def switch(user: User, active: bool) -> None:
    """Switches an account on, or off and out of all its sessions. Raises LastAdministrator."""
    user.is_active = active
    _keeping_one(lambda: user.save(update_fields=["is_active"]))
    if not active:
        end_sessions(user)


def one_time_link(user: User, origin: str) -> str:
    """A link, good once and for a day, by which the person chooses a password. The one there was is void, and so are links made before."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_sessions(user)
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return origin + reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


def drop_second_factors(user: User) -> int:
    """Removes what a person lost, and ends the sessions; how many there were (recovery codes count as one)."""
    gone: int = Authenticator.objects.filter(user=user).delete()[0]
    end_sessions(user)
    return gone


def end_sessions(user: User) -> None:
    """Signs the person out everywhere."""
    for one in UserSession.objects.filter(user=user):
        one.end()


def _keeping_one(change: Callable[[], object]) -> None:
    """Makes the change, where an administrator is left after it."""
    with transaction.atomic():
        everywhere = Membership.objects.filter(role=Role.ADMINISTRATOR, site=None, zone=None)
        list(everywhere.select_for_update())  # of two that take each other's role away, one comes second
        had = everywhere.filter(user__is_active=True).exists()
        change()
        if had and not everywhere.filter(user__is_active=True).exists():
            raise LastAdministrator
