"""The tables beside this part: tab-separated text with a birth certificate, as those of the library."""

from __future__ import annotations

import functools
from pathlib import Path

from fieldwatch.library.table import Table, parse

FOLDER = Path(__file__).parent / "data"
"""Where the tables are."""


@functools.cache
def table(name: str) -> Table:
    """The table `name`, read once."""
    return parse((FOLDER / name).read_text(encoding="utf-8"))


@functools.cache
def groups() -> dict[str, frozenset[str]]:
    """Words for several protocols at once (`@control`, `@web`) and the protocols that they mean."""
    return {row[0]: frozenset(row[1].split()) for row in table("protocol_groups.tsv").rows}


def protocols(words: str) -> frozenset[str]:
    """The protocols named in a cell: names and words for groups, with blanks between."""
    return frozenset().union(*(groups().get(one, frozenset({one})) for one in words.split()))
