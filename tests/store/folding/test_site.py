"""Assets from the facts of a site: recognised again, merged, moved; nothing is written twice."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from fieldwatch.facts import Claim, Conversation, Effect, Evidence, MessageClass, Sighting, Span, Subject
from fieldwatch.inventory import Asset as Folded
from fieldwatch.store.assets import set_override
from fieldwatch.store.deciding import By
from fieldwatch.store.folding import fold_site
from fieldwatch.store.folding.writing import write
from fieldwatch.store.models import Asset, AssetAttribute, Change, End, Finding, Note, Override, Sensor, Site, Subnet, Zone

pytestmark = pytest.mark.django_db
T = 1_700_000_000_000_000_000
S = 1_000_000_000
A, B, C = "00:1d:9c:00:00:01", "00:1d:9c:00:00:02", "00:0e:8c:00:00:03"
Facts = tuple[Any, Any, tuple[Any, ...]]
Bring = Callable[..., Any]


def proof(at: int, protocol: str = "arp", source: str = "s") -> Evidence:
    return Evidence(source, (Span(at + 1, 0, 4),), T + at * S, protocol)


def said(subject: Subject, attribute: str, value: str, at: int = 0, protocol: str = "cip") -> Claim:
    return Claim(subject, attribute, value, proof(at, protocol))


def has(mac: str, ip: str, at: int = 0) -> Claim:
    """An ARP answer: the address is the MAC's."""
    return Claim(Subject("", mac), "ip_address", ip, proof(at))


def sent(ip: str, mac: str, at: int = 0, until: int | None = None) -> Sighting:
    return Sighting(ip, mac, 0, T + at * S, T + (until or at) * S, 5, "s", at + 1, 64)


def rows_of(site: Site) -> list[Any]:
    columns = [field.attname for field in Asset._meta.concrete_fields if field.name not in {"id", "uid", "created_at", "digest"}]
    return sorted(map(repr, Asset.objects.filter(site=site).values_list(*columns)))


def everything(asset: Folded) -> list[Folded]:
    return [asset, *asset.children]


def test_the_example_plant_is_stored_as_it_is_folded(site: Site, plant: Facts, bring: Bring) -> None:
    _, inventory, rows = plant
    bring(site, "sha256:plant", rows)
    found = fold_site(site.pk)
    wanted = {one.id: one for asset in inventory.assets for one in everything(asset)}
    stored = {row.handle: row for row in Asset.objects.filter(site=site)}
    assert stored.keys() == wanted.keys()
    for handle, asset in wanted.items():
        row = stored[handle]
        assert (row.ips, row.macs) == (list(asset.ips), list(asset.macs))
        shown = ("name", "vendor", "model", "order_number", "firmware", "serial_number", "os", "role")
        assert {name: getattr(row, name) for name in shown} == {name: asset.value(name) for name in shown}
        assert (row.parent.handle if row.parent else "") == asset.parent
    assert found.written == len(wanted)
    site.refresh_from_db()
    assert site.folded == site.facts > 0
    attributes = AssetAttribute.objects.filter(asset__site=site, rank=0).count()
    assert attributes == sum(len(one.attributes) for one in wanted.values())


def test_ends_point_to_their_assets_and_parts(site: Site, plant: Facts, bring: Bring) -> None:
    _, inventory, rows = plant
    bring(site, "sha256:plant", rows)
    fold_site(site.pk)
    for end in End.objects.filter(site=site).select_related("asset"):
        whole = inventory.home.get(Subject(end.ip, end.mac, end.vlan))
        assert (end.asset.handle.partition("/")[0] if end.asset else None) == whole
    with_part = End.objects.filter(site=site).exclude(component="").exclude(asset__parent=None)
    assert with_part.exists()
    assert all(end.asset is not None and end.asset.component == end.component for end in with_part.select_related("asset"))


def test_folding_twice_writes_nothing(site: Site, plant: Facts, bring: Bring, django_assert_max_num_queries: Any) -> None:
    bring(site, "sha256:plant", plant[2])
    fold_site(site.pk)
    before = rows_of(site), Change.objects.count(), sorted(AssetAttribute.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(40):
        assert fold_site(site.pk).written == 0
    assert (rows_of(site), Change.objects.count(), sorted(AssetAttribute.objects.values_list("pk", flat=True))) == before


# ------------------------------------------------------------------------------------------------ devices that stay themselves


def test_a_lease_that_changes_hands_moves_no_identity(site: Site, bring: Bring) -> None:
    bring(site, "day 1", [has(A, "10.0.0.5"), sent("10.0.0.5", A, 0, 10)])
    fold_site(site.pk)
    first = Asset.objects.get(site=site)
    bring(site, "day 2", [has(A, "10.0.0.6", 100), sent("10.0.0.6", A, 100, 110), has(B, "10.0.0.5", 200), sent("10.0.0.5", B, 200, 210)])
    fold_site(site.pk)
    first.refresh_from_db()
    other = Asset.objects.exclude(pk=first.pk).get(site=site)
    assert (first.mac, first.ip, first.ips) == (A, "10.0.0.6", ["10.0.0.5", "10.0.0.6"])
    assert (other.mac, other.ip) == (B, "10.0.0.5")
    change = Change.objects.get(asset=first, kind=Change.Kind.ADDRESS)
    assert (change.before, change.after, change.seen_ns) == ("10.0.0.5", "10.0.0.5, 10.0.0.6", T + 100 * S)


def test_an_address_that_later_shows_its_mac_is_the_same_asset(site: Site, bring: Bring) -> None:
    bring(site, "routed", [said(Subject("10.0.0.5", ""), "model", "1756-L61")])
    fold_site(site.pk)
    before = Asset.objects.get(site=site)
    assert before.macs == []
    bring(site, "on the link", [has(A, "10.0.0.5", 10), sent("10.0.0.5", A, 10)])
    fold_site(site.pk)
    after = Asset.objects.get(site=site)
    assert (after.pk, after.uid, after.mac, after.handle, after.model) == (before.pk, before.uid, A, A, "1756-L61")


def test_two_rows_that_are_one_are_merged_into_the_older(site: Site, bring: Bring) -> None:
    bring(site, "routed", [said(Subject("10.0.0.5", ""), "model", "1756-L61"), sent("10.0.0.9", A)])
    fold_site(site.pk)
    older, newer = Asset.objects.filter(site=site).order_by("pk")
    Override.objects.create(asset=newer, attribute="name", value="press 4")
    Note.objects.create(asset=newer, text="beside the door")
    Asset.objects.filter(pk=newer.pk).update(labels=["line 4"], criticality=3, standing="authorised")
    finding = {"kind": "exposure", "title": "t", "verdict": "affected", "priority": 0, "priority_reason": "", "reason": "", "details": {}}
    Finding.objects.create(site=site, asset=newer, key="k", evidence=[], due="2030-01-01", **finding)
    kept = Finding.objects.create(site=site, asset=older, key="k", evidence=[], **finding)
    bring(site, "on the link", [has(A, "10.0.0.5", 10), sent("10.0.0.5", A, 10)])
    fold_site(site.pk)
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (newer.merged_into_id, newer.gone_at is None) == (older.pk, False)
    assert (older.name, older.labels, older.criticality, older.standing) == ("press 4", ["line 4"], 3, "authorised")
    assert Note.objects.get(asset=older).text == "beside the door"
    assert list(Finding.objects.filter(site=site).values_list("pk", "asset", "due")) == [(kept.pk, older.pk, datetime.date(2030, 1, 1))]
    assert Change.objects.filter(asset=older, kind=Change.Kind.MERGED).count() == 1
    assert fold_site(site.pk).written == 0


def test_a_serial_number_that_is_found_later_joins_two_ports(site: Site, bring: Bring) -> None:
    bring(site, "one", [sent("10.0.0.5", A), sent("10.0.0.6", B)])
    fold_site(site.pk)
    older = Asset.objects.filter(site=site).order_by("pk").first()
    both = (Subject("10.0.0.5", A), Subject("10.0.0.6", B))
    words = (("vendor", "Rockwell Automation"), ("model", "1756-EN2T"), ("serial_number", "0x00A1B2C3"))
    bring(site, "two", [said(port, name, value, 5) for port in both for name, value in words])
    fold_site(site.pk)
    left = Asset.objects.get(site=site, merged_into=None)
    assert older is not None
    assert (left.pk, left.macs, left.serial_number) == (older.pk, [A, B], "0x00A1B2C3")


def test_the_same_address_at_two_sites_is_two_assets(site: Site, bring: Bring) -> None:
    other = Site.objects.create(slug="other", name="Other")
    for place in (site, other):
        bring(place, "capture", [has(A, "10.0.0.5"), sent("10.0.0.5", A)])
        fold_site(place.pk)
    assert Asset.objects.filter(ip="10.0.0.5", mac=A).count() == 2
    assert Asset.objects.values("uid").distinct().count() == 2


def test_two_sensors_that_see_one_device_give_one_asset(site: Site, bring: Bring) -> None:
    for name in ("north", "south"):
        sensor = Sensor.objects.create(site=site, name=name, serial=name)
        bring(site, f"live:{name}", [has(A, "10.0.0.5"), sent("10.0.0.5", A)], sensor)
        fold_site(site.pk)
    assert Asset.objects.get(site=site).sensors == ["north", "south"]


def test_the_order_of_sources_does_not_matter(bring: Bring, db: None) -> None:
    sources = {
        "1": [said(Subject("10.0.0.5", ""), "model", "1756-L61"), sent("10.0.0.9", A)],
        "2": [has(A, "10.0.0.5", 10), sent("10.0.0.5", A, 10), said(Subject("10.0.0.5", A), "firmware", "20.011", 11)],
        "3": [sent("10.0.0.7", B, 20), said(Subject("10.0.0.5", A), "firmware", "20.014", 30)],
    }
    columns = ("handle", "name", "model", "firmware", "role", "ip", "ips", "macs", "first_ns", "last_ns")
    found = set()
    for number, order in enumerate(permutations(sources)):
        place = Site.objects.create(slug=f"s{number}", name=f"S{number}")
        for name in order:
            bring(place, name, sources[name])
            fold_site(place.pk)
        rows = Asset.objects.filter(site=place, merged_into=None).order_by("handle")
        values = (
            AssetAttribute.objects.filter(asset__in=rows).order_by("asset__handle", "name", "rank").values_list("name", "value", "proofs")
        )
        found.add((repr(list(rows.values_list(*columns))), repr(list(values))))
    assert len(found) == 1


def test_a_device_whose_facts_are_gone_is_gone_and_comes_back_as_itself(site: Site, bring: Bring) -> None:
    source = bring(site, "old", [has(A, "10.0.0.5"), sent("10.0.0.5", A)])
    fold_site(site.pk)
    before = Asset.objects.get(site=site)
    source.delete()
    fold_site(site.pk)
    before.refresh_from_db()
    assert before.gone_at is not None
    assert Change.objects.filter(asset=before, kind=Change.Kind.GONE).count() == 1
    bring(site, "new", [has(A, "10.0.0.77", 50), sent("10.0.0.77", A, 50)])
    fold_site(site.pk)
    after = Asset.objects.get(site=site)
    assert (after.pk, after.gone_at, after.ip) == (before.pk, None, "10.0.0.77")


# ------------------------------------------------------------------------------------------------------ what a row shows


def test_a_firmware_that_becomes_another_is_a_change_with_its_source(site: Site, bring: Bring) -> None:
    end = Subject("10.0.0.5", A)
    bring(site, "1", [sent("10.0.0.5", A), said(end, "firmware", "20.011")])
    fold_site(site.pk)
    source = bring(site, "2", [said(end, "firmware", "20.014", 90)])
    fold_site(site.pk)
    change = Change.objects.get(kind=Change.Kind.IDENTITY)
    assert (change.attribute, change.before, change.after) == ("firmware", "20.011", "20.014")
    assert (change.seen_ns, change.source_id) == (T + 90 * S, source.pk)
    rivals = AssetAttribute.objects.filter(name="firmware").order_by("rank")
    assert [(one.value, one.proofs) for one in rivals] == [("20.014", 1), ("20.011", 1)]
    assert rivals[0].evidence == [[source.pk, T + 90 * S, "cip", [[91, 0, 4]]]]


def test_evidence_keeps_the_first_and_the_last_proofs(site: Site, bring: Bring) -> None:
    end = Subject("10.0.0.5", A)
    sources = [bring(site, str(at), [said(end, "model", "1756-L61", at)]).pk for at in range(14)]
    fold_site(site.pk)
    row = AssetAttribute.objects.get(name="model", rank=0)
    assert row.proofs == 14
    assert [one[0] for one in row.evidence] == [*sources[:8], *sources[-2:]]


def test_an_asset_stands_in_the_zone_of_its_smallest_subnet_unless_it_was_placed(site: Site, bring: Bring) -> None:
    wide, narrow, chosen = (Zone.objects.create(site=site, name=name) for name in ("wide", "narrow", "chosen"))
    Subnet.objects.create(site=site, network="10.0.0.0/8", zone=wide)
    Subnet.objects.create(site=site, network="10.0.0.0/24", zone=narrow)
    Subnet.objects.create(site=site, network="no network", zone=chosen)
    bring(site, "1", [sent("10.0.0.5", A), sent("10.9.0.5", B), sent("192.168.0.1", C)])
    fold_site(site.pk)
    assert dict(Asset.objects.values_list("mac", "zone__name")) == {A: "narrow", B: "wide", C: None}
    Asset.objects.filter(mac=A).update(zone=chosen, is_placed=True)
    Asset.objects.filter(mac=B).update(zone=chosen)
    fold_site(site.pk)
    assert dict(Asset.objects.values_list("mac", "zone__name")) == {A: "chosen", B: "wide", C: None}


def test_services_are_the_ports_that_answered(site: Site, bring: Bring) -> None:
    client, server = Subject("10.0.0.5", A), Subject("10.0.0.6", B)

    def talk(port: int, packets: int, *said: MessageClass) -> Conversation:
        return Conversation(client, server, "tcp", port, "modbus", packets, 100, T, T, said)

    asked = MessageClass("Read", Effect.READ, "", 3, 3, 0, T, T)
    rows = [talk(502, 9, asked._replace(unanswered=1)), talk(503, 9, asked), talk(80, 5), talk(81, 2)]
    bring(site, "1", [sent("10.0.0.5", A), sent("10.0.0.6", B), *rows])
    fold_site(site.pk)
    assert Asset.objects.get(mac=B).services == ["tcp/80", "tcp/502"]
    assert Asset.objects.get(mac=A).services == []


def test_people_win_over_the_network_and_a_contradiction_is_flagged(site: Site, bring: Bring) -> None:
    end = Subject("10.0.0.5", A)
    bring(site, "1", [sent("10.0.0.5", A), said(end, "firmware", "20.011"), said(end, "model", "1756-L61")])
    fold_site(site.pk)
    asset = Asset.objects.get()
    Override.objects.create(asset=asset, attribute="firmware", value="20.012", over="20.011")
    Override.objects.create(asset=asset, attribute="role", value="Historian", over=asset.role)
    fold_site(site.pk)
    asset.refresh_from_db()
    assert (asset.firmware, asset.role, asset.kind, asset.level, asset.conflicts) == ("20.012", "Historian", "OT", 30, 0)
    bring(site, "2", [said(end, "firmware", "20.014", 90)])
    fold_site(site.pk)
    asset.refresh_from_db()
    assert (asset.firmware, asset.conflicts) == ("20.012", 1)
    values = AssetAttribute.objects.filter(name="firmware").order_by("rank").values_list("value", "reason")
    assert [value for value, _ in values] == ["20.012", "20.014", "20.011"]
    assert values[0][1] == "set by a person"
    assert Change.objects.get(kind=Change.Kind.IDENTITY).before == "20.011"
    assert fold_site(site.pk).written == 0


# ---------------------------------------------------------------------------------------------------------- in between


def test_a_fold_that_is_killed_in_between_is_made_up_for(site: Site, plant: Facts, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(site, "sha256:plant", plant[2])
    whole = Site.objects.create(slug="whole", name="Whole")
    bring(whole, "sha256:plant", plant[2])
    fold_site(whole.pk)
    monkeypatch.setattr("fieldwatch.store.folding.site.CHUNK", 3)
    written = []

    def dies(planned: Any, about: Any) -> Any:
        written.append(planned)
        if len(written) > 2:
            raise KeyboardInterrupt
        return write(planned, about)

    with monkeypatch.context() as killed:
        killed.setattr("fieldwatch.store.folding.site.write", dies)
        with pytest.raises(KeyboardInterrupt):
            fold_site(site.pk)
    site.refresh_from_db()
    assert site.folded == 0
    assert Asset.objects.filter(site=site, parent=None).count() == 6
    fold_site(site.pk)
    columns = ("handle", "parent__handle", "name", "vendor", "model", "firmware", "role", "ips", "services", "first_ns", "last_ns")
    rows = [list(Asset.objects.filter(site=one).order_by("handle").values_list(*columns)) for one in (site, whole)]
    assert rows[0] == rows[1]
    changes = [sorted(Change.objects.filter(site=one).values_list("kind", "asset__handle")) for one in (site, whole)]
    assert changes[0] == changes[1]
    assert fold_site(site.pk).written == 0


def test_what_a_person_sets_while_the_site_is_folded_is_not_lost(site: Site, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    end = Subject("10.0.0.5", A)
    bring(site, "1", [sent("10.0.0.5", A), said(end, "model", "1756-L61")])
    fold_site(site.pk)
    asset = Asset.objects.get()
    bring(site, "2", [said(end, "model", "1756-L71", 9)])

    def late(planned: Any, about: Any) -> Any:
        set_override(asset, "model", "1756-L63", by=By(None))
        return write(planned, about)

    monkeypatch.setattr("fieldwatch.store.folding.site.write", late)
    fold_site(site.pk)
    asset.refresh_from_db()
    assert (asset.model, asset.conflicts) == ("1756-L63", 1)
    values = AssetAttribute.objects.filter(asset=asset, name="model").order_by("rank").values_list("value", flat=True)
    assert list(values) == ["1756-L63", "1756-L71", "1756-L61"]
