"""Accounts, as administrators handle them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client

from fieldwatch.server.accounts import people
from fieldwatch.store.models import Membership, Role, Site, User, Zone

Person = Callable[..., User]


def test_a_role_is_given_where_it_was_meant(person: Person, site: Site, other_site: Site) -> None:
    user, zone = person(Role.VIEWER), Zone.objects.create(site=site, name="Cell A")
    assert people.give(user, "engineer", zone=zone).site == site
    assert people.give(user, "engineer", site, zone).pk == people.give(user, "engineer", site, zone).pk
    with pytest.raises(people.BadRole, match="it is no zone of Elsewhere"):
        people.give(user, "engineer", other_site, zone)
    with pytest.raises(people.BadRole, match="everywhere"):
        people.give(user, "administrator", site)
    with pytest.raises(people.BadRole, match="role: boss; allowed: viewer, engineer"):
        people.give(user, "boss")


def test_the_last_administrator_stays(person: Person) -> None:
    first, second = person(Role.ADMINISTRATOR), person(Role.ADMINISTRATOR)
    people.switch(second, False)
    with pytest.raises(people.LastAdministrator):
        people.switch(first, False)
    with pytest.raises(people.LastAdministrator):
        people.take(Membership.objects.get(user=first))
    first.refresh_from_db()
    assert first.is_active and Membership.objects.filter(user=first).exists()
    people.switch(second, True)
    people.take(Membership.objects.get(user=first))


def test_an_administrator_may_have_the_role_twice(person: Person, site: Site) -> None:
    admin = person(Role.ADMINISTRATOR)
    viewer = people.give(admin, "viewer", site)
    people.take(viewer)
    assert list(Membership.objects.values_list("role", flat=True)) == ["administrator"]


def test_a_one_time_link_voids_password_sessions_and_links_before(person: Person, browser: Callable[[User], Client]) -> None:
    user = person(Role.VIEWER)
    user.set_password("Quiet-River-77")
    user.save()
    client = browser(user)
    UserSession.objects.create(user=user, ip="127.0.0.1", session_key=client.session.session_key, user_agent="x")
    first = people.one_time_link(user, "http://localhost")
    second = people.one_time_link(user, "http://localhost")
    assert first != second and not user.has_usable_password()
    assert not UserSession.objects.exists()
    assert client.get("/account/").status_code == 302
    assert b"does not work" in Client().get(first, follow=True).content
    assert b"Choose a password" in Client().get(second, follow=True).content


def test_lost_second_factors_are_removed(person: Person) -> None:
    user = person(Role.VIEWER)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "x", "used_mask": 0})
    assert people.drop_second_factors(user) == 2
    assert not Authenticator.objects.exists()
