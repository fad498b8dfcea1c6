"""People: accounts and roles by the page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from fieldwatch.store.models import AuditEvent, Membership, Role, Site, User

Person = Callable[..., User]
Browser = Callable[[User], Client]
BOB = {"username": "bob", "email": "bob@example.org", "first_name": "", "last_name": "", "role": "engineer", "site": "", "zone": ""}


@pytest.fixture()
def admin(person: Person) -> User:
    return person(Role.ADMINISTRATOR)


@pytest.fixture()
def client(admin: User, browser: Browser) -> Client:
    return browser(admin)


def _actions() -> list[str]:
    """What was entered, but for the sign-ins of the fixtures."""
    return [one for one in AuditEvent.objects.order_by("number").values_list("action", flat=True) if one != "sign_in"]


def _link(page: str) -> str:
    found = re.search(r'id="secret">https?://[^/]+(/accounts/password/reset/key/[^<]+)<', page)
    assert found is not None
    return found[1]


def test_a_new_person_chooses_the_password_by_a_link(client: Client, site: Site) -> None:
    answer = client.post("/people/new/", BOB | {"site": str(site.pk)})
    assert answer["Cache-Control"] == "no-store"
    user = User.objects.get(username="bob")
    assert not user.has_usable_password() and list(user.memberships.values_list("role", "site__slug")) == [("engineer", "works")]
    assert _actions() == ["account_created", "role_given", "account_invited"]
    theirs, link = Client(), _link(answer.content.decode())
    assert link not in str(list(AuditEvent.objects.values()))
    there = theirs.get(link)["Location"]
    assert there.endswith("-set-password/"), "the key does not stay in the address"
    assert theirs.post(there, {"password1": "Quiet-River-77", "password2": "Quiet-River-77"}).status_code == 302
    assert theirs.get("/account/")["Location"] == "/accounts/2fa/"
    assert b"This link does not work" in Client().get(link, follow=True).content
    assert _actions()[3:] == ["password_changed"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"username": ""}, "required"),
        ({"username": "bob<script>"}, "valid username"),
        ({"role": "boss"}, "not one of"),
        ({"site": "99"}, "Select"),
    ],
)
def test_what_is_no_person_is_not_made(client: Client, told: dict[str, str], words: str) -> None:
    answer = client.post("/people/new/", BOB | told)
    assert answer.status_code == 400 and words in answer.content.decode()
    assert not User.objects.filter(email="bob@example.org").exists()


def test_an_administrator_is_one_everywhere(client: Client, site: Site) -> None:
    answer = client.post("/people/new/", BOB | {"role": "administrator", "site": str(site.pk)})
    assert answer.status_code == 400 and b"looked after by an engineer" in answer.content
    assert not User.objects.filter(username="bob").exists()


def test_roles_are_given_and_taken(client: Client, person: Person, site: Site) -> None:
    user = person(Role.VIEWER)
    client.post(f"/people/{user.pk}/roles/", {"role": "analyst", "site": str(site.pk), "zone": ""})
    assert set(user.memberships.values_list("role", flat=True)) == {"viewer", "analyst"}
    held = user.memberships.get(role="viewer")
    assert client.post(f"/people/{user.pk}/roles/{held.pk}/take/").status_code == 303
    assert list(user.memberships.values_list("role", flat=True)) == ["analyst"]
    assert _actions() == ["role_given", "role_taken"]


def test_a_role_of_somebody_else_is_not_taken_by_this_address(client: Client, person: Person) -> None:
    user, other = person(Role.VIEWER), person(Role.VIEWER)
    held = other.memberships.get()
    assert client.post(f"/people/{user.pk}/roles/{held.pk}/take/").status_code == 404
    assert other.memberships.exists()


def test_the_last_administrator_is_not_locked_out(client: Client, admin: User) -> None:
    held = Membership.objects.get(user=admin)
    answer = client.post(f"/people/{admin.pk}/roles/{held.pk}/take/", follow=True)
    assert b"This is the last administrator" in answer.content
    answer = client.post(f"/people/{admin.pk}/switch/", {"active": "0"}, follow=True)
    assert b"This is the last administrator" in answer.content
    admin.refresh_from_db()
    assert admin.is_active and Membership.objects.filter(user=admin).exists() and _actions() == []


def test_who_is_switched_off_is_out_at_once(client: Client, person: Person, browser: Browser) -> None:
    user = person(Role.VIEWER)
    theirs = browser(user)
    assert theirs.get("/account/").status_code == 200
    client.post(f"/people/{user.pk}/switch/", {"active": "0"})
    assert theirs.get("/account/").status_code == 302
    client.post(f"/people/{user.pk}/switch/", {"active": "1"})
    user.refresh_from_db()
    assert user.is_active and _actions() == ["account_changed", "account_changed"]


def test_lost_second_factors_are_reset_and_one_s_own_are_not(client: Client, admin: User, person: Person) -> None:
    user = person(Role.VIEWER)
    for one in (user, admin):
        Authenticator.objects.create(user=one, type="totp", data={"secret": "x"})
    assert client.post(f"/people/{user.pk}/second-factor/").status_code == 303
    assert client.post(f"/people/{admin.pk}/second-factor/").status_code == 403
    assert list(Authenticator.objects.values_list("user", flat=True)) == [admin.pk]
    assert _actions() == ["second_factor_reset"]


def test_no_link_for_oneself_or_for_who_is_switched_off(client: Client, admin: User, person: Person) -> None:
    user = person(Role.VIEWER)
    user.is_active = False
    user.save()
    assert client.post(f"/people/{admin.pk}/link/").status_code == 403
    assert client.post(f"/people/{user.pk}/link/").status_code == 403


def test_nobody_else_administers(person: Person, browser: Browser, admin: User, site: Site) -> None:
    local = person(Role.ADMINISTRATOR, site)
    for user in (*(person(role) for role in Role if role != Role.ADMINISTRATOR), local):
        theirs = browser(user)
        for address in ("/people/new/", f"/people/{admin.pk}/", "/administration/options/", "/webhooks/new/"):
            assert theirs.get(address).status_code == 403, (user.username, address)
        for address in ("link", "switch", "second-factor", "roles"):
            assert theirs.post(f"/people/{admin.pk}/{address}/", {"role": "viewer"}).status_code == 403
    assert _actions() == []


def test_names_are_escaped(client: Client, person: Person) -> None:
    user = person(Role.VIEWER)
    user.first_name = "<script>alert(1)</script>"
    user.save()
    page = client.get(f"/people/{user.pk}/").content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
