"""What people know of assets as a table: written out, worked on elsewhere, and taken in again.

A row names its asset by `uid`; without one by `serial_number`, `mac` or `ip`, the first that is given, at its `site` (slug). The columns
that are taken in are `set.<attribute>` (an override), `custom.<name>` (a custom attribute), `labels` (separated by `;`), `zone`,
`criticality`, `standing`. A column that is not there changes nothing; a cell that is empty takes the override, the value or the labels
away. All other columns are for reading. Each row is taken whole or not at all; a trial run takes none and says the same.

A cell that a spreadsheet would compute (it begins with = + - @) is written with ' before it, which is taken off again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from fieldwatch.store import assets
from fieldwatch.store.deciding import By, Refused
from fieldwatch.store.models import Asset, CustomField, CustomValue, Override, Zone

READ = ("uid", "site", "ip", "mac", "serial_number", "name", "role", "vendor", "model", "order_number", "firmware")
"""Columns that say which asset is meant, and what is known of it."""

DECIDED = ("labels", "zone", "criticality", "standing")
SET, CUSTOM = "set.", "custom."
COMPUTED = ("=", "+", "-", "@", "\t", "\r")
Row = Mapping[str, str]


class Line(NamedTuple):
    """What became of a row: the line in the file (the head is line 1), the asset, how many values were changed, or what is wrong."""

    line: int
    uid: str
    changed: int
    error: str


class _Trial(Exception):
    """Ends a transaction that nothing shall be left of."""


def csv_export(rows: QuerySet[Asset]) -> Iterator[tuple[str, ...]]:
    """The head, then a line for each asset. Overrides have a column where any of these assets has one."""
    found = list(rows.select_related("site", "zone").order_by("pk"))
    keys = [row.pk for row in found]
    said = {(one.asset_id, one.attribute): one.value for one in Override.objects.filter(asset__in=keys)}
    values = {(one.asset_id, one.field_id): one.value for one in CustomValue.objects.filter(asset__in=keys)}
    names = sorted({name for _, name in said} | {"name", "vendor", "model", "role"})
    fields = list(CustomField.objects.order_by("name"))
    yield (*READ, *DECIDED, *(SET + name for name in names), *(CUSTOM + field.name for field in fields))
    for row in found:
        shown = (str(row.uid), row.site.slug, *(getattr(row, name) for name in READ[2:]))
        place = row.zone.name if row.zone and row.is_placed else ""
        decided = (";".join(row.labels), place, str(row.criticality), row.standing)
        own = (*(said.get((row.pk, name), "") for name in names), *(values.get((row.pk, field.pk), "") for field in fields))
        yield tuple(_harmless(cell) for cell in (*shown, *decided, *own))


def _harmless(cell: str) -> str:
    return "'" + cell if cell.startswith(COMPUTED) else cell


def _as_written(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(COMPUTED) else cell


def csv_import(
    rows: Iterable[Row], *, by: By, may: Callable[[Asset], bool] = lambda asset: True, is_trial: bool = False
) -> tuple[Line, ...]:
    """Takes the rows in. `may` says which assets this person may change: others are not found."""
    found = []
    try:
        with transaction.atomic():
            fields = {field.name: field for field in CustomField.objects.all()}
            found = [_line(number, row, fields, by, may) for number, row in enumerate(rows, 2)]
            if is_trial:
                raise _Trial
    except _Trial:
        pass
    return tuple(found)


def _line(number: int, row: Row, fields: Mapping[str, CustomField], by: By, may: Callable[[Asset], bool]) -> Line:
    cells = {(name or "").strip(): _as_written(cell or "") for name, cell in row.items() if isinstance(cell, str | None)}
    uid = ""
    try:
        with transaction.atomic():
            asset = _asset(cells, may)
            uid = str(asset.uid)
            return Line(number, uid, sum(_cells(asset, cells, fields, by)), "")
    except Refused as error:
        return Line(number, uid, 0, str(error))


def _asset(cells: Row, may: Callable[[Asset], bool]) -> Asset:
    """The asset that a row means. Raises Refused for none, and for more than one."""
    rows = Asset.objects.filter(merged_into=None, gone_at=None).select_related("site", "zone")
    found = [asset for asset in rows.filter(_meant(cells)).order_by("pk")[:50] if may(asset)]
    if len(found) != 1:
        what = next((f"{name} {cells[name][:80]}" for name in ("uid", "serial_number", "mac", "ip") if cells.get(name)), "an empty row")
        raise Refused(f"{what}: {'no asset' if not found else 'more than one asset'} was found; give the uid of one that is there")
    return found[0]


def _meant(cells: Row) -> Q:
    if uid := cells.get("uid", "").strip():
        try:
            return Q(uid=UUID(uid))
        except ValueError:
            raise Refused(f"uid: {uid[:80]} was read; a uid as the list of assets exports it is allowed") from None
    site = Q(site__slug=cells.get("site", "").strip())
    if not cells.get("site", "").strip():
        raise Refused("site: nothing was read; give the site, for an address means something within one site only, or the uid")
    if serial := cells.get("serial_number", "").strip():
        return site & Q(serial_number=serial)
    mac, ip = cells.get("mac", "").strip().lower().replace("-", ":"), cells.get("ip", "").strip()
    column, address = ("macs", mac) if mac else ("ips", ip)
    return site & Q(addresses__address=address, **{f"{column}__icontains": f'"{address}"'}) if address else Q(pk__in=())


def _cells(asset: Asset, cells: Row, fields: Mapping[str, CustomField], by: By) -> Iterator[bool]:
    """True for each cell that was another value. Raises Refused."""
    for name, cell in cells.items():
        if name.startswith(SET):
            yield _override(asset, name.removeprefix(SET), cell.strip(), by)
        elif name.startswith(CUSTOM):
            yield _custom(asset, name.removeprefix(CUSTOM), cell, fields, by)
        elif name in DECIDED:
            yield _decided(asset, name, cell.strip(), by)


def _override(asset: Asset, attribute: str, value: str, by: By) -> bool:
    old = Override.objects.filter(asset=asset, attribute=attribute).first()
    if (old.value if old else "") == value:
        return False
    if value:
        assets.set_override(asset, attribute, value, by=by)
    else:
        assets.remove_override(asset, attribute, by=by)
    return True


def _custom(asset: Asset, name: str, value: str, fields: Mapping[str, CustomField], by: By) -> bool:
    field = fields.get(name)
    if field is None:
        raise Refused(f"custom.{name[:64]}: no such attribute; allowed: {', '.join(sorted(fields)) or 'none is set up'}")
    old = CustomValue.objects.filter(asset=asset, field=field).first()
    assets.set_custom(asset, field, value, by=by)
    return (old.value if old else "") != assets.custom(field, value)


def _decided(asset: Asset, name: str, cell: str, by: By) -> bool:
    if name == "labels":
        labels = [one.strip() for one in cell.split(";") if one.strip()]
        assets.set_labels(asset, labels, by=by)
        return bool(labels != asset.labels)
    if name == "zone":
        return _place(asset, cell, by)
    if name == "standing":
        assets.set_standing(asset, cell or asset.standing, by=by)
        return cell not in ("", asset.standing)
    if not cell.isdecimal() and cell:
        raise Refused(f"criticality: {cell[:40]} was read; a number from 0 (unknown) to 4 (critical) is allowed")
    assets.set_criticality(asset, int(cell[:3]) if cell else asset.criticality, by=by)
    return bool(cell) and int(cell[:3]) != asset.criticality


def _place(asset: Asset, name: str, by: By) -> bool:
    now = asset.zone.name if asset.zone and asset.is_placed else ""
    if name == now:
        return False
    zone = Zone.objects.filter(site=asset.site_id, name=name).first() if name else None
    if name and zone is None:
        raise Refused(f"zone: {name[:80]} was read; a zone of {asset.site.name} is allowed, or nothing")
    assets.set_zone(asset, zone, by=by)
    return True
