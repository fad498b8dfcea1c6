"""What happened to an asset, as one line of time: operations that changed it, changes of identity, findings, what people did."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import Access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.listing.cells import at
from fieldwatch.server.records._ends import end_name
from fieldwatch.store.models import Asset, Change, FindingStep, Occurrence

MOST = 100
"""Events of each kind that are looked at, the latest."""


class Happened(NamedTuple):
    """One event. `effect` is that of an operation; `url` is where it leads."""

    when: datetime.datetime
    kind: str
    words: str
    effect: str = ""
    url: str = ""
    by: str = ""


def timeline(row: Asset, held: Access) -> list[Happened]:
    """The latest events, latest first."""
    events = [*_operations(row), *_changes(row), *_people(row)]
    if held.may(May.SEE_FINDINGS, row.site_id, row.zone_id):
        events += _findings(row)
    return sorted(events, key=lambda one: one.when, reverse=True)[: 2 * MOST]


def _operations(row: Asset) -> Iterator[Happened]:
    ends = list(row.ends.values_list("pk", flat=True))
    wanted = Q(operation__target__in=ends, is_change=True)
    rows = Occurrence.objects.filter(wanted, site=row.site_id).select_related("operation__actor__asset").order_by("-seen_ns", "-pk")[:MOST]
    for one in rows:
        words = " ".join(filter(None, (one.operation.name, one.operation.object, one.result)))
        url = f"/operations/{one.pk}/evidence/"
        yield Happened(at(one.seen_ns), _("operation"), words, one.effect, url, end_name(one.operation.actor))


def _changes(row: Asset) -> Iterator[Happened]:
    for one in Change.objects.filter(asset=row).order_by("-seen_ns", "-pk")[:MOST]:
        words = f"{one.attribute}: {one.before or '–'} → {one.after or '–'}" if one.attribute else one.get_kind_display()
        yield Happened(at(one.seen_ns), _("change"), words)


def _findings(row: Asset) -> Iterator[Happened]:
    steps = FindingStep.objects.filter(finding__asset=row).select_related("finding", "by").order_by("-pk")[:MOST]
    for one in steps:
        words = f"{one.get_kind_display()}: {one.finding.title}" + (f" ({one.text})" if one.text else "")
        yield Happened(one.at, _("finding"), words, "", f"/findings/{one.finding_id}/", str(one.by or ""))


def _people(row: Asset) -> Iterator[Happened]:
    for note in row.notes.select_related("by")[:MOST]:
        yield Happened(note.at, _("note"), note.text, by=str(note.by or ""))
    for one in row.overrides.select_related("by"):
        yield Happened(one.at, _("correction"), f"{one.attribute}: {one.over or '–'} → {one.value}", by=str(one.by or ""))
