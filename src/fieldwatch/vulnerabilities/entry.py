"""A product of an advisory made ready to be compared with devices: what its name asks for, its makers, its order numbers, its range."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from fieldwatch.library.designation import Designation, Wanted, code_of, designation, kinds
from fieldwatch.library.maker_key import maker_keys, own_words
from fieldwatch.library.order_number import order_number
from fieldwatch.library.ranker.features import Named
from fieldwatch.library.wording import has_digit, is_mixed, pieces, plain
from fieldwatch.vulnerabilities.advisory import Advisory, Product, Vulnerability
from fieldwatch.vulnerabilities.range import Bound, Range, Unread, read

SHORTEST = 7
"""Signs of a word that may be an order number."""


RELEASE = re.compile(r"[rR]\d{3}|[vV]?\d+(?:\.\d+)+|v\d+")
"""A release in the product's place: makers of relays count R119-V4, and some documents split it."""

_SERIAL = re.compile(
    r"\b(?:with\s+)?serial (?:number|no\.?)s?\s+(\d[0-9A-Z*]{2,})"
    r"(?:\s+(?:and|or)\s+(?:(prior|earlier|below|before|lower)|(later|newer|above|higher)))?",
    re.IGNORECASE,
)


_SHORT_NAME = re.compile(r"\(([A-Z]{2,5})\)")
"""A maker's name in short, as documents have it behind the name: (GE)."""


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
    told: tuple[tuple[Vulnerability, bool], ...] = ()
    """The vulnerabilities of which the document says something for this product, by CVE: whether it is affected, or spared."""
    is_all: bool = False
    """Whether it is affected by all that it is told of."""

    @property
    def named(self) -> Named:
        """The product as the ranker takes it."""
        return Named(self.product.name, self.makers, self.what, self.codes)


def entries(advisory: Advisory) -> Iterator[Entry]:
    """The products of an advisory, made ready."""
    often = Counter(product.name for product in advisory.products)
    told = _told(advisory)
    for product in advisory.products:
        makers = maker_keys(product.vendor)
        serial, name = _serial(_fuller(product) if often[product.name] > 1 else product.name)
        found = read(product)
        own = own_words(makers) | {short.lower() for short in _SHORT_NAME.findall(product.vendor)}
        brands = frozenset("".join(pieces(plain(maker))) for maker in makers)
        flaws = tuple(sorted(told.get(product.id, {}).values(), key=_cve))
        is_all = all(affected for _, affected in flaws)
        for text in _namings(name, product, advisory.title):
            what = _hardened(designation(text).without(own))
            if isinstance(found, Range) and found.model:
                more = designation(found.model).wanted
                what = what._replace(wanted=more if any(map(_is_code, more)) else (*what.wanted, *more))
            codes = frozenset((*what.codes, *map(code_of, product.order_numbers), *_written_codes(text, makers)))
            yield Entry(advisory, product, makers, what, codes, found, serial, brands, flaws, is_all)


def _cve(told: tuple[Vulnerability, bool]) -> str:
    return told[0].cve


def _told(advisory: Advisory) -> dict[str, dict[int, tuple[Vulnerability, bool]]]:
    """Product id -> the vulnerabilities that say something of it; one listed as fixed is not affected, whatever else is said."""
    found: dict[str, dict[int, tuple[Vulnerability, bool]]] = {}
    for at, flaw in enumerate(advisory.vulnerabilities):
        for is_affected, names in ((True, flaw.affected), (False, flaw.fixed), (False, flaw.not_affected)):
            for name in names:
                found.setdefault(name, {})[at] = (flaw, is_affected)
    return found


def _fuller(product: Product) -> str:
    """The name with what only the full name has, where several products share it: `... - NX7-series Machine Automation Controller`."""
    head, dash, rest = product.text.rpartition(":")[0].partition(f"{product.name} - ")
    return rest if dash and not head and rest else product.name


def _hardened(what: Designation) -> Designation:
    """Brackets ask, where nothing else does that tells one product from another: `Network Automation Engine (NAE55 only)`."""
    if any(wanted.patterns or any(map(_is_telling, wanted.words)) for wanted in what.hard):
        return what
    named = [wanted for wanted in what.wanted if _names_in_brackets(wanted, what)]
    if not named:
        return what
    one = Wanted(tuple(word for wanted in named for word in wanted.words), tuple(text for wanted in named for text in wanted.patterns))
    return what._replace(wanted=(*(wanted for wanted in what.wanted if wanted not in named), one))


def _names_in_brackets(wanted: Wanted, what: Designation) -> bool:
    codes = any(is_mixed(word) or (word in what.capitals and kinds().get(word) is None) for word in wanted.words)
    return wanted.soft and (codes or bool(wanted.patterns))


def _is_telling(word: str) -> bool:
    return kinds().get(word) not in {"plain", "technology"} and not RELEASE.fullmatch(word)


def _is_code(wanted: Wanted) -> bool:
    """A model that is enough alone: LNL-X2220."""
    words = (*wanted.words, *(pattern.replace("[a-z0-9]", "x") for pattern in wanted.patterns))
    return not wanted.soft and any(len(word) >= SHORTEST - 1 and has_digit(word) and not word.isdigit() for word in words)


def _namings(name: str, product: Product, title: str) -> tuple[str, ...]:
    """The texts that name the product: its name; where that tells nothing, with its full text; else the advisory's title, or the name as
    one phrase (`System Platform`)."""
    bare = _without_vendor(name, product.vendor)
    if _tells(bare, product.vendor):
        return (bare,)
    longer = f"{bare} {_without_vendor(product.text.split(':')[0], product.vendor)}"
    words = bare.split()
    phrase = ("".join(words),) if 1 < len(words) <= PHRASE and not _SENTENCE.fullmatch(bare) and all(map(str.isalpha, words)) else ()
    if _tells(longer, product.vendor) and not designation(bare).hard:
        return (longer, *phrase)
    headline = _without_vendor(_UPDATE.sub("", title), product.vendor)
    if not _tells(headline, product.vendor):
        return phrase or (name,)
    return (headline if designation(bare).hard else f"{headline} {name}", *phrase)


PHRASE = 4
"""Words of a name that count as one where each alone tells nothing."""


def _tells(name: str, vendor: str) -> bool:
    """True where a name has a word that tells one product from another: `Security Gateway`, `OS` and `R119` have none."""
    if _SENTENCE.fullmatch(name.strip()) and any(kinds().get(word) == "plain" for word in name.lower().split()):
        return False
    what = designation(name)
    own = set(re.findall(r"[a-z0-9]+", vendor.lower()))
    for wanted in what.hard:
        if wanted.patterns or any(_is_telling(word) and word not in own for word in wanted.words):
            return True
    return bool(what.codes) or any(_names_in_brackets(wanted, what) for wanted in what.wanted)


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
    """Order numbers of the maker that stand in the name as words: `1756-EN2T`, also behind a hyphen: `PanelView 800-2711R-T7T`."""
    for word in name.replace(",", " ").split():
        if has_digit(word) and len(word) >= SHORTEST and not set(word) & set("*[]□?") and "xx" not in word:
            yield from _code(word.strip("()"), makers)


def _code(word: str, makers: frozenset[str]) -> Iterator[str]:
    for text in (word, word.partition("-")[2]):
        for maker in sorted(makers) if len(text) >= SHORTEST else ():
            found = order_number(text, maker)
            if found is not None and found.certain:
                yield code_of(found.code)
                return
