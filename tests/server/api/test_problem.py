"""Whatever is not done is answered in one form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.test import Client

from fieldwatch.server.api import records
from fieldwatch.server.api.problem import ABOUT, Problem, Type
from fieldwatch.store.models import User

Program = Callable[..., Client]


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/api/v1/nothing", 404),
        ("get", "/api/nothing/at/all", 404),
        ("get", "/api/v1/assets/", 404),
        ("delete", "/api/v1/assets", 405),
        ("put", "/api/v1/findings/1", 405),
        ("post", "/api/v1/operations", 405),
        ("get", "/api/v1/assets/bulk", 405),
    ],
)
def test_every_refusal_is_a_problem(method: str, address: str, status: int, administrator: User, program: Program) -> None:
    answer = getattr(program(administrator), method)(address)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()) >= {"type", "title", "status", "detail"}
    assert answer.json()["status"] == status
    if status == 405:
        assert answer["Allow"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff", 400),
        (b'{"name": "\\u0000"}', 400),
        (b'{"name": "\\ud800"}', 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b'{"nme": "x"}', 422),
        (b'{"slug": 7}', 422),
        (b'{"slug": "x", "name": "' + b"y" * 500 + b'"}', 422),
    ],
)
def test_bodies_that_are_wrong_are_refused(body: bytes, status: int, administrator: User, program: Program) -> None:
    answer = program(administrator).generic("POST", "/api/v1/sites", body, "application/json")
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_a_busy_database_says_when_to_come_back(administrator: User, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*given: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(records, "page", busy)
    answer = program(administrator).get("/api/v1/assets")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "locked" not in answer.content.decode()


def test_our_bug_is_told_without_its_details(administrator: User, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*given: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(records, "page", bug)
    client = program(administrator)
    client.raise_request_exception = False
    answer = client.get("/api/v1/assets")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert "secret" not in answer.content.decode()


def test_every_type_has_a_status_of_its_own_and_tells_what_it_knows() -> None:
    assert set(ABOUT) == set(Type)
    assert len({about.status for about in ABOUT.values()}) == len(Type)
    answer = Problem(Type.CONFLICT, "detail", read="x" * 500, do="something else", offset=7).answer()
    assert answer.status_code == 409
    assert b'"read":"' + b"x" * 200 + b'"' in answer.content
    assert b'"offset":7' in answer.content
    assert b"allowed" not in answer.content
