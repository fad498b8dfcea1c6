"""The version ranges that cannot be read: products that are undetermined whatever firmware a device has, until a person looks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fieldwatch.vulnerabilities import range as ranges
from fieldwatch.vulnerabilities.advisory import Advisory


class Leaf(NamedTuple):
    """A range as it is written, why it cannot be read, and the products of an advisory that have it."""

    advisory: str
    vendor: str
    quoted: str
    why: str
    products: tuple[str, ...]


class Unread(NamedTuple):
    """All such ranges, and of how many that there are."""

    leaves: tuple[Leaf, ...]
    total: int


def unread(advisories: Iterable[Advisory]) -> Unread:
    """The ranges of these advisories that cannot be read, in the order of the advisories."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    total = 0
    for advisory in advisories:
        for product in advisory.products:
            total += 1
            said = ranges.read(product)
            if isinstance(said, ranges.Unread):
                found.setdefault((advisory.id, product.vendor, said.quoted, said.why), []).append(product.name)
    return Unread(tuple(Leaf(*key, tuple(dict.fromkeys(names))) for key, names in found.items()), total)
