"""Now, next and never; the same by asset, advisory and CVE. Blind spots beside them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from fieldwatch.store.models import Finding, User

Browser = Callable[[User], Client]
Person = Callable[..., User]


def test_the_board_counts_what_the_lists_show(plant: Any, person: Person, browser: Browser) -> None:
    client = browser(person("viewer", plant.site))
    page = client.get("/vulnerabilities/").content.decode()
    for priority, name in enumerate(("now", "next", "never")):
        (count,) = re.findall(rf'href="/findings/[^"]*priority={name}[^"]*">(\d+)</a>', page)
        assert int(count) == Finding.objects.filter(priority=priority, state="open").count()


def test_groups_lead_to_their_findings(plant: Any, person: Person, browser: Browser) -> None:
    client = browser(person("viewer", plant.site))
    for where, shown in (("assets", "INTAKE_STATION"), ("advisories", "icsa-"), ("cves", "CVE-2021-22681")):
        page = client.get(f"/vulnerabilities/{where}/").content.decode()
        assert shown.lower() in page.lower(), where
        for url in re.findall(r'class="first" href="([^"]+)"', page)[:3]:
            assert "table-findings" in client.get(url.replace("&amp;", "&")).content.decode()


def test_blind_spots_are_counted(plant: Any, person: Person, browser: Browser) -> None:
    page = browser(person("viewer", plant.site)).get("/blind-spots/").content.decode()
    assert "conversations of unknown protocols" in page
    assert "Not recognised, by port" in page
