"""The rows of a list as HTML, at the speed that lists need: what a template makes of one kind of cell is kept, and filled for each cell.

`shell/cell.html` and `shell/time.html` stay the only places that say what a cell looks like: each is rendered once for each kind of cell
and language, with marks in the place of the values; the marks are then replaced by the values, escaped. (Rendered one by one, the 700 cells
of a page of assets took 150 ms of processor time; filled, 10.)
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

FILLED = ("text", "url", "title", "evidence", "of", "unit")
"""Values of a cell that are text; all others decide what the cell looks like."""

SAMPLE = datetime.datetime(2001, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
"""A moment by which the places of a time are found in what the template makes of it."""


MARK = re.compile(r"QZ([a-z]+)ZQ")


def _mark(name: str) -> str:
    return f"QZ{name}ZQ"


@lru_cache(maxsize=512)
def _skeleton(language: str, shape: tuple[tuple[str, Any], ...]) -> str:
    """What the template makes of a cell of this shape, with marks for its text."""
    cell = {name: _mark(name) if value is True and name in FILLED else value for name, value in shape}
    if cell.get("kind") == "time":
        cell["when"] = SAMPLE
    with timezone.override(datetime.UTC):
        return render_to_string("shell/cell.html", {"cell": cell}).strip()


def draw(cell: Any) -> str:
    """The HTML of a cell."""
    if not isinstance(cell, Mapping):
        return escape(cell)
    when = cell.get("when")
    shape = tuple((name, True if name in FILLED else _fixed(value)) for name, value in cell.items() if value and name != "when")
    if cell.get("kind") == "time" and when is None:
        shape = (*(one for one in shape if one[0] != "kind"), ("kind", "unknown"))
    made = _skeleton(get_language() or "en", shape)
    filled = MARK.sub(lambda mark: escape(str(cell[mark[1]])), made)  # in one go: no value is taken for a mark
    return _timed(filled, when) if when is not None else filled


def _fixed(value: Any) -> Any:
    """The same as something that can be looked up."""
    return tuple(value) if isinstance(value, list) else value


def _timed(made: str, when: datetime.datetime) -> str:
    """Puts a time in the place of the sample, in the zone of the page and in UTC."""
    utc, here = when.astimezone(datetime.UTC), timezone.localtime(when)
    places = {
        "2001-02-03T04:05:06Z": f"{utc:%Y-%m-%dT%H:%M:%SZ}",
        "2001-02-03 04:05:06 UTC": f"{utc:%Y-%m-%d %H:%M:%S} UTC",
        ">2001-02-03 04:05:06<": f">{here:%Y-%m-%d %H:%M:%S}<",
        ">2001-02-03 04:05<": f">{here:%Y-%m-%d %H:%M}<",
    }
    for sample, text in places.items():
        made = made.replace(sample, text)
    return made


def draw_rows(table: Mapping[str, Any], select: str) -> SafeString:
    """The rows of a list (see `shell/table.html`). `select` is what the box of a row is called, before the row's name."""
    classes = [_class(column.get("kind", "")) for column in table["columns"]]
    can_select = bool(table.get("actions"))
    return mark_safe("\n".join(_row(row, classes, select if can_select else "") for row in table["rows"]))


def _class(kind: str) -> str:
    name = "right" if kind == "number" else kind
    return f' class="{escape(name)}"' if name else ""


def _row(row: Mapping[str, Any], classes: list[str], select: str) -> str:
    told = [' class="part"'] if row.get("part") else []
    told.append(f' tabindex="-1" data-row="{escape(row["id"])}"')
    if row.get("url"):
        told.append(f' data-href="{escape(row["url"])}"')
        told += [" data-in-drawer"] if row.get("drawer") else []
    if row.get("evidence"):
        told.append(f' data-evidence="{escape(row["evidence"])}"')
    cells = [f"<td{name}>{draw(cell)}</td>" for cell, name in zip(row["cells"], classes, strict=False)]
    if select:
        name = escape(f"{select} {row.get('name') or row['id']}")
        box = f'<input type="checkbox" name="id" value="{escape(row["id"])}" data-select aria-label="{name}">'
        cells.insert(0, f'<td class="pick">{box}</td>')
    return f"<tr{''.join(told)}>{''.join(cells)}</tr>"
