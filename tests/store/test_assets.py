"""What people decide about assets: shown at once, kept by the next fold, in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fieldwatch.facts import Claim, Evidence, Sighting, Span, Subject
from fieldwatch.store import assets
from fieldwatch.store.deciding import By, Refused
from fieldwatch.store.folding import fold_site
from fieldwatch.store.models import (
    Asset,
    AssetAttribute,
    AuditEvent,
    Change,
    CustomField,
    CustomValue,
    Event,
    Override,
    Site,
    Subnet,
    User,
    Zone,
)

pytestmark = pytest.mark.django_db
Bring = Callable[..., Any]
T = 1_700_000_000_000_000_000
MAC = "00:1d:9c:00:00:01"
END = Subject("10.0.0.5", MAC)


def said(attribute: str, value: str, at: int = 0) -> Claim:
    return Claim(END, attribute, value, Evidence("s", (Span(at + 1, 0, 4),), T + at, "cip"))


@pytest.fixture
def by(db: None) -> By:
    return By(User.objects.create_user(username="ada", email="ada@example.org", password=None), "192.0.2.1")


@pytest.fixture
def asset(site: Site, bring: Bring) -> Asset:
    seen = Sighting("10.0.0.5", MAC, 0, T, T, 5, "s", 1, 64)
    words = (("vendor", "Rockwell Automation"), ("model", "1756-L61"), ("firmware", "20.011"), ("serial_number", "00A1B2C3"))
    bring(site, "1", [seen, *(said(name, value) for name, value in words)])
    fold_site(site.pk)
    return Asset.objects.get()


def values(asset: Asset, name: str) -> list[tuple[str, int, int]]:
    rows = AssetAttribute.objects.filter(asset=asset, name=name).order_by("rank")
    return [(one.value, one.proofs, len(one.evidence)) for one in rows]


def test_an_override_is_shown_at_once_and_outlives_folds(site: Site, asset: Asset, by: By, bring: Bring) -> None:
    before = values(asset, "model")
    assets.set_override(asset, "model", "  1756-L63 ", by=by, note="read from the label")
    asset.refresh_from_db()
    assert (asset.model, asset.conflicts) == ("1756-L63", 0)
    assert values(asset, "model") == [("1756-L63", 0, 0), *before]
    made = Override.objects.get()
    assert (made.over, made.note, made.by) == ("1756-L61", "read from the label", by.user)
    fold_site(site.pk)
    bring(site, "2", [said("model", "1756-L71", 5)])
    fold_site(site.pk)
    asset.refresh_from_db()
    assert (asset.model, asset.conflicts) == ("1756-L63", 1)
    assert values(asset, "model")[0] == ("1756-L63", 0, 0)
    assets.remove_override(asset, "model", by=by)
    asset.refresh_from_db()
    assert (asset.model, asset.conflicts) == ("1756-L71", 0)
    assert [value for value, _, _ in values(asset, "model")] == ["1756-L71", "1756-L61"]
    assert fold_site(site.pk).written == 0


def test_an_override_stands_in_the_audit_log_and_lets_the_site_be_judged_again(site: Site, asset: Asset, by: By) -> None:
    site.refresh_from_db()
    assert site.facts == site.folded
    assets.set_override(asset, "name", "press 4", by=by)
    site.refresh_from_db()
    assert site.facts == site.folded
    assets.set_override(asset, "firmware", "20.012", by=by)
    site.refresh_from_db()
    assert site.facts == site.folded + 1
    last = AuditEvent.objects.order_by("number").last()
    assert last is not None
    assert (last.actor, last.address, last.object, last.site) == ("ada", "192.0.2.1", str(asset.uid), "works")
    assert (last.detail["attribute"], last.detail["before"], last.detail["after"]) == ("firmware", "20.011", "20.012")
    assert Event.objects.filter(kind="asset", object=str(asset.uid)).count() == 2
    assert not Change.objects.filter(kind=Change.Kind.IDENTITY).exists()


def test_a_role_brings_its_kind_and_level(asset: Asset, by: By) -> None:
    assets.set_override(asset, "role", "Camera", by=by)
    asset.refresh_from_db()
    assert (asset.role, asset.kind, asset.level) == ("Camera", "IoT", 20)
    assert values(asset, "purdue_level")[0] == ("2", 0, 0)
    assets.set_override(asset, "purdue_level", "3.5", by=by)
    asset.refresh_from_db()
    assert asset.level == 35
    assets.remove_override(asset, "purdue_level", by=by)
    assets.remove_override(asset, "role", by=by)
    asset.refresh_from_db()
    assert asset.role != "Camera"
    assert ("2", 0, 0) not in values(asset, "purdue_level")


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [
        ("nonsense", "x", "no such attribute"),
        ("model", " \t ", "0 characters"),
        ("model", "x" * 501, "501 characters"),
        ("purdue_level", "six", "a number from 0 to 5"),
        ("purdue_level", "inf", "a number from 0 to 5"),
        ("kind", "toy", "OT, IoT, IT, network"),
    ],
)
def test_what_cannot_be_set_is_refused_with_the_way_out(asset: Asset, by: By, attribute: str, value: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        assets.set_override(asset, attribute, value, by=by)
    assert not Override.objects.exists()
    assert not AuditEvent.objects.exists()


def test_hostile_text_stays_text(asset: Asset, by: By) -> None:
    assets.set_override(asset, "name", "<script>\x00'; DROP TABLE\n--", by=by)
    asset.refresh_from_db()
    assert asset.name == "<script> '; DROP TABLE --"


def test_a_merged_asset_takes_no_decision(site: Site, asset: Asset, by: By) -> None:
    other = Asset.objects.create(site=site, handle="x", merged_into=asset)
    with pytest.raises(Refused, match="found to be one"):
        assets.add_note(other, "lost", by=by)


def test_labels_notes_and_words_about_the_whole(site: Site, asset: Asset, by: By) -> None:
    assets.set_labels(asset, [" line 4", "line 4", "", "wet"], by=by)
    assets.set_criticality(asset, 4, by=by)
    assets.set_standing(asset, "authorised", by=by)
    assets.set_assignee(asset, by.user, by=by)
    note = assets.add_note(asset, "beside the door", by=by)
    asset.refresh_from_db()
    assert (asset.labels, asset.criticality, asset.standing, asset.assignee) == (["line 4", "wet"], 4, "authorised", by.user)
    assert asset.notes.get() == note
    count = AuditEvent.objects.count()
    assert count == 5
    assets.set_criticality(asset, 4, by=by)
    assert AuditEvent.objects.count() == count
    for refused in (
        lambda: assets.set_criticality(asset, 9, by=by),
        lambda: assets.set_standing(asset, "friend", by=by),
        lambda: assets.set_labels(asset, map(str, range(51)), by=by),
        lambda: assets.add_note(asset, " ", by=by),
    ):
        with pytest.raises(Refused):
            refused()


def test_a_zone_that_somebody_chose_stays_until_it_is_taken_back(site: Site, asset: Asset, by: By) -> None:
    cell, yard = Zone.objects.create(site=site, name="cell"), Zone.objects.create(site=site, name="yard")
    Subnet.objects.create(site=site, network="10.0.0.0/24", zone=cell)
    part = Asset.objects.create(site=site, handle="p", parent=asset, component="slot 1")
    assets.set_zone(asset, yard, by=by)
    part.refresh_from_db()
    assert part.zone == yard
    fold_site(site.pk)
    asset.refresh_from_db()
    assert (asset.zone, asset.is_placed) == (yard, True)
    assets.set_zone(asset, None, by=by)
    asset.refresh_from_db()
    assert (asset.zone, asset.is_placed) == (cell, False)
    elsewhere = Zone.objects.create(site=Site.objects.create(slug="o", name="O"), name="cell")
    with pytest.raises(Refused, match="another site"):
        assets.set_zone(asset, elsewhere, by=by)


def test_custom_attributes_are_what_their_kind_says(asset: Asset, by: By) -> None:
    made = {kind: CustomField.objects.create(name=kind.replace("/", "-"), title=kind, kind=kind) for kind in CustomField.Kind.values}
    for kind, given, kept in (
        ("text", " a ", "a"),
        ("number", "1.50", "1.5"),
        ("date", "2026-01-31", "2026-01-31"),
        ("yes/no", "Yes", "yes"),
    ):
        assets.set_custom(asset, made[kind], given, by=by)
        assert CustomValue.objects.get(asset=asset, field=made[kind]).value == kept
    for kind, given in (("number", "many"), ("number", "nan"), ("date", "31.1.2026"), ("yes/no", "maybe")):
        with pytest.raises(Refused):
            assets.set_custom(asset, made[kind], given, by=by)
    assets.set_custom(asset, made["text"], "", by=by)
    assert not CustomValue.objects.filter(field=made["text"]).exists()
