"""Tokens of programs."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable

import pytest
from django.utils import timezone

from fieldwatch.server.accounts import tokens
from fieldwatch.store.models import ApiToken, Role, Site, User

Person = Callable[..., User]
DAY = datetime.timedelta(days=1)


@pytest.fixture
def owner(person: Person) -> User:
    return person(Role.ENGINEER)


def _made(owner: User, **other: object) -> str:
    told = {"name": "historian", "scope": "read", "site": None, "expires": timezone.now() + DAY} | other
    return tokens.make(owner, **told)  # type: ignore[arg-type]


def test_it_is_known_again_and_only_its_digest_is_kept(owner: User, site: Site) -> None:
    text = _made(owner, site=site, scope="write")
    row = ApiToken.objects.get()
    assert text.startswith("fwt_") and len(text) == 47
    assert (row.digest, row.hint) == (hashlib.sha256(text.encode()).hexdigest(), text[:10])
    assert text not in str(ApiToken.objects.values().get())
    found = tokens.authenticate(text)
    assert found is not None
    assert (found.user, found.site, found.scope) == (owner, site, "write")


@pytest.mark.parametrize("text", ["", "fwt_", "nothing", "fwt_" + "x" * 43, "fwt_" + "x" * 10_000, "fwt_\udcff", "fwt_ü"])
def test_another_text_is_nobodys(owner: User, text: str) -> None:
    _made(owner)
    assert tokens.authenticate(text) is None


def test_an_expired_one_and_one_of_somebody_switched_off_are_refused(owner: User) -> None:
    text = _made(owner)
    ApiToken.objects.update(expires_at=timezone.now())
    assert tokens.authenticate(text) is None
    ApiToken.objects.update(expires_at=timezone.now() + DAY)
    assert tokens.authenticate(text) is not None
    User.objects.update(is_active=False)
    assert tokens.authenticate(text) is None


def test_its_use_is_written_once_a_minute(owner: User) -> None:
    text = _made(owner)
    first = tokens.authenticate(text)
    second = tokens.authenticate(text)
    assert first is not None and second is not None and first.used_at == second.used_at
    ApiToken.objects.update(used_at=timezone.now() - tokens.FRESH)
    third = tokens.authenticate(text)
    assert third is not None and first.used_at is not None and third.used_at is not None and third.used_at > first.used_at


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_it_lasts_a_year_at_most(owner: User, days: int) -> None:
    with pytest.raises(tokens.BadToken, match="until: "):
        _made(owner, expires=timezone.now() + days * DAY)


def test_only_known_scopes_are_given(owner: User) -> None:
    with pytest.raises(tokens.BadToken, match="scope: all; read, write is allowed"):
        _made(owner, scope="all")
