"""Changes of findings by REST: who handles them, until when, notes, accepted risks; one by one and many at once."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api import changed
from fieldwatch.server.api.assets import Changed, NoteIn
from fieldwatch.server.api.body import Given, Text, Word
from fieldwatch.server.api.problem import Problem, Type
from fieldwatch.server.api.records import detailed, written
from fieldwatch.server.records.registry import records
from fieldwatch.store import findings
from fieldwatch.store.models import Finding


class FindingIn(Given):
    """What may be changed of a finding. What is left out stays as it is."""

    assignee: Word | None = Field(None, description="user name; null: nobody")
    due: datetime.date | None = Field(None, description="until when it is to be settled; null: no day")


class AcceptIn(Given):
    """A risk that is accepted."""

    until: datetime.date = Field(description="the last day of the acceptance")
    why: Text = Field(min_length=1)


class EndIn(Given):
    """The end of an acceptance."""

    why: Text = ""


class FindingsIn(Given):
    """The same for many findings; one of `set`, `accept`, `end`, `note`."""

    ids: list[int] = Field(min_length=1, max_length=changed.MOST)
    set: FindingIn | None = None
    accept: AcceptIn | None = None
    end: EndIn | None = None
    note: NoteIn | None = None


ROUTER = Router(tags=["findings"])


@ROUTER.patch("/{key}", response=dict[str, Any], operation_id="change_finding", summary="Change a finding")
def change(request: HttpRequest, key: str, given: FindingIn) -> HttpResponse:
    """Sets what was given; the answer is the finding as it is then."""
    row = changed.finding(request, key)
    with changed.changing():
        _set(request, [row], given)
    return _now(request, key)


@ROUTER.post("/{key}/accept", response=dict[str, Any], operation_id="accept_finding", summary="Accept a risk")
def accept(request: HttpRequest, key: str, given: AcceptIn) -> HttpResponse:
    """Accepts the risk until a day, for a reason."""
    row = changed.finding(request, key, May.ACCEPT_RISK)
    with changed.changing():
        if not findings.accept(row, given.until, given.why, by=changed.by(request)):
            raise Problem(Type.CONFLICT, "The finding is closed: the facts do not give it any more.")
    return _now(request, key)


@ROUTER.post("/{key}/end", response=dict[str, Any], operation_id="end_acceptance", summary="End an acceptance")
def end(request: HttpRequest, key: str, given: EndIn) -> HttpResponse:
    """Takes an acceptance back: the finding is open again."""
    row = changed.finding(request, key, May.ACCEPT_RISK)
    with changed.changing():
        if not findings.end_acceptance(row, by=changed.by(request), why=given.why):
            raise Problem(Type.CONFLICT, "The finding is not accepted.", read=row.state)
    return _now(request, key)


@ROUTER.post("/{key}/notes", response={201: dict[str, Any]}, operation_id="note_finding", summary="Write a note about a finding")
def note(request: HttpRequest, key: str, given: NoteIn) -> HttpResponse:
    """Writes a note."""
    row = changed.finding(request, key)
    with changed.changing():
        findings.add_note(row, given.text, by=changed.by(request))
    return _now(request, key, 201)


@ROUTER.post("/bulk", response=Changed, operation_id="change_findings", summary="Handle many findings")
def change_many(request: HttpRequest, given: FindingsIn) -> HttpResponse:
    """The same for many findings: all of them, or none. Those for which it changes nothing are not counted."""
    chosen = [name for name in ("set", "accept", "end", "note") if getattr(given, name) is not None]
    if len(chosen) != 1:
        raise Problem(
            Type.UNPROCESSABLE, "One thing is done at a time.", read=", ".join(chosen) or "nothing", allowed="set, accept, end or note"
        )
    may = May.ACCEPT_RISK if chosen[0] in {"accept", "end"} else May.HANDLE_FINDINGS
    rows = [changed.finding(request, key, may) for key in dict.fromkeys(given.ids)]
    with changed.changing():
        return written(changed.plural(_many(request, rows, given)))


def _many(request: HttpRequest, rows: list[Finding], given: FindingsIn) -> int:
    by = changed.by(request)
    if given.accept is not None:
        return findings.accept(rows, given.accept.until, given.accept.why, by=by)
    if given.end is not None:
        return findings.end_acceptance(rows, by=by, why=given.end.why)
    if given.note is not None:
        return findings.add_note(rows, given.note.text, by=by)
    return _set(request, rows, given.set or FindingIn.model_validate({}))


def _set(request: HttpRequest, rows: list[Finding], given: FindingIn) -> int:
    told, by, numbers = given.told(), changed.by(request), [0]
    if "assignee" in told:
        numbers.append(findings.assign(rows, changed.somebody(request, told["assignee"]), by=by))
    if "due" in told:
        numbers.append(findings.set_due(rows, told["due"], by=by))
    return max(numbers)


def _now(request: HttpRequest, key: str, status: int = 200) -> HttpResponse:
    return written(detailed(records()["findings"], changed.finding(request, key, May.SEE_FINDINGS), access(request)), status)
