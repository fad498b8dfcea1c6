"""The state of the audit log above its list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from fieldwatch.store.audit import AuditAction, append
from fieldwatch.store.models import AuditEvent, Role, User

Person = Callable[..., User]
Browser = Callable[[User], Client]


@pytest.fixture()
def client(person: Person, browser: Browser) -> Client:
    return browser(person(Role.AUDITOR))


@pytest.mark.django_db(transaction=True)
def test_it_is_verified_when_asked_and_the_result_is_kept(client: Client) -> None:
    (Path(settings.DATA) / "keys" / "audit.head").unlink(missing_ok=True)  # of another test's log
    assert b"not verified yet" in client.get("/audit-events/state/").content
    append(actor="ada", address="", action=AuditAction.SETTING_CHANGED, object="x")
    append(actor="ada", address="", action=AuditAction.SETTING_CHANGED, object="y")
    assert b"whole: " in client.post("/audit-events/verify/").content
    AuditEvent.objects.filter(object="x").update(actor="eve")
    assert b"whole: " in client.get("/audit-events/state/").content, "looking at the page verifies nothing"
    answer = client.post("/audit-events/verify/").content.decode()
    assert "not whole" in answer and "is not what was sealed" in answer
    assert "not whole" in client.get("/audit-events/state/").content.decode()


def test_the_list_asks_for_it(client: Client) -> None:
    assert b'hx-get="/audit-events/state/"' in client.get("/audit-events/").content


def test_only_who_may_see_the_log_sees_it(person: Person, browser: Browser) -> None:
    theirs = browser(person(Role.ENGINEER))
    assert theirs.get("/audit-events/state/").status_code == 403
    assert theirs.post("/audit-events/verify/").status_code == 403
