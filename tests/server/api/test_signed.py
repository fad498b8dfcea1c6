"""Who asks: tokens, sessions, and nobody."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from fieldwatch.server.accounts import tokens
from fieldwatch.store.models import ApiToken, Site, User

Person = Callable[..., User]
Program = Callable[..., Client]
LIST = "/api/v1/assets"


def refused(client: Client, **headers: str) -> str:
    answer = client.get(LIST, headers=headers)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    return str(answer.json()["detail"])


def test_nobody_is_asked_for_a_token(db: None) -> None:
    assert "Nobody is signed in" in refused(Client())


@pytest.mark.parametrize("given", ["Basic eDp5", "Bearer", "Bearer fwt_wrong", "Bearer x y", "fwt_", "Bearer fwt_" + "x" * 5000])
def test_what_is_no_token_is_refused_even_in_a_session(given: str, person: Person, browser: Callable[[User], Client]) -> None:
    refused(Client(), Authorization=given)
    refused(browser(person("viewer")), Authorization=given)


def test_a_token_ends_with_its_time_its_row_and_its_person(person: Person, program: Program) -> None:
    user = person("viewer")
    client = program(user)
    assert client.get(LIST).status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert "expired" in refused(client)
    ApiToken.objects.update(expires_at=timezone.now() + datetime.timedelta(days=1))
    assert client.get(LIST).status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    refused(client)
    User.objects.filter(pk=user.pk).update(is_active=True)
    ApiToken.objects.all().delete()
    refused(client)


def test_a_token_that_reads_changes_nothing_and_one_of_a_site_stays_there(
    site: Site, other_site: Site, administrator: User, program: Program
) -> None:
    reading = program(administrator, "read")
    assert reading.get("/api/v1/sites").json()["count"] == 2
    answer = reading.patch(f"/api/v1/sites/{site.slug}", {"description": "x"}, content_type="application/json")
    assert answer.status_code == 403
    here = program(administrator, "write", site)
    assert [row["slug"] for row in here.get("/api/v1/sites").json()["items"]] == [site.slug]
    assert here.get(f"/api/v1/sites/{other_site.slug}").status_code == 404


def test_a_session_needs_the_csrf_token_to_change_something(site: Site, administrator: User, browser: Callable[[User], Client]) -> None:
    client = browser(administrator)
    client.handler.enforce_csrf_checks = True
    assert client.get(LIST).status_code == 200
    address, given = f"/api/v1/sites/{site.slug}", {"description": "x"}
    answer = client.patch(address, given, content_type="application/json")
    assert answer.status_code == 403
    assert "X-CSRFToken" in answer.json()["do"]
    client.get("/accounts/login/")
    client.cookies["csrftoken"] = "a" * 32
    answer = client.patch(address, given, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert answer.status_code == 200, answer.content


def test_a_session_without_the_second_factor_gets_nothing(administrator: User) -> None:
    client = Client()
    client.force_login(administrator, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(LIST)
    assert answer.status_code in {302, 403}
    assert b"items" not in answer.content


def test_a_token_in_the_address_is_no_token(administrator: User) -> None:
    text = tokens.make(administrator, "x", "read", None, timezone.now() + datetime.timedelta(days=1))
    assert Client().get(LIST, {"access_token": text}).status_code == 401
