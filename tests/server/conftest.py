"""Sites, people in roles, their browsers, and the example plant in a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.test import Client
from tests.server.receiver import Receiver

from fieldwatch.store.models import Asset, Membership, Role, Site, Source, User, Zone

PLANT = Path(__file__).parents[2] / "examples" / "plant" / "plant.pcap"
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


@pytest.fixture()
def receiver() -> Iterator[Receiver]:
    """A system that is told of events."""
    made = Receiver()
    yield made
    made.close()


class Plant(NamedTuple):
    """The example plant in the store: its site, its capture, and the controller that most is known of."""

    site: Site
    source: Source
    controller: Asset


@pytest.fixture()
def plant(site: Site, settings: Any, tmp_path: Path) -> Plant:
    """The example plant, brought, read, folded and judged as the worker does."""
    from fieldwatch.pipeline.reading import read_capture
    from fieldwatch.store.captures import bring, queue
    from fieldwatch.store.folding import fold_site, judge_site
    from fieldwatch.store.ingest import take
    from fieldwatch.vulnerabilities.basis import basis

    settings.DATA = tmp_path
    identity, size = bring(tmp_path, PLANT)
    source = queue(site, identity, PLANT.name, size)
    for batch in read_capture(str(PLANT), identity, PLANT.name, b"k" * 32):
        take(site.pk, batch, history=tmp_path / "history")
    judge_site(site.pk, basis(None, with_starter=True), folded=fold_site(site.pk))
    source.refresh_from_db()
    return Plant(site, source, Asset.objects.get(name="INTAKE_STATION"))
