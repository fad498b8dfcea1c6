"""What pages say while something is wrong with the machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from fieldwatch.server.worker.state import State, say
from fieldwatch.store.models import Role, Site, User

Person = Callable[..., User]
Browser = Callable[[User], Client]


@pytest.fixture
def data(tmp_path: Path, settings: Any, site: Site) -> Path:
    settings.DATA = tmp_path
    return tmp_path


def shown(client: Client) -> str:
    """The banner of a page, which is that of `/state/`."""
    part = client.get("/state/").content.decode()
    page = client.get("/assets/?site=works").content.decode()
    assert ('hx-get="/state/"' in page) == ("hx-get" in part)
    return part


@pytest.mark.parametrize(
    ("state", "words"),
    [(State.FULL, "The disk is full"), (State.AWAY, "The database does not answer the worker"), (State.STOPPED, "The worker does not run")],
)
def test_administrators_read_what_to_do(state: State, words: str, data: Path, person: Person, browser: Browser) -> None:
    say(data, state, "0 MiB are free at /srv")
    part = shown(browser(person(Role.ADMINISTRATOR)))
    assert words in part
    assert "What to do" in part
    assert 'hx-trigger="every 10s"' in part
    part = shown(browser(person(Role.VIEWER)))
    assert words in part
    assert "/srv" not in part
    assert "Tell whoever runs Fieldwatch" in part


def test_where_all_is_well_nothing_is_said(data: Path, person: Person, browser: Browser) -> None:
    client = browser(person(Role.ADMINISTRATOR))
    assert "role" not in shown(client), "a worker that never ran is not missed"
    say(data, State.WORKING)
    assert "role" not in shown(client)


@pytest.mark.parametrize(("by_s", "words"), [(-3600, "back by 1:00:00 h"), (90_061, "forward by 1 d 1:01:01")])
def test_a_clock_that_was_set_is_told(by_s: int, words: str, data: Path, person: Person, browser: Browser) -> None:
    say(data, State.WORKING, clock_s=by_s)
    assert words in shown(browser(person(Role.ADMINISTRATOR)))


def test_asking_how_it_is_does_not_prolong_a_session(data: Path, person: Person, browser: Browser) -> None:
    client = browser(person(Role.VIEWER))
    client.get("/state/")
    assert "touched" not in client.session
    client.get("/account/")
    assert "touched" in client.session
