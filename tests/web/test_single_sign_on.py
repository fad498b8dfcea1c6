"""Single sign-on against providers that others wrote: the whole way in a browser, and every answer that must not be believed."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from tests.web.providers import PASSWORD, Providers, missing, providers

CHROMIUM = Path("/usr/bin/chromium")
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "the providers are there")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Providers]:
    with providers(tmp_path_factory.mktemp("providers")) as made:
        yield made


@pytest.fixture
def client(both: Providers) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=both.platform.origin, follow_redirects=True, trust_env=False, timeout=20) as made:
        yield made


def fields(page: str) -> dict[str, str]:
    """The fields of the form of a page."""
    found = re.findall(r"<input[^>]*>", page)
    named = {name[1]: one for one in found if (name := re.search(r'name="([^"]+)"', one))}
    return {name: html.unescape(value[1]) if (value := re.search(r'value="([^"]*)"', one)) else "" for name, one in named.items()}


def sent(client: httpx.Client, answer: httpx.Response, **typed: str) -> httpx.Response:
    """The form of this page, filled in and sent."""
    action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
    where = urljoin(str(answer.url), html.unescape(action[1])) if action else str(answer.url)
    return client.post(where, data=fields(answer.text) | typed)


def by_openid(client: httpx.Client, name: str) -> httpx.Response:
    """Where it ends to sign on with OpenID Connect as this person."""
    page = client.get("/accounts/oidc/oidc/login/?process=login")
    return sent(client, sent(client, page, login=name, password="x"))


def saml_answer(client: httpx.Client, name: str, trick: str = "") -> httpx.Response:
    """The page of the SAML provider that would send the browser back."""
    return sent(client, client.get("/accounts/saml/saml/login/?process=login"), name=name, trick=trick)


def is_in(client: httpx.Client) -> bool:
    return client.get("/account/", follow_redirects=False).status_code == 200


# ------------------------------------------------------------------------------------------------------- the whole way


@pytest.fixture
def page(both: Providers) -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        made = browser.new_page()
        made.set_default_timeout(15_000)
        yield made
        browser.close()


def grace_is_in(both: Providers, page: Any) -> None:
    """The browser is back, sees the pages in the role that the group gives, and the log says so."""
    page.wait_for_url(f"{both.platform.origin}/**")
    page.goto(f"{both.platform.origin}/assets/")
    assert "Nothing is here yet" in page.content(), page.content()[:2000]
    assert both.roles("grace") == [("engineer", "works")], "the role of the group"
    last = both.entries()[-1]
    assert (last["actor"], last["action"], last["object"]) == ("grace", "sign_in", "grace")


def test_openid_from_the_sign_in_page_and_back(both: Providers, page: Any) -> None:
    page.goto(f"{both.platform.origin}/accounts/login/")
    page.get_by_role("link", name="Works OpenID").click()
    page.wait_for_url(f"{both.openid.origin}/interaction/*")
    page.fill("[name=login]", "grace")
    page.fill("[name=password]", "x")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    grace_is_in(both, page)
    answer = page.goto(f"{both.platform.origin}/people/")
    assert answer.status == 403, "an engineer looks after no accounts"


def test_saml_from_the_sign_in_page_and_back(both: Providers, page: Any) -> None:
    page.goto(f"{both.platform.origin}/accounts/login/")
    page.get_by_role("link", name="SAML").click()
    page.wait_for_url(f"{both.saml.origin}/sign-in*")
    page.fill("[name=name]", "grace")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Go on").click()
    grace_is_in(both, page)


# ------------------------------------------------------------------------------------------------- what is not believed


@pytest.mark.parametrize("trick", ["key", "audience", "issuer", "late", "none", "secret", "public", "missing", "person", "list", "page"])
def test_an_openid_answer_that_is_not_right_lets_nobody_in(both: Providers, client: httpx.Client, trick: str) -> None:
    before = len(both.entries())
    answer = by_openid(client, f"grace+{trick}")
    assert answer.status_code == 401 and "Single sign-on failed" in answer.text
    assert not is_in(client)
    assert [(one["action"], one["by"]) for one in both.entries()[before:]] == [("sign_in_failed", "oidc")]


@pytest.mark.parametrize(
    ("trick", "name"),
    [
        ("key", "grace"),
        ("audience", "grace"),
        ("issuer", "grace"),
        ("place", "grace"),
        ("late", "grace"),
        ("unsigned", "grace"),
        ("unasked", "grace"),
        ("altered", "mallory"),
        ("wrapped", "mallory"),
    ],
)
def test_a_saml_answer_that_is_not_right_lets_nobody_in(both: Providers, client: httpx.Client, trick: str, name: str) -> None:
    before = len(both.entries())
    answer = sent(client, saml_answer(client, name, trick))
    assert answer.status_code == 401 and "Single sign-on failed" in answer.text
    assert not is_in(client)
    assert [(one["action"], one["by"]) for one in both.entries()[before:]] == [("sign_in_failed", "saml")]


def test_an_openid_answer_works_once_and_only_where_it_was_asked_for(both: Providers, client: httpx.Client) -> None:
    first = by_openid(client, "grace")
    back = str(next(one.url for one in first.history if "/callback/" in str(one.url)))
    assert is_in(client)
    with httpx.Client(trust_env=False) as other:
        assert other.get(back).status_code == 401, "another browser did not begin this sign-on"
    client.cookies.clear()
    assert client.get(back).status_code == 401 and not is_in(client)


def test_a_saml_answer_works_once_and_only_where_it_was_asked_for(both: Providers, client: httpx.Client) -> None:
    kept = saml_answer(client, "grace")
    with httpx.Client(base_url=both.platform.origin, trust_env=False, follow_redirects=True) as other:
        assert sent(other, kept).status_code == 401 and not is_in(other), "another browser did not begin this sign-on"
    assert sent(client, kept).status_code == 200 and is_in(client)
    client.get("/accounts/logout/")
    client.post("/accounts/logout/", data=fields(client.get("/accounts/logout/").text))
    assert not is_in(client)
    assert sent(client, kept).status_code == 401 and not is_in(client), "it was used"


def test_a_saml_answer_to_another_request_lets_nobody_in(both: Providers, client: httpx.Client) -> None:
    before = len(both.entries())
    answer = sent(client, saml_answer(client, "grace", "other"))
    assert answer.status_code == 401 and "Single sign-on failed" in answer.text
    assert not is_in(client)
    assert [(one["action"], one["by"]) for one in both.entries()[before:]] == [("sign_in_failed", "saml")]


def test_what_is_kept_of_a_saml_answer_is_bounded_and_for_the_server_alone(both: Providers, client: httpx.Client) -> None:
    where = "/accounts/saml/saml/acs/"
    kept = client.post(where, data={"SAMLResponse": "A" * 1000}, follow_redirects=False)
    assert kept.status_code == 302 and "httponly" in kept.headers["Set-Cookie"].lower()
    assert client.post(where, data={"SAMLResponse": "A" * 300_000}, follow_redirects=False).status_code == 413
    assert client.get(where, follow_redirects=False).status_code == 405


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<x>",
        "<a/>",
        "\xff\0",
        "<a>" * 10_000,
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        f"<samlp:Response xmlns:samlp='{SAMLP}'/>",
    ],
)
def test_what_is_no_saml_answer_lets_nobody_in(both: Providers, client: httpx.Client, text: str) -> None:
    for told in (base64.b64encode(text.encode("latin-1")).decode(), text[:100]):
        answer = client.post("/accounts/saml/saml/acs/", data={"SAMLResponse": told})
        assert answer.status_code == 401 and "Single sign-on failed" in answer.text and not is_in(client)
        for name in ("SAMLResponse", "SAMLRequest"):
            assert client.get("/accounts/saml/saml/sls/", params={name: told}).status_code in {400, 401}


# ------------------------------------------------------------------------------------------------------- who may come in


@pytest.mark.parametrize("way", ["oidc", "saml"])
@pytest.mark.parametrize(("name", "words"), [("nobody", "Nobody here is called so"), ("off", "Nobody here"), ("local", "Nobody here")])
def test_only_accounts_that_were_made_for_it(both: Providers, client: httpx.Client, way: str, name: str, words: str) -> None:
    answer = by_openid(client, name) if way == "oidc" else sent(client, saml_answer(client, name))
    assert answer.status_code == 403 and words in answer.text and name in answer.text
    assert not is_in(client)
    last = both.entries()[-1]
    assert (last["action"], last["object"], last["by"]) == ("sign_in_failed", name, way)


@pytest.mark.parametrize("way", ["oidc", "saml"])
def test_who_is_in_no_group_that_is_named_has_no_role_and_does_not_come_in(both: Providers, client: httpx.Client, way: str) -> None:
    answer = by_openid(client, "lise") if way == "oidc" else sent(client, saml_answer(client, "lise"))
    assert answer.status_code == 403 and "None of your groups gives a role here" in answer.text and f"{way}.roles" in answer.text
    assert not is_in(client)
    assert both.roles("lise") == [], "what the groups do not give is taken"


def test_the_owner_of_a_local_account_connects_the_two(both: Providers, client: httpx.Client) -> None:
    page = client.get("/accounts/login/")
    sent(client, page, login="local", password=PASSWORD)
    assert is_in(client)
    connected = sent(client, sent(client, client.get("/accounts/oidc/oidc/login/?process=connect"), login="local", password="x"))
    assert connected.status_code == 200, connected.text
    with httpx.Client(base_url=both.platform.origin, follow_redirects=True, trust_env=False) as later:
        by_openid(later, "local")
        assert is_in(later)
    assert both.roles("local") == [("viewer", "works")], "the roles of an account with a password are given here"


def test_while_the_provider_is_away_the_page_says_so_and_passwords_work(both: Providers, client: httpx.Client) -> None:
    both.openid.stop()
    try:
        answer = client.get("/accounts/oidc/oidc/login/?process=login")
    finally:
        both.openid.start()
    assert answer.status_code == 503 and "The identity provider does not answer" in answer.text
    sent(client, client.get("/accounts/login/"), login="local", password=PASSWORD)
    assert is_in(client)
