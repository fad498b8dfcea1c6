"""How a maker counts the versions of a product: the scheme that `version` compares by.

A product is known by what words of its name or order number begin with (`140 CPU` also as `140cpu`); the row with the most words decides,
then the maker's own row. What the table does not know is counted in components, as most are.
"""

from __future__ import annotations

import functools
import itertools
import re

from fieldwatch.library.table import table

USUAL = "components"
"""The scheme of makers and products that the table does not know."""

WORD = re.compile(r"[a-z0-9]+")


@functools.cache
def _rows() -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Maker -> (words, scheme), the most words first."""
    rows: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for vendor, words, name, _, _ in table("schemes.tsv").rows:
        rows.setdefault(vendor, []).append((tuple(words.split()), name))
    return {vendor: tuple(sorted(each, key=lambda row: -len(row[0]))) for vendor, each in rows.items()}


@functools.lru_cache(maxsize=65536)
def scheme(vendor: str, product: str) -> str:
    """The scheme of the canonical maker `vendor` for `product` (a name, an order number, or both)."""
    said = WORD.findall(product.lower())
    said += [one + two for one, two in itertools.pairwise(said)]
    for words, name in _rows().get(vendor, ()):
        if all(any(each.startswith(word) for each in said) for word in words):
            return name
    return USUAL
