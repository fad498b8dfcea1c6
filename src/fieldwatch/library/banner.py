"""A banner taken apart: `1756-L61/B LOGIX5561`, a sysDescr (RFC 3418), a relay's FID, a model with its firmware at the end.

How it is known: the forms are those that devices send, one row of `banners.tsv` for each. A row of the kind `whole` must fit the whole
text, one of the kind `tail` its end, what stands before it is the product. The first `whole` row that fits decides, tails follow until
none fits. What the device says in a cell of its own wins over what stands in a banner; text of no known form stays as it is.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from fieldwatch.library.identity import Identity
from fieldwatch.library.order_number import folded
from fieldwatch.library.resolution import Step
from fieldwatch.library.table import table

MOST = 1024
"""Characters of a cell that are looked at."""

TAILS = 4
"""Tails that are taken from one text, at most."""

CELLS = ("product", "order_number", "firmware", "hardware", "vendor")
"""The cells that may hold a banner, in the order in which they are read."""

BLANK = re.compile(r"[\s\x00\u00a0\u200b]+")


class _Form(NamedTuple):
    name: str
    cell: str
    kind: str
    pattern: re.Pattern[str]
    vendor: str
    product: str

    def read(self, text: str) -> dict[str, str] | None:
        """What the text says of which cell; None where it has another form."""
        match = self.pattern.fullmatch(text) if self.kind == "whole" else self.pattern.search(text)
        if match is None:
            return None
        before = {"product": text[: match.start()].rstrip(" ,;-")} if self.kind == "tail" else {}
        given = {"vendor": self.vendor, "product": self.product} | before
        found = match.groupdict(default="")
        said = {name: (found.get(name) or given.get(name, "")).strip(" ,;") for name in Identity._fields}
        return {name: value for name, value in said.items() if value}


@functools.cache
def _forms(kind: str, cell: str) -> tuple[_Form, ...]:
    """The rows of this kind that may be read in this cell, in the order of the table."""
    return tuple(
        _Form(name, where, how, re.compile(pattern, re.IGNORECASE), vendor, product)
        for name, where, how, pattern, vendor, product, _, _ in table("banners.tsv").rows
        if how == kind and where in {cell, "any"}
    )


def _plain(text: str) -> str:
    """The text on one line with single blanks, no longer than is looked at."""
    return BLANK.sub(" ", text[:MOST]).strip()


def _contradicts(identity: Identity, cell: str, said: dict[str, str]) -> bool:
    """Whether a tail says something else than a cell that is set: it may be part of the name then (`WinCC V7.5`, firmware 7.5.2)."""
    cells = identity._asdict()
    return any(cells[name] and _bare(cells[name]) != _bare(value) for name, value in said.items() if name not in {cell, "vendor"})


def _bare(value: str) -> str:
    """The value without what two spellings of it may differ in: V3.1 and 3.1, 6ES7 315 and 6ES7315."""
    return folded(value).lstrip("V.")


def _filled(identity: Identity, cell: str, said: dict[str, str]) -> Identity:
    """The identity with what the banner in `cell` says: the cell itself anew, others where they are empty."""
    cells = identity._asdict()
    new = {} if cell == "product" else {cell: ""}
    new |= {name: value for name, value in said.items() if name == cell or not cells[name]}
    if cell == "product" and "product" not in new and "order_number" in said:
        new["product"] = said["order_number"]
    return identity._replace(**new)


def _step(text: str, said: dict[str, str], form: _Form, after: Identity) -> Step:
    """The step from the text to those of its words that were taken over."""
    cells = after._asdict()
    return Step("banner", text, ", ".join(f"{name} {value}" for name, value in said.items() if cells[name] == value), form.name)


def _whole(identity: Identity, cell: str) -> tuple[Identity, tuple[Step, ...]]:
    """The cell by the first form that fits all of it."""
    text = _plain(getattr(identity, cell))
    for form in _forms("whole", cell) if text else ():
        said = form.read(text)
        if said:
            filled = _filled(identity, cell, said)
            return filled, (_step(text, said, form, filled),)
    return identity, ()


def _tail(identity: Identity) -> tuple[Identity, tuple[Step, ...]]:
    """The product without the first tail that fits."""
    text = _plain(identity.product)
    for form in _forms("tail", "product") if text else ():
        said = form.read(text)
        if said and said.get("product") and not _contradicts(identity, "product", said):
            filled = _filled(identity, "product", said)
            return filled, (_step(text, said, form, filled),)
    return identity, ()


def split(identity: Identity) -> tuple[Identity, tuple[Step, ...]]:
    """The identity with banners taken apart into their cells, and a step for each form that was read."""
    trail: list[Step] = []
    for cell in CELLS:
        identity, steps = _whole(identity, cell)
        trail += steps
    for _ in range(TAILS):
        identity, steps = _tail(identity)
        if not steps:
            break
        trail += steps
    return identity, tuple(trail)
