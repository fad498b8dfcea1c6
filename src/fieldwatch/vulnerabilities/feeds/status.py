"""How old each feed is, what it holds, and what went wrong last.

A feed is *fresh* while its listing was last read at most so many days ago as its kind allows (`stale_after_days`), *stale* after that, and
*none* while nothing of it is on the shelf. What was brought in by hand is as old as the newest date that it gives itself, and stale
without one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from fieldwatch.vulnerabilities.feeds._feed import Source, kind
from fieldwatch.vulnerabilities.feeds.shelf import Drawer, Shelf

FRESH, STALE, NONE = "fresh", "stale", "none"
BY_HAND_DAYS = 14
"""From this age on advisories that were brought in by hand are called stale."""


class Standing(NamedTuple):
    """A feed on the shelf. `as_of` is the time that its data are of, `age_days` since then; both empty where that is not known."""

    name: str
    title: str
    state: str
    documents: int
    as_of: str
    age_days: int | None
    stale_after_days: int
    verified: int
    cosmetic: int
    faults: tuple[str, ...]


def standings(shelf: Shelf, sources: Iterable[Source], now: datetime) -> list[Standing]:
    """All usual sources, all others that there is something of, and what was brought in by hand."""
    drawers = {drawer.feed: drawer for drawer in shelf.drawers()}
    found = []
    for source in sources:
        feed = kind(source.kind)
        drawer = drawers.pop(source.name, None)
        if drawer is None and source.usual:
            drawer = shelf.drawer(source.name, feed.brings)
        if drawer is not None:
            found.append(_standing(drawer, source.title, feed.stale_after_days, now))
    return found + [_standing(drawer, "brought in by hand", BY_HAND_DAYS, now) for _, drawer in sorted(drawers.items())]


def _standing(drawer: Drawer, title: str, limit: int, now: datetime) -> Standing:
    entries = drawer.entries.values()
    as_of = _as_of(drawer)
    age = max(0, (now - as_of).days) if as_of is not None else None
    return Standing(
        name=drawer.feed,
        title=title,
        state=NONE if not entries else FRESH if age is not None and age <= limit else STALE,
        documents=len(entries),
        as_of=as_of.isoformat() if as_of is not None else "",
        age_days=age,
        stale_after_days=limit,
        verified=sum("verified" in (one.hash, one.signature) for one in entries),
        cosmetic=sum(bool(one.cosmetic) for one in entries),
        faults=tuple(map(str, drawer.state.get("faults", ()))),
    )


def _as_of(drawer: Drawer) -> datetime | None:
    """When the feed was last listed whole; else the newest date that its documents give themselves."""
    said = [str(drawer.state.get("listed", ""))]
    if not said[0]:
        said = [one.stamp for one in drawer.entries.values()]
    return max((time for time in map(_time, said) if time is not None), default=None)


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
