"""What people do about findings. Each function takes one finding or many, and writes steps, an event and an entry of the audit log each."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction

from fieldwatch.store.audit import AuditAction
from fieldwatch.store.deciding import By, Refused, enter, text
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.folding.judging import count
from fieldwatch.store.models import Finding, FindingStep, User

LONGEST = 10_000
"""Characters of a note or a reason."""

LONGEST_ACCEPTANCE = datetime.timedelta(days=3 * 366)
"""An acceptance without an end is none: three years at most."""

Findings = Finding | Iterable[Finding]
Step = FindingStep.Kind
CHUNK = 500


def assign(findings: Findings, assignee: User | None, *, by: By) -> int:
    """Who handles it; None: nobody."""
    words = assignee.get_username() if assignee else ""

    def change(one: Finding) -> bool:
        is_other = one.assignee_id != (assignee.pk if assignee else None)
        one.assignee = assignee
        return is_other

    return _each(findings, change, ("assignee",), Step.ASSIGNED, words, AuditAction.FINDING_ASSIGNED, by, {"assignee": words})


def set_due(findings: Findings, due: datetime.date | None, *, by: By) -> int:
    """Until when it is to be settled; None: no day."""
    words = due.isoformat() if due else ""

    def change(one: Finding) -> bool:
        is_other, one.due = one.due != due, due
        return is_other

    return _each(findings, change, ("due",), Step.DUE, words, AuditAction.FINDING_DUE, by, {"due": words})


def add_note(findings: Findings, words: str, *, by: By) -> int:
    """Writes a note. Raises Refused."""
    given = text("note", words, LONGEST)
    if not given:
        raise Refused("note: nothing was read; write what others should know")
    return _each(findings, lambda one: True, (), Step.NOTE, given, AuditAction.FINDING_NOTE, by, {})


def accept(findings: Findings, until: datetime.date, why: str, *, by: By, today: datetime.date | None = None) -> int:
    """Accepts the risk until a day (that day included), for a reason. Closed findings stay closed. Raises Refused."""
    day = today or datetime.datetime.now(datetime.UTC).date()
    reason = text("reason", why, LONGEST)
    if not day <= until <= day + LONGEST_ACCEPTANCE:
        raise Refused(f"until: {until} was read; a day from {day} to {day + LONGEST_ACCEPTANCE} is allowed")
    if not reason:
        raise Refused("reason: nothing was read; write why the risk is accepted")

    def change(one: Finding) -> bool:
        if one.state == Finding.State.CLOSED:
            return False
        one.state, one.accepted_until, one.accepted_by, one.accepted_why = Finding.State.ACCEPTED, until, by.user, reason
        return True

    detail = {"until": until.isoformat(), "why": reason}
    return _each(findings, change, ACCEPTANCE, Step.ACCEPTED, f"{until}: {reason}", AuditAction.FINDING_ACCEPTED, by, detail)


ACCEPTANCE = ("state", "accepted_until", "accepted_by", "accepted_why")
"""Columns of an acceptance."""


def end_acceptance(findings: Findings, *, by: By, why: str = "") -> int:
    """Takes an acceptance back: the finding is open again."""
    words = text("reason", why, LONGEST)
    return _each(findings, _reopen, ACCEPTANCE, Step.REOPENED, words, AuditAction.FINDING_REOPENED, by, {"why": words})


def expire(today: datetime.date) -> int:
    """Opens all findings whose acceptance ran out before this day; how many."""
    number = 0
    while True:
        rows = list(Finding.objects.filter(state=Finding.State.ACCEPTED, accepted_until__lt=today).order_by("pk")[:CHUNK])
        if not rows:
            return number
        ended = _each(rows, _reopen, ACCEPTANCE, Step.EXPIRED, "", AuditAction.FINDING_EXPIRED, By(None), {"day": today.isoformat()})
        number += ended
        if not ended:
            return number


def _reopen(one: Finding) -> bool:
    if one.state != Finding.State.ACCEPTED:
        return False
    one.state, one.accepted_until, one.accepted_by, one.accepted_why = Finding.State.OPEN, None, None, ""
    return True


def _each(
    findings: Findings,
    change: Callable[[Finding], bool],
    columns: tuple[str, ...],
    kind: Step,
    words: str,
    action: AuditAction,
    by: By,
    detail: dict[str, Any],
) -> int:
    """Changes each finding under a lock; those that were changed get their step, entry and event. How many."""
    keys = [findings.pk] if isinstance(findings, Finding) else [one.pk for one in findings]
    number = 0
    for at in range(0, len(keys), CHUNK):
        with transaction.atomic():
            rows = Finding.objects.select_for_update(of=("self",)).select_related("asset", "site").filter(pk__in=keys[at : at + CHUNK])
            changed = [one for one in rows.order_by("pk") if change(one)]
            if columns and changed:
                Finding.objects.bulk_update(changed, columns, batch_size=100)
            FindingStep.objects.bulk_create([FindingStep(finding=one, kind=kind, text=words, by=by.user) for one in changed])
            if "state" in columns:
                count(0, {one.asset_id for one in changed})
            for one in changed:
                enter(by, action, f"{one.asset.uid} {one.key}", one.site, detail)
            for one in changed:
                emit(Kind.FINDING, str(one.pk), site=one.site_id, zone=one.asset.zone_id, data={"state": one.state})
            number += len(changed)
    return number
