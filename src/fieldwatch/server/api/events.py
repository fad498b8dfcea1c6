"""Events as REST and the stream give them: who may hear of what, and how one is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api.problem import Problem, Type
from fieldwatch.server.api.records import written
from fieldwatch.store.events import Kind, after, kept
from fieldwatch.store.models import Event

MOST = 500
"""Events of one answer."""

MAY = {
    Kind.FINDING: May.SEE_FINDINGS,
    Kind.WEBHOOK: May.ADMINISTER,
    Kind.AUDIT: May.SEE_AUDIT,
}
"""What one must be allowed to hear of a kind, where that is not `see`."""

OF_THE_SITE = frozenset({Kind.FOLDED, Kind.SITE})
"""Kinds that tell only that something of a site is new: whoever sees one zone of it may hear of them."""

HIGHEST = 2**63 - 1


class EventOut(BaseModel):
    """Something that happened."""

    id: int = Field(description="the cursor of the stream")
    kind: str = Field(json_schema_extra={"enum": [one.value for one in Kind]})
    object: str = Field(description="names the thing in its list")
    site: str | None = Field(description="slug of its site")
    at: str = Field(json_schema_extra={"format": "date-time"})
    data: dict[str, Any]


class EventList(BaseModel):
    """Events in their order."""

    items: list[EventOut]
    next: int = Field(description="the `after` of the next question")
    missed: bool = Field(description="events behind `after` are not kept any more: read anew what they may have been about")


class Ears:
    """What one may hear. It holds no more than what was allowed when it was made: make it anew now and then."""

    def __init__(self, held: Access, kinds: Iterable[str] = ()) -> None:
        self.kinds = frozenset(kinds)
        self.scopes = {kind: held.scope(MAY.get(kind, May.SEE)) for kind in Kind}
        self.sites = frozenset(one.pk for one in held.sites)

    def may(self, event: Event) -> bool:
        """True where this event may be told."""
        if self.kinds and event.kind not in self.kinds:
            return False
        kind = Kind(event.kind)
        if kind in OF_THE_SITE and event.site_id in self.sites:
            return True
        return self.scopes[kind].holds(event.site_id, event.zone_id)


def told(event: Event) -> dict[str, Any]:
    """The event as it is written."""
    return {
        "id": event.pk,
        "kind": event.kind,
        "object": event.object,
        "site": event.site.slug if event.site else None,
        "at": event.at.isoformat(),
        "data": event.data,
    }


def is_missed(cursor: int) -> bool:
    """True where events behind the cursor were deleted, or the cursor is of another time of this database (before a restore).

    0 asks for all that are kept, and misses nothing.
    """
    found = kept()
    return cursor > found.last or 0 < cursor < found.first - 1


def kinds_of(text: str) -> frozenset[str]:
    """The kinds that a text names, separated by commas. Raises Problem."""
    found = frozenset(one for one in text.split(",") if one)
    allowed = [one.value for one in Kind]
    if not found <= set(allowed):
        raise Problem(Type.BAD_REQUEST, "kinds: there is no such kind.", read=text, allowed=", ".join(allowed))
    return found


def cursor_of(text: str) -> int | None:
    """The cursor that a text is; None without one. Raises Problem."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Problem(Type.BAD_REQUEST, "after: it is no cursor.", read=text, allowed="the id of an event, or 0 for all that are kept")
    return int(text)


ROUTER = Router(tags=["events"])


def _query(name: str, words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


PARAMETERS = [
    _query(
        "after", "events behind this one; 0: all that are kept; without it: none, but the cursor of now", {"type": "integer", "minimum": 0}
    ),
    _query("kinds", "kinds, separated by commas; all without it", {"type": "string", "examples": ["asset,finding"]}),
]


@ROUTER.get("", response=EventList, operation_id="list_events", summary="Events", openapi_extra={"parameters": PARAMETERS})
def events(request: HttpRequest) -> HttpResponse:
    """What happened behind a cursor. The same comes by itself from `/events` (text/event-stream)."""
    required(request, May.SEE)
    cursor = cursor_of(request.GET.get("after", ""))
    ears = Ears(access(request), kinds_of(request.GET.get("kinds", "")))
    if cursor is None:
        return written({"items": [], "next": kept().last, "missed": False})
    if is_missed(cursor):
        return written({"items": [], "next": max(kept().first - 1, 0) if cursor < kept().first else kept().last, "missed": True})
    found = after(cursor, most=MOST)
    items = [told(one) for one in found if ears.may(one)]
    return written({"items": items, "next": found[-1].pk if found else cursor, "missed": False})
