"""Administration and the options in force."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from fieldwatch.server.options import OPTIONS, Option, Options
from fieldwatch.server.pages.administration import shown
from fieldwatch.store.models import Role, User

Person = Callable[..., User]
Browser = Callable[[User], Client]


def test_an_auditor_sees_the_audit_log_and_nothing_else(person: Person, browser: Browser) -> None:
    page = browser(person(Role.AUDITOR)).get("/administration/").content.decode()
    assert "/audit-events/" in page and "/people/" not in page and "/administration/options/" not in page


def test_all_options_are_shown_and_no_secret(person: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    held: Options = settings.OPTIONS
    values = {**held.values, "database.url": "postgresql://fw:hunter2@db/fieldwatch"}
    monkeypatch.setattr(settings, "OPTIONS", Options(values, held.origins, held.data))
    page = browser(person(Role.ADMINISTRATOR)).get("/administration/options/").content.decode()
    assert "hunter2" not in page and "postgresql://fw:&lt;secret&gt;@db/fieldwatch" in page
    for option in OPTIONS:
        assert option.name.split(".")[1] in page


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        (Option("a.b", "", "", is_secret=True), "x", "<secret>"),
        (Option("a.b", "", "", is_secret=True), "", ""),
        (Option("a.b", True, ""), False, "false"),
        (Option("a.b", 1, ""), 8484, "8484"),
        (Option("a.b", "", ""), "postgresql://db/name", "postgresql://db/name"),
    ],
)
def test_values_as_they_may_be_seen(option: Option, value: object, words: str) -> None:
    assert shown(option, value) == words
