"""What every request goes through."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client

from fieldwatch.server import middleware
from fieldwatch.server.options import Options
from fieldwatch.store.models import Role, Site, User

Person = Callable[..., User]
Browser = Callable[[User], Client]


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts other options in force."""

    def put(**told: object) -> None:
        held: Options = settings.OPTIONS
        values = {**held.values, **{name.replace("_", ".", 1): value for name, value in told.items()}}
        monkeypatch.setattr(settings, "OPTIONS", Options(values, held.origins, held.data))

    return put


@pytest.fixture(autouse=True)
def _full_buckets() -> Iterator[None]:
    middleware.buckets.cache_clear()
    yield
    middleware.buckets.cache_clear()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/%00", "/?q=%00", "/?q=a%00b"])
def test_bytes_that_are_no_text_are_refused(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 400 and b"UTF-8 without NUL is allowed" in answer.content


@pytest.mark.django_db
def test_who_is_not_signed_in_is_sent_there_and_back() -> None:
    answer = Client().get("/people/?q=a&sort=-x")
    assert answer.status_code == 302 and answer["Location"] == "/accounts/login/?next=%2Fpeople%2F%3Fq%3Da%26sort%3D-x"
    part = Client().get("/people/", headers={"HX-Request": "true"})
    assert part.status_code == 401 and part["HX-Redirect"] == "/accounts/login/"


def test_without_a_second_factor_only_the_pages_that_make_one_are_there(person: Person, choose: Callable[..., None]) -> None:
    client = Client()
    client.force_login(person(Role.ADMINISTRATOR), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/account/")["Location"] == "/accounts/2fa/"
    assert client.get("/setup/site/")["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200
    choose(accounts_require_second_factor=False)
    assert client.get("/account/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", [*middleware.CLOSED, "/accounts/password/reset/", "/accounts/password/reset/done/"])
def test_nobody_signs_up_and_no_mail_is_asked_for(address: str) -> None:
    assert Client().get(address).status_code == 404
    assert Client().post(address, {"email": "a@example.org"}).status_code == 404


def test_a_session_ends_after_its_hours_even_in_use(
    person: Person, browser: Browser, choose: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, now = browser(person(Role.VIEWER)), time.time()
    assert client.get("/account/").status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 12 * 3600 - 5)
    assert client.get("/account/").status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 12 * 3600 + 5)
    assert client.get("/account/").status_code == 302
    monkeypatch.setattr(time, "time", lambda: now + 5)
    assert client.get("/account/").status_code == 302, "it is gone, not hidden"


def test_the_end_of_an_idle_session_moves_with_its_use_once_a_minute(
    person: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, now = browser(person(Role.VIEWER)), time.time()
    client.get("/account/")
    first = client.session["touched"]
    monkeypatch.setattr(time, "time", lambda: now + 30)
    client.get("/account/")
    assert client.session["touched"] == first
    monkeypatch.setattr(time, "time", lambda: now + 90)
    answer = client.get("/account/")
    assert client.session["touched"] == first + 90 or client.session["touched"] == int(now + 90)
    assert answer.cookies["fieldwatch"]["max-age"] == settings.OPTIONS["accounts.idle_minutes"] * 60


def test_too_many_requests_of_one_person_are_refused_and_others_go_on(
    person: Person, browser: Browser, choose: Callable[..., None]
) -> None:
    choose(limits_person_per_minute=3)
    busy, calm = browser(person(Role.VIEWER)), browser(person(Role.VIEWER))
    answers = [busy.get("/account/") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 20
    assert calm.get("/account/").status_code == 200


@pytest.mark.django_db
def test_an_address_that_nobody_signed_in_from_is_limited_too(choose: Callable[..., None]) -> None:
    choose(limits_address_per_minute=2)
    answers = [Client().get("/api/v1/assets", headers={"Authorization": f"Bearer fwt_{number}"}) for number in range(3)]
    assert [one.status_code for one in answers[:2]] != [429, 429]
    assert answers[-1].status_code == 429 and answers[-1]["Content-Type"] == "application/problem+json"
    assert Client().get("/accounts/login/", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_the_language_of_the_account_counts(person: Person, browser: Browser, site: Site) -> None:
    user = person(Role.VIEWER)
    user.language = "de"
    user.save()
    assert b'<html lang="de"' in browser(user).get("/account/").content
