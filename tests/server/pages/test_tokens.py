"""Tokens by the page."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from fieldwatch.server.accounts.tokens import authenticate
from fieldwatch.store.models import ApiToken, AuditEvent, Role, Site, User

Person = Callable[..., User]
Browser = Callable[[User], Client]


def _told(days: int = 30, **other: str) -> dict[str, str]:
    day = timezone.localdate() + datetime.timedelta(days=days)
    return {"name": "historian", "scope": "read", "site": "", "expires": day.isoformat()} | other


def test_a_token_is_shown_once_and_works(person: Person, browser: Browser, site: Site) -> None:
    client = browser(person(Role.ENGINEER, site))
    answer = client.post("/tokens/new/", _told(site=str(site.pk)))
    text = re.search(r"fwt_[\w-]{43}", answer.content.decode())
    assert text is not None and answer["Cache-Control"] == "no-store"
    found = authenticate(text[0])
    assert found is not None and found.site == site
    assert text[0].encode() not in client.get("/account/").content
    entry = AuditEvent.objects.get(action="token_created")
    assert entry.site == "works" and text[0] not in str(entry.detail)


@pytest.mark.parametrize(
    ("told", "words"), [(_told(367), "a year from now is allowed"), (_told(-1), "was read"), (_told(scope="all"), "not one of")]
)
def test_what_is_not_allowed_is_not_made(person: Person, browser: Browser, told: dict[str, str], words: str) -> None:
    answer = browser(person(Role.VIEWER)).post("/tokens/new/", told)
    assert answer.status_code == 400 and words in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_a_site_that_one_does_not_see_is_not_offered(person: Person, browser: Browser, site: Site, other_site: Site) -> None:
    client = browser(person(Role.VIEWER, site))
    assert b"Elsewhere" not in client.get("/tokens/new/").content
    assert client.post("/tokens/new/", _told(site=str(other_site.pk))).status_code == 400


def test_one_s_own_is_revoked_and_an_administrator_revokes_all(person: Person, browser: Browser) -> None:
    owner, other, admin = person(Role.VIEWER), person(Role.ENGINEER), person(Role.ADMINISTRATOR)
    for _ in range(2):
        browser(owner).post("/tokens/new/", _told())
    first, second = ApiToken.objects.order_by("pk")
    assert browser(other).post(f"/tokens/{first.pk}/revoke/").status_code == 404
    assert browser(owner).post(f"/tokens/{first.pk}/revoke/").status_code == 303
    assert browser(admin).post(f"/tokens/{second.pk}/revoke/").status_code == 303
    assert not ApiToken.objects.exists()
    entries = AuditEvent.objects.filter(action="token_revoked").order_by("number")
    assert [(one.actor, one.detail["of"]) for one in entries] == [(owner.username, owner.username), (admin.username, owner.username)]
