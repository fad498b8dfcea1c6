"""The first start, from the link to the overview, as a browser goes through it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from fieldwatch.server.accounts.setup import setup_link
from fieldwatch.store.models import AuditEvent, EnrolmentToken, Membership, Role, Setting, Site, Subnet, User

Person = Callable[..., User]
Browser = Callable[[User], Client]
ADA = {"username": "ada", "email": "ada@example.org", "password": "Quiet-River-77", "again": "Quiet-River-77"}


@pytest.fixture()
def link(db: None) -> str:
    made = setup_link("")
    assert made is not None
    return made


@pytest.mark.django_db(transaction=True)
def test_from_the_link_to_the_overview(link: str, code: Callable[..., str]) -> None:
    client = Client()
    assert b"no default password" in client.get(link).content
    assert client.post(link, ADA)["Location"] == "/accounts/2fa/"
    assert client.get("/")["Location"] == "/accounts/2fa/", "nothing is seen before the second factor"
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page and "<script" not in page.split("</head>")[1]
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret is not None
    made = client.post("/accounts/2fa/totp/activate/", {"code": code(secret[1])})
    assert made["Location"] == "/accounts/2fa/recovery-codes/"
    assert secret[1] not in str(Authenticator.objects.get(type="totp").data), "the secret is encrypted in the database"
    assert b'href="/setup/site/"' in client.get("/accounts/2fa/recovery-codes/").content
    made = client.post("/setup/site/", {"name": "Water works", "slug": "works", "timezone": "Europe/Berlin"})
    assert made["Location"] == "/setup/works/traffic/"
    assert client.post("/setup/works/traffic/", {"way": "upload"})["Location"] == "/setup/works/networks/"
    made = client.post("/setup/works/networks/", {"networks": "10.10.1.0/24, Line 1, Cell A\n10.10.2.0/24, Line 2, Cell A"})
    assert made["Location"] == "/"
    assert list(Subnet.objects.values_list("network", "name", "zone__name")) == [
        ("10.10.1.0/24", "Line 1", "Cell A"),
        ("10.10.2.0/24", "Line 2", "Cell A"),
    ]
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"account_created", "sign_in", "second_factor_added", "site_created", "zone_created", "subnet_created"} <= actions


def test_it_works_once(link: str) -> None:
    assert Client().post(link, ADA).status_code == 302
    for method in ("get", "post"):
        answer = getattr(Client(), method)(link, ADA | {"username": "eve", "email": "eve@example.org"})
        assert answer.status_code == 410 and b"This link does not work" in answer.content
    assert User.objects.count() == 1


def _opens_nothing(link: str) -> None:
    for method in ("get", "post"):
        assert getattr(Client(), method)(link, ADA).status_code == 410
    assert not User.objects.filter(username="ada").exists()


def test_it_ends_after_a_day_even_while_its_page_is_open(link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get(link).status_code == 200
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 24 * 3600 + 5)
    _opens_nothing(link)


def test_it_opens_nothing_once_somebody_else_administers(link: str, person: Person) -> None:
    assert Client().get(link).status_code == 200
    person(Role.ADMINISTRATOR)
    _opens_nothing(link)
    assert setup_link("") is None


def test_who_made_the_first_account_has_no_way_back_to_the_link(link: str) -> None:
    client = Client()
    client.post(link, ADA)
    assert client.get(link).status_code in {302, 410}
    client.post("/accounts/logout/")
    assert client.get(link).status_code == 410
    assert not Setting.objects.filter(name="setup").exists(), "nothing of it is kept"


@pytest.mark.django_db(transaction=True)
def test_of_two_that_use_it_at_once_one_administers() -> None:
    link, statuses, start = setup_link(""), list[int](), threading.Barrier(2)
    assert link is not None

    def use(name: str) -> None:
        told = ADA | {"username": name, "email": f"{name}@example.org"}
        start.wait()
        statuses.append(Client().post(link, told).status_code)
        connection.close()

    threads = [threading.Thread(target=use, args=(name,)) for name in ("ada", "eve")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(statuses) == [302, 410]
    assert User.objects.count() == Membership.objects.filter(role=Role.ADMINISTRATOR).count() == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"password": "Sh0rt!x"}, "at least 12"),
        ({"password": "password1234"}, "too common"),
        ({"password": "ada@example.org1"}, "too similar"),
        ({"again": "Other-River-77"}, "not the same"),
        ({"username": "a b"}, "valid username"),
        ({"email": "x"}, "valid email"),
    ],
)
def test_a_bad_account_is_not_made_and_the_link_stays(link: str, told: dict[str, str], words: str) -> None:
    given = ADA | told
    given["again"] = told.get("again", given["password"])
    answer = Client().post(link, given)
    assert answer.status_code == 400 and words in answer.content.decode()
    assert given["password"] not in answer.content.decode()
    assert not User.objects.exists()
    assert Client().post(link, ADA).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/setup/x/", "/setup/" + "a" * 43 + "/"])
def test_another_link_says_nothing(address: str) -> None:
    assert Client().get(address).status_code == 410


def test_a_sensor_gets_a_token_that_is_shown_once(person: Person, browser: Browser, site: Site) -> None:
    client = browser(person(Role.ADMINISTRATOR))
    answer = client.post("/setup/works/traffic/", {"way": "interface", "interface": "mirror0; rm"})
    page = answer.content.decode()
    token = re.search(r"fw1\.[0-9a-f]{64}\.([A-Za-z0-9_-]{43})", page)
    assert token is not None and token[1] not in str(EnrolmentToken.objects.values().get())
    assert "fieldwatch sensor --interface &#x27;mirror0; rm&#x27; --to https://127.0.0.1:8485 --token-file sensor.token" in page
    assert token[1].encode() not in client.get("/setup/works/traffic/").content


@pytest.mark.parametrize(
    ("text", "words"), [("10.0.0.0/33", "line 1: network: 10.0.0.0/33 was read"), ("10.0.0.0/8\n10.0.0.0/8", "stands there twice")]
)
def test_networks_are_all_taken_or_none(person: Person, browser: Browser, site: Site, text: str, words: str) -> None:
    answer = browser(person(Role.ADMINISTRATOR)).post("/setup/works/networks/", {"networks": "10.9.0.0/16,Office,Cell Z\n" + text})
    assert answer.status_code == 400 and words.replace("line 1", "line 2") in answer.content.decode()
    assert not Subnet.objects.exists() and not site.zones.exists()


@pytest.mark.parametrize("address", ["/setup/site/", "/setup/works/traffic/", "/setup/works/networks/"])
def test_its_steps_are_for_administrators(person: Person, browser: Browser, site: Site, address: str) -> None:
    assert Client().get(address).status_code == 302
    for role in Role:
        expected = 200 if role == Role.ADMINISTRATOR else 403
        assert browser(person(role)).get(address).status_code == expected
    assert not Setting.objects.filter(name="setup").exists()
