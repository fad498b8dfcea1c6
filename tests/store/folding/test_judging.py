"""Findings of a site: judged with what people set, closed and opened again, their handling kept."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from fieldwatch.pipeline.assemble import hashed
from fieldwatch.store.folding import Folded, fold_site, judge_all
from fieldwatch.store.folding.judging import Judge, rank
from fieldwatch.store.models import Asset, Finding, FindingStep, Override, SearchEntry, Site
from fieldwatch.vulnerabilities.assess import assess
from fieldwatch.vulnerabilities.basis import Basis, basis

pytestmark = pytest.mark.django_db
Facts = tuple[Any, Any, tuple[Any, ...]]
Bring = Callable[..., Any]
TODAY = datetime.date(2026, 11, 26)
DIGEST = partial(hashed, b"k" * 32)


@pytest.fixture(scope="module")
def starter() -> Basis:
    return basis(with_starter=True)


@pytest.fixture
def judged(site: Site, plant: Facts, bring: Bring, starter: Basis) -> Judge:
    bring(site, "sha256:plant", plant[2])
    judge = Judge(DIGEST)
    judge.site(fold_site(site.pk), starter, TODAY)
    return judge


def test_the_findings_of_the_example_plant_are_those_of_the_assessment(site: Site, plant: Facts, starter: Basis, judged: Judge) -> None:
    facts, inventory, _ = plant
    wanted = assess(
        inventory, facts.conversations, facts.operations, facts.logins, starter, today=TODAY.isoformat(), digest=DIGEST
    ).findings
    rows = {(row.asset.handle, row.key): row for row in Finding.objects.select_related("asset")}
    assert len(rows) == len(wanted) > 20
    for one in wanted:
        row = rows[one.asset, one.key]
        assert (row.verdict, row.priority, row.reason, row.settle) == (one.verdict.value, one.priority - 1, one.reason, one.settle)
        assert (row.details["value"], row.details["range"], row.kev) == (one.value, one.quoted, one.kev is not None)
    in_order = [row.rank for row in sorted(rows.values(), key=lambda row: row.rank)]
    assert [rank(one) for one in wanted] == in_order
    assert any("default" in row.key for row in rows.values())


def test_assets_count_their_open_findings(site: Site, judged: Judge) -> None:
    for asset in Asset.objects.filter(site=site):
        rows = Finding.objects.filter(asset=asset, state="open")
        counted = [rows.filter(priority=number).count() for number in range(3)]
        assert [asset.findings_now, asset.findings_next, asset.findings_never] == counted
    assert Asset.objects.filter(findings_now__gt=0).exists()


def test_counters_that_a_kill_left_behind_are_brought_in_step(
    site: Site, plant: Facts, bring: Bring, starter: Basis, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    bring(site, "sha256:plant", plant[2])
    monkeypatch.setattr("fieldwatch.store.folding.judging._finish", killed)
    judge = Judge(DIGEST)
    with pytest.raises(Killed):
        judge.site(fold_site(site.pk), starter, TODAY)
    assert Finding.objects.exists()
    assert not Asset.objects.filter(findings_now__gt=0).exists()
    monkeypatch.undo()
    assert judge.site(fold_site(site.pk), starter, TODAY) == 0
    assert Asset.objects.filter(findings_now__gt=0).exists()


def test_judging_twice_writes_nothing(site: Site, starter: Basis, judged: Judge) -> None:
    before = list(Finding.objects.order_by("pk").values())
    assert judged.site(fold_site(site.pk), starter, TODAY) == 0
    assert list(Finding.objects.order_by("pk").values()) == before


def test_what_people_decided_outlives_a_judgement_that_comes_and_goes(site: Site, starter: Basis, judged: Judge) -> None:
    accepted, due = Finding.objects.exclude(cve="").order_by("rank")[:2]
    until = TODAY + datetime.timedelta(days=10)
    Finding.objects.filter(pk=accepted.pk).update(state="accepted", accepted_until=until, accepted_why="valve is closed")
    Finding.objects.filter(pk=due.pk).update(due=until)
    judged.site(fold_site(site.pk), Basis(), TODAY)
    gone = Finding.objects.get(pk=accepted.pk)
    assert (gone.state, gone.accepted_until, gone.closed_at is None) == ("closed", until, False)
    judged.site(fold_site(site.pk), starter, TODAY)
    back, other = Finding.objects.get(pk=accepted.pk), Finding.objects.get(pk=due.pk)
    assert (back.state, back.accepted_why, back.closed_at) == ("accepted", "valve is closed", None)
    assert (other.state, other.due) == ("open", until)
    steps = FindingStep.objects.filter(finding=accepted).order_by("pk").values_list("kind", flat=True)
    assert list(steps) == ["closed", "reopened"]


def test_an_acceptance_that_ran_out_meanwhile_is_over(site: Site, starter: Basis, judged: Judge) -> None:
    accepted = Finding.objects.exclude(cve="").order_by("rank")[0]
    Finding.objects.filter(pk=accepted.pk).update(state="accepted", accepted_until=TODAY - datetime.timedelta(days=1))
    judged.site(fold_site(site.pk), Basis(), TODAY)
    judged.site(fold_site(site.pk), starter, TODAY)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.accepted_until) == ("open", None)


def test_what_a_person_set_is_judged(site: Site, starter: Basis, judged: Judge) -> None:
    asset = Finding.objects.filter(verdict="affected").exclude(cve="").exclude(asset__firmware="").select_related("asset")[0].asset
    affected = Finding.objects.filter(asset=asset, verdict="affected", state="open").exclude(cve="")
    before = affected.count()
    Override.objects.create(asset=asset, attribute="vendor", value="Acme Controls")
    Override.objects.create(asset=asset, attribute="model", value="Widget 9")
    Override.objects.create(asset=asset, attribute="order_number", value="W9")
    judged.site(fold_site(site.pk), starter, TODAY)
    assert affected.count() < before
    Override.objects.filter(asset=asset).delete()
    judged.site(fold_site(site.pk), starter, TODAY)
    assert affected.count() == before


def test_an_asset_that_is_gone_has_no_open_findings(site: Site, starter: Basis, judged: Judge) -> None:
    site.sources.all().delete()
    judge_all(starter)
    assert Asset.objects.filter(gone_at=None).count() == 0
    assert set(Finding.objects.values_list("state", flat=True)) == {"closed"}
    assert not Asset.objects.filter(findings_now__gt=0).exists()
    assert not SearchEntry.objects.filter(kind="cve").exists()


def test_the_matcher_is_kept_until_the_advisories_change(site: Site, starter: Basis, judged: Judge) -> None:
    kept = judged._matcher
    judged.site(fold_site(site.pk), starter._replace(sources=("again",)), TODAY)
    assert judged._matcher is kept
    assert kept.known > 0
    judged.site(fold_site(site.pk), starter._replace(advisories=starter.advisories[1:]), TODAY)
    assert judged._matcher is not kept


def test_a_site_that_was_not_judged_does_not_count_as_folded(site: Site, plant: Facts, bring: Bring, starter: Basis) -> None:
    bring(site, "sha256:plant", plant[2])

    def dies(folded: Folded) -> None:
        Judge(DIGEST).site(folded, starter, TODAY)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fold_site(site.pk, dies)
    site.refresh_from_db()
    assert site.folded < site.facts
    fold_site(site.pk, lambda folded: Judge(DIGEST).site(folded, starter, TODAY))
    site.refresh_from_db()
    assert site.folded == site.facts
    assert Finding.objects.count() == Finding.objects.filter(state="open").count() > 20
