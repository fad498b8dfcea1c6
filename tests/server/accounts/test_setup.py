"""The one-time link of the first start."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from fieldwatch.server.accounts import setup
from fieldwatch.store.models import Membership, Role, Setting, User

Person = Callable[..., User]
ORIGIN = "http://localhost:8484"


def _secret(link: str | None) -> str:
    assert link is not None and link.startswith(f"{ORIGIN}/setup/")
    return link.removeprefix(f"{ORIGIN}/setup/").removesuffix("/")


@pytest.mark.django_db
def test_it_makes_the_first_administrator_once() -> None:
    secret = _secret(setup.setup_link(ORIGIN))
    assert len(secret) == 43 and secret not in str(Setting.objects.get(name="setup").value)
    user = setup.make_first(secret, "ada", "ada@example.org", "Quiet-River-77")
    assert user.check_password("Quiet-River-77")
    assert list(Membership.objects.values_list("user", "role")) == [(user.pk, Role.ADMINISTRATOR)]
    assert not Membership.objects.exclude(site=None, zone=None).exists()
    with pytest.raises(setup.NoSetup):
        setup.make_first(secret, "eve", "eve@example.org", "Quiet-River-77")
    assert setup.setup_link(ORIGIN) is None


@pytest.mark.django_db
def test_a_new_link_voids_the_one_before() -> None:
    old, new = _secret(setup.setup_link(ORIGIN)), _secret(setup.setup_link(ORIGIN))
    assert not setup.opens(old)
    assert setup.opens(new)


@pytest.mark.django_db
def test_it_is_good_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    secret, now = _secret(setup.setup_link(ORIGIN)), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 24 * 3600 - 5)
    assert setup.opens(secret)
    monkeypatch.setattr(time, "time", lambda: now + 24 * 3600 + 5)
    assert not setup.opens(secret)
    monkeypatch.setattr(time, "time", lambda: now - 3600)
    assert not setup.opens(secret), "a clock that went back does not make it last longer"


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["", "x", "\udcff", "a" * 5000])
def test_another_secret_opens_nothing(secret: str) -> None:
    assert not setup.opens(secret)
    setup.setup_link(ORIGIN)
    assert not setup.opens(secret)


def test_a_link_that_was_not_used_is_void_once_there_is_an_administrator(person: Person) -> None:
    secret = _secret(setup.setup_link(ORIGIN))
    admin = person(Role.ADMINISTRATOR)
    assert not setup.opens(secret)
    admin.is_active = False
    admin.save()
    assert setup.opens(secret), "one who was switched off cannot help anybody"
