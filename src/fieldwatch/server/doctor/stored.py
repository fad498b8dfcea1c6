"""What the database says: whether it can be reached and is of this release, and what it holds of sensors, captures and the audit log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import Max

from fieldwatch.sensor.diagnosis import Diagnosis, Standing
from fieldwatch.store import audit
from fieldwatch.store.models import AuditEvent, Sensor, SensorAlert, Skipped, Source
from fieldwatch.store.sensors import heard, is_silent
from fieldwatch.store.snapshot import UnusableStore
from fieldwatch.store.upgrade import pending

SOON = timedelta(days=14)
"""A sensor renews its certificate when less than 30 days are left; one with so few is not heard, or cannot."""

AHEAD_S, BEHIND_S = 60, 7 * 86_400
MOST = 5
"""Sensors, and captures, that are named one by one."""

OLDEST_POSTGRESQL = 140_000
"""Django 5.2 needs PostgreSQL 14 (its release notes, "Database backends")."""


def stored() -> Iterator[Diagnosis]:
    """How it stands with everything that is in the database."""
    try:
        found = _database()
    except DatabaseError as error:
        words = f"the database does not answer: {(str(error).splitlines() or ['no answer'])[0]}"
        yield Diagnosis("database", Standing.ACT, words, "see that it runs, and database.url (fieldwatch config explain database)")
        return
    yield found
    if found.standing is Standing.ACT:
        return
    for check in (_sensors, _captures, _newest, _audit):
        yield from _tried(check)


def _tried(check: Callable[[], Iterator[Diagnosis]]) -> Iterator[Diagnosis]:
    try:
        yield from check()
    except DatabaseError as error:
        yield Diagnosis("database", Standing.ACT, (str(error).splitlines() or ["no answer"])[0], "see the database's own log")


def _database() -> Diagnosis:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()" if connection.vendor == "postgresql" else "SELECT 'SQLite ' || sqlite_version()")
        (name,) = cursor.fetchone()
    kind = " ".join(str(name).split()[:2])
    if connection.vendor == "postgresql" and connection.pg_version < OLDEST_POSTGRESQL:  # type: ignore[attr-defined]
        return Diagnosis("database", Standing.ACT, kind, "PostgreSQL 14 or later is needed")
    try:
        waiting = pending()
    except UnusableStore as error:
        return Diagnosis("database", Standing.ACT, str(error), "install the newer release again")
    if waiting:
        words = f"{kind}: {len(waiting)} migrations are to be applied"
        return Diagnosis("database", Standing.ACT, words, "start fieldwatch serve: it copies the database, then applies them")
    return Diagnosis("database", Standing.OK, f"{kind} answers and is of this release")


def _sensors() -> Iterator[Diagnosis]:
    """Those that are silent, whose certificates end, and what they say is wrong."""
    now, enrolled = datetime.now(UTC), Sensor.objects.filter(state=Sensor.State.ENROLLED)
    wrong = 0
    for one in enrolled:
        if is_silent(one, now):
            wrong += 1
            yield Diagnosis(
                "sensor",
                Standing.ACT,
                f"{one.name}: not heard since {heard(one):%Y-%m-%d %H:%M} UTC",
                "see the sensor's log, and its way here",
            )
        if one.expires_at and one.expires_at < now + SOON:
            wrong += 1
            yield Diagnosis(
                "sensor", Standing.ACT, f"{one.name}: its certificate ends on {one.expires_at:%Y-%m-%d}", "see why it does not renew it"
            )
    opened = SensorAlert.objects.filter(closed_at=None, sensor__state=Sensor.State.ENROLLED).exclude(kind="silent").select_related("sensor")
    for alert in opened.order_by("-opened_at")[:MOST]:
        wrong += 1
        yield Diagnosis("sensor", Standing.ACT, f"{alert.sensor.name}: {alert.kind}: {alert.words}", "docs/sensor.md, Health and alerts")
    if not wrong:
        yield Diagnosis("sensors", Standing.OK, f"{enrolled.count()} enrolled, none of them silent")


def _captures() -> Iterator[Diagnosis]:
    failed = Source.objects.filter(state=Source.State.FAILED)
    for one in failed.order_by("-id")[:MOST]:
        yield Diagnosis(
            "capture", Standing.LOOK, f"{one.name} was not read: {one.reason}", "bring it again, or remove it on the page of captures"
        )
    skipped = Skipped.objects.count()
    if skipped:
        yield Diagnosis("captures", Standing.LOOK, f"{skipped} things were brought and not read", "see the page of captures")
    if not failed.exists() and not skipped:
        yield Diagnosis("captures", Standing.OK, f"{Source.objects.count()} brought, none that could not be read")


def _newest() -> Iterator[Diagnosis]:
    """The clock, held against the newest row that this machine or a sensor wrote."""
    last = Source.objects.aggregate(told=Max("told_ns"))["told"] or 0
    newest = max(last, AuditEvent.objects.aggregate(at=Max("at_ns"))["at"] or 0) / 1e9
    if newest > time.time() + AHEAD_S:
        words = f"the newest row is {newest - time.time():.0f} s ahead of this clock"
        yield Diagnosis("clock", Standing.ACT, words, "set the clock right; nothing is lost by it")


def _audit() -> Iterator[Diagnosis]:
    found = audit.verify()
    words = f"{found.entries} entries: {found.reason}"
    if found.is_whole:
        yield Diagnosis("audit log", Standing.OK, words)
    else:
        yield Diagnosis("audit log", Standing.ACT, words, "keep this database and keys/audit.head as they are, and ask who had access")
