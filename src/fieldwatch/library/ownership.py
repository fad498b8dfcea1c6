"""Who owns whom: brands and product lines that changed hands, and the makers whom one string may name.

An advisory about a device may stand under the name of its maker of that time, of the owner of today, or of both in one string. The
changes are facts with their sources in `ownership.tsv`.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from fieldwatch.library.makers import WORD, known, maker
from fieldwatch.library.mojibake import mended
from fieldwatch.library.table import table

MOST = 512
"""Characters of a vendor's string that are looked at."""

BREAK = re.compile(
    r"\s*(?:[,;/|()\[\]]|\s-\s|\b(?:and|formerly|previously|now|fka|an? (?:subsidiary|affiliate|division|brand|company) of"
    r"|(?:subsidiary|part|owned|made|manufactured) (?:of|by)|by)\b)\s*",
    re.IGNORECASE,
)
"""What stands between two makers in one string."""

_POLISH = re.compile(r"\bsp\.?\s*z\s*\.?\s*o\.?\s*o\.?", re.IGNORECASE)
"""The Polish legal form, which has blanks and full stops in it as one likes."""

_LEGAL = (
    "ab ag bhd bv co coltd company corp corporation electronics gmbh group holding holdings inc incorporated international kft kg kgaa "
    "limited llc llp ltd ltda me nv o of oy oyj plc pty pvt sa sas se sl software spa sp srl sro usa us"
)
LEGAL = frozenset(_LEGAL.split())
"""Words of legal forms and the like: a piece that has no others names nobody."""

NOBODY = frozenset({"multiple", "multiple vendors", "multiple open source", "n/a", "na", "none", "other", "unknown", "various", "vendor"})
"""Strings that stand in the place of a vendor and name none."""


class Change(NamedTuple):
    """`owner` has `brand` (or its product line `line`; `*`: all) since the year `since` (0: not known)."""

    owner: str
    brand: str
    line: str
    since: int
    source: str
    date: str


@functools.cache
def changes() -> tuple[Change, ...]:
    """All rows of the table."""
    return tuple(
        Change(owner, brand, line, int(since), source, date) for owner, brand, line, since, source, date in table("ownership.tsv").rows
    )


@functools.cache
def _by_name() -> dict[str, tuple[Change, ...]]:
    """The changes in which a maker takes part."""
    found: dict[str, tuple[Change, ...]] = {}
    for change in changes():
        for name in {maker(change.owner), maker(change.brand)}:
            found[name] = (*found.get(name, ()), change)
    return found


def between(one: str, other: str) -> tuple[Change, ...]:
    """The changes that tie two makers together."""
    names = {maker(one), maker(other)}
    return tuple(change for change in _by_name().get(maker(one), ()) if {maker(change.owner), maker(change.brand)} == names)


def takes_part(vendor: str) -> bool:
    """Whether the table knows this maker."""
    return maker(vendor) in _by_name()


@functools.lru_cache(maxsize=65536)
def related(vendor: str, product: str = "") -> frozenset[str]:
    """Owners, brands and predecessors of `vendor`, whose advisories may speak about its products; never `vendor` itself.

    With a product, changes that are about another product line do not count.
    """
    name = maker(vendor)
    said = _folded(product)
    ties = [change for change in _by_name().get(name, ()) if not said or change.line == "*" or _folded(change.line) in said]
    return frozenset(maker(who) for change in ties for who in (change.owner, change.brand)) - {name}


def _folded(words: str) -> str:
    return "".join(sign for sign in words[:MOST].casefold() if sign.isalnum())


@functools.lru_cache(maxsize=65536)
def vendors(text: str) -> frozenset[str]:
    """All makers whom a vendor's string may name, by their usual names; none for `multiple` and the like.

    A name that no table knows stays, without its legal form (`Acme Controls GmbH` is `Acme Controls`).
    """
    said = _POLISH.sub("", mended(text[:MOST])).strip(" \t\r\n,;.-")
    if said.casefold() in NOBODY:
        return frozenset()
    found: dict[str, None] = {}
    at = 0
    while at < len(said):
        words = [(word.group().lower(), word.end()) for word in WORD.finditer(said, at)]
        name = known([word for word, _ in words])
        end = words[name[1] - 1][1] if name else at
        stop = BREAK.search(said, end)
        if name:
            found[name[0]] = None
        else:
            bare = _bare(said[at : stop.start() if stop else len(said)], first=not found)
            if bare:
                found[bare] = None
        if stop is None:
            break
        at = max(stop.end(), at + 1)
    return frozenset(found)


def _bare(piece: str, *, first: bool) -> str:
    """The name in a piece that is in no table, without its legal form; "" for what is only that, or an abbreviation after the name."""
    words = piece.strip(" \t,;.-").split()
    while words and "".join(sign for sign in words[-1].casefold() if sign.isalnum()) in LEGAL:
        words.pop()
    name = " ".join(words)
    abbreviation = not first and len(words) == 1 and name.isupper() and len(name) <= 5
    return "" if abbreviation else name
