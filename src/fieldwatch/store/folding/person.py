"""What a person's word changes in an asset at once, without a fold: its columns, and the order of its values."""

from __future__ import annotations

from fieldwatch.inventory import Asset as Folded
from fieldwatch.inventory import Attribute, Rival
from fieldwatch.store.folding import indexing
from fieldwatch.store.folding.kind import kind
from fieldwatch.store.folding.overriding import BY_A_PERSON, is_contradicted, overridden
from fieldwatch.store.folding.shown import COLUMNS, family, level
from fieldwatch.store.models import Asset, AssetAttribute, Override

FOLLOWING = {"role": ("role", "purdue_level")}
"""Attributes whose values change with another one."""


def folded(row: Asset) -> Folded:
    """The asset as the network says, without the evidence."""
    said: dict[str, list[Rival]] = {}
    values = AssetAttribute.objects.filter(asset=row).exclude(reason=BY_A_PERSON).order_by("name", "rank")
    for name, value, confidence, reason in values.values_list("name", "value", "confidence", "reason"):
        said.setdefault(name, []).append(Rival(value, confidence, (), reason))
    attributes = tuple(Attribute(name, tuple(rivals)) for name, rivals in sorted(said.items()))
    parent = row.parent.handle if row.parent else ""
    return Folded(row.handle, parent, row.component, attributes, (), (), (), (), (), row.first_ns, row.last_ns)


def show(row: Asset, attribute: str) -> None:
    """Brings the row and its values in step with the overrides, after that of `attribute` was set or taken back. In a transaction."""
    network = folded(row)
    overrides = list(Override.objects.filter(asset=row).order_by("attribute"))
    asset = overridden(network, {one.attribute: one.value for one in overrides})
    for name in FOLLOWING.get(attribute, (attribute,)):
        _order(row, name, asset)
    for name, column in COLUMNS.items():
        setattr(row, column, asset.value(name))
    row.role, row.run_state = row.role[:64], row.run_state[:64]
    row.kind = asset.value("kind") or kind(row.role)
    row.level = level(asset.value("purdue_level"))
    row.family = asset.value("family") or family(asset, folded(row.parent) if row.parent else None)
    for one in overrides:
        one.conflicts = is_contradicted(one.value, one.over, network.value(one.attribute))
    Override.objects.bulk_update(overrides, ["conflicts"])
    row.conflicts = sum(one.conflicts for one in overrides)
    row.save(update_fields=[*COLUMNS.values(), "kind", "level", "family", "conflicts"])
    indexing.index_assets([row])


def _order(row: Asset, name: str, asset: Folded) -> None:
    """The values of one attribute, a person's first; those of the network keep their evidence."""
    kept = list(AssetAttribute.objects.filter(asset=row, name=name).exclude(reason=BY_A_PERSON).order_by("rank"))
    AssetAttribute.objects.filter(asset=row, name=name).delete()
    found = asset.attribute(name)
    if found is not None and found.rivals[0].reason == BY_A_PERSON:
        kept.insert(0, AssetAttribute(asset=row, name=name, value=found.value, confidence=1.0, reason=BY_A_PERSON, evidence=[], proofs=0))
    for rank, one in enumerate(kept):
        one.pk, one.rank = None, rank
    AssetAttribute.objects.bulk_create(kept)
