"""From what a device says of itself to the names by which it may rightly be called; each step with its reason."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from fieldwatch.library.banner import split
from fieldwatch.library.designation import code_of
from fieldwatch.library.family import names as family_names
from fieldwatch.library.gazetteer import Gazetteer
from fieldwatch.library.identity import Identity
from fieldwatch.library.maker_key import ALONE, maker_keys
from fieldwatch.library.makers import maker
from fieldwatch.library.order_number import order_number
from fieldwatch.library.resolution import Resolution, Step
from fieldwatch.library.scheme import scheme
from fieldwatch.library.wording import pieces, plain

_LINE = re.compile(r"^HiOS-[23][A-Z]-(?=\d)", re.IGNORECASE)
"""The line of the operating system before its version, as Hirschmann switches say it: HiOS-2S-08.7.02."""


class Called(NamedTuple):
    """What a device is called: its makers, its own words, the names that follow from tables, its order numbers."""

    makers: frozenset[str]
    own: tuple[str, ...]
    derived: tuple[str, ...]
    codes: frozenset[str]
    brands: frozenset[str] = frozenset()
    """The words of the maker's names, as the device and the tables say them."""


@functools.lru_cache(maxsize=131072)
def clean(identity: Identity) -> tuple[Identity, tuple[Step, ...]]:
    """The cells of an identity taken apart and cleaned."""
    return split(identity)


def firmware_of(text: str) -> str:
    """The version alone of what a device says of its firmware."""
    return _LINE.sub("", text)


def _unglued(product: str, vendor: str) -> str:
    """The product without the maker's name where no blank stands between: MatrikonOPC."""
    first = vendor.split(" ", 1)[0]
    rest = product[len(first) :]
    return rest if len(first) >= GLUED and product.startswith(first) and rest[:2].isupper() else product


GLUED = 4
"""Letters of a maker's name that are known for one before a word."""


def resolve(identity: Identity, gazetteer: Gazetteer) -> tuple[Resolution, Called]:
    """The canonical product, and what the device is called."""
    cells, steps = clean(identity)
    trail = list(steps)
    makers = set(maker_keys(cells.vendor)) if cells.vendor else set()
    found = order_number(cells.order_number, cells.vendor) if cells.order_number else None
    if found is None and cells.product:
        found = order_number(cells.product, cells.vendor)
    if found is not None:
        trail.append(Step("order number", found.code, found.grammar, "order_numbers.tsv"))
        if not makers:
            makers.add(found.vendor)
    if cells.vendor:
        trail.append(Step("maker", cells.vendor, maker(cells.vendor), "makers.tsv, ownership.tsv"))
    codes = frozenset(code_of(code) for code in (cells.order_number, found.code if found else "") if code)
    product = _unglued(cells.product, cells.vendor)
    own = tuple(dict.fromkeys(text for text in (product, cells.order_number, found.code if found else "") if text))
    derived: list[str] = []
    for code in sorted(codes):
        for name in gazetteer.names(code):
            derived.append(name)
            trail.append(Step("known order number", code, name, "feeds"))
    for vendor in sorted(key for key in makers if not key.endswith(ALONE)) or [""]:
        for text in dict.fromkeys((*own, *derived)):
            for wider in family_names(vendor, text, cells.product):
                if wider.name not in derived:
                    derived.append(wider.name)
                    trail.append(Step("family", text, wider.name, f"families.tsv: {wider.source}"))
    vendor = maker(cells.vendor) if cells.vendor else next(iter(sorted(makers)), "")
    hardware = cells.hardware or (found.hardware if found else "")
    firmware = firmware_of(cells.firmware or (found.firmware if found else ""))
    model = cells.product or cells.order_number
    resolution = Resolution(
        vendor, derived[-1] if derived else "", model, found.code if found else cells.order_number, hardware, firmware,
        scheme(vendor, " ".join((*own, *derived))), 0.0, tuple(dict.fromkeys((*own, *derived))), (), tuple(trail),
    )  # fmt: skip
    brands = frozenset("".join(pieces(word)) for name in (cells.vendor, *makers) for word in re.split(r"[\s/]+", plain(name))) - {""}
    return resolution, Called(frozenset(makers), own, tuple(derived), codes, brands)
