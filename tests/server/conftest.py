"""Sites, people in roles, their browsers, and the example plant in a store."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from fieldwatch.store.models import Membership, Role, Site, User, Zone

Person = Callable[..., User]


@pytest.fixture
def site(db: None) -> Site:
    """The site that most tests are about."""
    return Site.objects.create(slug="works", name="Water works", timezone="Europe/Berlin")


@pytest.fixture
def other_site(db: None) -> Site:
    """Another site, of which nothing may be seen from the first."""
    return Site.objects.create(slug="elsewhere", name="Elsewhere")


@pytest.fixture
def person(db: None) -> Person:
    """Makes a person with one role: everywhere, at a site or in a zone."""

    def make(role: Role | str, site: Site | None = None, zone: Zone | None = None) -> User:
        name = f"{role}-{User.objects.count()}"
        user = User.objects.create_user(username=name, email=f"{name}@example.org", password=None)
        Membership.objects.create(user=user, role=role, site=site, zone=zone)
        return user

    return make


@pytest.fixture
def browser(db: None) -> Callable[[User], Client]:
    """Makes a browser in which this person has signed in, with the second factor."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["second_factor"] = True
        session.save()
        return client

    return make
