"""Captures: where they are brought, and the report of each."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.utils import timezone

from fieldwatch.store.models import End, Gap, Source, User

Browser = Callable[[User], Client]
Person = Callable[..., User]


def test_the_report_says_what_was_read_and_what_was_not(plant: Any, person: Person, browser: Browser) -> None:
    page = browser(person("viewer", plant.site)).get(f"/captures/{plant.source.pk}/").content.decode()
    assert "read to its end" in page
    assert ">5512<" in page
    assert "modbus" in page
    assert "not recognised" in page
    assert "logins" not in page.split("What was read")[1].split("Protocols")[0]


def test_one_that_could_not_be_read_says_why(plant: Any, person: Person, browser: Browser) -> None:
    client = browser(person("viewer", plant.site))
    Source.objects.filter(pk=plant.source.pk).update(
        state="failed", reason="x.pcap: is no capture", truncated="ends in a record", counters={"gaps": 1, "flows_shed": 7}
    )
    page = client.get(f"/captures/{plant.source.pk}/").content.decode()
    for shown in ("x.pcap: is no capture", "ends in a record", "flows left out to bound memory"):
        assert shown in page
    assert "is no capture" in client.get(f"/captures/{plant.source.pk}/progress/").content.decode()


def test_a_live_source_says_for_how_long_nobody_listened(plant: Any, person: Person, browser: Browser) -> None:
    counters = {"dead_ns": 187 * 10**9, "frames_not_kept": 3}
    nobody = End.objects.create(site=plant.site, ip="", mac="", vlan=0, component="")
    Gap.objects.create(source=plant.source, site=plant.site, client=nobody, server=nobody, protocol="capture", times=2, size_bytes=0)
    Source.objects.filter(pk=plant.source.pk).update(kind="live", counters=counters, truncated="")
    page = " ".join(
        re.sub("<[^>]+>", " ", browser(person("viewer", plant.site)).get(f"/captures/{plant.source.pk}/").content.decode()).split()
    )
    assert "times in which a sensor saw nothing 3:07 2" in page
    assert "frames that were read and not kept: as evidence they cannot be shown 3" in page
    assert "gaps in" not in page, "nobody sent anything that is missing"


def test_how_far_the_reading_is_and_what_remains(plant: Any, person: Person, browser: Browser) -> None:
    client, row = browser(person("viewer", plant.site)), Source.objects.filter(pk=plant.source.pk)

    def shown(**state: Any) -> str:
        row.update(state="reading", file_bytes=4_000_000_000, stage_at=timezone.now() - datetime.timedelta(seconds=60), **state)
        return client.get(f"/captures/{plant.source.pk}/progress/").content.decode()

    page = shown(progress=0.25, taken=0)
    for words in ("is being read", "25 %", "16.", "MB/s", "3:00 left", 'value="25"'):
        assert words in page, words
    page = shown(progress=0.01, taken=0)
    assert "1 %" in page
    assert "left" not in page, "how long it may take is not known at once"
    page = shown(progress=1, taken=0)
    assert "what was read is taken in" in page
    assert "left" not in page
    assert "value=" not in page, "a bar that runs: how much there is to be taken in is not known yet"
    page = shown(progress=1, taken=0.5)
    for words in ("what was read is taken in", "50 %", "1:00 left"):
        assert words in page, words
    assert "/s" not in page.split("</span>")[1]


def test_who_may_brings_captures_to_the_site_that_is_shown(plant: Any, other_site: Any, person: Person, browser: Browser) -> None:
    assert (
        'data-upload="/api/v1/captures?site=works"' in browser(person("analyst", plant.site)).get("/captures/?site=works").content.decode()
    )
    assert "data-upload" not in browser(person("viewer", plant.site)).get("/captures/?site=works").content.decode()
    assert "Choose a site" in browser(person("administrator")).get("/captures/?site=").content.decode()
