"""Two rows that turn out to be one asset: what people decided about the one that goes moves to the one that stays."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Model

from fieldwatch.store import models
from fieldwatch.store.models import Asset, Finding

WORKFLOW = ("state", "assignee_id", "due", "accepted_until", "accepted_by_id", "accepted_why")
"""Columns of a finding that are people's."""


def merge(gone: Asset, kept: Asset, now: datetime) -> None:
    """Makes `gone` a trace of `kept`. Both are saved by whoever calls; what they hold is moved here. In a transaction."""
    _move(models.Override, gone, kept, "attribute")
    _move(models.CustomValue, gone, kept, "field_id")
    _move(models.AssetAddress, gone, kept, "address")
    models.Note.objects.filter(asset=gone).update(asset=kept)
    models.Change.objects.filter(asset=gone).update(asset=kept)
    if not models.MapPin.objects.filter(asset=kept).exists():
        models.MapPin.objects.filter(asset=gone).update(asset=kept)
    _findings(gone, kept)
    _decisions(gone, kept)
    said = f"was {gone.handle}"
    models.Change.objects.create(
        site_id=kept.site_id, asset=kept, kind=models.Change.Kind.MERGED, before=str(gone), after=said, seen_ns=gone.last_ns
    )
    Asset.objects.filter(merged_into=gone).update(merged_into=kept)
    models.SearchEntry.objects.filter(asset=gone).delete()
    gone.merged_into, gone.gone_at = kept, now
    kept.digest = b""  # its values are written anew, with the overrides that came to it


def _move(model: type[Model], gone: Asset, kept: Asset, name: str) -> None:
    """Rows of which an asset has one by this name: those that the other has already stay behind."""
    rows = model._default_manager
    has = list(rows.filter(asset=kept).values_list(name, flat=True))
    rows.filter(asset=gone).exclude(**{f"{name}__in": has}).update(asset=kept)


def _decisions(gone: Asset, kept: Asset) -> None:
    """What people said of the asset as a whole, where they said nothing of the one that stays."""
    kept.labels = list(dict.fromkeys([*kept.labels, *gone.labels]))
    if kept.standing == Asset.Standing.NEW:
        kept.standing = gone.standing
    kept.criticality = max(kept.criticality, gone.criticality)
    kept.assignee_id = kept.assignee_id or gone.assignee_id
    if gone.is_placed and not kept.is_placed:
        kept.zone_id, kept.is_placed = gone.zone_id, True
    Asset.objects.filter(pk=kept.pk).update(**{name: getattr(kept, name) for name in DECIDED})


DECIDED = ("labels", "standing", "criticality", "assignee_id", "zone_id", "is_placed")


def _findings(gone: Asset, kept: Asset) -> None:
    """The same finding keeps the handling that somebody gave it; findings that only the other had move as they are."""
    own = {one.key: one for one in Finding.objects.filter(asset=kept)}
    for one in Finding.objects.filter(asset=gone):
        same = own.get(one.key)
        if same is None:
            Finding.objects.filter(pk=one.pk).update(asset=kept)
            continue
        if _is_handled(one) and not _is_handled(same):
            Finding.objects.filter(pk=same.pk).update(**{name: getattr(one, name) for name in WORKFLOW})
        models.FindingStep.objects.filter(finding=one).update(finding=same)
        one.delete()


def _is_handled(one: Finding) -> bool:
    return one.state == Finding.State.ACCEPTED or bool(one.assignee_id or one.due or one.accepted_until)
