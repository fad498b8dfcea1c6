"""A site: its figures, zones and subnets, and the forms with which people say how their plant is cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Count, Max, Min, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.forms import SiteForm
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.pages._page import Page, found, one_of
from fieldwatch.server.records import site as sites
from fieldwatch.server.trail import address
from fieldwatch.store import places
from fieldwatch.store.deciding import By, Refused
from fieldwatch.store.models import Asset, Conversation, Site, Subnet, Zone

LEVELS = ("0", "1", "2", "3", "3.5", "4", "5")
"""Purdue levels that the form offers."""

Change = Callable[[Site, Any, By], None]


def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The page."""
    row = _site(request, slug)
    held = access(request)
    assets = held.narrow(Asset.objects.filter(site=row, gone_at=None, parent=None), May.SEE, "site", "zone")
    scope = held.scope(May.SEE)
    zones = Zone.objects.filter(site=row)
    if not scope.holds(row.pk):
        zones = zones.filter(pk__in=scope.zones)
    subnets = Subnet.objects.filter(site=row).select_related("zone")
    context = {
        "section": "sensors",
        "title": row.name,
        "crumbs": [{"label": _("Sensors"), "url": "/sensors/"}, {"label": _("Sites"), "url": "/sites/"}],
        "site": row,
        "figures": _figures(request, row, assets),
        "zones": _zones(zones, assets),
        "subnets": subnets if scope.holds(row.pk) else subnets.filter(zone__in=zones),
        "unzoned": assets.filter(zone=None).count(),
        "waits": row.facts != row.folded,
        "levels": LEVELS,
        "can_manage": held.may(May.MANAGE_SITE, row.pk),
        "can_remove": held.scope(May.ADMINISTER).everywhere,
    }
    return render(request, "sites/site.html", context)


def _site(request: HttpRequest, slug: str) -> Site:
    """The site, where anything of it may be seen."""
    return found(request, sites.RECORD, slug)  # type: ignore[no-any-return]


def _figures(request: HttpRequest, row: Site, assets: Any) -> list[dict[str, Any]]:
    """Numbers, each the door to its rows."""
    held, here = access(request), f"?site={row.slug}"
    told = assets.aggregate(
        n=Count("pk"), new=Count("pk", filter=Q(standing="new")), now=Sum("findings_now"), first=Min("first_ns"), last=Max("last_ns")
    )
    talks = held.narrow(Conversation.objects.filter(site=row), May.SEE, "site", "client__asset__zone", "server__asset__zone")
    made = [
        {"label": _("assets"), "value": told["n"], "url": f"/assets/{here}"},
        {"label": _("new"), "value": told["new"], "url": f"/assets/{here}&standing=new"},
        {"label": _("conversations"), "value": talks.count(), "url": f"/conversations/{here}"},
    ]
    if held.may(May.SEE_FINDINGS, row.pk):
        now = told["now"] or 0
        made.append({"label": _("now"), "value": now, "url": f"/findings/{here}&priority=now&state=open", "tone": "high" if now else ""})
    if held.may(May.SEE, row.pk):
        made.append({"label": _("captures and live sources"), "value": row.sources.count(), "url": f"/captures/{here}"})
        made.append({"label": _("sensors"), "value": row.sensors.count(), "url": f"/sensors/{here}"})
    return made


def _zones(zones: Any, assets: Any) -> list[dict[str, Any]]:
    """The zones with their level and how many assets each has, from the top of the plant down."""
    counts = dict(assets.exclude(zone=None).values_list("zone").annotate(n=Count("pk")).order_by())
    rows = sorted(zones.prefetch_related("subnets"), key=lambda one: (-(one.level if one.level is not None else -1), one.name))
    return [{"zone": one, "level": _level(one.level), "assets": counts.get(one.pk, 0)} for one in rows]


def _level(tenths: int | None) -> str:
    return "" if tenths is None else f"{tenths / 10:g}"


# --------------------------------------------------------------------------------------------------------- what people do


def new(request: HttpRequest) -> HttpResponse:
    """A new site: for who administers everything."""
    held = access(request)
    if not held.scope(May.ADMINISTER).everywhere:
        required(request, May.ADMINISTER, 0)
    form = SiteForm(request.POST or None, initial={"timezone": "UTC"})
    if request.method == "POST" and form.is_valid():
        try:
            made = places.set_site(None, form.cleaned_data, by=By(held.user, address(request)))
            return HttpResponseRedirect(f"/sites/{made.slug}/", status=303)
        except Refused as error:
            form.add_error(None, str(error))
        except IntegrityError:
            form.add_error("name", _("A site of this name is there already."))
    status = 400 if form.is_bound and not form.is_valid() else 200
    crumbs = [{"label": _("Sites"), "url": "/sites/"}]
    return render(request, "sites/new.html", {"section": "sensors", "title": _("New site"), "crumbs": crumbs, "form": form}, status=status)


def _edit(site: Site, form: Any, by: By) -> None:
    places.set_site(site, {name: form[name] for name in ("name", "timezone", "description") if name in form}, by=by)


def _zone(site: Site, form: Any, by: By) -> None:
    """Makes a zone, or changes the one that is named."""
    values = {"name": form.get("name", ""), "description": form.get("description", ""), "level": _as_level(form.get("level", ""))}
    places.set_zone(site, _chosen(Zone, site, form), values, by=by)


def _subnet(site: Site, form: Any, by: By) -> None:
    """Makes a subnet, or changes the one that is named. Subnets may lie in one another: the smallest says the zone."""
    values = {"network": form.get("network", ""), "name": form.get("name", ""), "zone": form.get("zone", "")}
    places.set_subnet(site, _chosen(Subnet, site, form), values, by=by)


def _remove_zone(site: Site, form: Any, by: By) -> None:
    places.remove(_needed(Zone, site, form), by=by)


def _remove_subnet(site: Site, form: Any, by: By) -> None:
    places.remove(_needed(Subnet, site, form), by=by)


def _as_level(given: str) -> float | None:
    if not given:
        return None
    try:
        return float(given)
    except ValueError:
        words = _("level: %(told)s was read; %(allowed)s or nothing is allowed") % {"told": given[:20], "allowed": ", ".join(LEVELS)}
        raise Refused(words) from None


def _chosen(model: Any, site: Site, form: Any) -> Any:
    """The row of the site that the form names; None where it names none. Raises Refused."""
    key = form.get("id", "")
    if not key:
        return None
    row = model.objects.filter(site=site, pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 18 else None
    if row is None:
        raise Refused(
            _("id: %(told)s was read; it is none of this site, or was removed in the meantime; load the page anew") % {"told": key[:40]}
        )
    return row


def _needed(model: Any, site: Site, form: Any) -> Any:
    row = _chosen(model, site, form)
    if row is None:
        raise Refused(_("id: nothing was read; say which one is to be removed"))
    return row


def posting(change: Change) -> Any:
    """The view that takes a form of the site's page, and goes back there."""

    def view(request: HttpRequest, slug: str) -> HttpResponse:
        row = _site(request, slug)
        required(request, May.MANAGE_SITE, row.pk)
        try:
            change(row, request.POST, By(access(request).user, address(request)))
            messages.success(request, _("Saved. Assets follow it as soon as the site is folded again."))
        except Refused as error:
            messages.error(request, str(error))
        except IntegrityError:
            messages.error(request, _("This name or network is there already; choose another, or change the one that has it."))
        return HttpResponseRedirect(f"/sites/{row.slug}/", status=303)

    return view


def remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Removes a site that has nothing."""
    row: Site = one_of(Site.objects.all() if access(request).scope(May.ADMINISTER).everywhere else Site.objects.none(), slug=slug)
    try:
        places.remove_site(row, by=By(access(request).user, address(request)))
    except Refused as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(f"/sites/{slug}/", status=303)
    messages.success(request, _("%(name)s is removed.") % {"name": row.name})
    return HttpResponseRedirect("/sites/", status=303)


FORMS: tuple[tuple[str, Change], ...] = (
    ("edit", _edit), ("zone", _zone), ("zone/remove", _remove_zone), ("subnet", _subnet), ("subnet/remove", _remove_subnet),
)  # fmt: skip

PAGES = (
    Page("sites/new/", new, May.ADMINISTER, "site-new", ("GET", "POST")),
    Page("sites/<slug:slug>/", show, May.SEE, "site"),
    Page("sites/<slug:slug>/remove/", remove, May.ADMINISTER, "site-remove", ("POST",)),
    *(
        Page(f"sites/<slug:slug>/{name}/", posting(change), May.MANAGE_SITE, f"site-{name.replace('/', '-')}", ("POST",))
        for name, change in FORMS
    ),
)
