"""Sessions while nothing can be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection
from django.test import Client

from fieldwatch.server import middleware
from fieldwatch.server.databases import WAIT_S
from fieldwatch.server.sessions import SOON_MS
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


@pytest.mark.django_db(transaction=True)
def test_whoever_reads_does_not_wait_for_a_lock(person: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program holds it: the page comes all the same, and the next writer is as patient as before."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    client, asked = browser(person(Role.VIEWER)), list[str]()
    monkeypatch.setattr(middleware, "TOUCH_S", 0)
    connection.connection.set_trace_callback(asked.append)
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert client.get("/account/").status_code == 200
        other.execute("ROLLBACK")
    connection.connection.set_trace_callback(None)
    assert asked[-3:] == [f"PRAGMA busy_timeout={SOON_MS}", "BEGIN IMMEDIATE", f"PRAGMA busy_timeout={WAIT_S * 1000}"]


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
