"""The handling of findings: who, until when, accepted until a day, and what happens then."""

from __future__ import annotations

import datetime

import pytest

from fieldwatch.store import findings
from fieldwatch.store.deciding import By, Refused
from fieldwatch.store.models import Asset, AuditEvent, Event, Finding, FindingStep, Site, User

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 26)
WEEK = datetime.timedelta(days=7)


@pytest.fixture
def by(db: None) -> By:
    return By(User.objects.create_user(username="ada", email="ada@example.org", password=None))


@pytest.fixture
def three(site: Site) -> list[Finding]:
    asset = Asset.objects.create(site=site, handle="a", findings_now=3)
    usual = {"kind": "exposure", "title": "t", "verdict": "affected", "priority": 0, "priority_reason": "", "reason": "", "details": {}}
    return [Finding.objects.create(site=site, asset=asset, key=f"k{number}", evidence=[], **usual) for number in range(3)]


def steps(finding: Finding) -> list[tuple[str, str]]:
    return list(FindingStep.objects.filter(finding=finding).order_by("pk").values_list("kind", "text"))


def test_who_until_when_and_notes(three: list[Finding], by: By) -> None:
    assert findings.assign(three, by.user, by=by) == 3
    assert findings.assign(three[0], by.user, by=by) == 0
    assert findings.set_due(three[0], TODAY, by=by) == 1
    assert findings.add_note(three[:2], " ask the maker ", by=by) == 2
    assert findings.set_due(three[0], None, by=by) == 1
    assert steps(three[0]) == [("assigned", "ada"), ("due", "2026-11-26"), ("note", "ask the maker"), ("due", "")]
    assert AuditEvent.objects.count() == Event.objects.filter(kind="finding").count() == FindingStep.objects.count() == 7
    with pytest.raises(Refused):
        findings.add_note(three, "", by=by)


def test_an_accepted_risk_is_open_again_after_its_last_day(three: list[Finding], by: By) -> None:
    Finding.objects.filter(pk=three[2].pk).update(state="closed")
    assert findings.accept(three, TODAY + WEEK, "the valve is locked", by=by, today=TODAY) == 2
    three[0].refresh_from_db()
    assert (three[0].state, three[0].accepted_by, three[0].accepted_why) == ("accepted", by.user, "the valve is locked")
    asset = Asset.objects.get()
    assert asset.findings_now == 0
    assert findings.expire(TODAY + WEEK) == 0
    assert findings.expire(TODAY + WEEK + datetime.timedelta(days=1)) == 2
    assert findings.expire(TODAY + 2 * WEEK) == 0
    three[0].refresh_from_db()
    asset.refresh_from_db()
    assert (three[0].state, three[0].accepted_until, three[0].accepted_by, asset.findings_now) == ("open", None, None, 2)
    assert [kind for kind, _ in steps(three[0])] == ["accepted", "expired"]
    assert steps(three[2]) == []
    last = AuditEvent.objects.order_by("number").last()
    assert last is not None
    assert last.actor == ""


def test_an_acceptance_can_be_taken_back(three: list[Finding], by: By) -> None:
    findings.accept(three[0], TODAY, "today only", by=by, today=TODAY)
    assert findings.end_acceptance(three, by=by, why="unlocked") == 1
    three[0].refresh_from_db()
    assert three[0].state == "open"
    assert steps(three[0])[-1] == ("reopened", "unlocked")


@pytest.mark.parametrize(("until", "why"), [(TODAY - WEEK, "w"), (TODAY + 500 * WEEK, "w"), (TODAY, " "), (TODAY, "w" * 10_001)])
def test_an_acceptance_needs_an_end_and_a_reason(three: list[Finding], by: By, until: datetime.date, why: str) -> None:
    with pytest.raises(Refused):
        findings.accept(three, until, why, by=by, today=TODAY)
    assert not Finding.objects.filter(state="accepted").exists()
    assert not AuditEvent.objects.exists()
