"""What is answered while the store cannot be reached or written: never our mistake, and always what to do."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory

from fieldwatch.server import outage
from fieldwatch.server.worker.state import State, say
from fieldwatch.store.ingest import StoreFull, StoreWaits
from fieldwatch.store.models import Role, User
from fieldwatch.store.room import missing

Person = Callable[..., User]
Browser = Callable[[User], Client]

AWAY = OperationalError("connection refused")
LOCKED = OperationalError("database is locked")
FULL = OperationalError("database or disk is full")


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception, place: str = "fieldwatch.server.pages.overview._needs") -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(place, fail)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (AWAY, 503, "The database does not answer"),
        (InterfaceError("connection already closed"), 503, "The database does not answer"),
        (LOCKED, 503, "The database is busy"),
        (FULL, 507, "The disk of the server is full"),
        (OSError(errno.ENOSPC, "No space left on device"), 507, "The disk of the server is full"),
    ],
    ids=str,
)
def test_a_page_says_what_is_wrong_and_asks_again(
    error: Exception, status: int, words: str, person: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(person(Role.VIEWER))
    failing(monkeypatch, error)
    answer = client.get("/")
    page = answer.content.decode()
    assert answer.status_code == status
    assert answer["Retry-After"] == "5"
    assert f"<h1>{words}</h1>" in page
    assert '<meta http-equiv="refresh" content="5">' in page
    assert "Nothing was changed" in page


def test_what_was_sent_is_not_sent_again_by_itself() -> None:
    request = RequestFactory().post("/people/new/")
    answer = outage.said(request, StoreWaits("away"))
    page = answer.content.decode()
    assert "http-equiv" not in page
    assert "What you sent was not saved" in page


@pytest.mark.parametrize("address", ["/api/v1/assets", "/events"])
def test_programs_get_a_problem(address: str) -> None:
    answer = outage.said(RequestFactory().get(address), StoreFull("full"))
    assert (answer.status_code, answer["Content-Type"]) == (507, "application/problem+json")
    answer = outage.said(RequestFactory().get(address), StoreWaits("away"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_who_watches_over_the_server_is_told_in_json_what_it_is() -> None:
    """Also where it is noticed before the view is reached."""
    for known, words in ((StoreWaits("away"), "the database does not answer"), (StoreFull("full"), "the disk is full")):
        answer = outage.said(RequestFactory().get("/health"), known)
        assert (answer.status_code, json.loads(answer.content)) == (503, {"state": words})


def test_who_somebody_is_cannot_be_asked(person: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser(person(Role.VIEWER))
    client.raise_request_exception = False
    failing(monkeypatch, AWAY, "django.contrib.auth.get_user")
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore._get_session_from_db", lambda self: (_ for _ in ()).throw(AWAY))
    answer = client.get("/assets/")
    assert answer.status_code == 503
    assert b"The database does not answer" in answer.content


def test_our_own_mistakes_stay_ours(person: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser(person(Role.VIEWER))
    client.raise_request_exception = False
    failing(monkeypatch, KeyError("x"))
    answer = client.get("/")
    assert answer.status_code == 500
    assert b"our mistake" in answer.content


def test_health_is_told_to_everybody(tmp_path: Path, settings: Any) -> None:
    settings.DATA = tmp_path
    asked = RequestFactory().get("/health")
    assert outage.health(asked).status_code == 503
    say(tmp_path, State.WORKING)
    expected = 503 if missing(tmp_path) else 200
    assert outage.health(asked).status_code == expected
    say(tmp_path, State.FULL, f"0 MiB are free at {tmp_path}")
    answer = outage.health(asked)
    assert answer.status_code == 503
    assert answer.content == b'{"state": "the disk is full"}'
