"""The first page: what needs somebody first, and every number a door to the rows that it counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.test import Client

from fieldwatch.server.worker.state import State, say
from fieldwatch.store.models import Finding, Setting, Site, User

Browser = Callable[[User], Client]
Person = Callable[..., User]


def test_an_empty_house_says_what_will_be_here(person: Person, browser: Browser) -> None:
    page = browser(person("administrator")).get("/").content.decode()
    assert "Nothing is here yet" in page
    assert "/captures/" in page


def test_what_needs_somebody_stands_first(plant: Any, tmp_path: Path, person: Person, browser: Browser) -> None:
    client = browser(person("analyst", plant.site))
    say(tmp_path, State.WORKING)
    page = client.get("/").content.decode()
    assert "2 findings to act on now." in page
    assert "it does not run" not in page
    say(tmp_path, State.FULL, "make room")
    page = client.get("/").content.decode()
    assert page.lower().count("nothing new is taken in") == 1, "the notice of all pages says it"
    Finding.objects.all().delete()
    assert "Nothing needs you" not in client.get("/").content.decode()


def test_a_broken_audit_log_is_told_to_who_sees_all_of_it(plant: Any, person: Person, browser: Browser) -> None:
    value = {"at": "2026-11-26T10:00:00+00:00", "is_whole": False, "entries": 5, "number": 3, "reason": "entry 3 is missing", "by": ""}
    Setting.objects.create(name="audit.verified", value=value)
    words = "The audit log is not whole: entry 3 is missing."
    assert words in browser(person("auditor")).get("/").content.decode()
    assert words not in browser(person("auditor", plant.site)).get("/").content.decode()


def test_numbers_open_as_many_rows_as_they_say(plant: Any, person: Person, browser: Browser) -> None:
    client = browser(person("administrator"))
    page = client.get("/").content.decode()
    doors = re.findall(r'class="figure-door" href="([^"]+)"><span class="figure[^"]*">(\d+)</span> <span class="dim">([^<]+)<', page)
    checked = 0
    for url, number, label in doors:
        if label in {"new", "now", "next", "changes of the last day"}:
            shown = client.get(url.replace("&amp;", "&")).content.decode()
            (count,) = re.findall(r'role="status">([\d,]+) ', shown)
            assert count == number, (label, url)
            checked += 1
    assert checked == 4


def test_a_person_without_findings_sees_none(plant: Any, other_site: Site, person: Person, browser: Browser) -> None:
    page = browser(person("vendor", plant.site)).get("/").content.decode()
    assert "findings to act on" not in page
    assert "Done to the plant last" in page
    assert other_site.name not in page
