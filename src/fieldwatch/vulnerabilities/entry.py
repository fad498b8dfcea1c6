"""A product of an advisory made ready to be compared with devices: what its name asks for, its makers, its order numbers, its range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fieldwatch.library.designation import Designation, code_of, designation
from fieldwatch.library.order_number import order_number
from fieldwatch.library.ownership import vendors
from fieldwatch.vulnerabilities.advisory import Advisory, Product
from fieldwatch.vulnerabilities.range import Range, Unread, read

SHORTEST = 7
"""Signs of a word that may be an order number."""


class Entry(NamedTuple):
    """A product of an advisory, made ready: what its name asks for, its makers, its order numbers, its range."""

    advisory: Advisory
    product: Product
    makers: frozenset[str]
    what: Designation
    codes: frozenset[str]
    range: Range | Unread


def entries(advisory: Advisory) -> Iterator[Entry]:
    """The products of an advisory, made ready."""
    for product in advisory.products:
        name = product.name
        what = designation(name)
        if not any(not wanted.soft for wanted in what.wanted):
            name = f"{name} {product.text.split(':')[0]}"
            what = designation(name)
            if not any(not wanted.soft for wanted in what.wanted):
                name = f"{advisory.title} {product.name}"
                what = designation(name)
        found = read(product)
        if isinstance(found, Range) and found.model:
            more = designation(found.model)
            what = what._replace(wanted=(*what.wanted, *more.wanted))
        makers = vendors(product.vendor)
        codes = frozenset((*what.codes, *map(code_of, product.order_numbers), *_written_codes(name, makers)))
        yield Entry(advisory, product, makers, _unbranded(what, makers), codes, found)


def _written_codes(name: str, makers: frozenset[str]) -> Iterator[str]:
    """Order numbers of the maker that stand in the name as words: `1756-EN2T`."""
    for word in name.replace(",", " ").split():
        if any(sign.isdigit() for sign in word) and len(word) >= SHORTEST and not set(word) & set("*[]□?") and "xx" not in word:
            for maker in makers:
                found = order_number(word.strip("()"), maker)
                if found is not None and found.certain:
                    yield code_of(found.code)
                    break


def _unbranded(what: Designation, makers: frozenset[str]) -> Designation:
    """Without the maker's own name, which a product's name may begin with."""
    own = {word for maker in makers for word in maker.lower().replace("&", " ").split()} | {
        "".join(maker.lower().split()) for maker in makers
    }
    kept = tuple(wanted for wanted in what.wanted if not set(wanted.words) & own)
    return what._replace(wanted=kept) if any(not wanted.soft for wanted in kept) else what
