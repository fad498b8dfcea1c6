"""A product of an advisory made ready to be compared with devices: what its name asks for, its makers, its order numbers, its range."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from fieldwatch.library.designation import Designation, Wanted, code_of, designation, kinds
from fieldwatch.library.maker_key import maker_keys
from fieldwatch.library.order_number import order_number
from fieldwatch.library.wording import pieces, plain
from fieldwatch.vulnerabilities.advisory import Advisory, Product
from fieldwatch.vulnerabilities.range import Bound, Range, Unread, read

SHORTEST = 7
"""Signs of a word that may be an order number."""


RELEASE = re.compile(r"[rR]\d{3}")
"""A release in the product's place: makers of relays count R119-V4, and some documents split it."""

_SERIAL = re.compile(
    r"\b(?:with\s+)?serial (?:number|no\.?)s?\s+(\d[0-9A-Z*]{2,})"
    r"(?:\s+(?:and|or)\s+(?:(prior|earlier|below|before|lower)|(later|newer|above|higher)))?",
    re.IGNORECASE,
)


class Entry(NamedTuple):
    """A product of an advisory, made ready: what its name asks for, its makers, its order numbers, its range.

    `serial` are the serial numbers that the name speaks of; None where it speaks of none.
    """

    advisory: Advisory
    product: Product
    makers: frozenset[str]
    what: Designation
    codes: frozenset[str]
    range: Range | Unread
    serial: Range | None = None
    brands: frozenset[str] = frozenset()
    """The makers' names as a device may have them among its own words (SpiderControl SCADA Server)."""


def entries(advisory: Advisory) -> Iterator[Entry]:
    """The products of an advisory, made ready."""
    for product in advisory.products:
        makers = maker_keys(product.vendor)
        serial, name = _serial(product.name)
        name = _naming(name, product, advisory.title)
        what = _unbranded(designation(name), makers, product.vendor)
        found = read(product)
        if isinstance(found, Range) and found.model:
            more = designation(found.model).wanted
            what = what._replace(wanted=more if any(map(_is_code, more)) else (*what.wanted, *more))
        codes = frozenset((*what.codes, *map(code_of, product.order_numbers), *_written_codes(name, makers)))
        brands = frozenset("".join(pieces(plain(maker))) for maker in makers)
        yield Entry(advisory, product, makers, what, codes, found, serial, brands)


def _is_code(wanted: Wanted) -> bool:
    """A model that is enough alone: LNL-X2220."""
    words = (*wanted.words, *(pattern.replace("[a-z0-9]", "x") for pattern in wanted.patterns))
    return not wanted.soft and any(len(word) >= SHORTEST - 1 and any(map(str.isdigit, word)) and not word.isdigit() for word in words)


def _naming(name: str, product: Product, title: str) -> str:
    """The text that names the product: its name; where that tells nothing, with its full text; else the advisory's title."""
    bare = _without_vendor(name, product.vendor)
    if _tells(bare, product.vendor):
        return bare
    longer = f"{bare} {_without_vendor(product.text.split(':')[0], product.vendor)}"
    if _tells(longer, product.vendor) and not _hard(bare):
        return longer
    headline = _without_vendor(_UPDATE.sub("", title), product.vendor)
    if not _tells(headline, product.vendor):
        return name
    return headline if _hard(bare) else f"{headline} {name}"


def _hard(name: str) -> list[Wanted]:
    return [wanted for wanted in designation(name).wanted if not wanted.soft]


def _tells(name: str, vendor: str) -> bool:
    """True where a name has a word that tells one product from another: `Security Gateway`, `OS` and `R119` have none."""
    if _SENTENCE.fullmatch(name.strip()) and any(kinds().get(word) == "plain" for word in name.lower().split()):
        return False
    what = designation(name)
    own = set(re.findall(r"[a-z0-9]+", vendor.lower()))
    for wanted in what.wanted:
        telling = [word for word in wanted.words if kinds().get(word) != "plain" and word not in own and not RELEASE.fullmatch(word)]
        if not wanted.soft and (wanted.patterns or telling):
            return True
    return bool(what.codes)


_UPDATE = re.compile(r"\s*\((?:Update|Revision) \w+\)")
_SENTENCE = re.compile(r"[A-Z][a-z]+(?: [a-z]+){2,}")
"""`Web server vulnerabilities`: words of a sentence, none of them a name."""


def _without_vendor(name: str, vendor: str) -> str:
    """The name without the maker's name at its beginning, as the document writes it."""
    words, own = name.split(), re.sub(r"[,.()]", " ", vendor).split()
    same = 0
    while same < min(len(words), len(own)) and words[same].strip(",.()").lower() == own[same].lower():
        same += 1
    return " ".join(words[same:]) or name


def _serial(name: str) -> tuple[Range | None, str]:
    """The serial numbers that a name speaks of (`with serial number 17X**** or later`), and the name without them."""
    found = _SERIAL.search(name)
    if found is None:
        return None, name
    operator = "<=" if found[2] else ">=" if found[3] else "="
    serial = Range(((Bound(operator, found[1]),),), found[0], "K", subject="serial_number")
    return serial, f"{name[: found.start()]} {name[found.end() :]}"


def _written_codes(name: str, makers: frozenset[str]) -> Iterator[str]:
    """Order numbers of the maker that stand in the name as words: `1756-EN2T`."""
    for word in name.replace(",", " ").split():
        if any(sign.isdigit() for sign in word) and len(word) >= SHORTEST and not set(word) & set("*[]□?") and "xx" not in word:
            for maker in makers:
                found = order_number(word.strip("()"), maker)
                if found is not None and found.certain:
                    yield code_of(found.code)
                    break


def _unbranded(what: Designation, makers: frozenset[str], vendor: str) -> Designation:
    """Without the maker's own name, and its short form (GE), which a product's name may begin with."""
    own = {word for maker in makers for word in maker.lower().replace("&", " ").split()}
    own |= {"".join(maker.lower().split()) for maker in makers} | {short.lower() for short in re.findall(r"\(([A-Z]{2,5})\)", vendor)}
    kept = tuple(wanted for wanted in what.wanted if not set(wanted.words) & own)
    return what._replace(wanted=kept) if any(not wanted.soft for wanted in kept) else what
