"""A site's assets, made to follow from its facts.

The same facts give the same rows, whatever their order: a fold that is done twice writes nothing. So it need not be one transaction, which
would hold up all other writers while 10,000 assets are written: assets are written some hundred at a time, each with its attributes and
changes, and `Site.folded` last. Whoever is killed in between folds again, and what was written already stays as it is.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from fieldwatch.facts import Subject
from fieldwatch.inventory import Asset as Folded_
from fieldwatch.inventory import Inventory, fold
from fieldwatch.store import models
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.folding import indexing
from fieldwatch.store.folding.bulk import update
from fieldwatch.store.folding.observed import observe
from fieldwatch.store.folding.reading import SiteFacts, read
from fieldwatch.store.folding.recognise import Known, parts, recognise
from fieldwatch.store.folding.writing import Planned, Plant, everyone, is_news, let_go, stored, write
from fieldwatch.store.folding.zones import Subnets
from fieldwatch.store.models import Asset

CHUNK = 250
"""Assets (with their parts) of one transaction."""


class Folded(NamedTuple):
    """A fold that stands in the store: the facts, the inventory that follows from them, and the row of each asset and part by its id.

    `written`: how many assets and parts were new, changed, merged or gone.
    """

    site: int
    facts: SiteFacts
    inventory: Inventory
    rows: dict[str, int]
    written: int


def fold_site(site: int, then: Callable[[Folded], object] | None = None) -> Folded:
    """Folds the facts of a site and writes what is different. `then` is done before the site counts as folded: what it does is not left
    undone by whoever is killed in between."""
    with _uncollected():
        facts = read(site)
        inventory = fold(facts.claims, facts.conversations, facts.sightings, facts.operations)
    plant = Plant(site, observe(facts, inventory), Subnets(site), facts.sources.ids, timezone.now(), {})
    known = _known(site)
    planned = _plan(inventory, known)
    rows = {one.asset.id: one.rows[0] for one, _ in everyone(planned) if one.rows}
    news = list(_news(planned, plant))
    for at in range(0, len(news), CHUNK):
        rows |= write(news[at : at + CHUNK], plant)
    gone = _gone(planned, known)
    for at in range(0, len(gone), CHUNK):
        let_go(gone[at : at + CHUNK], plant)
    written = sum(1 for _ in everyone(news)) + len(gone)
    moved = _point(facts, inventory, rows)
    folded = Folded(site, facts, inventory, rows, written)
    if then is not None:
        then(folded)
    _finish(facts, written, is_news=bool(written or moved))
    return folded


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing that is made in here is let go before its end: collecting would only go through it again and again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class _Stored(NamedTuple):
    """Rows of a site: the assets, and by parent the parts (key, component, whether it is gone)."""

    assets: tuple[Known, ...]
    parts: dict[int, list[tuple[int, str, bool]]]


def _known(site: int) -> _Stored:
    past: dict[int, set[str]] = {}
    for asset, address in models.AssetAddress.objects.filter(site=site).values_list("asset_id", "address"):
        past.setdefault(asset, set()).add(address)
    assets: list[Known] = []
    children: dict[int, list[tuple[int, str, bool]]] = {}
    columns = ("pk", "parent_id", "component", "handle", "macs", "ips", "serial_number", "vendor", "gone_at")
    rows = Asset.objects.filter(site=site, merged_into=None).order_by("pk").values_list(*columns)
    for pk, parent, component, handle, macs, ips, serial, vendor, gone_at in rows:
        if parent is not None:
            children.setdefault(parent, []).append((pk, component, gone_at is not None))
        else:
            had = frozenset(past.get(pk, ()))
            assets.append(Known(pk, handle, frozenset(macs), frozenset(ips), had, serial, vendor, gone_at is not None))
    return _Stored(tuple(assets), children)


def _plan(inventory: Inventory, known: _Stored) -> list[Planned]:
    found = recognise(inventory.assets, known.assets)
    return [_planned(asset, found.get(asset.id, ()), known) for asset in inventory.assets]


def _planned(asset: Folded_, rows: tuple[int, ...], known: _Stored) -> Planned:
    held = sorted((key, component) for row in rows for key, component, _ in known.parts.get(row, ()))
    of_parts = parts(asset.children, held)
    return Planned(asset, rows, tuple(Planned(child, of_parts.get(child.component, ()), ()) for child in asset.children))


def _news(planned: list[Planned], plant: Plant) -> Iterator[Planned]:
    """The assets of which anything is to be written, with all their parts."""
    for at in range(0, len(planned), CHUNK):
        some = planned[at : at + CHUNK]
        known = stored(key for one, _ in everyone(some) for key in one.rows)
        for one in some:
            if any(is_news(each, whole, known, plant) for each, whole in everyone([one])):
                yield one


def _gone(planned: list[Planned], known: _Stored) -> list[int]:
    """Rows that nothing was recognised as, and that are not known to be gone."""
    found = {key for one, _ in everyone(planned) for key in one.rows}
    alive = [row.pk for row in known.assets if not row.is_gone]
    alive += [key for some in known.parts.values() for key, _, is_gone in some if not is_gone]
    return sorted(set(alive) - found)


def _point(facts: SiteFacts, inventory: Inventory, rows: dict[str, int]) -> int:
    """Ends point to their assets; how many pointed elsewhere before."""
    ends = _ends(facts, inventory, rows)
    for at in range(0, len(ends), 5_000):
        with transaction.atomic():
            update(models.End, ("asset_id",), [(key, (asset,)) for key, asset in ends[at : at + 5_000]])
    return len(ends)


def _finish(facts: SiteFacts, written: int, *, is_news: bool) -> None:
    """The site is folded up to the facts that were read."""
    with transaction.atomic():
        indexing.index_places(facts.site)
        indexing.index_logins(facts.site)
        models.Site.objects.filter(pk=facts.site).update(folded=facts.facts)
        if is_news:
            slug = models.Site.objects.values_list("slug", flat=True).get(pk=facts.site)
            emit(Kind.FOLDED, slug, site=facts.site, data={"written": written})


def _ends(facts: SiteFacts, inventory: Inventory, rows: dict[str, int]) -> list[tuple[int, int | None]]:
    """The ends that belong to another asset than they are said to."""
    by_way = {
        f"{asset.id}/{child.component.partition(' via ')[2]}": child.id
        for asset in inventory.assets
        for child in asset.children
        if " via " in child.component
    }
    changed = []
    for key, (subject, known) in facts.ends.items():
        now = rows.get(_home(subject, inventory.home, by_way, rows))
        if now != known:
            changed.append((key, now))
    return changed


def _home(subject: Subject, home: dict[Subject, str], by_way: dict[str, str], rows: dict[str, int]) -> str:
    """The id of the part that is meant, else of the asset; "" for no asset."""
    whole = home.get(subject._replace(component=""), "")
    if not whole or not subject.component:
        return whole
    part = f"{whole}/{subject.component}"
    return part if part in rows else by_way.get(part, whole)
