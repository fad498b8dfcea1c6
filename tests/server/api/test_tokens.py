"""Tokens by REST."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.utils import timezone

from fieldwatch.store.models import ApiToken, AuditEvent, Site, User

Person = Callable[..., User]
Program = Callable[..., Client]
Browser = Callable[[User], Client]
JSON = "application/json"


def given(**more: Any) -> dict[str, Any]:
    return {"name": "reporter", "expires_at": (timezone.now() + datetime.timedelta(days=30)).isoformat()} | more


def test_a_token_is_made_shown_once_and_revoked(site: Site, person: Person, browser: Browser) -> None:
    user = person("viewer", site)
    client = browser(user)
    made = client.post("/api/v1/tokens", given(site=site.slug), content_type=JSON)
    assert made.status_code == 201, made.content
    text = made.json()["token"]
    program = Client(headers={"Authorization": f"Bearer {text}"})
    assert program.get("/api/v1/assets").status_code == 200
    mine = client.get("/api/v1/tokens/mine")
    assert [row["name"] for row in mine.json()] == ["reporter"]
    assert text not in mine.content.decode()
    assert program.delete(f"/api/v1/tokens/{made.json()['id']}").status_code == 404, "a token that reads revokes nothing"
    assert client.delete(f"/api/v1/tokens/{made.json()['id']}").status_code == 204
    assert program.get("/api/v1/assets").status_code == 401
    assert [one.action for one in AuditEvent.objects.order_by("number")][-2:] == ["token_created", "token_revoked"]
    assert text not in repr(list(AuditEvent.objects.values()))


def test_a_token_makes_no_tokens(administrator: User, program: Program) -> None:
    assert program(administrator).post("/api/v1/tokens", given(), content_type=JSON).status_code == 403


def test_what_is_not_allowed_is_refused(person: Person, site: Site, other_site: Site, browser: Browser) -> None:
    client = browser(person("viewer", site))
    for more in (
        {"name": ""}, {"scope": "all"}, {"site": other_site.slug}, {"expires_at": "2001-01-01T00:00:00Z"}, {"expires_at": "never"},
        {"expires_at": "9999-12-31T23:59:59+14:00"}, {"expires_at": "0001-01-01T00:00:00+14:00"},
    ):  # fmt: skip
        answer = client.post("/api/v1/tokens", given(**more), content_type=JSON)
        assert answer.status_code == 422, (more, answer.content)
    assert not ApiToken.objects.exists()


def test_a_token_of_somebody_else_is_not_found_but_for_administrators(person: Person, browser: Browser, program: Program) -> None:
    program(person("viewer"))
    key = ApiToken.objects.get().pk
    assert browser(person("engineer")).delete(f"/api/v1/tokens/{key}").status_code == 404
    assert browser(person("engineer")).get(f"/api/v1/tokens/{key}").status_code == 403
    assert browser(person("administrator")).delete(f"/api/v1/tokens/{key}").status_code == 204
