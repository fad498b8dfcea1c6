"""What makers are compared by, so that a maker in no table is the same in every spelling: `Mesa Labs`, `Mesa Laboratories, Inc.`."""

from __future__ import annotations

import functools

from fieldwatch.library.makers import WORD, known
from fieldwatch.library.ownership import takes_part, vendors
from fieldwatch.library.table import table

FIRST = 4
"""Letters of a first word that may stand for the maker."""

ALONE = " ..."
"""Stands behind such a word."""

_COMMON = """
access advanced american applied auto automated automation automotive beijing canadian china control controls core cyber data delta
digital distributed east electric electro electronic energy european first general german global green hangzhou health industrial info
information integrated intelligent inter international italian japan life link logic machine medical metro micro mobile motion national
north open optical pacific point power precision pro process real remote safe schweizer science security sensor shenzhen signal simple
smart software solar solid south spectrum standard super system systems team tech technologies technology tele test trans ultra united
universal urban vision water west wireless world
"""
COMMON = frozenset(_COMMON.split())
"""First words of many makers' names."""


@functools.lru_cache(maxsize=65536)
def maker_keys(vendor: str) -> frozenset[str]:
    """The keys of all makers whom a vendor's string names: two strings that share one may name the same maker."""
    return frozenset(key for name in vendors(vendor) for key in _keys(name))


def _keys(name: str) -> tuple[str, ...]:
    """The usual name (the letters of one in no table), and the first word where it can stand for the maker."""
    first = name.split(maxsplit=1)[0].casefold()
    in_table = known(WORD.findall(name.lower())) is not None or takes_part(name)
    whole = name if in_table else "".join(filter(str.isalnum, name.casefold()))
    alone = len(first) >= FIRST and first.isalpha() and first not in COMMON and not _is_shared(first)
    if not in_table and name.casefold() == first:
        return (whole, *sorted(_begin_with().get(first, ())))
    return (whole, f"{first}{ALONE}") if alone else (whole,)


def _is_shared(first: str) -> bool:
    """Whether several makers that the table knows begin so: Johnson Controls, Johnson & Johnson."""
    return len(_begin_with().get(first, ())) > 1


@functools.cache
def _begin_with() -> dict[str, frozenset[str]]:
    """First word -> the makers that the table knows by it: a device may say no more (Delta)."""
    found: dict[str, set[str]] = {}
    for name in {row[0] for row in table("makers.tsv").rows}:
        found.setdefault(name.split(maxsplit=1)[0].casefold(), set()).add(name)
    return {first: frozenset(names) for first, names in found.items()}


def own_words(makers: frozenset[str]) -> frozenset[str]:
    """The words of makers' names, and each name as one word: a product's name may begin with them."""
    return frozenset(word for maker in makers for word in (*maker.lower().replace("&", " ").split(), "".join(maker.lower().split())))
