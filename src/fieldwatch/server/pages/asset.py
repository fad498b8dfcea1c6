"""The page of an asset: nameplate with evidence, chassis, place, and tabs for what it does and what is known of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.evidence.timeline import timeline
from fieldwatch.server.listing.page import failed, table_of
from fieldwatch.server.listing.query import BadQuery, page, query
from fieldwatch.server.pages._page import Page, found
from fieldwatch.server.records import asset, change, conversation, finding, login, operation
from fieldwatch.server.records._record import Record, Text
from fieldwatch.server.words import attribute, decimal, term
from fieldwatch.store.models import Asset, AssetAttribute

PLATE = (
    ("order_number", _("Order number"), True), ("serial_number", _("Serial number"), True), ("firmware", _("Firmware"), True),
    ("hardware_version", _("Hardware"), True), ("os", _("Operating system"), False), ("mode", _("Run state"), False),
)  # fmt: skip
"""Attributes on the nameplate below vendor and model: name, words, whether it is code."""

PLACE = (("name", _("Name")), ("role", _("Role")), ("purdue_level", _("Purdue level")))
"""Attributes beside the nameplate, whose reason is shown."""

LISTS: tuple[tuple[str, Text, Record], ...] = (
    ("conversations", _("Talks with"), conversation.RECORD),
    ("findings", _("Findings"), finding.RECORD),
    ("operations", _("Operations"), operation.RECORD),
    ("changes", _("Changes"), change.RECORD),
    ("logins", _("Logins"), login.RECORD),
)


def overview(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What it is, and where it is."""
    row = found(request, asset.RECORD, uid)
    attributes = _attributes(row)
    context = _frame(request, row, "") | {
        "nameplate": _nameplate(row, attributes),
        "chassis": _chassis(row),
        "place": [_field(row, name, words, attributes) for name, words in PLACE],
        "others": [_field(row, name, attribute(name), attributes) for name in sorted(attributes) if name not in _shown()],
        "units": [] if row.parent_id else [one for one in row.children.filter(gone_at=None).order_by("component") if not _slot(one)],
        "overrides": row.overrides.select_related("by"),
        "custom": row.custom_values.select_related("field").order_by("field__title"),
        "notes": row.notes.select_related("by")[:5],
    }
    return render(request, "asset/overview.html", context)


def listing(record: Record, tab: str) -> Any:
    """The tab with the rows of a record that are about the asset."""

    def view(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
        row = found(request, asset.RECORD, uid)
        held = access(request)
        params = request.GET.copy()
        params["asset"] = str(row.uid)
        try:
            asked = query(record, params, held)
            table, status = table_of(request, asked, page(asked)), 200
            table["filters"] = [one for one in table["filters"] if one["value"] != str(row.uid)]
            table["filter_fields"] = [one for one in table["filter_fields"] if one["key"] != "asset"]
        except BadQuery as error:
            table, status = failed(record, error), 400
        return render(request, "asset/list.html", _frame(request, row, tab) | {"table": table}, status=status)

    return view


def history(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What happened to it, latest first: operations, changes, findings, what people did."""
    row = found(request, asset.RECORD, uid)
    context = _frame(request, row, "timeline") | {"events": timeline(row, access(request))}
    return render(request, "asset/timeline.html", context)


def _frame(request: HttpRequest, row: Asset, tab: str) -> dict[str, Any]:
    """What all tabs share."""
    held = access(request)
    here = f"/assets/{row.uid}/"
    tabs = [{"label": _("Overview"), "url": here, "current": not tab}]
    tabs += [
        {"label": words, "url": f"{here}{name}/", "current": tab == name} | _number(row, name)
        for name, words, record in LISTS
        if held.may(record.may, row.site_id, row.zone_id)
    ]
    tabs.append({"label": _("Timeline"), "url": f"{here}timeline/", "current": tab == "timeline"})
    tabs.append({"label": _("Notes and corrections"), "url": f"{here}edit/", "current": tab == "edit"})
    crumbs = [{"label": _("Assets"), "url": f"/assets/?site={row.site.slug}"}]
    if row.parent:
        crumbs.append({"label": str(row.parent), "url": f"/assets/{row.parent.uid}/"})
    can_edit = held.may(May.EDIT_ASSETS, row.site_id, row.zone_id)
    return {"section": "assets", "title": _title(row), "crumbs": crumbs, "asset": row, "tabs": tabs, "can_edit": can_edit}


def _title(row: Asset) -> str:
    return row.component if row.parent_id and not row.name else str(row)


def _number(row: Asset, name: str) -> dict[str, Any]:
    if name != "findings":
        return {}
    return {"number": row.findings_now + row.findings_next, "tone": "high" if row.findings_now else ""}


def _attributes(row: Asset) -> dict[str, list[AssetAttribute]]:
    held: dict[str, list[AssetAttribute]] = {}
    for one in row.attributes.order_by("name", "rank"):
        held.setdefault(one.name, []).append(one)
    return held


def _shown() -> set[str]:
    return {name for name, *_rest in (*PLATE, *PLACE)} | {"vendor", "model"}


def _field(row: Asset, name: str, words: Text, attributes: dict[str, list[AssetAttribute]], is_code: bool = False) -> dict[str, Any]:
    """An attribute as the nameplate draws it."""
    rivals = attributes.get(name, [])
    address = f"/assets/{row.uid}/evidence/{name}/" if rivals else ""
    return {
        "label": words,
        "value": _shown_value(name, rivals[0].value) if rivals else "",
        "why": rivals[0].reason if rivals else "",
        "code": is_code,
        "evidence": address,
        "rivals": [{"value": one.value, "why": f"{decimal(one.confidence, 2)}: {one.reason}", "evidence": ""} for one in rivals[1:9]],
    }


def _shown_value(name: str, value: str) -> str:
    return term("role", value) if name == "role" else value


def _nameplate(row: Asset, attributes: dict[str, list[AssetAttribute]]) -> dict[str, Any]:
    top = [_field(row, name, words, attributes) for name, words in (("vendor", _("Vendor")), ("model", _("Model")))]
    fields = [one for one in top if one["value"]]
    fields += [_field(row, name, words, attributes, is_code) for name, words, is_code in PLATE]
    return {"vendor": row.vendor, "model": row.model, "fields": fields}


def _slot(row: Asset) -> int | None:
    """The number of the slot that a part sits in; None for other parts."""
    word, _blank, number = row.component.rpartition(" ")
    return int(number) if word == "slot" and number.isdigit() else None


def _chassis(row: Asset) -> dict[str, Any] | None:
    """The rack that the asset is, or sits in; None where none was seen."""
    whole = row.parent or row
    cards = {slot: one for one in whole.children.filter(gone_at=None) if (slot := _slot(one)) is not None}
    if not cards or max(cards) > 63:
        return None
    slots = []
    for number in range(max(cards) + 1):
        card = cards.get(number)
        if card is None:
            slots.append({"number": number, "state": "unseen"})
            continue
        slots.append(
            {
                "number": number,
                "kind": term("role", card.role),
                "model": card.model or card.name,
                "order_number": card.order_number,
                "firmware": card.firmware,
                "url": f"/assets/{card.uid}/",
                "evidence": f"/assets/{card.uid}/evidence/firmware/" if card.firmware else "",
                "here": card.pk == row.pk,
            }
        )
    return {"label": _("Chassis"), "slots": slots}


PAGES = (
    Page("assets/<uuid:uid>/", overview, May.SEE, "asset"),
    Page("assets/<uuid:uid>/timeline/", history, May.SEE, "asset-timeline"),
    *(Page(f"assets/<uuid:uid>/{name}/", listing(record, name), record.may, f"asset-{name}") for name, _words, record in LISTS),
)
