"""Ends of conversations and operations, as columns and filters: an end is shown by its asset, and by its address without one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import Q

from fieldwatch.store.models import Asset
from fieldwatch.store.search import assets_matching


def end(path: str) -> Callable[[Any], str]:
    """The name of the end at this path of a row."""
    return lambda row: end_name(_at(row, path))


def end_url(path: str) -> Callable[[Any], str]:
    """The page of its asset; "" where it has none."""
    return lambda row: f"/assets/{found.asset.uid}/" if (found := _at(row, path)).asset else ""


def end_name(one: Any) -> str:
    """The asset's name, its address beside it; the address alone where there is no asset."""
    address = one.ip or one.mac or "?"
    place = f"{address} {one.component}" if one.component else address
    name = str(one.asset) if one.asset else ""
    return place if not name or name == address else f"{name} ({place})"


def either(*paths: str) -> Callable[[str], Q]:
    """A condition: one of the ends belongs to the asset with this id (uuid), or to one of its parts."""

    def condition(text: str) -> Q:
        assets = _with_parts(text)
        found = Q()
        for path in paths:
            found |= Q(**{f"{path}__asset__in": assets})
        return found

    return condition


def of_asset(path: str) -> Callable[[str], Q]:
    """A condition: the row is about the asset with this id (uuid), or about one of its parts."""
    return lambda text: Q(**{f"{path}__in": _with_parts(text)})


def _with_parts(text: str) -> Any:
    try:
        uid = uuid.UUID(text)
    except ValueError:
        raise ValueError("the id of an asset (uuid) is allowed") from None
    return Asset.objects.filter(Q(uid=uid) | Q(parent__uid=uid)).values("pk")


def search_ends(*paths: str) -> Callable[[str], Q]:
    """A search: the text is in the address of an end, or finds its asset."""

    def condition(text: str) -> Q:
        assets = Asset.objects.filter(assets_matching(text)).values("pk")
        found = Q()
        for path in paths:
            found |= Q(**{f"{path}__ip": text}) | Q(**{f"{path}__mac": text.lower()}) | Q(**{f"{path}__asset__in": assets})
        return found

    return condition


def _at(row: Any, path: str) -> Any:
    found = row
    for part in path.split("__"):
        found = getattr(found, part)
    return found
