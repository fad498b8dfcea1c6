"""The last check of the audit log: kept for pages, repeated every day, and told to whoever follows the events once the log is not whole."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from fieldwatch.store.audit import verify
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.models import Setting

NAME = "audit.verified"
"""The setting that keeps the last result."""

DAILY = datetime.timedelta(days=1)
SOON = datetime.timedelta(minutes=30)
"""A log that is not whole is looked at sooner: after a restore that mends it, nobody reads for a day that it is broken."""


def check(by: str = "") -> dict[str, Any]:
    """Verifies the whole log, keeps the result, and tells of it where it is another than the last. `by`: who asked; nobody did at night."""
    found = verify()
    before = last()
    value = {
        "at": timezone.now().isoformat(),
        "is_whole": found.is_whole,
        "entries": found.entries,
        "number": found.number,
        "reason": found.reason,
        "by": by,
    }
    with transaction.atomic():
        Setting.objects.update_or_create(name=NAME, defaults={"value": value})
        if found.is_whole != (before is None or before["is_whole"]):
            emit(Kind.AUDIT, str(found.number or ""), data={"is_whole": found.is_whole, "reason": found.reason})
    return value


def check_daily() -> dict[str, Any] | None:
    """The check, where it is due: a day after the last one. None where it is not."""
    return check() if _is_due(last(), timezone.now()) else None


def last() -> dict[str, Any] | None:
    """The last result; none where nobody has looked yet."""
    kept = Setting.objects.filter(name=NAME).first()
    return {**kept.value, "at": parse_datetime(kept.value["at"])} if kept is not None else None


def _is_due(result: dict[str, Any] | None, now: datetime.datetime) -> bool:
    """A result of the future is of a clock that was set back since: it says nothing about now."""
    if result is None:
        return True
    return not result["at"] <= now < result["at"] + (DAILY if result["is_whole"] else SOON)
