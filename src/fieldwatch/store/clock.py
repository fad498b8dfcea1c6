"""A clock that was set: noted for people, and for a day a reason to delete nothing by its age, as either time may be the right one."""

from __future__ import annotations

import time
from typing import NamedTuple

from django.db import transaction

from fieldwatch.store.audit import AuditAction, append
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.models import Setting

NAME = "clock"
LEAST_S = 60
"""Less is put right by any time service now and then."""

DOUBT_S = 86_400
"""How long a clock that was set is doubted: people have a day to put it right."""


class Jump(NamedTuple):
    """By how many seconds the clock was set, and the time (seconds since 1970) that it had then."""

    by_s: int
    at_s: float


def note(by_s: float, now_s: float | None = None) -> Jump:
    """Notes that the clock was set: in the audit log, for pages and for whoever follows the events."""
    jump = Jump(round(by_s), time.time() if now_s is None else now_s)
    with transaction.atomic():
        Setting.objects.update_or_create(name=NAME, defaults={"value": [jump.by_s, jump.at_s]})
        append(actor="", address="", action=AuditAction.CLOCK_SET, object="clock", detail={"seconds": jump.by_s})
        emit(Kind.CLOCK, "clock", data={"seconds": jump.by_s})
    return jump


def doubted(now_s: float | None = None) -> Jump | None:
    """The last time that the clock was set, while it is a reason for doubt."""
    row = Setting.objects.filter(name=NAME).first()
    if row is None:
        return None
    jump = Jump(*row.value)
    return jump if abs((time.time() if now_s is None else now_s) - jump.at_s) < DOUBT_S else None
