"""The evidence drawer, and the bundle to take away: for a field, a verdict, an operation, a login, a broken rule, what was not decoded."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.evidence import drawn, frames, statements
from fieldwatch.server.evidence.bundled import bundle_of
from fieldwatch.server.evidence.exhibit import Exhibit, Place
from fieldwatch.server.evidence.reading import read
from fieldwatch.server.pages._page import Page, found
from fieldwatch.server.records import asset, finding, login, malformed, operation, undecoded
from fieldwatch.server.records._record import Record
from fieldwatch.server.trail import note
from fieldwatch.store.audit import AuditAction

Make = Callable[[Any], Exhibit]


def attribute(request: HttpRequest, uid: uuid.UUID, name: str) -> HttpResponse:
    """The evidence of an attribute of an asset."""
    row = found(request, asset.RECORD, uid)
    required(request, May.SEE_EVIDENCE, row.site_id, row.zone_id)
    return _drawer(request, row.site, statements.of_attribute(row, name), f"asset {row.uid} {name}")


def attribute_bundle(request: HttpRequest, uid: uuid.UUID, name: str) -> HttpResponse:
    """The same to take away."""
    row = found(request, asset.RECORD, uid)
    required(request, May.SEE_EVIDENCE, row.site_id, row.zone_id)
    return _bundle(request, row.site, statements.of_attribute(row, name), f"asset {row.uid} {name}")


def _views(record: Record, make: Make, zone: Callable[[Any], int | None]) -> tuple[Any, Any]:
    """The drawer and the bundle of a record's rows."""

    def drawer(request: HttpRequest, key: int) -> HttpResponse:
        row = found(request, record, key)
        required(request, May.SEE_EVIDENCE, row.site_id, zone(row))
        return _drawer(request, row.site, make(row), f"{record.name} {key}")

    def bundle(request: HttpRequest, key: int) -> HttpResponse:
        row = found(request, record, key)
        required(request, May.SEE_EVIDENCE, row.site_id, zone(row))
        return _bundle(request, row.site, make(row), f"{record.name} {key}")

    return drawer, bundle


def _drawer(request: HttpRequest, site: Any, exhibit: Exhibit, what: str) -> HttpResponse:
    note(request, AuditAction.EVIDENCE_OPENED, what, site)
    chosen = _chosen(request, exhibit)
    context = {
        "exhibit": exhibit,
        "places": [{"place": one, "number": at, "current": one is chosen} for at, one in enumerate(exhibit.places)],
        "place": chosen,
        "address": request.path,
        "bundle_url": f"{request.path}bundle.zip",
        **(_frame(chosen) if chosen else {}),
    }
    return render(request, "evidence/drawer.html", context)


def _chosen(request: HttpRequest, exhibit: Exhibit) -> Place | None:
    """The place that is shown: the one that was asked for, else the first."""
    at = request.GET.get("place", "0")
    if not exhibit.places:
        return None
    return exhibit.places[int(at)] if at.isascii() and at.isdigit() and int(at[:6]) < len(exhibit.places) else exhibit.places[0]


def _frame(place: Place) -> dict[str, Any]:
    """The frame of a place as it is drawn."""
    frame = frames.frame(settings.DATA, place.source, place.frame) if place.frame else None
    if frame is None:
        return {"missing": True}
    fields = read(frame, has_login=frames.holds_login(place.source, place.frame))
    here = tuple(span for span in place.spans if span.frame == place.frame)
    label = _("Bytes of frame %(number)d") % {"number": place.frame}
    return {"frame": frame, "hexdump": drawn.hexdump(frame.data, fields, here, label), "nodes": drawn.tree(fields)}


def _bundle(request: HttpRequest, site: Any, exhibit: Exhibit, what: str) -> HttpResponse:
    packed = bundle_of(settings.DATA, exhibit)
    if packed is None:
        raise Http404("no frame of this evidence is kept")
    note(request, AuditAction.BUNDLE_DOWNLOADED, what, site)
    answer = HttpResponse(packed, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="evidence-{exhibit.places[0].frame}.zip"'
    return answer


def _pages() -> tuple[Page, ...]:
    kinds = (
        ("findings", finding.RECORD, statements.of_finding, lambda row: row.asset.zone_id),
        ("operations", operation.RECORD, statements.of_occurrence, lambda row: _zone(row.operation.target)),
        ("logins", login.RECORD, statements.of_login, lambda row: _zone(row.server)),
        ("malformed", malformed.RECORD, statements.of_malformed, lambda row: _zone(row.speaker)),
        ("undecoded", undecoded.RECORD, statements.of_undecoded, lambda row: None),
    )
    made: list[Page] = [
        Page("assets/<uuid:uid>/evidence/<slug:name>/", attribute, May.SEE_EVIDENCE, "asset-evidence"),
        Page("assets/<uuid:uid>/evidence/<slug:name>/bundle.zip", attribute_bundle, May.SEE_EVIDENCE, "asset-bundle"),
    ]
    for plural, record, make, zone in kinds:
        drawer, bundle = _views(record, make, zone)
        made.append(Page(f"{plural}/<int:key>/evidence/", drawer, May.SEE_EVIDENCE, f"{record.name}-evidence"))
        made.append(Page(f"{plural}/<int:key>/evidence/bundle.zip", bundle, May.SEE_EVIDENCE, f"{record.name}-bundle"))
    return tuple(made)


def _zone(end: Any) -> int | None:
    return end.asset.zone_id if end.asset else None


PAGES = _pages()
