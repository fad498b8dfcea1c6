"""Assets from the facts of a site: recognised again, merged, moved; nothing is written twice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from fieldwatch.facts import Claim, Conversation, Effect, Evidence, MessageClass, Sighting, Span, Subject
from fieldwatch.inventory import Asset as Folded
from fieldwatch.store.folding import fold_site
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
    assert site.folded == site.facts == 1
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
