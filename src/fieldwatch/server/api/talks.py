"""What there is of a conversation beyond its row: its message classes, page by page, and how often they came, by time."""

from __future__ import annotations

import datetime
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel, Field

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api import schema
from fieldwatch.server.api.problem import Problem, Type
from fieldwatch.server.api.records import listed, one, written
from fieldwatch.server.listing.query import page, query
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.server.records.registry import records
from fieldwatch.server.words import effects
from fieldwatch.store.history.read import Asked, History, HistoryBusy
from fieldwatch.store.models import Conversation, MessageClass
from fieldwatch.wire import time_text

MOST_BUCKETS = 2000

CLASSES = Record(
    name="message-class",
    plural="message-classes",
    title=_("message class"),
    titles=_("Message classes"),
    model=MessageClass,
    may=May.SEE,
    columns=(
        Column("operation", _("What")),
        Column("effect", _("Effect"), Kind.EFFECT),
        Column("object", _("Object"), Kind.CODE),
        Column("times", _("Times"), Kind.NUMBER, sort="times"),
        Column("unanswered", _("Unanswered"), Kind.NUMBER, sort="unanswered"),
        Column("distinct", _("Different"), Kind.NUMBER, sort="distinct", help=_("how many different values it had, about")),
        Column("first_seen", _("First seen"), Kind.TIME, get="first_ns", sort="first_ns"),
        Column("last_seen", _("Last seen"), Kind.TIME, get="last_ns", sort="last_ns"),
    ),
    order="-times",
    filters=(
        filters.choice("effect", _("effect"), effects),
        filters.contains("object", _("object")),
    ),
    zones=("conversation__client__asset__zone", "conversation__server__asset__zone"),
)


class SeriesOut(BaseModel):
    """How often, by time."""

    first: datetime.datetime = Field(description="when the first bucket begins")
    seconds: float = Field(description="how long each bucket is")
    grain_s: float = Field(description="how long the longest slices are that the counts are from")
    times: list[int]
    unanswered: list[int]
    unreadable: int = Field(description="files of the history that could not be read: the counts lack them")


ROUTER = Router(tags=["conversations"])
ITEM = schema.item(CLASSES)
POINT = {"type": "string", "examples": ["2026-11-26T14:00", "24h"]}
PARAMETERS = [
    {"name": "since", "in": "query", "required": False, "description": "ISO 8601, or an age: 24h, 7d", "schema": POINT},
    {"name": "until", "in": "query", "required": False, "description": "ISO 8601, or an age", "schema": POINT},
    {"name": "buckets", "in": "query", "required": False, "description": "into how many parts the time is cut",
     "schema": {"type": "integer", "minimum": 1, "maximum": MOST_BUCKETS, "default": 100}},
]  # fmt: skip


@ROUTER.get("/{key}/classes", response=schema.listed(CLASSES, ITEM), operation_id="list_message_classes", summary="Message classes",
            openapi_extra={"parameters": [one for one in schema.parameters(CLASSES) if one["name"] != "site"]})  # fmt: skip
def classes(request: HttpRequest, key: str) -> HttpResponse:
    """What its ends say to each other, most frequent first."""
    row: Conversation = one(request, records()["conversations"], key)
    asked = query(CLASSES._replace(rows=lambda: MessageClass.objects.filter(conversation=row)), request.GET, access(request))
    return written(listed(asked, page(asked)))


@ROUTER.get("/{key}/history", response=SeriesOut, operation_id="get_history", summary="How often, by time",
            openapi_extra={"parameters": PARAMETERS})  # fmt: skip
def history(request: HttpRequest, key: str) -> HttpResponse:
    """How often its messages came, from its first to its last one or in the time that is asked for."""
    row: Conversation = one(request, records()["conversations"], key)
    from_ns, to_ns = _point(request, "since", row.first_ns), _point(request, "until", row.last_ns + 1)
    buckets = request.GET.get("buckets", "100")
    if not buckets.isascii() or not buckets.isdigit() or not 1 <= int(buckets[:6]) <= MOST_BUCKETS:
        raise Problem(Type.BAD_REQUEST, "buckets: it is out of range.", read=buckets, allowed=f"1 to {MOST_BUCKETS}")
    if to_ns <= from_ns:
        raise Problem(Type.BAD_REQUEST, "until: it is not after since.", read=request.GET.urlencode())
    try:
        found = _history().times(Asked(row.site_id, from_ns, to_ns, conversations=[row.pk]), int(buckets))
    except HistoryBusy as error:
        raise Problem(Type.BUSY, str(error) or "The history is busy.", headers={"Retry-After": "5"}) from None
    return written({
        "first": time_text(found.first_ns),
        "seconds": found.width_ns / 1e9,
        "grain_s": found.grain_ns / 1e9,
        "times": found.times,
        "unanswered": found.unanswered,
        "unreadable": len(found.unreadable),
    })  # fmt: skip


@cache
def _history() -> History:
    """The one reader of the history in this process."""
    return History(settings.DATA / "history")


def _point(request: HttpRequest, name: str, usual_ns: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return usual_ns
    try:
        return int(filters.moment(text).timestamp() * 1_000_000) * 1000
    except ValueError as error:
        raise Problem(Type.BAD_REQUEST, f"{name}: {error}", read=text) from None
