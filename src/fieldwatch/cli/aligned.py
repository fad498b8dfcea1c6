"""A quiet table that fits the terminal: numbers and addresses are never cut, long text gives way, the longest first."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

GAP = 2
LEAST = 5
"""Columns between two columns; and what is left of text that gives way, at least."""

NARROW = 100
"""On a terminal that is narrower, columns that can be missed are left out."""


def aligned(heads: Sequence[str], rows: Sequence[Sequence[Text]], width: int) -> Table:
    """The rows under their headings. Before a heading: `>` sets it right, `~` lets its text be cut to fit, `-` says it can be missed."""
    if width < NARROW and any(head.startswith("-") for head in heads):
        kept = [at for at, head in enumerate(heads) if not head.startswith("-")]
        heads, rows = [heads[at] for at in kept], [[row[at] for at in kept] for row in rows]
    heads = [head.removeprefix("-") for head in heads]
    names = [head.lstrip(">~") for head in heads]
    natural = [max([len(name), *(row[at].cell_len for row in rows)]) for at, name in enumerate(names)]
    gives = [head.startswith("~") for head in heads]
    left = width - sum(size for size, give in zip(natural, gives, strict=True) if not give) - GAP * (len(heads) - 1)
    cap = _cap([size for size, give in zip(natural, gives, strict=True) if give], left)
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, GAP - 1, 0, 0), show_edge=False)
    for head, name, size, give in zip(heads, names, natural, gives, strict=True):
        right = head.startswith(">")
        fits = min(size, max(cap, len(name) if len(name) <= cap + 3 else LEAST)) if give else size
        table.add_column(name, justify="right" if right else "left", no_wrap=True, overflow="ellipsis", width=fits)
    for row in rows:
        table.add_row(*row)
    return table


def _cap(sizes: Sequence[int], left: int) -> int:
    """The greatest width to which all of these may be cut so that they fit into `left`."""
    cap = max(sizes, default=LEAST)
    while cap > LEAST and sum(min(size, cap) for size in sizes) > left:
        cap -= 1
    return cap
