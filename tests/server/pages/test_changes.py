"""The log book: what was done to the plant, by day, in the time of the plant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from fieldwatch.store.models import User

Browser = Callable[[User], Client]
Person = Callable[..., User]


def test_the_ledger_shows_what_changed_the_plant_in_its_own_time(plant: Any, person: Person, browser: Browser) -> None:
    client = browser(person("engineer", plant.site))
    page = client.get("/changes/").content.decode()
    assert "PLC Stop" in page
    assert "01:31:25" in page, "the plant is in Berlin"
    assert "2026-11-26 00:31:25 UTC" in page
    assert "Login prompt" not in page
    assert "Login prompt" in client.get("/changes/?effect=authenticate").content.decode()
    assert client.get("/changes/?effect=nonsense").status_code == 400


def test_devices_that_appeared(plant: Any, person: Person, browser: Browser) -> None:
    page = browser(person("engineer", plant.site)).get("/changes/devices/").content.decode()
    assert "INTAKE_STATION" in page
    assert "Appeared" in page
