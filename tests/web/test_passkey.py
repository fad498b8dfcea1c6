"""Passkeys in a browser with an authenticator of software: made, used as second factor and alone, and removed.

Standard: Web Authentication Level 3 (11: virtual authenticators, here through the Chrome DevTools Protocol, domain WebAuthn).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.served import Served, served

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "Quiet-River-77"

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("passkeys") / "data") as made:
        yield made


class Person:
    """Somebody at a browser with authenticators."""

    def __init__(self, page: Any, platform: Served) -> None:
        self.page, self.origin, self.data = page, platform.origin, platform.data
        self.wrong: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.tools = page.context.new_cdp_session(page)
        self.tools.send("WebAuthn.enable")
        self.authenticator = ""

    def takes(self, *, checks: bool) -> None:
        """A new authenticator; `checks`: it verifies its person."""
        told = {"protocol": "ctap2", "transport": "internal" if checks else "usb", "hasResidentKey": checks, "hasUserVerification": checks}
        options = told | {"isUserVerified": checks, "automaticPresenceSimulation": True}
        self.authenticator = self.tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def lays_down(self) -> None:
        """The authenticator is there no more."""
        self.tools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.authenticator})

    def is_who_it_says(self, is_so: bool) -> None:
        """The authenticator finds that this is its person, or is not."""
        self.tools.send("WebAuthn.setUserVerified", {"authenticatorId": self.authenticator, "isUserVerified": is_so})

    def go(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.origin + path, wait_until="load")

    def presses(self, name: str) -> str:
        """Presses the button; the path that it leads to."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.get_by_role("button", name=name, exact=True).click()
        return str(self.page.url).removeprefix(self.origin)

    def types(self, **values: str) -> None:
        for name, value in values.items():
            self.page.locator(f"main [name='{name}']").first.fill(value)

    def signs_out(self) -> None:
        self.go("/account/")
        self.page.locator("summary[aria-label^='Account']").click()
        self.presses("Sign out")
        self.go("/accounts/login/")

    def is_in(self) -> bool:
        self.go("/account/")
        return bool(self.page.url == f"{self.origin}/account/")

    def entries(self) -> list[tuple[str, str, str]]:
        """The audit log: who, what, and by which kind or way."""
        with sqlite3.connect(self.data / "fieldwatch.sqlite3") as store:
            rows = store.execute("SELECT actor, action, detail FROM store_auditevent ORDER BY number").fetchall()
        told = [(actor, action, json.loads(detail)) for actor, action, detail in rows]
        return [(actor, action, detail.get("kind") or detail.get("by", "")) for actor, action, detail in told]


@pytest.fixture
def person(platform: Served) -> Iterator[Person]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(15_000)
        yield Person(page, platform)
        browser.close()


def test_the_life_of_passkeys(platform: Served, person: Person) -> None:
    _makes_the_first(person, platform.link)
    _uses_it_as_second_factor(person)
    _makes_one_that_is_enough(person)
    _signs_in_with_it_alone(person)
    _removes_both(person)
    _opens_nothing_with_what_was_removed(person)
    assert person.wrong == []
    told = [one for one in person.entries() if one[1].startswith(("sign_in", "second_factor"))]
    assert told == [
        ("ada", "sign_in", "password"),
        ("ada", "second_factor_added", "webauthn"),
        ("ada", "second_factor_added", "recovery_codes"),
        ("ada", "sign_in", "password, mfa"),
        ("ada", "second_factor_added", "webauthn"),
        ("ada", "sign_in", "mfa"),
        ("ada", "second_factor_removed", "webauthn"),
        ("ada", "second_factor_removed", "webauthn"),
        ("ada", "second_factor_removed", "recovery_codes"),
        ("", "sign_in_failed", "webauthn"),
    ]


def _makes_the_first(person: Person, link: str) -> None:
    person.go(link)
    person.types(username="ada", email="ada@example.org", password=PASSWORD, again=PASSWORD)
    person.page.locator("main button[type=submit]").click()
    person.page.wait_for_url("**/accounts/2fa/")
    assert not person.is_in(), "nothing is seen before the second factor"
    person.takes(checks=False)
    person.go("/accounts/2fa/webauthn/add/")
    person.types(name="the grey key")
    assert person.presses("Add the passkey") == "/accounts/2fa/recovery-codes/"
    person.go("/accounts/2fa/webauthn/add/")
    person.page.get_by_role("button", name="Add the passkey").click()
    person.page.get_by_text("This passkey is here already.").wait_for()
    assert person.is_in()
    person.go("/accounts/2fa/")
    assert "the grey key" in person.page.content()


def _uses_it_as_second_factor(person: Person) -> None:
    person.signs_out()
    person.types(login="ada", password=PASSWORD)
    assert person.presses("Sign in") == "/accounts/2fa/authenticate/"
    assert not person.is_in()
    person.go("/accounts/2fa/authenticate/")
    person.presses("Use a passkey")
    assert person.is_in()


def _makes_one_that_is_enough(person: Person) -> None:
    person.lays_down()
    person.takes(checks=True)
    person.go("/accounts/2fa/webauthn/add/")
    person.types(name="the blue phone")
    person.page.locator("#id_passwordless").check()
    assert person.presses("Add the passkey").startswith("/accounts/2fa/")


def _signs_in_with_it_alone(person: Person) -> None:
    person.signs_out()
    person.is_who_it_says(False)
    person.page.get_by_role("button", name="Sign in with a passkey").click()
    person.page.get_by_text("No passkey was used").wait_for()
    person.is_who_it_says(True)
    person.go("/accounts/login/")
    assert person.presses("Sign in with a passkey") == "/"
    assert person.is_in()


def _removes_both(person: Person) -> None:
    for _ in range(2):
        person.go("/accounts/2fa/")
        person.page.get_by_role("link", name="Remove").first.click()
        person.presses("Remove")
    person.go("/accounts/2fa/")
    assert "Beside the password something is needed" in person.page.content()
    assert not person.is_in(), "without a second factor only the pages that make one are there"


def _opens_nothing_with_what_was_removed(person: Person) -> None:
    person.page.context.clear_cookies()
    person.go("/accounts/login/")
    assert person.presses("Sign in with a passkey") == "/accounts/login/"
    person.page.locator(".toast[data-level=error]").wait_for()
    assert not person.is_in()
