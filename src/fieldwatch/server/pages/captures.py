"""Captures: how they are brought, and the report of each: what was read, what was not, and why."""

from __future__ import annotations

import math
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from fieldwatch.pipeline.losses import LOSSES
from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.listing.cells import clock, size
from fieldwatch.server.pages._page import Page, found
from fieldwatch.server.records import capture
from fieldwatch.store.models import Source

LEAST_SHARE = 0.02
"""The share of a stage of a reading that must be done before it is said how long the rest may take."""


def report(request: HttpRequest, key: int) -> HttpResponse:
    """The report of one capture or live source."""
    source: Source = found(request, capture.RECORD, key)
    context = {
        "section": "captures",
        "title": source.name,
        "crumbs": [{"label": _("Captures"), "url": "/captures/"}],
        "source": source,
        "progress": _progress(source),
        "read": _read(request, source),
        "losses": _losses(source),
        "undecoded": source.undecoded.order_by("-times", "id")[:50],
        "malformed": source.malformed.select_related("speaker__asset").order_by("-times", "id")[:50],
        "gaps": source.gaps.exclude(protocol="capture").aggregate(conversations=Count("pk"), times=Sum("times"), size=Sum("size_bytes")),
        "protocols": _protocols(source),
    }
    return render(request, "captures/report.html", context)


def progress(request: HttpRequest, key: int) -> HttpResponse:
    """How far the reading is: asked again by the page until it is done, and the page read again then."""
    source: Source = found(request, capture.RECORD, key)
    told = _progress(source)
    answer = render(request, "shell/progress.html", {"progress": told})
    if told["done"]:
        answer["HX-Refresh"] = "true"
    return answer


def _progress(source: Source) -> dict[str, Any]:
    made: dict[str, Any] = {
        "stage": _stage(source),
        "done": source.state in {Source.State.DONE, Source.State.FAILED},
        "url": f"/captures/{source.pk}/progress/",
    }
    if source.kind == "capture" and source.state == Source.State.READING:
        made |= _pace(source)
    if source.state == Source.State.FAILED:
        made["error"] = {
            "title": _("This capture could not be read"),
            "read": source.reason,
            "action": _("Bring it again once that is mended."),
        }
    return made


def _stage(source: Source) -> str:
    if source.state == Source.State.READING and source.progress >= 1:
        return _("what was read is taken in")
    states = {
        Source.State.QUEUED: _("waits to be read"),
        Source.State.READING: _("is being read"),
        Source.State.DONE: _("read to its end"),
        Source.State.FAILED: _("could not be read"),
    }
    return states[Source.State(source.state)]


def _pace(source: Source) -> dict[str, Any]:
    """How far a reading is, how fast it goes, and what remains, as far as each is known."""
    is_read = source.progress >= 1
    share = source.taken if is_read else source.progress
    lasted_s = (timezone.now() - source.stage_at).total_seconds() if source.stage_at else 0
    if share < LEAST_SHARE or lasted_s <= 0:
        return {"share": math.floor(100 * share)} if share > 0 else {}
    made = {"share": math.floor(100 * share), "remaining": _("%(time)s left") % {"time": clock(lasted_s * (1 - share) / share)}}
    return made if is_read else made | {"rate": f"{size(source.file_bytes * share / lasted_s)}/s"}


def _read(request: HttpRequest, source: Source) -> list[dict[str, Any]]:
    """What came out of it, in figures."""
    held = access(request)
    made: list[dict[str, Any]] = [
        {"label": _("packets"), "value": source.packets},
        {"label": _("bytes of packets"), "value": size(source.size_bytes)},
        {"label": _("senders"), "value": source.sightings.count()},
        {"label": _("claims"), "value": source.claims.count()},
        {"label": _("conversations"), "value": source.conversation_counts.count()},
        {"label": _("message classes"), "value": source.message_counts.count()},
        {"label": _("operations"), "value": source.operations.aggregate(n=Sum("times"))["n"] or 0},
    ]
    if held.may(May.SEE_LOGINS, source.site_id):
        made.append({"label": _("logins"), "value": source.logins.count()})
    return made


def _losses(source: Source) -> list[dict[str, Any]]:
    """What was not seen, from the counters: nothing that is zero."""
    made: list[dict[str, Any]] = [
        {"what": _(words), "times": source.counters[name]} for name, words in LOSSES.items() if source.counters.get(name)
    ]
    if source.counters.get("dead_ns"):
        times = source.gaps.filter(protocol="capture").aggregate(n=Sum("times"))["n"] or 0
        lasting = clock(source.counters["dead_ns"] / 1e9)
        made.insert(0, {"what": _("times in which a sensor saw nothing"), "times": times, "detail": lasting})
    if source.truncated:
        made.insert(0, {"what": _("the capture ends too early"), "times": 1, "detail": source.truncated})
    return made


def _protocols(source: Source) -> list[dict[str, Any]]:
    """The protocols that its conversations speak, by packets."""
    rows = source.conversation_counts.values("protocol").annotate(n=Count("pk"), packets=Sum("packets")).order_by("-packets")[:40]
    return [_protocol(one["protocol"], one["n"], one["packets"]) for one in rows]


def _protocol(protocol: str, n: int, packets: int) -> dict[str, Any]:
    return {"protocol": protocol, "n": n, "packets": packets, "is_unknown": protocol == "unknown"}


PAGES = (
    Page("captures/<int:key>/", report, May.SEE, "capture"),
    Page("captures/<int:key>/progress/", progress, May.SEE, "capture-progress"),
)
