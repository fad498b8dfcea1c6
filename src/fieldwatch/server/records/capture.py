"""Captures and live sources: what was read, and what was not."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.records import _filters as filters
from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.server.words import term
from fieldwatch.store.events import Kind as Event
from fieldwatch.store.models import Source


def _around(request: HttpRequest) -> dict[str, Any]:
    """Where captures are sent to: the site that is shown, or the only one there is."""
    held = access(request)
    sites = [one for one in held.sites if held.may(May.UPLOAD, one.pk)]
    slug = request.GET.get("site", "") or (sites[0].slug if len(sites) == 1 else "")
    site = next((one for one in sites if one.slug == slug), None)
    upload = {"url": f"/api/v1/captures?site={slug}", "accept": ".pcap,.pcapng,.cap,.gz,.zst", "limit_text": site.name if site else ""}
    return {"upload": upload if site else None}


RECORD = Record(
    name="capture",
    plural="captures",
    title=_("capture"),
    titles=_("Captures"),
    model=Source,
    may=May.SEE,
    columns=(
        Column("name", _("Name"), url=lambda row: f"/captures/{row.pk}/"),
        Column("state", _("State"), Kind.STATE),
        Column("progress", _("Read"), Kind.SHARE),
        Column("kind", _("Kind"), words=lambda value: term("kind", value)),
        Column("packets", _("Packets"), Kind.NUMBER),
        Column("bytes", _("Bytes"), Kind.BYTES, get="size_bytes"),
        Column("first_seen", _("From"), Kind.TIME, get="first_ns"),
        Column("last_seen", _("To"), Kind.TIME, get="last_ns"),
        Column("truncated", _("Missing")),
        Column("reason", _("Why not")),
        Column("sensor", _("Sensor"), get="sensor.name"),
        Column("brought_by", _("Brought by"), get="brought_by.username", is_shown=False),
        Column("brought_at", _("Brought"), Kind.MOMENT, get="created_at", is_shown=False),
        Column("kept", _("Kept"), Kind.FLAG, is_shown=False),
        Column("sha256", "SHA-256", Kind.CODE, get=lambda row: row.identity.removeprefix("sha256:"), is_shown=False),
        Column("site", _("Site"), get="site.name", is_shown=False),
        Column("id", _("Id"), Kind.CODE, is_shown=False),
    ),
    order="-id",
    filters=(
        filters.choice("state", _("state"), lambda: Source.State.choices),
        filters.choice("kind", _("kind"), lambda: [("capture", _("capture")), ("live", _("live"))]),
        filters.exact("sensor", _("sensor"), "sensor__name"),
        filters.contains("name", _("name")),
        filters.since("created_at", is_ns=False),
    ),
    related=("sensor", "site", "brought_by"),
    detail=lambda row: f"/captures/{row.pk}/",
    follows=(Event.SOURCE,),
    empty=_("Captures that were uploaded or found in a watched folder, and what sensors see, each with a report of what was read."),
    template="records/captures.html",
    around=_around,
)
