"""My account, and the pages of allauth around it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.test import Client

from fieldwatch.store.models import AuditEvent, Role, User

Person = Callable[..., User]
Browser = Callable[[User], Client]
Code = Callable[..., str]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "Quiet-River-77"


@pytest.fixture()
def ada(person: Person) -> User:
    """Somebody with a password and an authenticator."""
    user = person(Role.ENGINEER)
    user.set_password(PASSWORD)
    user.save()
    TOTP.activate(user, SECRET)
    return user


def _sign_in(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.username, "password": password})
    return client


def _two(user: User, code: Code) -> tuple[Client, Client]:
    """Two browsers in which somebody has signed in: a code works once, so one with a recovery code."""
    spare = RecoveryCodes.activate(user).get_unused_codes()[0]
    here, there = _sign_in(user), _sign_in(user)
    assert here.post("/accounts/2fa/authenticate/", {"code": code(SECRET)}).status_code == 302
    assert there.post("/accounts/2fa/authenticate/", {"code": spare}).status_code == 302
    assert there.get("/account/").status_code == 200
    return here, there


def _entries() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.order_by("number").values_list("action", "object"))


def test_sign_in_asks_for_the_code_and_starts_a_new_session(ada: User, code: Code) -> None:
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": ada.username, "password": PASSWORD})
    before = client.session.session_key
    assert client.get("/account/")["Location"].startswith("/accounts/login/"), "the password alone opens nothing"
    assert client.post("/accounts/2fa/authenticate/", {"code": code(SECRET)}).status_code == 302
    assert client.session.session_key != before
    assert client.get("/account/").status_code == 200
    cookie = client.cookies["fieldwatch"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert _entries() == [("sign_in", ada.username)]
    assert AuditEvent.objects.get().detail == {"by": "password, mfa"}


def test_a_code_works_once(ada: User, code: Code) -> None:
    now = code(SECRET)
    first, second = _sign_in(ada), _sign_in(ada)
    assert first.post("/accounts/2fa/authenticate/", {"code": now}).status_code == 302
    assert second.post("/accounts/2fa/authenticate/", {"code": now}).status_code == 200
    assert _entries() == [("sign_in", ada.username), ("sign_in_failed", ada.username)]


@pytest.mark.parametrize("wrong", ["000000", "", "abcdef", "1" * 5000])
def test_a_wrong_code_opens_nothing(ada: User, wrong: str, code: Code) -> None:
    client = _sign_in(ada)
    if wrong == code(SECRET):
        pytest.skip("this happens to be the code of this half minute")
    assert client.post("/accounts/2fa/authenticate/", {"code": wrong}).status_code == 200
    assert client.get("/account/").status_code == 302


def test_a_recovery_code_works_once(ada: User) -> None:
    spare = RecoveryCodes.activate(ada).get_unused_codes()[0]
    assert _sign_in(ada).post("/accounts/2fa/authenticate/", {"code": spare}).status_code == 302
    assert _sign_in(ada).post("/accounts/2fa/authenticate/", {"code": spare}).status_code == 200


def test_the_answer_is_the_same_whether_an_account_exists(ada: User) -> None:
    pages = []
    for name in (ada.username, "nobody-of-this"):
        answer = Client().post("/accounts/login/", {"login": name, "password": "wrong-password-1"})
        pages.append((answer.status_code, "not correct" in answer.content.decode()))
    assert pages == [(200, True), (200, True)]
    assert _entries() == [("sign_in_failed", ada.username), ("sign_in_failed", "nobody-of-this")]
    assert "wrong-password-1" not in str(list(AuditEvent.objects.values()))
    assert set(AuditEvent.objects.values_list("actor", flat=True)) == {""}


def test_guessing_is_stopped_for_this_account_and_address(ada: User) -> None:
    for _ in range(5):
        Client().post("/accounts/login/", {"login": ada.username, "password": "wrong"})
    answer = Client().post("/accounts/login/", {"login": ada.username, "password": PASSWORD})
    assert answer.status_code == 200 and b"Too many" in answer.content
    other = Client().post("/accounts/login/", {"login": ada.username, "password": PASSWORD}, REMOTE_ADDR="192.0.2.9")
    assert other.status_code == 200, "another address does not help"


def test_guessing_of_many_names_from_one_address_is_stopped(ada: User) -> None:
    for number in range(10):
        Client().post("/accounts/login/", {"login": f"name-{number}", "password": "wrong"})
    answer = Client().post("/accounts/login/", {"login": ada.username, "password": PASSWORD})
    assert answer.status_code == 200 and b"Too many" in answer.content
    elsewhere = Client().post("/accounts/login/", {"login": ada.username, "password": PASSWORD}, REMOTE_ADDR="192.0.2.9")
    assert elsewhere["Location"] == "/accounts/2fa/authenticate/", "who comes from elsewhere is not locked out"


def test_guessing_of_codes_is_stopped(ada: User, code: Code) -> None:
    client = _sign_in(ada)
    for number in range(12):
        client.post("/accounts/2fa/authenticate/", {"code": f"{number:06d}"})
    answer = client.post("/accounts/2fa/authenticate/", {"code": code(SECRET)})
    assert answer.status_code != 302 and client.get("/account/").status_code == 302


def test_who_is_switched_off_does_not_come_in(ada: User) -> None:
    User.objects.update(is_active=False)
    client = _sign_in(ada)
    assert client.get("/accounts/2fa/authenticate/")["Location"] == "/accounts/login/"


def test_a_new_password_ends_the_other_sessions(ada: User, code: Code) -> None:
    here, there = _two(ada, code)
    new = "Other-Stream-99"
    told = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", told).status_code == 302
    assert there.get("/account/").status_code == 302
    assert ("password_changed", ada.username) in _entries()
    ada.refresh_from_db()
    assert ada.check_password(new)


def test_looks_are_kept(ada: User, browser: Browser) -> None:
    client = browser(ada)
    answer = client.post("/account/", {"first_name": "Ada", "last_name": "L", "language": "de", "theme": "dark"})
    assert answer.status_code == 303 and answer.cookies["fieldwatch_theme"].value == "dark"
    ada.refresh_from_db()
    assert (ada.first_name, ada.language, ada.theme) == ("Ada", "de", "dark")
    assert client.post("/account/", {"language": "xx", "theme": ""}).status_code == 400
    assert _entries() == [("sign_in", ada.username), ("account_changed", ada.username)]


def test_nobody_changes_name_or_role_of_themselves(ada: User, browser: Browser) -> None:
    browser(ada).post("/account/", {"username": "root", "email": "x@example.org", "is_superuser": "1", "theme": ""})
    again = User.objects.get(pk=ada.pk)
    assert (again.username, again.email, again.is_superuser) == (ada.username, ada.email, False)


def test_sessions_are_listed_and_ended(ada: User, code: Code, person: Person, browser: Browser) -> None:
    here, there = _two(ada, code)
    other = UserSession.objects.filter(user=ada).exclude(session_key=here.session.session_key).get()
    assert f"/account/sessions/{other.pk}/end/" in here.get("/account/").content.decode()
    assert browser(person(Role.VIEWER)).post(f"/account/sessions/{other.pk}/end/").status_code == 404
    assert here.post(f"/account/sessions/{other.pk}/end/").status_code == 303
    assert there.get("/account/").status_code == 302 and here.get("/account/").status_code == 200


def test_removing_the_second_factor_needs_a_new_one_at_once(ada: User, code: Code) -> None:
    client = _sign_in(ada)
    client.post("/accounts/2fa/authenticate/", {"code": code(SECRET)})
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists()
    assert client.get("/account/")["Location"] == "/accounts/2fa/"
    assert ("second_factor_removed", ada.username) in _entries()


def test_sign_out_is_written_down(ada: User, browser: Browser) -> None:
    client = browser(ada)
    assert client.get("/accounts/logout/").status_code == 200, "a link alone signs nobody out"
    client.post("/accounts/logout/")
    assert client.get("/account/").status_code == 302
    assert _entries() == [("sign_in", ada.username), ("sign_out", ada.username)]


def test_forms_need_their_token(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", {"login": ada.username, "password": PASSWORD})
    assert answer.status_code == 403 and b"The page was too old" in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("there", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_sign_in_leads_to_no_other_host(there: str, person: Person) -> None:
    user = person(Role.VIEWER)
    user.set_password(PASSWORD)
    user.save()
    answer = Client().post("/accounts/login/", {"login": user.username, "password": PASSWORD, "next": there})
    assert answer.status_code == 302 and answer["Location"].startswith("/") and "evil" not in answer["Location"]
