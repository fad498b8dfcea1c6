"""The difference between the assets of today's fold and the rows of yesterday, written for some assets at once, in one transaction.

What people decide is read here once more, under the lock: an override that was set while the site was being folded is not lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from fieldwatch.inventory import Asset as Folded
from fieldwatch.store.folding import indexing, shown
from fieldwatch.store.folding.bulk import insert, update
from fieldwatch.store.folding.merging import merge
from fieldwatch.store.folding.observed import Observed
from fieldwatch.store.folding.overriding import BY_A_PERSON, is_contradicted, overridden
from fieldwatch.store.folding.zones import Subnets
from fieldwatch.store.models import Asset, AssetAddress, AssetAttribute, Change, Override

COLUMNS = (
    "handle", "component", "name", "role", "kind", "level", "vendor", "family", "model", "order_number", "hardware", "firmware",
    "serial_number", "os", "run_state", "ip", "ip_order", "mac", "nic_vendor", "ips", "macs", "vlans", "protocols", "services", "sensors",
    "first_ns", "last_ns", "parent_id", "zone_id", "conflicts", "merged_into_id", "gone_at",
)  # fmt: skip
"""Columns of a row that follow from the facts; all others are people's."""

LISTED = frozenset(COLUMNS) - {"first_ns", "last_ns", "protocols", "services", "sensors", "vlans", "conflicts", "merged_into_id"}
"""Columns that a search may find an asset by, or that say where it stands."""


class Planned(NamedTuple):
    """A folded asset with its rows, the one that stays first; `parts` are planned with it."""

    asset: Folded
    rows: tuple[int, ...]
    parts: tuple[Planned, ...]


class Plant(NamedTuple):
    """What all writings of one fold share."""

    site: int
    observed: Observed
    subnets: Subnets
    sources: dict[str, int]
    now: datetime
    digests: dict[str, bytes]
    """By handle, what was worked out already."""

    def digest(self, asset: Folded) -> bytes:
        """The digest of the attributes of an asset."""
        found = self.digests.get(asset.id)
        if found is None:
            found = self.digests[asset.id] = shown.digest(shown.attribute_rows(asset, self.sources))
        return found


class Stored(NamedTuple):
    """Rows as they are, with the overrides, by primary key."""

    rows: Mapping[int, Asset]
    overrides: Mapping[int, list[Override]]


def stored(keys: Iterable[int], *, is_locked: bool = False) -> Stored:
    """The rows with these keys (`is_locked`: nobody changes them before the transaction ends)."""
    wanted = list(keys)
    rows = Asset.objects.select_for_update() if is_locked else Asset.objects.all()
    overrides: dict[int, list[Override]] = {}
    for one in Override.objects.filter(asset__in=wanted).order_by("attribute"):
        overrides.setdefault(one.asset_id, []).append(one)
    return Stored({row.pk: row for row in rows.filter(pk__in=wanted).order_by("pk")}, overrides)


def everyone(planned: Iterable[Planned]) -> Iterator[tuple[Planned, Planned | None]]:
    """All planned assets, each followed by its parts; with the whole of each part."""
    for one in planned:
        yield one, None
        yield from ((part, one) for part in one.parts)


def is_news(one: Planned, whole: Planned | None, known: Stored, plant: Plant) -> bool:
    """Whether anything is to be written for this asset."""
    if len(one.rows) != 1 or one.rows[0] not in known.rows:
        return True
    row = known.rows[one.rows[0]]
    if bytes(row.digest) != plant.digest(one.asset):
        return True
    if whole is not None and (not whole.rows or row.parent_id != whole.rows[0]):
        return True
    now = _columns(one, whole, row, known, plant)
    return any(getattr(row, name) != now[name] for name in COLUMNS if name != "parent_id")


def _columns(one: Planned, whole: Planned | None, row: Asset, known: Stored, plant: Plant) -> dict[str, Any]:
    """The columns as they are to be; the zone of a part is that of its whole, unless a person chose it."""
    said = known.overrides.get(row.pk, []) if row.pk else []
    of_whole = known.overrides.get(whole.rows[0], []) if whole and whole.rows else []
    asset = overridden(one.asset, {each.attribute: each.value for each in said})
    above = overridden(whole.asset, {each.attribute: each.value for each in of_whole}) if whole else None
    found = shown.columns(asset, above, plant.observed)
    found["zone_id"] = row.zone_id if row.is_placed else _zone(one, whole, known, plant)
    found["conflicts"] = sum(is_contradicted(each.value, each.over, one.asset.value(each.attribute)) for each in said)
    return found | {"merged_into_id": None, "gone_at": None}


def _zone(one: Planned, whole: Planned | None, known: Stored, plant: Plant) -> int | None:
    if whole is None:
        return plant.subnets.zone(one.asset.ips)
    above = known.rows.get(whole.rows[0]) if whole.rows else None
    return above.zone_id if above is not None and above.is_placed else plant.subnets.zone(whole.asset.ips)


def write(planned: list[Planned], plant: Plant) -> dict[str, int]:
    """Writes these assets and their parts; their rows by handle."""
    with transaction.atomic():
        keys = [key for one, _ in everyone(planned) for key in one.rows]
        known = stored(keys, is_locked=True)
        for one, _ in everyone(planned):
            _merge(one, known, plant)
        known = known._replace(overrides=stored(keys).overrides)
        found: dict[str, int] = {}
        for level in (list(planned), [part for one in planned for part in one.parts]):
            wholes = {part.asset.id: one for one in planned for part in one.parts}
            found |= _write(level, wholes, found, known, plant)
        return found


def _merge(one: Planned, known: Stored, plant: Plant) -> None:
    kept = known.rows.get(one.rows[0]) if one.rows else None
    for key in one.rows[1:]:
        gone = known.rows.get(key)
        if gone is not None and kept is not None and gone.merged_into_id != kept.pk:
            merge(gone, kept, plant.now)
            gone.digest = b""
            gone.save(update_fields=["merged_into", "gone_at", "digest"])
            AssetAttribute.objects.filter(asset=gone).delete()


class _Written(NamedTuple):
    planned: Planned
    row: Asset
    is_new: bool
    before: dict[str, Any]
    values: dict[str, Any]


def _write(level: list[Planned], wholes: Mapping[str, Planned], ids: dict[str, int], known: Stored, plant: Plant) -> dict[str, int]:
    done = []
    for one in level:
        whole = wholes.get(one.asset.id)
        row = known.rows.get(one.rows[0]) if one.rows else None
        is_new = row is None
        row = row or Asset(site_id=plant.site)
        before = {name: getattr(row, name) for name in COLUMNS}
        values = _columns(one, whole, row, known, plant) | {"parent_id": ids[whole.asset.id] if whole else None}
        for name, value in values.items():
            setattr(row, name, value)
        done.append(_Written(one, row, is_new, before, values))
    Asset.objects.bulk_create([each.row for each in done if each.is_new], batch_size=500)
    changed = [each for each in done if not each.is_new and each.before != each.values]
    update(Asset, COLUMNS, [(each.row.pk, [each.values[name] for name in COLUMNS]) for each in changed])
    _attributes(done, plant)
    _addresses(done, plant)
    _conflicts(done, known)
    moved = [each for each in changed if any(each.before[name] != each.values[name] for name in LISTED)]
    indexing.index_assets([each.row for each in done if each.is_new or each in moved])
    return {each.planned.asset.id: each.row.pk for each in done}


def _conflicts(done: Iterable[_Written], known: Stored) -> None:
    for each in done:
        for said in known.overrides.get(each.row.pk, []):
            now = is_contradicted(said.value, said.over, each.planned.asset.value(said.attribute))
            if said.conflicts != now:
                Override.objects.filter(pk=said.pk).update(conflicts=now)


# ------------------------------------------------------------------------------------------------- attributes and changes


def _attributes(done: Iterable[_Written], plant: Plant) -> None:
    """The attributes of those assets of which other ones were folded than before, and what that changed."""
    fresh = [each for each in done if bytes(each.row.digest) != plant.digest(each.planned.asset)]
    keys = [each.row.pk for each in fresh if not each.is_new]
    before = facts_said(keys)
    said = stored(keys).overrides
    AssetAttribute.objects.filter(asset__in=keys).delete()
    values = ((each.row.pk, *row.values()) for each in fresh for row in _with_people(each, said.get(each.row.pk, []), plant))
    insert(AssetAttribute, ("asset_id", *shown.ATTRIBUTE), values)
    update(Asset, ("digest",), [(each.row.pk, (plant.digest(each.planned.asset),)) for each in fresh])
    changes = [change for each in fresh for change in _identity(each, before.get(each.row.pk, {}), plant)]
    Change.objects.bulk_create([*_appeared(done), *changes], batch_size=1_000)


def _with_people(each: _Written, said: list[Override], plant: Plant) -> list[dict[str, Any]]:
    return shown.attribute_rows(overridden(each.planned.asset, {one.attribute: one.value for one in said}), plant.sources)


def facts_said(keys: Iterable[int]) -> dict[int, dict[str, str]]:
    """By asset and attribute, the best value of the network, whatever people say."""
    rows = AssetAttribute.objects.filter(asset__in=list(keys), name__in=shown.COLUMNS, rank__lte=1).exclude(reason=BY_A_PERSON)
    found: dict[int, dict[str, str]] = {}
    for asset, name, value in rows.order_by("-rank").values_list("asset_id", "name", "value"):
        found.setdefault(asset, {})[name] = value
    return found


def _appeared(done: Iterable[_Written]) -> Iterator[Change]:
    for each in done:
        if each.is_new:
            yield Change(site_id=each.row.site_id, asset_id=each.row.pk, kind=Change.Kind.APPEARED, seen_ns=each.values["first_ns"])


def _identity(each: _Written, before: Mapping[str, str], plant: Plant) -> Iterator[Change]:
    """What became another value. What is said for the first time is no change of the device."""
    for name, old in before.items():
        attribute = each.planned.asset.attribute(name)
        if attribute is None or not old or attribute.value == old:
            continue
        proof = attribute.evidence[0] if attribute.evidence else None
        yield Change(
            site_id=each.row.site_id, asset_id=each.row.pk, kind=Change.Kind.IDENTITY, attribute=name, before=old, after=attribute.value,
            seen_ns=proof.seen_ns if proof else each.values["last_ns"], source_id=plant.sources.get(proof.source) if proof else None,
        )  # fmt: skip


def _addresses(done: Iterable[_Written], plant: Plant) -> None:
    """Addresses that are new to an asset, and what that changed."""
    held: list[AssetAddress] = []
    changes: list[Change] = []
    for each in done:
        for column, attribute in (("macs", "mac"), ("ips", "ip")):
            old, new = ([] if each.is_new else each.before[column]), each.values[column]
            if old != new:
                held += [AssetAddress(asset_id=each.row.pk, site_id=each.row.site_id, address=one[:45]) for one in new if one not in old]
            if old and old != new:
                changes.append(_moved(each, attribute, old, new, plant))
    AssetAddress.objects.bulk_create(held, batch_size=2_000, ignore_conflicts=True)
    Change.objects.bulk_create(changes, batch_size=1_000)


def _moved(each: _Written, attribute: str, old: list[str], new: list[str], plant: Plant) -> Change:
    handle = each.planned.asset.id
    seen = [plant.observed.spans[handle, one][0] for one in new if one not in old and (handle, one) in plant.observed.spans]
    when = min(seen) if seen else each.values["last_ns"]
    return Change(
        site_id=each.row.site_id, asset_id=each.row.pk, kind=Change.Kind.ADDRESS, attribute=attribute, before=", ".join(old[:20]),
        after=", ".join(new[:20]), seen_ns=when,
    )  # fmt: skip


def let_go(keys: list[int], plant: Plant) -> None:
    """Rows that follow from no fact any more."""
    with transaction.atomic():
        rows = list(Asset.objects.select_for_update().filter(pk__in=keys, gone_at=None).order_by("pk"))
        Asset.objects.filter(pk__in=[row.pk for row in rows]).update(gone_at=plant.now, digest=b"")
        Change.objects.bulk_create(
            [Change(site_id=row.site_id, asset=row, kind=Change.Kind.GONE, before=str(row), seen_ns=row.last_ns) for row in rows]
        )
