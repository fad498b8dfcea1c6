"""A quiet table that fits the terminal: numbers and addresses are never cut, long text gives way, the longest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fieldwatch.cli.line import Cell, Line, cut, size

GAP = 2
LEAST = 5
"""Columns between two columns; and what is left of text that gives way, at least."""

NARROW = 100
"""On a terminal that is narrower, columns that can be missed are left out."""


def aligned(heads: Sequence[str], rows: Sequence[Sequence[Cell]], width: int) -> Iterator[Line]:
    """The rows under their headings. Before a heading: `>` sets it right, `~` lets its text be cut to fit, `-` says it can be missed."""
    if width < NARROW and any(head.startswith("-") for head in heads):
        kept = [at for at, head in enumerate(heads) if not head.startswith("-")]
        heads, rows = [heads[at] for at in kept], [[row[at] for at in kept] for row in rows]
    heads = [head.removeprefix("-") for head in heads]
    names = [head.lstrip(">~") for head in heads]
    natural = [max([len(name), *(size(row[at].text) for row in rows)]) for at, name in enumerate(names)]
    gives = [head.startswith("~") for head in heads]
    left = width - sum(wide for wide, give in zip(natural, gives, strict=True) if not give) - GAP * (len(heads) - 1)
    cap = _cap([wide for wide, give in zip(natural, gives, strict=True) if give], left)
    fits = [
        min(wide, max(cap, len(name) if len(name) <= cap + 3 else LEAST)) if give else wide
        for name, wide, give in zip(names, natural, gives, strict=True)
    ]
    right = [head.startswith(">") for head in heads]
    yield _row([Cell(name, "bold") for name in names], fits, right)
    yield (Cell("─" * (sum(fits) + GAP * (len(fits) - 1)), "dim"),)
    for row in rows:
        yield _row(row, fits, right)


def _row(cells: Sequence[Cell], widths: Sequence[int], right: Sequence[bool]) -> Line:
    line = []
    for number, ((text, style), width, is_right) in enumerate(zip(cells, widths, right, strict=True)):
        fitting = cut(text, width)
        room = " " * (width - size(fitting))
        gap = " " * GAP if number else ""
        line.append(Cell(gap + room + fitting if is_right else gap + fitting + room, style))
    return tuple(line)


def _cap(sizes: Sequence[int], left: int) -> int:
    """The greatest width to which all of these may be cut so that they fit into `left`."""
    cap = max(sizes, default=LEAST)
    while cap > LEAST and sum(min(size, cap) for size in sizes) > left:
        cap -= 1
    return cap
