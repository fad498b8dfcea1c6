"""A sensor: how it is, what is wrong, what it read; and how one comes in (a token that works once) and goes out (revoked)."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from fieldwatch.sensor.alert import Thresholds
from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.accounts.sensor_token import make_token
from fieldwatch.server.listing.cells import size
from fieldwatch.server.pages._page import Page, found, one_of
from fieldwatch.server.records import sensor as sensors
from fieldwatch.server.records._record import Text
from fieldwatch.server.trail import address, note
from fieldwatch.server.words import decimal
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.deciding import By, Refused, text
from fieldwatch.store.models import Gap, Sensor, SensorAlert, Site
from fieldwatch.store.sensors import revoke as revoke_sensor
from fieldwatch.store.sensors import set_thresholds

LASTS = datetime.timedelta(hours=1)
"""How long a token of this page lets a sensor in."""

FEW = 25
"""Sources and closed alerts that are shown."""

LIMITS: dict[str, tuple[Text, Text]] = {
    "silent_s": (gettext_lazy("No packet for"), "s"),
    "loss_share": (gettext_lazy("Share of packets dropped"), gettext_lazy("0 to 1")),
    "one_way_share": (gettext_lazy("Share of one-way conversations"), gettext_lazy("0 to 1")),
    "one_way_least": (gettext_lazy("Conversations before that is said"), ""),
    "skew_s": (gettext_lazy("Clocks differ by"), "s"),
    "disk_free_mb": (gettext_lazy("Free disk below"), "MB"),
    "away_s": (gettext_lazy("Centre does not answer for"), "s"),
    "spool_share": (gettext_lazy("Share of the spool in use"), gettext_lazy("0 to 1")),
}
"""The thresholds of `sensor.alert.Thresholds` in words, with their units."""


def show(request: HttpRequest, key: int) -> HttpResponse:
    """The page."""
    row: Sensor = found(request, sensors.RECORD, key)
    held = access(request)
    health = row.health if isinstance(row.health, dict) else {}
    context = {
        "section": "sensors",
        "title": row.name,
        "crumbs": [{"label": _("Sensors"), "url": "/sensors/"}],
        "sensor": row,
        "interface": _words(health, "interface"),
        "reading": _words(health, "reading"),
        "kernel": _words(health, "kernel"),
        "figures": list(_figures(row)),
        "trends": list(_trends(health.get("trend"))),
        "open": _alerts(row.alerts.filter(closed_at=None).order_by("-pk")),
        "closed": _alerts(row.alerts.exclude(closed_at=None).order_by("-closed_at")[:FEW]),
        "unread": _pairs(health.get("unread")),
        "unread_count": sensors.told(row, "unread_count") or 0,
        "sources": row.sources.order_by("-pk")[:FEW],
        "sources_count": row.sources.count(),
        "blind": Gap.objects.filter(source__sensor=row, protocol="capture").aggregate(times=Sum("times"))["times"] or 0,
        "limits": list(_limits(row)),
        "can_manage": held.may(May.MANAGE_SITE, row.site_id),
        "lasts_minutes": int(LASTS.total_seconds() // 60),
    }
    return render(request, "sensors/sensor.html", context)


@never_cache
def enrol(request: HttpRequest) -> HttpResponse:
    """A token for a new sensor, or for one that comes anew: shown once, with what is typed on its machine."""
    rows = access(request).narrow(Site.objects.all(), May.MANAGE_SITE, "pk")
    site: Site = one_of(rows, slug=request.POST.get("site", ""))
    try:
        name = text("name", request.POST.get("name", ""), 180)
        if not name or any(letter in name for letter in "\r\n\t"):
            raise Refused(_("name: nothing, or more than one line, was read; say what the sensor is to be called"))
    except Refused as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(f"/sensors/?site={site.slug}", status=303)
    token = make_token(site, name, request.user, LASTS)
    note(request, AuditAction.SENSOR_TOKEN_CREATED, name, site, {"minutes": int(LASTS.total_seconds() // 60)})
    to = f"https://{_host(request)}:{settings.OPTIONS['sensors.port']}"
    context = {
        "section": "sensors",
        "title": _("Enrol %(name)s") % {"name": name},
        "crumbs": [{"label": _("Sensors"), "url": "/sensors/"}],
        "token": token,
        "minutes": int(LASTS.total_seconds() // 60),
        "commands": {
            "interface": f"fieldwatch sensor --interface eth0 --to {to} --token-file sensor.token",
            "folder": f"fieldwatch sensor --watch /var/spool/captures --to {to} --token-file sensor.token",
        },
        "is_local": settings.OPTIONS["sensors.host"] in {"127.0.0.1", "::1", "localhost"},
        "is_off": not settings.OPTIONS["sensors.port"],
    }
    return render(request, "sensors/enrol.html", context)


def configure(request: HttpRequest, key: int) -> HttpResponse:
    """Takes the thresholds; what is left empty is as usual."""
    row = _managed(request, key)
    try:
        told = {name: _number(name, given) for name in LIMITS if (given := request.POST.get(name, "").strip())}
        set_thresholds(row, told, by=By(access(request).user, address(request)))
        messages.success(request, _("Saved. The sensor fetches it within a minute."))
    except Refused as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(f"/sensors/{row.pk}/", status=303)


def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """Revokes it."""
    row = _managed(request, key)
    try:
        revoke_sensor(row, by=By(access(request).user, address(request)))
        messages.success(request, _("Revoked: nothing is taken of it any more."))
    except Refused as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(f"/sensors/{row.pk}/", status=303)


def _managed(request: HttpRequest, key: int) -> Sensor:
    row: Sensor = found(request, sensors.RECORD, key)
    required(request, May.MANAGE_SITE, row.site_id)
    return row


def _host(request: HttpRequest) -> str:
    """The name by which sensors reach the centre: the one that was set, else that of this request."""
    host = settings.SERVER_NAME or urlsplit(f"//{request.get_host()}").hostname or "localhost"
    return f"[{host}]" if ":" in host else host


def _number(name: str, given: str) -> float:
    try:
        value = float(given)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        words = _("%(name)s: %(told)s was read; a number is allowed, or nothing for the usual one")
        raise Refused(words % {"name": name, "told": given[:40]})
    return int(value) if value == int(value) else value


# ---------------------------------------------------------------------------------------------------------------- health


def _words(health: dict[str, Any], name: str) -> str:
    found = health.get(name)
    return found[:300] if isinstance(found, str) else ""


def _figures(row: Sensor) -> Iterator[dict[str, Any]]:
    """What it says of itself, each with the unit that fits; nothing of what it did not say."""
    counts = (
        (_("packets"), sensors.told(row, "packets")), (_("dropped"), sensors.told(row, "drops")),
        (_("conversations"), sensors.told(row, "conversations")), (_("files read"), sensors.told(row, "read_files")),
        (_("batches wait"), sensors.told(row, "spool", "batches")), (_("batches sent"), sensors.told(row, "sent")),
    )  # fmt: skip
    for label, value in counts:
        if value is not None:
            yield {"label": label, "value": f"{value:,}".replace(",", "\u202f")}
    free, skew = sensors.told(row, "disk_free_bytes"), sensors.told(row, "skew_ns")
    if free is not None:
        yield {"label": _("free on its disk"), "value": size(max(free, 0))}
    if skew is not None:
        yield {"label": _("clock difference"), "value": f"{decimal(abs(skew) / 1e9)}\u202fs"}


def _trends(trend: Any) -> Iterator[dict[str, Any]]:
    """Small lines: packets and drops between reports, batches that wait. A sensor that began anew counts from 0 again."""
    rows = [one for one in trend if isinstance(one, list) and len(one) == 4 and all(type(each) is int for each in one)] if trend else []
    if len(rows) < 3:
        return
    packets = [max(after[1] - before[1], 0) for before, after in pairwise(rows)]
    drops = [max(after[2] - before[2], 0) for before, after in pairwise(rows)]
    waiting = [one[3] for one in rows[1:]]
    minutes = max(1, (rows[-1][0] - rows[0][0]) // 60)
    for label, values, tone in ((_("packets"), packets, ""), (_("dropped"), drops, "medium"), (_("waiting"), waiting, "")):
        words = _("%(what)s of the last %(minutes)d minutes: %(now)d now, %(most)d at most") % {
            "what": label, "minutes": minutes, "now": values[-1], "most": max(values),
        }  # fmt: skip
        yield {"label": label, "values": values, "most": max(1, *values), "words": words, "tone": tone if values[-1] else ""}


def _alerts(rows: Iterable[SensorAlert]) -> list[dict[str, Any]]:
    """Alerts as they are told, with a word for their kind."""
    words = {
        "no_traffic": _("no traffic"), "packet_loss": _("packet loss"), "one_way": _("one way only"), "clock_skew": _("clock"),
        "spool_full": _("spool full"), "disk_full": _("disk full"), "centre_away": _("centre away"), "unreadable_file": _("not read"),
        "refused": _("refused"), "silent": _("silent"),
    }  # fmt: skip
    return [{"kind": words.get(one.kind, one.kind), "words": one.words, "from": one.opened_at, "to": one.closed_at} for one in rows]


def _pairs(told: Any) -> list[dict[str, str]]:
    """Files that it could not read, with the reasons."""
    rows = told if isinstance(told, list) else []
    return [{"name": str(one.get("name", "")), "reason": str(one.get("reason", ""))} for one in rows[:50] if isinstance(one, dict)]


def _limits(row: Sensor) -> Iterator[dict[str, Any]]:
    """The fields of the form: what was set, and what is usual."""
    kept = row.config.get("thresholds") if isinstance(row.config, dict) else None
    told = kept if isinstance(kept, dict) else {}
    usual = Thresholds()
    for name, (words, unit) in LIMITS.items():
        yield {"name": name, "label": words, "unit": unit, "value": told.get(name, ""), "usual": getattr(usual, name)}


PAGES = (
    Page("sensors/enrol/", enrol, May.MANAGE_SITE, "sensor-enrol", ("POST",)),
    Page("sensors/<int:key>/", show, May.SEE, "sensor"),
    Page("sensors/<int:key>/configure/", configure, May.MANAGE_SITE, "sensor-configure", ("POST",)),
    Page("sensors/<int:key>/revoke/", revoke, May.MANAGE_SITE, "sensor-revoke", ("POST",)),
)
