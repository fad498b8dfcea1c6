"""Raw words of a device taken apart into clean cells: a cell may hold a whole banner.

How it is known: the forms are rows of `banners.tsv`, each with its source. A form's first row recognises it, its further rows read more of
it; the forms of one maker stand before those of all makers. A cell that already says something keeps its word, and text of no known form
stays as it is. Input is cut at `MOST` signs and no expression of the table nests repetitions, so the time is bounded.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from fieldwatch.library.identity import Identity
from fieldwatch.library.makers import WORD, known, maker
from fieldwatch.library.order_number import OrderNumber, order_number
from fieldwatch.library.resolution import Step
from fieldwatch.library.table import table

MOST = 1024
"""Characters of a cell that are looked at."""

ROUNDS = 4
"""Forms that may be peeled off one cell, one within another."""

WIDEST = 4
"""Words in a row that may be one order number: `140 CPU 651 50`."""

ORDER = ("product", "order_number", "firmware", "hardware", "vendor")
"""The order in which the cells are read."""

NOTHING = frozenset({"", "-", "--", "n/a", "na", "none", "null", "unknown", "undefined", "not available", "?"})
"""Words that stand in a cell and say nothing."""

BLANKS = re.compile(r"[\s\x00-\x1f\x7f\u00a0\u200b\ufeff]+")

LEGAL_FORM = re.compile(r"^(?:[ ,]{0,3}(?:GmbH|AG|AB|Inc|LLC|Ltd|Co|KG|SE|SA|S\.p\.A|Corp|Corporation)(?![A-Za-z])\.?(?: &)?){1,4}")
"""The legal form behind a maker's name."""

Cells = dict[str, str]
"""The cells of an identity, by name."""


class _Row(NamedTuple):
    form: str
    vendor: str
    pattern: re.Pattern[str]
    says: tuple[tuple[str, str], ...]
    source: str


@functools.cache
def _forms(cell: str) -> tuple[tuple[_Row, ...], ...]:
    """The forms that may stand in a cell, each with its rows."""
    found: dict[str, list[_Row]] = {}
    for form, cells, pattern, says, source, _ in table("banners.tsv").rows:
        places, _, vendor = cells.partition("@")
        if places == "*" or cell in places.split(","):
            constants = tuple((name, value) for name, _, value in (said.partition("=") for said in says.split("|") if said))
            expression = re.compile(pattern.replace("(?P<{cell}>", f"(?P<{cell}>"))
            found.setdefault(form, []).append(_Row(form, vendor, expression, constants, source))
    return tuple(map(tuple, found.values()))


@functools.lru_cache(maxsize=16384)
def _fitting(cell: str, text: str) -> tuple[tuple[tuple[_Row, ...], re.Match[str]], ...]:
    """The forms whose first row is found in a text, each with what it found."""
    return tuple((rows, first) for rows in _forms(cell) if (first := rows[0].pattern.search(text)))


def _read(cell: str, text: str, cells: Cells) -> tuple[Cells, _Row] | None:
    """What the first form that fits says, and its first row; None where no form fits."""
    for rows, first in _fitting(cell, text):
        if rows[0].vendor and maker(cells["vendor"]) != rows[0].vendor:
            continue
        said: Cells = {}
        for row in rows:
            match = first if row is rows[0] else row.pattern.search(text)
            for name, value in _says(row, match) if match else ():
                said.setdefault(name, value)
        if said.get(cell) != text and not (rows[0].form.startswith("tail") and _already(said, cell, cells)):
            return said, rows[0]
    return None


def _says(row: _Row, match: re.Match[str]) -> list[tuple[str, str]]:
    """The cells that a row gives: its groups, then its constants."""
    groups = {name: _bare(value) for name, value in match.groupdict(default="").items()}
    constants = [(name, value.format(**groups)) for name, value in row.says]
    return [(name, value) for name, value in (*groups.items(), *constants) if value and name in Identity._fields]


def _bare(value: str) -> str:
    """The value without the marks around it; a bracket that was opened before the value does not belong to it."""
    return value.rstrip(") ,;\"'") if value.count(")") > value.count("(") else value.strip(" ,;\"'")


def _already(said: Cells, cell: str, cells: Cells) -> bool:
    """Whether all that a tail would add is known otherwise: then the text is left as it is."""
    return all(cells[name] and cells[name].lstrip("vV") != value.lstrip("vV") for name, value in said.items() if name != cell)


def _peel(cell: str, cells: Cells, steps: list[Step]) -> None:
    """Take forms off one cell until no more fits; what they say goes into the cells that are empty."""
    for _ in range(ROUNDS):
        text = cells[cell]
        found = _read(cell, text, cells) if text else None
        if found is None:
            return
        said, row = found
        cells[cell] = ""
        for name, value in said.items():
            cells[name] = cells[name] or value
        concluded = ", ".join(f"{name} {value}" for name, value in said.items())
        steps.append(Step("banner", text, concluded or "nothing", f"{row.form}: {row.source}"))


def _take_maker(cells: Cells, steps: list[Step]) -> None:
    """A maker's name before the product, where the vendor is not said or is the same; a brand (Modicon) stays part of the product."""
    text = cells["product"]
    words = list(WORD.finditer(text.lower(), 0, 80))
    found = known([word.group() for word in words])
    if found is None or words[0].start() != 0:
        return
    name, count = found
    rest = LEGAL_FORM.sub("", text[words[count - 1].end() :])
    if not cells["vendor"]:
        cells["vendor"] = name
        steps.append(Step("maker", text, name, "makers.tsv"))
    own = words[0].group() == WORD.findall(name.lower())[0]
    if own and maker(cells["vendor"]) == name and rest[:1] in {" ", ",", ":"} and rest.strip(" ,:;-"):
        cells["product"] = rest.strip(" ,:;-")


def _clean_number(cells: Cells, steps: list[Step]) -> None:
    """The cell of the order number in its canonical spelling; a series and a firmware that stand behind it go to their cells."""
    text = cells["order_number"]
    found = order_number(text, cells["vendor"]) or order_number(text)
    if found:
        _keep(found, text, cells, steps)


def _keep(found: OrderNumber, text: str, cells: Cells, steps: list[Step]) -> None:
    cells["order_number"] = found.code
    cells["hardware"] = cells["hardware"] or found.hardware
    cells["firmware"] = cells["firmware"] or found.firmware
    if found.certain and not cells["vendor"]:
        cells["vendor"] = found.vendor
    if text != found.code:
        steps.append(Step("order number", text, found.code, f"{found.grammar}: order_numbers.tsv"))


def _find_number(cells: Cells, steps: list[Step]) -> None:
    """An order number among the words of the product; the rest stays the product, or the number where there is no rest."""
    text = cells["product"]
    number = _number_in(text, cells["vendor"])
    if number:
        found, rest = number
        _keep(found, text, cells, steps)
        if found.hardware or found.firmware or len(rest) > 2:
            cells["product"] = rest if len(rest) > 2 else found.code


@functools.lru_cache(maxsize=16384)
def _number_in(text: str, vendor: str) -> tuple[OrderNumber, str] | None:
    """The first order number among the words of a text, and the other words."""
    words = [word for word in re.split(r"[ ,;()\[\]]+", text[:256]) if word]
    for width in range(1, min(WIDEST, len(words)) + 1):
        for at in range(len(words) - width + 1):
            run = words[at : at + width]
            joined = " ".join(run)
            found = order_number(joined, vendor) or order_number(joined)
            if found and (width == 1 or found.certain or width == len(words) == 2):
                return found, " ".join((*words[:at], *words[at + width :]))
    return None


@functools.lru_cache(maxsize=65536)
def split(identity: Identity) -> tuple[Identity, tuple[Step, ...]]:
    """The identity in clean cells, and the steps that led there."""
    cells: Cells = {}
    steps: list[Step] = []
    for name, value in zip(Identity._fields, identity, strict=True):
        text = BLANKS.sub(" ", value[:MOST]).strip(" \t,;")
        cells[name] = "" if text.casefold() in NOTHING else text
    for cell in ORDER:
        _peel(cell, cells, steps)
    if cells["product"]:
        _take_maker(cells, steps)
        _peel("product", cells, steps)
    if cells["order_number"]:
        _clean_number(cells, steps)
    elif cells["product"]:
        _find_number(cells, steps)
    if not cells["product"]:
        cells["product"] = cells["order_number"]
    return Identity(**cells), tuple(steps)
