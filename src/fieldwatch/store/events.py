"""Events: what happened, for whoever waits for it. Written in the transaction of what they tell of: both stand, or neither.

The id of an event is the cursor of all who follow. So ids must come to be seen in their order: SQLite has one writer at a time, which sees
to that; in PostgreSQL whoever emits holds a lock until the transaction ends. Emit last in a transaction, and in short ones.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from fieldwatch.store.models import Event

KEEP = datetime.timedelta(days=14)
"""How long events are kept, unless told otherwise: longer than a webhook is tried."""

LOCK = 0x46_57_45_56
"""The number of the lock in PostgreSQL ("FWEV")."""

AT_ONCE = 5_000
"""Rows that one statement deletes."""


class Kind(StrEnum):
    """What events are about; `object` names the thing in its list (REST: `/api/v1/<plural>/<object>`)."""

    ASSET = "asset"
    """An asset appeared, changed or went; object: its uid."""
    FOLDED = "folded"
    """Assets and findings of a site follow from its facts again; object: the site's slug."""
    FINDING = "finding"
    """A finding was handled, opened or closed."""
    OPERATION = "operation"
    """Something was done to the plant; object: the operation's target, data: effect and how many."""
    SOURCE = "source"
    """The reading of a capture began, went on, or ended."""
    SENSOR = "sensor"
    """A sensor was enrolled or revoked, or its health changed."""
    ALERT = "alert"
    """A sensor's own alert opened or closed."""
    SITE = "site"
    """A site, its zones or subnets changed; object: its slug."""
    BASIS = "basis"
    """Advisories, or facts about vulnerabilities, were brought up to date."""
    WEBHOOK = "webhook"
    """A webhook was switched off, because nobody answered."""
    CLOCK = "clock"
    """The clock of the machine was set; data: by how many seconds."""
    AUDIT = "audit"
    """The audit log is not whole any more, or is again; object: the first entry that is wrong, data: `is_whole`, `reason`."""


class Range(NamedTuple):
    """The ids of the first and the last event that are kept; both 0 where there is none."""

    first: int
    last: int


def emit(kind: Kind, object_: str, *, site: int | None = None, zone: int | None = None, data: Mapping[str, Any] | None = None) -> Event:
    """Writes an event; `site` and `zone` are primary keys (no site: it is for who sees everything). No secret, no text from the network."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        return Event.objects.create(kind=Kind(kind).value, object=object_[:64], site_id=site, zone_id=zone, data=dict(data or {}))


def after(cursor: int, *, most: int = 500, kinds: Iterable[str] = ()) -> list[Event]:
    """The events behind this cursor, oldest first."""
    rows = Event.objects.filter(pk__gt=cursor)
    chosen = list(kinds)
    return list((rows.filter(kind__in=chosen) if chosen else rows).order_by("pk")[:most])


def kept() -> Range:
    """Which events are kept: a cursor before the first one has missed some."""
    found = Event.objects.aggregate(first=Min("pk"), last=Max("pk"))
    return Range(found["first"] or 0, found["last"] or 0)


def prune(keep: datetime.timedelta = KEEP) -> int:
    """Deletes events that are older, never the last one (it holds the place of all cursors), and none while the clock is in doubt."""
    from fieldwatch.store import clock

    if clock.doubted():
        return 0
    border, last, gone = timezone.now() - keep, kept().last, 0
    while True:
        old = list(Event.objects.filter(at__lt=border, pk__lt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        if not old:
            return gone
        gone += Event.objects.filter(pk__in=old).delete()[0]
