"""What people know and decide about assets. Each function writes its entry of the audit log in the same transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from fieldwatch.inventory import SHOWN
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.deciding import By, Refused, enter, text
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.folding import indexing, person
from fieldwatch.store.folding.kind import KINDS
from fieldwatch.store.folding.shown import level
from fieldwatch.store.folding.zones import Subnets
from fieldwatch.store.models import Asset, AssetAttribute, CustomField, CustomValue, Note, Override, Site, User, Zone

ALWAYS = frozenset({*SHOWN, "family", "kind", "mode"})
"""Attributes that can be set of any asset; of others only those that the network told."""

IDENTITY = frozenset({"vendor", "model", "order_number", "firmware", "hardware_version", "serial_number", "os"})
"""Attributes by which an asset is judged."""

LONGEST, LONGEST_NOTE, LONGEST_LABEL = 500, 10_000, 64
MOST_LABELS = 50

CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@transaction.atomic
def set_override(asset: Asset, attribute: str, value: str, *, by: By, note: str = "") -> Override:
    """Puts a person's value before those of the network. Raises Refused."""
    row = _locked(asset)
    given = _value(row, attribute, value)
    before = person.folded(row).value(attribute)
    old = Override.objects.filter(asset=row, attribute=attribute).first()
    said = {"value": given, "over": before, "note": text("note", note, LONGEST_NOTE), "conflicts": False, "by": by.user}
    made, _ = Override.objects.update_or_create(asset=row, attribute=attribute, defaults=said)
    _shown(row, attribute)
    detail = {"attribute": attribute, "before": old.value if old else before, "after": given}
    _entered(by, AuditAction.ASSET_OVERRIDE, row, detail | ({"note": made.note} if made.note else {}))
    return made


@transaction.atomic
def remove_override(asset: Asset, attribute: str, *, by: By) -> None:
    """Lets the network's word count again; nothing where nobody said anything."""
    row = _locked(asset)
    old = Override.objects.filter(asset=row, attribute=attribute).first()
    if old is None:
        return
    old.delete()
    _shown(row, attribute)
    now = person.folded(row).value(attribute)
    _entered(by, AuditAction.ASSET_OVERRIDE_REMOVED, row, {"attribute": attribute, "before": old.value, "after": now})


def _shown(row: Asset, attribute: str) -> None:
    person.show(row, attribute)
    if attribute in IDENTITY:
        Site.objects.filter(pk=row.site_id).update(facts=F("facts") + 1)


def _value(row: Asset, attribute: str, value: str) -> str:
    """A value that can be set. Raises Refused."""
    if attribute not in ALWAYS and not AssetAttribute.objects.filter(asset=row, name=attribute).exists():
        raise Refused(f"{attribute[:64]}: no such attribute; allowed: {', '.join(sorted(ALWAYS))}, and what the network told of this asset")
    given = " ".join(CONTROL.sub(" ", value).split())
    most = 64 if attribute in {"role", "mode"} else LONGEST
    if not given or len(given) > most:
        raise Refused(f"{attribute}: {len(given)} characters were read; 1 to {most} are allowed; remove the override to have none")
    if attribute == "purdue_level" and level(given) < 0:
        raise Refused(f"purdue_level: {given[:40]} was read; a number from 0 to 5 is allowed, as 2 or 3.5")
    if attribute == "kind" and given not in KINDS:
        raise Refused(f"kind: {given[:40]} was read; allowed: {', '.join(KINDS)}")
    return given


@transaction.atomic
def set_labels(asset: Asset, labels: Iterable[str], *, by: By) -> None:
    """Replaces the labels. Raises Refused."""
    row = _locked(asset)
    given = list(dict.fromkeys(one for label in labels if (one := text("label", CONTROL.sub(" ", label), LONGEST_LABEL))))
    if len(given) > MOST_LABELS:
        raise Refused(f"labels: {len(given)} were read; at most {MOST_LABELS} are allowed; leave some out")
    _set(row, by, AuditAction.ASSET_LABELS, labels=given)


@transaction.atomic
def set_criticality(asset: Asset, criticality: int, *, by: By) -> None:
    """What its failure means. Raises Refused."""
    if criticality not in Asset.Criticality.values:
        raise Refused(f"criticality: {criticality} was read; allowed: {', '.join(map(str, Asset.Criticality.values))}")
    _set(_locked(asset), by, AuditAction.ASSET_CRITICALITY, criticality=criticality)


@transaction.atomic
def set_standing(asset: Asset, standing: str, *, by: By) -> None:
    """Whether people know it. Raises Refused."""
    if standing not in Asset.Standing.values:
        raise Refused(f"standing: {standing[:40]} was read; allowed: {', '.join(Asset.Standing.values)}")
    _set(_locked(asset), by, AuditAction.ASSET_STANDING, standing=standing)


@transaction.atomic
def set_assignee(asset: Asset, assignee: User | None, *, by: By) -> None:
    """Who looks after it; None: nobody."""
    _set(_locked(asset), by, AuditAction.ASSET_ASSIGNEE, assignee=assignee)


@transaction.atomic
def set_zone(asset: Asset, zone: Zone | None, *, by: By) -> None:
    """Places it in a zone of its site; None: where its subnet says. Parts that nobody placed go with it. Raises Refused."""
    row = _locked(asset)
    if zone is not None and zone.site_id != row.site_id:
        raise Refused(f"zone: {zone.name} is of another site; allowed: the zones of {row.site.name}")
    place = zone.pk if zone else row.parent.zone_id if row.parent else Subnets(row.site_id).zone(row.ips)
    before = row.zone.name if row.zone else ""
    row.zone_id, row.is_placed = place, zone is not None
    row.save(update_fields=["zone", "is_placed"])
    parts = list(Asset.objects.filter(parent=row, is_placed=False))
    Asset.objects.filter(pk__in=[part.pk for part in parts]).update(zone=place)
    row.refresh_from_db()
    indexing.index_assets([row, *Asset.objects.filter(pk__in=[part.pk for part in parts])])
    indexing.index_findings(row.site_id)
    indexing.index_logins(row.site_id)
    _entered(by, AuditAction.ASSET_ZONE, row, {"before": before, "after": row.zone.name if row.zone else "", "placed": row.is_placed})


@transaction.atomic
def add_note(asset: Asset, words: str, *, by: By) -> Note:
    """Writes a note. Raises Refused."""
    row = _locked(asset)
    given = text("note", words, LONGEST_NOTE)
    if not given:
        raise Refused("note: nothing was read; write what others should know")
    made = Note.objects.create(asset=row, text=given, by=by.user)
    _entered(by, AuditAction.ASSET_NOTE, row, {"note": made.pk})
    return made


@transaction.atomic
def set_custom(asset: Asset, field: CustomField, value: str, *, by: By) -> None:
    """Sets a custom attribute; "" removes it. Raises Refused."""
    row = _locked(asset)
    given = custom(field, value)
    old = CustomValue.objects.filter(asset=row, field=field).first()
    before = old.value if old else ""
    if given == before:
        return
    if given:
        CustomValue.objects.update_or_create(asset=row, field=field, defaults={"value": given})
    elif old is not None:
        old.delete()
    indexing.index_assets([row])
    _entered(by, AuditAction.ASSET_CUSTOM, row, {"field": field.name, "before": before, "after": given})


def custom(field: CustomField, value: str) -> str:
    """The value as its kind wants it, "" for none. Raises Refused."""
    import datetime

    given = text(field.name, CONTROL.sub(" ", value), LONGEST)
    if not given:
        return ""
    try:
        if field.kind == CustomField.Kind.NUMBER:
            return f"{float(given):g}" if abs(float(given)) < 1e15 else _wrong(field, given, "a number")
        if field.kind == CustomField.Kind.DATE:
            return datetime.date.fromisoformat(given).isoformat()
    except ValueError:
        return _wrong(field, given, "a day as 2025-12-31" if field.kind == CustomField.Kind.DATE else "a number")
    if field.kind == CustomField.Kind.YES_NO and given.casefold() not in {"yes", "no"}:
        return _wrong(field, given, "yes or no")
    return given.casefold() if field.kind == CustomField.Kind.YES_NO else given


def _wrong(field: CustomField, given: str, allowed: str) -> str:
    raise Refused(f"{field.name}: {given[:40]} was read; allowed: {allowed}")


def _locked(asset: Asset) -> Asset:
    """The row as it is now; nobody else changes it until the transaction ends. Raises Refused for one that was merged."""
    row = Asset.objects.select_for_update(of=("self",)).select_related("site", "parent", "zone").get(pk=asset.pk)
    if row.merged_into_id is not None:
        raise Refused(f"{row}: it was found to be one with {row.merged_into}; open that one")
    return row


def _set(row: Asset, by: By, action: AuditAction, **values: Any) -> None:
    """Sets one column, where it is another value, with its entry."""
    ((name, value),) = values.items()
    before = getattr(row, name)
    if before == value:
        return
    setattr(row, name, value)
    row.save(update_fields=[name])
    indexing.index_assets([row])
    _entered(by, action, row, {"before": _plain(before), "after": _plain(value)})


def _plain(value: Any) -> Any:
    return value.get_username() if isinstance(value, User) else value


def _entered(by: By, action: AuditAction, row: Asset, detail: dict[str, Any]) -> None:
    enter(by, action, str(row.uid), row.site, detail)
    emit(Kind.ASSET, str(row.uid), site=row.site_id, zone=row.zone_id)
