"""Changes of assets by REST: what people know better, and what they decide; one by one, many at once, as a table."""

from __future__ import annotations

import csv
import io
from typing import Any, Literal

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from fieldwatch.server import trail
from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api import changed
from fieldwatch.server.api.body import Given, Text, Word
from fieldwatch.server.api.details import NoteOut
from fieldwatch.server.api.problem import Problem, Type
from fieldwatch.server.api.records import detailed, written
from fieldwatch.server.records.registry import records
from fieldwatch.store import assets, assets_csv
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.deciding import By
from fieldwatch.store.models import Asset, CustomField, Zone

CRITICALITIES = ("unknown", "low", "medium", "high", "critical")
MOST_LINES = 50_000
"""Lines of a table that is taken in."""


class OverrideIn(Given):
    """A value that a person knows better."""

    value: Word
    note: Text = ""


class Decisions(Given):
    """What may be changed of many assets at once. What is left out stays as it is."""

    labels: list[Word] = Field(default_factory=list, description="replaces the labels")
    criticality: Literal["unknown", "low", "medium", "high", "critical"] = "unknown"
    standing: Literal["new", "authorised", "unauthorised"] = "new"
    zone: Word | None = Field(None, description="name of a zone of the site; null: where its subnet says")
    assignee: Word | None = Field(None, description="user name; null: nobody")


class AssetIn(Decisions):
    """What may be changed of an asset. What is left out stays as it is; all of it is done, or nothing."""

    overrides: dict[str, OverrideIn | None] = Field(default_factory=dict, description="by attribute; null takes one back")
    custom: dict[str, Word] = Field(default_factory=dict, description="values of the organisation's own attributes, by name; empty: none")


class AssetsIn(Given):
    """The same decisions for many assets."""

    ids: list[Word] = Field(min_length=1, max_length=changed.MOST)
    set: Decisions


class NoteIn(Given):
    """A note."""

    text: Text = Field(min_length=1)


class Changed(BaseModel):
    """How many were changed."""

    changed: int


class LineOut(BaseModel):
    """What became of a line of a table."""

    line: int = Field(description="the head is line 1")
    id: str
    changed: int = Field(description="how many values became others")
    error: str


class Taken(BaseModel):
    """What became of a table."""

    trial: bool
    changed: int
    refused: int
    lines: list[LineOut]


ROUTER = Router(tags=["assets"])
RAW = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}


@ROUTER.patch("/{key}", response=dict[str, Any], operation_id="change_asset", summary="Change an asset")
def change(request: HttpRequest, key: str, given: AssetIn) -> HttpResponse:
    """Sets what was given; the answer is the asset as it is then."""
    row = changed.asset(request, key)
    with changed.changing():
        _decide(request, row, given.told(), changed.by(request))
    return written(detailed(records()["assets"], changed.asset(request, key), access(request)))


@ROUTER.post("/{key}/notes", response={201: NoteOut}, operation_id="note_asset", summary="Write a note about an asset")
def note(request: HttpRequest, key: str, given: NoteIn) -> HttpResponse:
    """Writes a note."""
    row = changed.asset(request, key)
    with changed.changing():
        made = assets.add_note(row, given.text, by=changed.by(request))
    return written({"id": made.pk, "text": made.text, "by": access(request).user.get_username(), "at": made.at}, 201)


@ROUTER.delete("/{key}/overrides/{attribute}", response={204: None}, operation_id="drop_override", summary="Take an override back")
def drop_override(request: HttpRequest, key: str, attribute: str) -> HttpResponse:
    """Lets the network's word count again."""
    row = changed.asset(request, key)
    with changed.changing():
        assets.remove_override(row, attribute[:64], by=changed.by(request))
    return HttpResponse(status=204)


@ROUTER.post("/bulk", response=Changed, operation_id="change_assets", summary="Change many assets")
def change_many(request: HttpRequest, given: AssetsIn) -> HttpResponse:
    """The same decisions for many assets: all of them, or none."""
    rows = [changed.asset(request, uid) for uid in dict.fromkeys(given.ids)]
    with changed.changing():
        list(Asset.objects.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in rows]).order_by("pk"))  # all, in one order
        for row in rows:
            _decide(request, row, given.set.told(), changed.by(request))
    return written(changed.plural(len(rows)))


@ROUTER.get("/table", response={200: None}, operation_id="export_assets_table", summary="What people know, as a table")
def export(request: HttpRequest) -> HttpResponse:
    """Overrides, labels, zones and the organisation's own attributes as CSV, to be worked on and taken in again."""
    held = required(request, May.EXPORT)
    required(request, May.SEE)
    rows = Asset.objects.filter(merged_into=None, gone_at=None).filter(held.scope(May.SEE).q("site", "zone"), _site(request))
    trail.note(request, AuditAction.EXPORT, "assets table", held.only_site(request.GET.get("site", "")))
    file = io.StringIO()
    csv.writer(file).writerows(assets_csv.csv_export(rows))
    answer = HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="fieldwatch-assets-known.csv"'
    return answer


@ROUTER.post("/table", response=Taken, operation_id="import_assets_table", summary="Take a table in", openapi_extra={
    **RAW, "parameters": [{"name": "trial", "in": "query", "required": False, "description": "`yes` changes nothing and says what would be",
                           "schema": {"type": "string", "enum": ["yes", "no"]}}],
})  # fmt: skip
def bring_in(request: HttpRequest) -> HttpResponse:
    """Takes what GET writes (the columns `set.*`, `custom.*`, `labels`, `zone`, `criticality`, `standing`), line by line."""
    held = required(request, May.EDIT_ASSETS)
    trial = request.GET.get("trial", "no")
    if trial not in {"yes", "no"}:
        raise Problem(Type.BAD_REQUEST, "trial: it says whether something is changed.", read=trial, allowed="yes, no")
    scope = held.scope(May.EDIT_ASSETS)
    with changed.changing():
        lines = assets_csv.csv_import(
            _rows(request.body), by=changed.by(request), may=lambda row: scope.holds(row.site_id, row.zone_id), is_trial=trial == "yes"
        )
    told = [{"line": one.line, "id": one.uid, "changed": one.changed, "error": one.error} for one in lines]
    refused = sum(1 for one in lines if one.error)
    return written({"trial": trial == "yes", "changed": sum(one.changed for one in lines), "refused": refused, "lines": told})


def _decide(request: HttpRequest, row: Asset, told: dict[str, Any], by: By) -> None:
    for attribute, value in told.get("overrides", {}).items():
        if value is None:
            assets.remove_override(row, attribute, by=by)
        else:
            assets.set_override(row, attribute, value["value"], by=by, note=value.get("note", ""))
    for name, value in told.get("custom", {}).items():
        assets.set_custom(row, _field(name), value, by=by)
    if "labels" in told:
        assets.set_labels(row, told["labels"], by=by)
    if "criticality" in told:
        assets.set_criticality(row, CRITICALITIES.index(told["criticality"]), by=by)
    if "standing" in told:
        assets.set_standing(row, told["standing"], by=by)
    if "assignee" in told:
        assets.set_assignee(row, changed.somebody(request, told["assignee"]), by=by)
    if "zone" in told:
        assets.set_zone(row, _zone(request, row, told["zone"]), by=by)


def _field(name: str) -> CustomField:
    found = CustomField.objects.filter(name=name).first()
    if found is None:
        allowed = ", ".join(CustomField.objects.values_list("name", flat=True)) or "none is set up"
        raise Problem(Type.UNPROCESSABLE, "custom: there is no such attribute.", read=name, allowed=allowed)
    return found


def _zone(request: HttpRequest, row: Asset, name: str | None) -> Zone | None:
    """The zone of the asset's site of this name, where assets may be changed there, too. Raises Problem, PermissionDenied."""
    if not name:
        required(request, May.EDIT_ASSETS, row.site_id, row.zone_id)
        return None
    found = Zone.objects.filter(site=row.site_id, name=name).first()
    if found is None:
        raise Problem(Type.UNPROCESSABLE, "zone: the site of the asset has none of this name.", read=name, do="see /api/v1/zones")
    required(request, May.EDIT_ASSETS, row.site_id, found.pk)
    return found


def _site(request: HttpRequest) -> Q:
    slug = request.GET.get("site", "")
    return Q(site__slug=slug) if slug else Q()


def _rows(body: bytes) -> list[dict[str, str]]:
    """The lines of a table. Raises Problem."""
    try:
        text = body.decode("utf-8-sig")
        if "\0" in text:
            raise ValueError("the character NUL")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (ValueError, csv.Error) as error:
        raise Problem(Type.BAD_REQUEST, f"The body is no CSV: {error}", allowed="CSV in UTF-8 with a head, at most 16 MiB") from None
    if len(rows) > MOST_LINES:
        raise Problem(Type.TOO_LARGE, "The table is too long.", read=f"{len(rows)} lines", allowed=f"{MOST_LINES} lines")
    return rows
