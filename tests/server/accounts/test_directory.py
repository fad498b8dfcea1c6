"""Sign-in with a directory: a real slapd on loopback, and ldap3's own pretended server for what it answers only sometimes."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from fieldwatch.server.accounts import directory as module
from fieldwatch.server.accounts.directory import DirectoryAway, DirectoryBackend, Person, account, ask, asked
from fieldwatch.server.options import OPTIONS, Options
from fieldwatch.store.models import Membership, Role, Site, User

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # ldap3 2.9 uses older names of pyasn1
    import ldap3

BASE = "dc=works,dc=example"


def _options(**told: Any) -> Options:
    values = {option.name: option.usual for option in OPTIONS} | {name.replace("_", ".", 1): value for name, value in told.items()}
    return Options(values, dict.fromkeys(values, "test"), Path("/nonexistent"))


@pytest.fixture
def slapd(directory: Any) -> Options:
    return _options(
        ldap_url=directory.url,
        ldap_bind=f"cn=lookup,{BASE}",
        ldap_password_file=str(directory.password_file),
        ldap_base=f"ou=people,{BASE}",
        ldap_filter="(uid={name})",
        ldap_authority=str(directory.authority),
    )


def _but(options: Options, **told: Any) -> Options:
    return Options({**options.values, **{name.replace("_", ".", 1): value for name, value in told.items()}}, options.origins, options.data)


# ------------------------------------------------------------------------------------------------------ a real directory


def test_who_gives_the_right_password_is_known(slapd: Options) -> None:
    person = ask(slapd, "grace", "compiler")
    assert person == Person("grace", f"uid=grace,ou=people,{BASE}", "grace@works.example", "Grace", "Höpper", (), False)


@pytest.mark.parametrize(("name", "password"), [("grace", "wrong"), ("nobody", "compiler"), ("*", "compiler"), ("gr*", "compiler")])
def test_who_does_not_is_nobody(slapd: Options, name: str, password: str) -> None:
    assert ask(slapd, name, password) is None


def test_a_name_of_two_is_nobody(slapd: Options) -> None:
    assert ask(slapd, "twin", "same") is None
    assert ask(slapd, "other", "same") is not None


def test_a_name_is_never_a_part_of_the_filter(slapd: Options) -> None:
    assert ask(slapd, "grace)(|(uid=*", "compiler") is None
    assert ask(slapd, "x)(uid=grace", "compiler") is None


def test_a_certificate_that_nobody_vouches_for_is_refused(slapd: Options) -> None:
    with pytest.raises(DirectoryAway, match="certificate verify failed|CERTIFICATE_VERIFY_FAILED"):
        ask(_but(slapd, ldap_authority=""), "grace", "compiler")


def test_a_look_up_user_that_is_refused_is_said(slapd: Options, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong")
    with pytest.raises(DirectoryAway, match="ldap.bind = cn=lookup.*refuses"):
        ask(_but(slapd, ldap_password_file=str(tmp_path / "password")), "grace", "compiler")


@pytest.fixture
def chosen(slapd: Options, monkeypatch: pytest.MonkeyPatch) -> Options:
    """The directory in force for the server."""
    monkeypatch.setattr(settings, "OPTIONS", _but(slapd, accounts_require_second_factor=False))
    return slapd


def test_a_person_of_the_directory_signs_in_on_the_page(chosen: Options, db: None) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": "grace", "password": "compiler"})
    assert answer.status_code == 302
    user = User.objects.get(username="grace")
    assert (user.email, user.last_name, user.has_usable_password()) == ("grace@works.example", "Höpper", False)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_empty_password_is_never_taken_there(chosen: Options, db: None) -> None:
    assert DirectoryBackend().authenticate(None, "grace", "") is None
    assert not User.objects.exists()


def test_who_was_switched_off_here_stays_out(chosen: Options, db: None) -> None:
    User.objects.create_user("grace", "g@example.org", None, is_active=False)
    assert DirectoryBackend().authenticate(None, "grace", "compiler") is None


def test_an_account_with_a_password_here_is_not_opened(chosen: Options, db: None) -> None:
    User.objects.create_user("grace", "g@example.org", "Quiet-River-77")
    for name in ("grace", "GRACE"):
        assert DirectoryBackend().authenticate(None, name, "compiler") is None
    assert Client().post("/accounts/login/", {"login": "grace", "password": "Quiet-River-77"}).status_code == 302


# ------------------------------------------------------------------------------------------------------ away, or pretended


@pytest.mark.django_db
def test_while_it_is_away_local_accounts_work_and_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = _options(ldap_url="ldaps://127.0.0.1:1", ldap_base=BASE, accounts_require_second_factor=False)
    monkeypatch.setattr(settings, "OPTIONS", away)
    User.objects.create_user("ada", "a@example.org", "Quiet-River-77")
    with caplog.at_level(logging.WARNING):
        answer = Client().post("/accounts/login/", {"login": "grace", "password": "compiler-of-grace"})
    assert answer.status_code == 200 and b"The directory does not answer" in answer.content
    assert "the directory cannot be asked" in caplog.text and "compiler-of-grace" not in caplog.text
    assert Client().post("/accounts/login/", {"login": "ada", "password": "Quiet-River-77"}).status_code == 302


@pytest.mark.parametrize("url", ["ldap://dc1.works.example", "ldap://localhost.works.example", "ldap://127.0.0.1@dc1.works.example", "dc1"])
def test_passwords_do_not_cross_the_network_in_clear(url: str) -> None:
    with pytest.raises(DirectoryAway, match="in clear; ldaps:// is allowed"):
        ask(_options(ldap_url=url, ldap_base=BASE), "grace", "compiler")


@pytest.mark.parametrize(
    ("name", "filter_"),
    [
        ("grace", "(uid=grace)"),
        ("*", r"(uid=\2a)"),
        ("a)(b", r"(uid=a\29\28b)"),
        ("a\\b\0", r"(uid=a\5cb\00)"),
        ("{name}", "(uid={name})"),
    ],
)
def test_names_are_escaped(name: str, filter_: str) -> None:
    assert asked("(uid={name})", name) == filter_


class _Pretended:
    """ldap3's pretended server with one entry, which takes every password that is told."""

    def __init__(self, attributes: Mapping[str, Any]) -> None:
        self.server = ldap3.Server("pretended")
        self.attributes = attributes

    def __call__(self, options: Options, name: str, password: str) -> Any:
        connection = ldap3.Connection(self.server, name or "cn=lookup", password or "x", client_strategy=ldap3.MOCK_SYNC)
        connection.strategy.add_entry("cn=lookup", {"userPassword": "x"})
        connection.strategy.add_entry("cn=Grace,dc=x", {"userPassword": "compiler", "sAMAccountName": "grace", **self.attributes})
        return module._Closing(connection)


@pytest.mark.parametrize(
    ("attributes", "is_off"),
    [
        ({"userAccountControl": "512"}, False),
        ({"userAccountControl": "514"}, True),
        ({"nsAccountLock": "TRUE"}, True),
        ({"pwdAccountLockedTime": "000001010000Z"}, True),
        ({}, False),
    ],
)
def test_who_is_switched_off_there_is_seen(attributes: Mapping[str, Any], is_off: bool) -> None:
    person = ask(_options(ldap_url="x", ldap_base="dc=x"), "grace", "compiler", _Pretended(attributes))
    assert person is not None and person.is_off is is_off


def test_groups_are_read() -> None:
    groups = ["cn=ot,dc=x", "cn=soc,dc=x"]
    person = ask(_options(ldap_url="x", ldap_base="dc=x"), "grace", "compiler", _Pretended({"memberOf": groups}))
    assert person is not None and set(person.groups) == set(groups)


# ------------------------------------------------------------------------------------------------------ accounts of it


@pytest.fixture
def grace() -> Person:
    return Person("grace", "cn=Grace,dc=x", "grace@works.example", "Grace", "Hopper", ("cn=ot,dc=x",), False)


def test_an_account_follows_the_directory_at_each_sign_in(grace: Person, site: Site) -> None:
    user = account(grace, "ot=engineer@works")
    assert user is not None and list(user.memberships.values_list("role", "site__slug")) == [("engineer", "works")]
    again = account(grace._replace(last="Murray", groups=("cn=soc,dc=x",)), "ot=engineer@works,soc=analyst")
    assert again is not None and (again.pk, again.last_name) == (user.pk, "Murray")
    held: list[tuple[object, ...]] = list(again.memberships.values_list("role", "site"))
    assert held == [("analyst", None)]


def test_without_rules_roles_are_given_here(grace: Person, site: Site) -> None:
    user = account(grace, "")
    assert user is not None
    Membership.objects.create(user=user, role=Role.VIEWER, site=site)
    account(grace, "")
    assert Membership.objects.filter(user=user).count() == 1


@pytest.mark.django_db
def test_an_address_that_somebody_has_is_not_taken_over(grace: Person) -> None:
    User.objects.create_user("ada", "grace@works.example", None)
    user = account(grace, "")
    assert user is not None and user.email == "grace@directory.invalid"
