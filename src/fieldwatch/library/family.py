"""The names by which a product may rightly be called: from its own model to the widest family, as makers and advisories say them.

How it is known: the makers' naming systems, one row of `families.tsv` for each rule. A rule is matched against the whole code or product,
in upper case and without blanks. In its names `\\1` is the first group of the rule; a name that begins with `=` is another code, whose
names count as well (the SIPLUS form of a SIMATIC device). No name says the number of a sibling: lists (`R04/08/16CPU`) and patterns
(`750-8xx`) are the business of who reads advisories.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from fieldwatch.library.makers import maker
from fieldwatch.library.order_number import order_number
from fieldwatch.library.ownership import related
from fieldwatch.library.table import table

MOST = 128
"""Characters of a code or a product that are looked at."""

BLANK = re.compile(r"[\s\u00a0\u200b™®©]+")


class FamilyName(NamedTuple):
    """A name, with its rule's source and date; `width` is 0 for the narrowest name and grows."""

    name: str
    width: int
    vendor: str
    source: str
    date: str

    def __str__(self) -> str:
        """The name alone."""
        return self.name


class _Rule(NamedTuple):
    vendor: str
    code: re.Pattern[str]
    names: tuple[str, ...]
    source: str
    date: str


@functools.cache
def _rules() -> dict[str, tuple[_Rule, ...]]:
    """The rules by maker, in the order of the table: the narrower rule stands first."""
    found: dict[str, tuple[_Rule, ...]] = {}
    for vendor, code, said, source, date in table("families.tsv").rows:
        rule = _Rule(vendor, re.compile(code), tuple(said.split("|")), source, date)
        found[vendor] = (*found.get(vendor, ()), rule)
    return found


def _makers(vendor: str, code: str) -> tuple[str, ...]:
    """Whose rules count: the maker's, his brands' and owners'; without a maker, those of the grammar that the code fits."""
    if vendor.strip():
        return (maker(vendor), *sorted(related(vendor)))
    number = order_number(code)
    return (number.vendor, *sorted(related(number.vendor))) if number else tuple(_rules())


@functools.lru_cache(maxsize=65536)
def _called(said: str, makers: tuple[str, ...], depth: int = 0) -> tuple[tuple[str, _Rule], ...]:
    """The names of all rules that fit `said`, each with its rule."""
    bare = BLANK.sub("", said[:MOST]).upper()
    found: list[tuple[str, _Rule]] = []
    for vendor in makers if bare else ():
        for rule in _rules().get(vendor, ()):
            match = rule.code.fullmatch(bare)
            for template in rule.names if match else ():
                name = match.expand(template).strip() if match else ""
                if not name.startswith("="):
                    found.append((name, rule))
                elif depth == 0:
                    found += _called(name[1:], makers, 1)
    return tuple(found)


@functools.lru_cache(maxsize=65536)
def names(vendor: str, code_or_model: str, product: str = "") -> tuple[FamilyName, ...]:
    """All names of a device with this code or model (and what else it calls itself), narrow to wide; () where no rule knows it."""
    makers = _makers(vendor, code_or_model)
    told: dict[str, _Rule] = {}
    for said in (code_or_model, code_or_model.partition("/")[0], product):
        for name, rule in _called(said, makers):
            if name:
                told.setdefault(name, rule)
    return tuple(FamilyName(name, width, rule.vendor, rule.source, rule.date) for width, (name, rule) in enumerate(told.items()))
