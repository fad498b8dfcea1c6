"""The map of a site: the page around the island, its data, and where people put things."""

from __future__ import annotations

import json
import math
import uuid
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page

from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.pages._map_data import plan
from fieldwatch.server.pages._map_words import labels
from fieldwatch.server.pages._page import Page, found
from fieldwatch.server.pages.context import chosen_site
from fieldwatch.server.records import asset
from fieldwatch.server.trail import note
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.models import Asset, MapPin, Site

FARTHEST = 1_000_000
"""Units of the ground from its middle, where nothing is any more."""

MOST_BYTES = 1_000
"""Of the body of a pin."""


def show(request: HttpRequest) -> HttpResponse:
    """The page; of several sites one is chosen first."""
    held = access(request)
    slug = chosen_site(request, held)
    site = next((one for one in held.sites if one.slug == slug), held.sites[0] if len(held.sites) == 1 else None)
    context: dict[str, Any] = {"section": "map", "title": _("Map"), "site": site}
    if site is None:
        context["sites"] = _choice(held)
    else:
        context |= {
            "labels": json.dumps(labels(), ensure_ascii=False),
            "can_edit": held.may(May.EDIT_ASSETS, site.pk) or bool(held.scope(May.EDIT_ASSETS).zones),
            "can_upload": held.may(May.UPLOAD, site.pk),
        }
    return render(request, "map/map.html", context)


def _choice(held: Access) -> list[dict[str, Any]]:
    """The sites, with how many assets each has."""
    rows = held.narrow(Asset.objects.filter(gone_at=None, parent=None), May.SEE, "site", "zone")
    counts = dict(rows.values_list("site").annotate(n=Count("pk")).order_by())
    return [{"name": one.name, "url": f"/map/?site={one.slug}", "assets": counts.get(one.pk, 0)} for one in held.sites]


@gzip_page
def data(request: HttpRequest) -> HttpResponse:
    """What the map of a site draws, as JSON."""
    held = access(request)
    slug = request.GET.get("site", "")
    site: Site | None = next((one for one in held.sites if one.slug == slug), None)
    if site is None:
        raise Http404("there is nothing here, or not for you")
    return HttpResponse(orjson.dumps(plan(held, site)), content_type="application/json", headers={"Cache-Control": "no-store"})


def pin(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Keeps where an asset was put (PUT), or lets it go back (DELETE)."""
    row: Asset = found(request, asset.RECORD, uid)
    required(request, May.EDIT_ASSETS, row.site_id, row.zone_id)
    if request.method == "DELETE":
        place = None
    else:
        place = _place(request.body) if int(request.META.get("CONTENT_LENGTH") or 0) <= MOST_BYTES else None
        if place is None:
            words = _("x and y: two numbers between -%(most)d and %(most)d are allowed") % {"most": FARTHEST}
            return JsonResponse({"detail": words}, status=400)
    with transaction.atomic():
        if place:
            MapPin.objects.update_or_create(asset=row, defaults={"x": place[0], "y": place[1]})
        else:
            MapPin.objects.filter(asset=row).delete()
        note(request, AuditAction.MAP_PINNED, str(row), row.site, {"uid": str(row.uid), "place": list(place) if place else None})
    return HttpResponse(status=204)


def _place(body: bytes) -> tuple[float, float] | None:
    """The place that a body tells; None where it tells none that is allowed."""
    try:
        told = orjson.loads(body)
        x, y = told["x"], told["y"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    fits = all(type(one) in (int, float) and math.isfinite(one) and abs(one) <= FARTHEST for one in (x, y))
    return (float(x), float(y)) if fits else None


PAGES = (
    Page("map/", show, May.SEE, "map"),
    Page("map/data.json", data, May.SEE, "map-data"),
    Page("map/pins/<uuid:uid>", pin, May.EDIT_ASSETS, "map-pin", ("PUT", "DELETE")),
)
