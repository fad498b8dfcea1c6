"""The starter pack: vulnerabilities that matter most in plants, so that the first run on a machine without a network finds something.

The table `data/starter.tsv` holds facts, one row for each (advisory, CVE, range), and no text of the advisories.
It is a beginning, and dated: of an advisory it names only the products that are widely installed, with all ranges of
each; that a product is not named says nothing of it. What the feeds bring supersedes it.

Columns. `product` holds one name, or several with "; " between them, that share the range. `order_numbers`: of one
product, with blanks between them; of several, the n-th word belongs to the n-th product, with commas within it, and "-"
for a product without one.
"""

from __future__ import annotations

import functools
import itertools
from pathlib import Path
from typing import NamedTuple

from fieldwatch.library.table import Table, parse
from fieldwatch.vulnerabilities.advisory import Advisory, Product, Score, Vulnerability

FILE = Path(__file__).parent / "data" / "starter.tsv"
NONE = "-"
"""Stands where a product of several has no order number."""


class Fact(NamedTuple):
    """A row of the table; the names are those of its columns. `kev` and `epss` are "" where there is none, `ransomware` is "yes" or ""."""

    advisory: str
    cve: str
    title: str
    vendor: str
    product: str
    order_numbers: str
    range: str
    cvss_version: str
    cvss_vector: str
    cvss_base: str
    cwe: str
    released: str
    updated: str
    url: str
    kev: str
    ransomware: str
    epss: str


@functools.cache
def _table() -> Table:
    return parse(FILE.read_text(encoding="utf-8"))


def dated() -> str:
    """The day of the pack, ISO 8601."""
    return _table().certificate["date"]


@functools.cache
def facts() -> tuple[Fact, ...]:
    """All rows, in order of advisory and CVE."""
    return tuple(Fact(*row) for row in _table().rows)


@functools.cache
def starter() -> tuple[Advisory, ...]:
    """The advisories of the pack, in order of their ids; `source` says that they are the pack's."""
    return tuple(_advisory(name, tuple(rows)) for name, rows in itertools.groupby(facts(), key=lambda fact: fact.advisory))


def known_exploited() -> dict[str, tuple[str, bool]]:
    """CVE -> the day it came into CISA's catalogue of known exploited vulnerabilities, and whether ransomware is known to use it."""
    return {fact.cve: (fact.kev, fact.ransomware == "yes") for fact in facts() if fact.kev}


def likelihoods() -> dict[str, float]:
    """CVE -> EPSS score, on the day that the table's certificate says."""
    return {fact.cve: float(fact.epss) for fact in facts() if fact.epss}


def named(fact: Fact) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The products of a row, each with its order numbers."""
    names = fact.product.split("; ")
    words = fact.order_numbers.split()
    if len(names) == 1:
        return ((names[0], tuple(words)),)
    own = words or [NONE] * len(names)
    return tuple((name, () if word == NONE else tuple(word.split(","))) for name, word in zip(names, own, strict=True))


def _advisory(name: str, rows: tuple[Fact, ...]) -> Advisory:
    products: dict[tuple[str, str, tuple[str, ...], str], Product] = {}
    vulnerabilities = tuple(_vulnerability(tuple(group), products) for _, group in itertools.groupby(rows, key=lambda fact: fact.cve))
    first = rows[0]
    return Advisory(
        id=name,
        title=f"{first.vendor}: {vulnerabilities[0].title}",
        publisher="Fieldwatch starter pack",
        released=first.released,
        updated=first.updated,
        url=first.url,
        products=tuple(products.values()),
        vulnerabilities=vulnerabilities,
        source=f"starter pack of {dated()}",
    )


def _vulnerability(rows: tuple[Fact, ...], products: dict[tuple[str, str, tuple[str, ...], str], Product]) -> Vulnerability:
    """The vulnerability that these rows are about; products that `products` has not seen are added to it."""
    affected = []
    for fact in rows:
        for name, orders in named(fact):
            key = (fact.vendor, name, orders, fact.range)
            if key not in products:
                products[key] = Product(
                    f"{fact.advisory}/{len(products) + 1}", fact.vendor, name, fact.range, "product_version_range", name, orders
                )
            affected.append(products[key].id)
    first = rows[0]
    score = Score(first.cvss_version, first.cvss_vector, float(first.cvss_base))
    return Vulnerability(first.cve, first.title, first.cwe, (score,), tuple(affected))
