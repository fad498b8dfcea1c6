"""What Fieldwatch does not see: lost packets, one-way traffic, protocols that nobody reads, broken rules. "Unknown" is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.pipeline.losses import LOSSES
from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.listing.cells import size
from fieldwatch.server.pages._page import Page
from fieldwatch.server.pages.context import chosen_site
from fieldwatch.store import clock
from fieldwatch.store.models import Conversation, Gap, Malformed, Source, Undecoded

MOST_SOURCES = 2_000
"""The latest sources of which counters are added up."""

FEW = 12


def blind_spots(request: HttpRequest) -> HttpResponse:
    """The page."""
    held = access(request)
    slug = chosen_site(request, held)
    context = {
        "section": "blind-spots",
        "title": _("Blind spots"),
        "spots": list(_spots(held, slug)),
        "losses": _losses(held, slug),
        "unread": _unread(held, slug),
        "unknown": _unknown(held, slug),
        "query": f"?site={slug}" if slug else "",
    }
    return render(request, "blind_spots/blind_spots.html", context)


def _here(held: Access, rows: QuerySet[Any], slug: str, *zones: str) -> QuerySet[Any]:
    rows = held.narrow(rows, May.SEE, "site", *zones)
    return rows.filter(site__slug=slug) if slug else rows


def _spots(held: Access, slug: str) -> Iterable[dict[str, Any]]:
    """The kinds of blind spots, each with how much of it there is and the address of its rows."""
    site = {"site": slug} if slug else {}
    gaps = _here(held, Gap.objects.exclude(protocol="capture"), slug, "client__asset__zone", "server__asset__zone").aggregate(
        n=Count("pk"), lost=Sum("size_bytes")
    )
    yield _spot(_("conversations with missing bytes"), gaps["n"], _("%(size)s lost") % {"size": size(gaps["lost"] or 0)}, "/gaps/", site)
    dead = _here(held, Gap.objects.filter(protocol="capture"), slug).aggregate(n=Sum("times"))
    yield _spot(_("times in which a sensor saw nothing"), dead["n"] or 0, "", "/gaps/", site | {"protocol": "capture"})
    undecoded = _here(held, Undecoded.objects.exclude(protocol="unknown"), slug).aggregate(n=Sum("times"))
    yield _spot(_("messages recognised, not decoded"), undecoded["n"] or 0, "", "/undecoded/", site)
    talks = _here(held, Conversation.objects.filter(protocol="unknown"), slug, "client__asset__zone", "server__asset__zone")
    yield _spot(_("conversations of unknown protocols"), talks.count(), "", "/conversations/", site | {"protocol": "unknown"})
    silent = _here(
        held, Conversation.objects.filter(messages__gt=0, unanswered=F("messages")), slug, "client__asset__zone", "server__asset__zone"
    ).count()
    yield _spot(
        _("conversations in which nobody answers"),
        silent,
        _("one-way mirror, or nobody there"),
        "/conversations/",
        site | {"silent": "yes"},
    )
    broken = _here(held, Malformed.objects.all(), slug, "speaker__asset__zone").aggregate(n=Sum("times"))
    yield _spot(_("messages that break a rule"), broken["n"] or 0, "", "/malformed/", site)
    failed = _here(held, Source.objects.filter(state="failed"), slug).count()
    yield _spot(_("captures that could not be read"), failed, "", "/captures/", site | {"state": "failed"})
    jump = clock.doubted()
    if jump:
        label = _("seconds by which the clock of the server was set of late")
        yield {"label": label, "value": jump.by_s, "more": _("times do not follow each other"), "url": "/audit-events/"}


def _spot(label: str, count: int, more: str, where: str, query: dict[str, str]) -> dict[str, Any]:
    from urllib.parse import urlencode

    return {"label": label, "value": count, "more": more if count else "", "url": f"{where}?{urlencode(query)}" if query else where}


def _losses(held: Access, slug: str) -> list[dict[str, Any]]:
    """What the counters of the sources say, added up."""
    totals: Counter[str] = Counter()
    for counters in _here(held, Source.objects.order_by("-id"), slug).values_list("counters", flat=True)[:MOST_SOURCES]:
        totals.update({name: count for name, count in counters.items() if name in LOSSES})
    return [{"what": _(LOSSES[name]), "times": times} for name, times in totals.most_common() if times]


def _unread(held: Access, slug: str) -> list[dict[str, Any]]:
    """What is recognised and not decoded, most frequent first."""
    rows = _here(held, Undecoded.objects.exclude(protocol="unknown"), slug).values("protocol", "function", "reason")
    return list(rows.annotate(n=Sum("times")).order_by("-n")[:FEW])


def _unknown(held: Access, slug: str) -> list[dict[str, Any]]:
    """Ports whose traffic no protocol file recognises, by bytes: where the next protocol pays most."""
    rows = _here(held, Conversation.objects.filter(protocol="unknown"), slug, "client__asset__zone", "server__asset__zone").values(
        "transport", "port"
    )
    return list(rows.annotate(n=Count("pk"), packets_sum=Sum("packets"), size=Sum("size_bytes")).order_by("-size")[:FEW])


PAGES = (Page("blind-spots/", blind_spots, May.SEE, "blind-spots"),)
