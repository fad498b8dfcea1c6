"""The list page of a record, as `shell/table.html` draws it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import Access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.listing.cells import cell
from fieldwatch.server.listing.export import as_csv, as_xlsx
from fieldwatch.server.listing.query import BadQuery, Page, Query, page, query
from fieldwatch.server.pages.context import chosen_site
from fieldwatch.server.records._record import Filter, Kind, Record
from fieldwatch.server.words import within
from fieldwatch.store.models import SavedView

View = Callable[..., HttpResponse]
PLACES = ("cursor", "partial", "drawer", "dir")
"""Parameters that say where on the list one is, not what list it is."""

RIGHT = frozenset({Kind.NUMBER, Kind.BYTES, Kind.SHARE, Kind.SCORE})


def list_page(record: Record) -> View:
    """The view of the record's list."""

    def view(request: HttpRequest) -> HttpResponse:
        held = required(request, record.may)
        moved = as_one_query(request.GET, record)
        site = chosen_site(request, held)
        if moved is None and site and record.site and not record.site_is_word and "site" not in request.GET:
            moved = request.GET.copy()
            moved["site"] = site
        if moved is not None:
            return HttpResponseRedirect(f"?{moved.urlencode()}")
        context: dict[str, Any] = {"section": record.section or record.plural, "title": record.titles}
        try:
            asked = query(record, request.GET, held)
            table, status = table_of(request, asked, page(asked)) | _actions(request, record, held), 200
        except BadQuery as error:
            table, status = failed(record, error), 400
        context |= {"table": table, "record": record, **(record.around(request) if record.around else {})}
        return render(request, record.template, context, status=status)

    return view


def export_page(record: Record, form: str) -> View:
    """The view of the record's export."""

    def view(request: HttpRequest) -> HttpResponse:
        held = required(request, record.may)
        required(request, May.EXPORT)
        try:
            asked = query(record, request.GET, held)
        except BadQuery as error:
            return HttpResponse(f"{error}\n", status=400, content_type="text/plain; charset=utf-8")
        from fieldwatch.server.trail import note
        from fieldwatch.store.audit import AuditAction

        site, detail = held.only_site(asked.site), {"query": request.GET.urlencode()[:2000]}
        note(request, AuditAction.EXPORT, f"{record.plural}.{form}", site, detail)
        return as_csv(request, asked) if form == "csv" else as_xlsx(request, asked)  # type: ignore[return-value]

    return view


def table_of(request: HttpRequest, asked: Query, found: Page, *, base: str = "") -> dict[str, Any]:
    """The list, as the template wants it. `base` is the address of the list, where the page is another one."""
    record = asked.record
    keep = [(name, value) for name, values in asked.params.lists() if name not in PLACES for value in values]
    table: dict[str, Any] = {
        "id": record.plural,
        "label": str(record.titles),
        "count": _count(found),
        "noun": within(str(record.title if found.total == 1 else record.noun or record.titles)),
        "columns": [_heading(asked, column) for column in asked.columns],
        "rows": [_row(record, asked, row) for row in found.rows],
        "keep": keep,
        "filters": _chips(asked),
        "clear_url": _address(asked, {}, drop=[one.name for one in record.filters] + ["q"]),
        "filter_fields": _fields(asked),
        "filter_choices": _choices(asked),
        "views": _views(request, record),
        "view_save_url": f"/views/{record.plural}/",
        "column_choice": [{"key": one.name, "label": one.title, "shown": one in asked.columns} for one in record.columns],
        "exports": _exports(asked, record, base),
        "pager": _pager(asked, found),
        "kinds": " ".join(record.follows),
        "empty": _empty(asked, record),
    }
    if record.search:
        table["find"] = {"name": "q", "value": asked.search, "placeholder": _("Find in this list")}
    return table


def failed(record: Record, error: BadQuery) -> dict[str, Any]:
    """The list in the place of which stands why it cannot be shown."""
    words = {"title": _("This list cannot be shown so"), "read": str(error), "retry_url": f"/{record.plural}/"}
    return {"id": record.plural, "label": str(record.titles), "error": words}


def as_one_query(given: QueryDict, record: Record) -> QueryDict | None:
    """The address that the form for filters or columns means; None where the request is no such form."""
    if "filter_field" not in given and "column" not in given:
        return None
    made = given.copy()
    field, value = made.get("filter_field", ""), made.get("filter_value", "").strip()
    for name in ("filter_field", "filter_operator", "filter_value"):
        made.pop(name, None)
    if field and value:
        made.appendlist(field, value)
    if "column" in made:
        chosen = [name for name in made.pop("column") if record.column(name)]
        made["columns"] = ",".join(chosen)
    for name in PLACES:
        made.pop(name, None)
    return made


def _address(asked: Query, put: dict[str, str], drop: list[str] | None = None) -> str:
    made = asked.params.copy()
    for name in (*PLACES, *(drop or [])):
        made.pop(name, None)
    for name, value in put.items():
        made[name] = value
    return f"?{made.urlencode()}"


def _heading(asked: Query, column: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"key": column.name, "label": column.title, "title": column.help}
    made["kind"] = "number" if column.kind in RIGHT else ""
    if column.sort:
        is_this = asked.sort is column
        made["sort"] = ("descending" if asked.is_descending else "ascending") if is_this else ""
        made["sort_url"] = _address(asked, {"sort": column.name if not is_this or asked.is_descending else f"-{column.name}"})
    return made


def _row(record: Record, asked: Query, row: Any) -> dict[str, Any]:
    return {
        "id": getattr(row, record.id),
        "name": str(record.value(record.columns[0], row) or ""),
        "url": record.detail(row) if record.detail else "",
        "cells": [cell(record, column, row) for column in asked.columns],
    }


def _count(found: Page) -> str:
    return _("more than 10,000") if found.is_more else f"{found.total:,}"


def _chips(asked: Query) -> list[dict[str, Any]]:
    chips = []
    for chosen in asked.filters:
        words = dict(chosen.filter.choices()) if chosen.filter.choices else {}
        for value in chosen.values:
            made = asked.params.copy()
            made.setlist(chosen.filter.name, [one for one in made.getlist(chosen.filter.name) if one != value])
            for name in PLACES:
                made.pop(name, None)
            shown = words.get(value, value)
            chips.append({"label": chosen.filter.title, "operator": "=", "value": shown, "remove_url": f"?{made.urlencode()}"})
    return chips


def _fields(asked: Query) -> list[dict[str, Any]]:
    """Filters for which a text is given."""
    return [{"key": one.name, "label": one.title} for one in asked.record.filters if not one.choices]


def _choices(asked: Query) -> list[dict[str, Any]]:
    """Filters of which a value is chosen, each value with the address of the list that has it, too."""
    made = []
    for one in asked.record.filters:
        values = [{"label": words, "url": _with(asked, one, key)} for key, words in one.choices()] if one.choices else []
        if values:
            made.append({"label": one.title, "values": values})
    return made


def _with(asked: Query, one: Filter, value: str) -> str:
    made = asked.params.copy()
    for name in PLACES:
        made.pop(name, None)
    held = [each for each in made.getlist(one.name) if each != value] if one.many else []
    made.setlist(one.name, [*held, value])
    return f"?{made.urlencode()}"


def _views(request: HttpRequest, record: Record) -> list[dict[str, Any]]:
    own = SavedView.objects.filter(record=record.plural, user=request.user)  # type: ignore[misc]
    here = request.GET.urlencode()
    return [{"name": one.name, "url": f"?{one.query}", "current": one.query == here, "note": ""} for one in own[:50]]


def _exports(asked: Query, record: Record, base: str) -> list[dict[str, str]]:
    if not asked.access.may(May.EXPORT):
        return []
    rest = _address(asked, {})
    where = base or f"/{record.plural}/"
    return [{"label": words, "url": f"{where}export.{form}{rest}"} for form, words in (("csv", "CSV"), ("xlsx", "XLSX"))]


def _pager(asked: Query, found: Page) -> dict[str, Any]:
    made: dict[str, Any] = {
        "sizes": [
            {"label": str(size), "url": _address(asked, {"limit": str(size)}), "current": asked.limit == size} for size in (50, 100, 500)
        ]
    }
    if found.previous:
        made["previous_url"] = _address(asked, {"cursor": found.previous})
        made["first_url"] = _address(asked, {})
    if found.next:
        made["next_url"] = _address(asked, {"cursor": found.next})
    return made


def _actions(request: HttpRequest, record: Record, held: Access) -> dict[str, Any]:
    """What may be done with selected rows, and where one comes back to."""
    made = record.actions(held) if record.actions else []
    return {"actions": made, "here": request.get_full_path()} if made else {}


def _empty(asked: Query, record: Record) -> dict[str, Any]:
    if asked.filters or asked.search:
        clear = {"label": _("Show all"), "url": _address(asked, {}, drop=[one.name for one in record.filters] + ["q"])}
        return {"title": _("Nothing is like that"), "text": _("No row fits the filters."), "action": clear}
    made: dict[str, Any] = {"title": _("Nothing is here yet"), "text": record.empty}
    if record.is_from_captures and asked.access.may(May.UPLOAD):
        made["action"] = {"label": _("Upload a capture"), "url": "/captures/"}
    return made


__all__ = ["as_one_query", "export_page", "failed", "list_page", "table_of"]
