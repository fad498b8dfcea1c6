"""What people know better of an asset: corrections, notes, labels, place, standing, own attributes. Each change is in the audit log."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.pages._page import Page, found
from fieldwatch.server.pages.asset import _frame
from fieldwatch.server.records import asset
from fieldwatch.server.trail import address
from fieldwatch.server.words import attribute
from fieldwatch.store import assets
from fieldwatch.store.deciding import By, Refused
from fieldwatch.store.models import Asset, CustomField, User, Zone

CORRECTED = ("name", "vendor", "model", "order_number", "firmware", "hardware_version", "serial_number", "os", "role", "purdue_level")
"""Attributes that the form offers; others can be set by REST."""


def edit(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The forms."""
    row = found(request, asset.RECORD, uid)
    custom = {one.field_id: one.value for one in row.custom_values.all()}
    context = _frame(request, row, "edit") | {
        "attributes": [(name, attribute(name)) for name in CORRECTED],
        "overrides": row.overrides.select_related("by"),
        "notes": row.notes.select_related("by")[:200],
        "zones": Zone.objects.filter(site=row.site),
        "people": User.objects.filter(is_active=True).order_by("username")[:500],
        "standings": Asset.Standing.choices,
        "criticalities": Asset.Criticality.choices,
        "labels": ", ".join(row.labels),
        "custom": [{"field": field, "value": custom.get(field.pk, "")} for field in CustomField.objects.all()],
    }
    return render(request, "asset/edit.html", context)


def _override(row: Asset, form: Any, by: By) -> None:
    assets.set_override(row, form.get("attribute", ""), form.get("value", ""), by=by, note=form.get("note", ""))


def _forget(row: Asset, form: Any, by: By) -> None:
    assets.remove_override(row, form.get("attribute", ""), by=by)


def _note(row: Asset, form: Any, by: By) -> None:
    assets.add_note(row, form.get("text", ""), by=by)


def _decide(row: Asset, form: Any, by: By) -> None:
    """Labels, place, standing, criticality, assignee, own attributes: whatever the form has."""
    if "labels" in form:
        assets.set_labels(row, [one.strip() for one in form["labels"].split(",") if one.strip()], by=by)
    if "zone" in form:
        assets.set_zone(row, _chosen(Zone.objects.filter(site=row.site), form["zone"], "zone"), by=by)
    if "standing" in form:
        assets.set_standing(row, form["standing"], by=by)
    if form.get("criticality", "").isdigit():
        assets.set_criticality(row, int(form["criticality"]), by=by)
    if "assignee" in form:
        assets.set_assignee(row, _chosen(User.objects.filter(is_active=True), form["assignee"], "assignee"), by=by)
    for field in CustomField.objects.all():
        if f"custom-{field.name}" in form:
            assets.set_custom(row, field, form[f"custom-{field.name}"], by=by)


def _chosen(rows: Any, key: str, what: str) -> Any:
    """The row with this key; None for nothing. Raises Refused."""
    if not key:
        return None
    row = rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 18 else None
    if row is None:
        raise Refused(_("%(what)s: %(told)s was read; choose one of the list") % {"what": what, "told": key[:40]})
    return row


def posting(change: Callable[[Asset, Any, By], None]) -> Any:
    """The view that takes a form, and goes back to where it was."""

    def view(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
        row = found(request, asset.RECORD, uid)
        required(request, May.EDIT_ASSETS, row.site_id, row.zone_id)
        try:
            change(row, request.POST, By(access(request).user, address(request)))
            messages.success(request, _("Saved."))
        except Refused as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(f"/assets/{row.uid}/edit/")

    return view


PAGES = (
    Page("assets/<uuid:uid>/edit/", edit, May.SEE, "asset-edit"),
    Page("assets/<uuid:uid>/override/", posting(_override), May.EDIT_ASSETS, "asset-override", ("POST",)),
    Page("assets/<uuid:uid>/override/remove/", posting(_forget), May.EDIT_ASSETS, "asset-override-remove", ("POST",)),
    Page("assets/<uuid:uid>/note/", posting(_note), May.EDIT_ASSETS, "asset-note", ("POST",)),
    Page("assets/<uuid:uid>/decide/", posting(_decide), May.EDIT_ASSETS, "asset-decide", ("POST",)),
)
