"""Keeps the entries of the search in step with what they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from django.db import transaction

from fieldwatch.store import models
from fieldwatch.store.models import Asset, AssetAttribute, CustomValue, Finding, Login, SearchEntry
from fieldwatch.store.search import LONGEST, words

NAMES = (
    "name", "device_name", "host_name", "station_name", "fqdn", "tag", "asset_id", "dns_domain", "serial_number", "order_number", "model",
    "location", "description",
)  # fmt: skip
"""Attributes whose values, rival ones too, an asset is found by."""

MOST_VALUES = 64
"""Values of one asset that it is found by."""

CHUNK = 1_000
WRITTEN = ("site_id", "zone_id", "label", "detail", "words")


def index_assets(rows: Sequence[Asset]) -> None:
    """The entries of these assets, as they are now. Of those that were merged none stays."""
    for at in range(0, len(rows), CHUNK):
        some = rows[at : at + CHUNK]
        keys = [row.pk for row in some]
        also = _also(keys)
        wholes = {one.pk: one for one in Asset.objects.filter(pk__in={row.parent_id for row in some if row.parent_id})}
        made = {
            str(row.pk): _asset(row, wholes.get(row.parent_id or 0), also.get(row.pk, [])) for row in some if row.merged_into_id is None
        }
        _replace(SearchEntry.objects.filter(kind="asset", asset__in=keys), made)


def _also(keys: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = AssetAttribute.objects.filter(asset__in=keys, name__in=NAMES).order_by("name", "rank").values_list("asset_id", "value")
    custom = CustomValue.objects.filter(asset__in=keys).order_by("pk").values_list("asset_id", "value")
    for asset, value in (*rows, *custom):
        found.setdefault(asset, []).append(value)
    return found


def _asset(row: Asset, whole: Asset | None, also: list[str]) -> SearchEntry:
    named = (row.name, row.component, row.handle, row.vendor, row.family, row.model, row.role, *row.labels)
    codes = (row.serial_number, row.order_number, row.model, *row.macs[:MOST_VALUES], *row.ips[:MOST_VALUES], *also[:MOST_VALUES])
    label = str(row) if whole is None else f"{whole} / {row.name or row.component}"
    detail = " · ".join(filter(None, (row.role, row.vendor, row.model, row.ip or row.mac, row.serial_number)))
    return SearchEntry(
        site_id=row.site_id, zone_id=row.zone_id, asset_id=row.pk, kind="asset", key=str(row.pk), label=label[:LONGEST],
        detail=detail[: 2 * LONGEST], words=words(named, codes),
    )  # fmt: skip


def _replace(rows: Any, made: dict[str, SearchEntry]) -> None:
    """Makes the entries in `rows` those that were made, by key; what is the same stays untouched."""
    with transaction.atomic():
        known = {one.key: one for one in rows}
        gone = [one.pk for key, one in known.items() if key not in made]
        for at in range(0, len(gone), CHUNK):
            SearchEntry.objects.filter(pk__in=gone[at : at + CHUNK]).delete()
        SearchEntry.objects.bulk_create([one for key, one in made.items() if key not in known], batch_size=CHUNK)
        for key, one in made.items():
            old = known.get(key)
            if old is not None and any(getattr(old, name) != getattr(one, name) for name in WRITTEN):
                SearchEntry.objects.filter(pk=old.pk).update(**{name: getattr(one, name) for name in WRITTEN})


def _entry(kind: str, site: int, zone: int | None, label: str, detail: str = "", *, key: str = "") -> tuple[str, SearchEntry]:
    """An entry by its key: the primary key of a thing that has a row; what has none is named by what it is."""
    key = key or blake2b(repr((site, zone, label)).encode(), digest_size=16).hexdigest()
    said = words((label, detail), (label,))
    return key, SearchEntry(site_id=site, zone_id=zone, kind=kind, key=key, label=label[:LONGEST], detail=detail[:LONGEST], words=said)


def _many(kind: str, site: int, made: Iterable[tuple[str, SearchEntry]]) -> None:
    _replace(SearchEntry.objects.filter(kind=kind, site=site), dict(made))


def index_findings(site: int) -> None:
    """CVEs and advisories that findings of the site are about, for each zone in which there are any."""
    rows = Finding.objects.filter(site=site).exclude(state=Finding.State.CLOSED).order_by()
    for kind, column in (("cve", "cve"), ("advisory", "advisory")):
        found = rows.exclude(**{column: ""}).values_list(column, "asset__zone").distinct()
        _many(kind, site, (_entry(kind, site, zone, name) for name, zone in found))


def index_logins(site: int) -> None:
    """Names of users who logged in at the site, for the zones of both ends."""
    rows = Login.objects.filter(site=site).exclude(username="").order_by()
    found = {pair for end in ("client", "server") for pair in rows.values_list("username", f"{end}__asset__zone").distinct()}
    _many("login", site, (_entry("login", site, zone, name) for name, zone in sorted(found, key=repr)))


def index_places(site: int) -> None:
    """The site itself, its zones, sensors and captures."""
    place = models.Site.objects.get(pk=site)
    _many("site", site, [_entry("site", site, None, place.name, place.slug, key=str(site))])
    zones = models.Zone.objects.filter(site=site).values_list("pk", "name")
    _many("zone", site, (_entry("zone", site, pk, name, key=str(pk)) for pk, name in zones))
    sensors = models.Sensor.objects.filter(site=site).values_list("pk", "name")
    _many("sensor", site, (_entry("sensor", site, None, name, key=str(pk)) for pk, name in sensors))
    captures = models.Source.objects.filter(site=site, kind="capture").values_list("pk", "name", "identity")
    _many("capture", site, (_entry("capture", site, None, name, identity, key=str(pk)) for pk, name, identity in captures))


def rebuild(site: int) -> None:
    """All entries of a site, from what they are made of."""
    SearchEntry.objects.filter(site=site).delete()
    keys = list(Asset.objects.filter(site=site, merged_into=None).order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(keys), CHUNK):
        index_assets(list(Asset.objects.filter(pk__in=keys[at : at + CHUNK]).order_by("pk")))
    index_findings(site)
    index_logins(site)
    index_places(site)
