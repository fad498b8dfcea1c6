"""What people say of an asset, put before what the network says: pages, lists and judgements then go by it."""

from __future__ import annotations

from collections.abc import Mapping

from fieldwatch.inventory import Asset, Attribute, Rival
from fieldwatch.library.roles import purdue_levels

BY_A_PERSON = "set by a person"
"""The reason of such a value."""


def overridden(asset: Asset, said: Mapping[str, str]) -> Asset:
    """The asset with the values that people set, each before its rivals. A role brings its level, unless that is set, too."""
    if not said:
        return asset
    values = dict(said)
    if "role" in values and "purdue_level" not in values and purdue_levels().get(values["role"]):
        values["purdue_level"] = purdue_levels()[values["role"]]
    attributes = {one.name: one for one in asset.attributes}
    for name, value in values.items():
        rivals = attributes[name].rivals if name in attributes else ()
        attributes[name] = Attribute(name, (Rival(value, 1.0, (), BY_A_PERSON), *rivals))
    if "role" in values and "purdue_level" not in values:
        attributes.pop("purdue_level", None)
    return asset._replace(attributes=tuple(attributes[name] for name in sorted(attributes)))


def is_contradicted(value: str, over: str, now: str) -> bool:
    """Whether the network says something else (`now`) than a person's `value` and than what the person knew (`over`)."""
    return bool(now) and now not in (value, over)
