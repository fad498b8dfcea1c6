"""Sessions while nothing can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client

from fieldwatch.store.models import Role, User

Person = Callable[..., User]
Browser = Callable[[User], Client]


@pytest.fixture
def reader(person: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody whose session cannot be written any more."""
    client = browser(person(Role.VIEWER))

    def full(self: SessionStore, *_: Any, **__: Any) -> Any:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("django.contrib.sessions.models.Session.save", full)
    return client


def test_whoever_reads_goes_on_reading(reader: Client) -> None:
    for path in ("/account/", "/assets/?site="):
        assert reader.get(path).status_code == 200


def test_whoever_changes_something_is_told(reader: Client) -> None:
    answer = reader.post("/accounts/password/change/", {"oldpassword": "x"})
    assert answer.status_code == 507
    assert b"The disk of the server is full" in answer.content


def test_other_errors_are_not_swallowed(person: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser(person(Role.VIEWER))

    def wrong(*_: Any, **__: Any) -> None:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr("django.contrib.sessions.models.Session.save", wrong)
    with pytest.raises(KeyError):
        client.get("/account/")
