"""A conversation at the level of commands, and by time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from fieldwatch.server.history import history
from fieldwatch.store.models import Conversation, User

Browser = Callable[[User], Client]
Person = Callable[..., User]


@pytest.fixture
def talk(plant: Any) -> Conversation:
    history.cache_clear()
    found = Conversation.objects.filter(protocol="s7comm", server__asset=plant.controller).order_by("-messages").first()
    assert found is not None
    return found


def test_it_shows_what_is_said_and_when(talk: Conversation, plant: Any, person: Person, browser: Browser) -> None:
    page = browser(person("viewer", plant.site)).get(f"/conversations/{talk.pk}/").content.decode()
    assert "Read Var" in page
    assert "<rect " in page
    assert "tcp/102" in page
    assert str(talk.packets) in page


def test_classes_are_ordered_and_filtered(talk: Conversation, plant: Any, person: Person, browser: Browser) -> None:
    client = browser(person("viewer", plant.site))
    assert client.get(f"/conversations/{talk.pk}/?sort=nonsense").status_code == 400
    page = client.get(f"/conversations/{talk.pk}/?effect=write").content.decode()
    assert "Read Var" not in page
