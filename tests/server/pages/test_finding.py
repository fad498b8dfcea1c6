"""The handling of findings: assigned, due, noted, accepted until a day, opened again."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from fieldwatch.store.findings import expire
from fieldwatch.store.folding import fold_site, judge_site
from fieldwatch.store.models import AuditEvent, Finding, User
from fieldwatch.vulnerabilities.basis import basis

Browser = Callable[[User], Client]
Person = Callable[..., User]
TODAY = datetime.datetime.now(datetime.UTC).date()


@pytest.fixture
def finding(plant: Any) -> Finding:
    return Finding.objects.get(cve="CVE-2021-22681")


def test_the_page_says_why_and_what_to_do(finding: Finding, plant: Any, person: Person, browser: Browser) -> None:
    page = browser(person("viewer", plant.site)).get(f"/findings/{finding.pk}/").content.decode()
    for shown in (
        "CVE-2021-22681",
        "vers:all/*",
        "known exploited",
        "What to do",
        "The way to the product",
        f"/findings/{finding.pk}/evidence/",
    ):
        assert shown in page
    assert "Accept the risk" not in page


def test_a_risk_is_accepted_until_a_day_and_opens_again(finding: Finding, plant: Any, person: Person, browser: Browser) -> None:
    client, until = browser(person("engineer", plant.site)), TODAY + datetime.timedelta(days=30)
    client.post(f"/findings/{finding.pk}/accept/", {"until": until.isoformat(), "why": "spare part is ordered"})
    judge_site(plant.site.pk, basis(None, with_starter=True), folded=fold_site(plant.site.pk))
    finding.refresh_from_db()
    assert (finding.state, finding.accepted_until, finding.accepted_why) == ("accepted", until, "spare part is ordered")
    assert "spare part is ordered" in client.get(f"/findings/{finding.pk}/").content.decode()
    assert finding.title not in client.get("/vulnerabilities/").content.decode()
    assert expire(until) == 0
    assert expire(until + datetime.timedelta(days=1)) == 1
    finding.refresh_from_db()
    assert finding.state == "open"
    assert {"finding_accepted", "finding_expired"} <= set(AuditEvent.objects.values_list("action", flat=True))


def test_an_acceptance_without_end_or_reason_is_refused(finding: Finding, plant: Any, person: Person, browser: Browser) -> None:
    client = browser(person("engineer", plant.site))
    for told in (
        {"why": "x"},
        {"until": "tomorrow", "why": "x"},
        {"until": "2020-01-01", "why": "x"},
        {"until": TODAY.isoformat(), "why": " "},
    ):
        client.post(f"/findings/{finding.pk}/accept/", told)
        finding.refresh_from_db()
        assert finding.state == "open", told
        assert "was read" in client.get(f"/findings/{finding.pk}/").content.decode(), told


def test_several_are_handled_at_once_and_only_ones_own(plant: Any, other_site: Any, person: Person, browser: Browser) -> None:
    client = browser(user := person("analyst", plant.site))
    keys = list(Finding.objects.order_by("pk").values_list("pk", flat=True)[:3])
    Finding.objects.filter(pk=keys[2]).update(site=other_site)
    client.post("/findings/bulk/assign/", {"id": keys, "assignee": user.username, "next": "/findings/?state=open"})
    client.post("/findings/bulk/due/", {"id": keys, "due": "2027-01-31"})
    client.post("/findings/bulk/note/", {"id": keys, "text": "asked the maker", "next": "//elsewhere.example/"})
    handled = Finding.objects.filter(assignee=user, due=datetime.date(2027, 1, 31))
    assert set(handled.values_list("pk", flat=True)) == set(keys[:2])
    assert handled[0].steps.count() >= 3
    answer = client.post("/findings/bulk/accept/", {"id": keys, "until": "2027-01-31", "why": "x"})
    assert answer.status_code == 403
