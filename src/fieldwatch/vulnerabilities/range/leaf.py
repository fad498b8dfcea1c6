"""A leaf of a product tree read from its own words and from the product's full name, a second account of the same."""

from __future__ import annotations

import functools
import re

from fieldwatch.library.version import parse
from fieldwatch.vulnerabilities.advisory import Product
from fieldwatch.vulnerabilities.range.bounds import floor
from fieldwatch.vulnerabilities.range.phrase import understand
from fieldwatch.vulnerabilities.range.record import EVERY, Alternatives, Bound, Range, Unread
from fieldwatch.vulnerabilities.range.words import PRIOR, tidied


def _beyond_name(product: Product) -> str:
    """What the full name says after the product's name; "" where it repeats the name and no more."""
    text, name = " ".join(tidied(product.text).split()), tidied(product.name)
    place = text.lower().find(name.lower()) if name else -1
    if place >= 0:
        rest = text[place + len(name) :]
    elif ": " in text:
        rest = text.rsplit(": ", 1)[1]
    else:
        return ""
    rest = rest.strip(" :-,;.")
    before, colon, after = rest.rpartition(": ")
    if colon and not re.search(r"[0-9]\.[0-9]|\b(?:with|using|installed)\b", before):
        rest = after
    return "" if ORDER.fullmatch(rest) else rest


ORDER = re.compile(r"\(?[0-9A-Z]{6,7}-[0-9A-Z]{5}(?:-[0-9A-Z]{4})?\)?")
"""An order number in brackets after the name: (6ES7145-6HD00-0AB0)."""

MODEL = re.compile(
    r"^(?:[0-9]{4}-[A-Z][\w\-/]*|[A-Z]{1,4}[0-9]?-[A-Z0-9]+(?:-[A-Z0-9]+)*,?|[A-Z]{3,}[0-9]{2,}\w*|[A-Z]{1,3}[0-9]+[A-Z]+[0-9]*[A-Z]*[0-9]*[A-Z]?|"
    r"M[A-Z]?[0-9]{2,4}|[0-9]{3}-[0-9]{2,4}[\w/\-]*|S7-[0-9]{4}|[A-Z]{2,4}[0-9]{1,4}(?:-[A-Z]{2,})+|[0-9]{6,8})(?:[ ]series|,| and)*$"
)
RELEASE = re.compile(r"R[0-9]{1,3}[A-Z]")
"""`R16A`: a system release, not a model."""
SAID_VERSION = re.compile(r"version|firmware|release|revision|\bv\.?[0-9]|build", re.I)
ARTICLE = re.compile(r"article number|order (?:code|number)|\bmodels?\b|part number|catalog", re.I)


def _model(product: Product, rest: str) -> str:
    """The model that stands in a version's place; "" where it is a version or cannot be said."""
    leaf = tidied(product.version)
    if product.kind == "product_name":
        return leaf
    if RELEASE.fullmatch(leaf) or re.search(r"\ball\b|vers:|[*]|^[0-9]{4}-[0-9]{4}$", leaf, re.I):
        return ""
    if product.kind != "product_version" or (SAID_VERSION.search(rest) and not ARTICLE.search(rest)):
        return ""
    if all(MODEL.match(each) for each in re.split(r" *[|,] *| and ", leaf.strip(" ,"))) or MODEL.match(leaf) or ARTICLE.search(rest):
        return leaf.removesuffix(" and").strip(" ,")
    dashed = re.search(re.escape(tidied(product.name)) + r"\s+-\s", tidied(product.text))
    if dashed and isinstance(understand(leaf, ""), Unread) and not re.search(r"[<>=]", leaf):
        return leaf.removesuffix(" and").strip(" ,")
    return ""


def read(product: Product) -> Range | Unread:
    """The range of a leaf, from its own words and from those of the product's full name."""
    found = _read(product.version, product.kind, product.name, product.text)
    if isinstance(found, Range) and found.subject == "firmware" and "mitsubishi" in product.vendor.lower() and _five_digits(found):
        return found._replace(subject="serial_number", grammar="K")
    return found


def _five_digits(found: Range) -> bool:
    """Whether all numbers have five digits and no point: a Mitsubishi Electric serial number begins so, a version does not."""
    numbers = _numbers(found)
    return bool(numbers) and all(re.fullmatch(r"[0-9]{5}", number) for number in numbers)


@functools.lru_cache(maxsize=65536)
def _read(version: str, kind: str, name: str, text: str) -> Range | Unread:
    product = Product("", "", name, version, kind, text)
    rest = _beyond_name(product)
    model = _model(product, rest)
    if model:
        return Range(EVERY, version.strip(), "R", model=model)
    if re.fullmatch(r"R[0-9]{2,4}", name.strip()):
        version, rest = re.sub(r"\b(?=V[0-9])", f"{name.strip()}-", version), ""
    leaf = understand(version, name)
    if not rest or rest == tidied(version):
        return _of_edition(leaf, name)
    said = understand(rest, name)
    return _of_edition(_settle(leaf, said, rest), name)


EDITION = re.compile(r"(?<=[ ])(?:20[0-9]{2}(?: R[0-9])?|V[0-9]+(?:\.[0-9]+)*)$")
RELEASE_OF_YEAR = re.compile(r"R[0-9](?![0-9.])")


def _of_edition(found: Range | Unread, name: str) -> Range | Unread:
    """The limits with the version that the product's name ends in: `<= SP1` of `Telemetry Server 2020 R2`, `R2 SP1` of `Edge 2020`."""
    edition = EDITION.search(tidied(name))
    if edition is None or isinstance(found, Unread):
        return found

    def whole(bound: Bound) -> Bound:
        version = parse(bound.version, "components")
        if version and not version.key.main:
            return bound._replace(also=f"{edition[0]} {bound.version}")
        if re.fullmatch(r"20[0-9]{2}", edition[0]) and RELEASE_OF_YEAR.match(bound.version):
            return bound._replace(version=f"{edition[0]} {bound.version}")
        return bound

    return found._replace(alternatives=tuple(tuple(map(whole, bounds)) for bounds in found.alternatives))


YEAR = re.compile(r"20[0-9]{2}")
MANUFACTURED = re.compile(r"manufactured|produced|shipped", re.I)
EARLIER = re.compile(rf"\b{PRIOR}\b|up to", re.I)


def _settle(leaf: Range | Unread, said: Range | Unread, rest: str) -> Range | Unread:
    """Leaf and text as one: the rules are those of the package's own words."""
    if isinstance(leaf, Range) and MANUFACTURED.search(rest) and _numbers(leaf) and all(YEAR.fullmatch(each) for each in _numbers(leaf)):
        return Unread(leaf.quoted, "years of manufacture, not versions")
    if isinstance(said, Unread):
        upwards = isinstance(leaf, Range) and _numbers(leaf) and all(_only(each, (">", ">=")) for each in leaf.alternatives)
        if upwards and EARLIER.search(rest):
            return Unread(leaf.quoted, "the leaf has no upper limit, the text speaks of earlier versions")
        return leaf
    if isinstance(leaf, Unread):
        return said._replace(grammar="T", note=f"the text: the leaf {leaf.quoted!r} cannot be read ({leaf.why})")
    joined = leaf._replace(
        condition=leaf.condition or said.condition,
        cves=leaf.cves or said.cves,
        subject=said.subject if leaf.subject == "firmware" and said.subject != "date" else leaf.subject,
    )
    if _same(leaf.alternatives, said.alternatives, said.open_end):
        return joined
    if said.alternatives == EVERY:
        return _beside_every(leaf, said, joined)
    if set(map(_key, leaf.alternatives)) < set(map(_key, said.alternatives)):
        return joined._replace(note="the leaf: the text holds the same, and other numbers")
    if all(_only(each, ("=",)) for each in said.alternatives):
        if leaf.alternatives != EVERY and not _zero_lost(leaf, said) and not _excludes(leaf, said):
            return joined._replace(note="the leaf: the text names numbers alone")
    elif len(_numbers(leaf)) == len(_numbers(said)) == 1 and _whole(_numbers(leaf)[0]) and not _whole(_numbers(said)[0]):
        bound = Bound(said.alternatives[0][0].op, _numbers(leaf)[0])
        return joined._replace(alternatives=((bound,),), note="the number of the leaf with the limit of the text")
    return said._replace(
        grammar="T",
        condition=said.condition or leaf.condition,
        cves=said.cves or leaf.cves,
        note=f"the text: the leaf says {leaf.quoted!r}",
    )


def _beside_every(leaf: Range, said: Range, joined: Range) -> Range:
    """The text speaks of every version, perhaps under a condition; the leaf does not."""
    limited = any(bound.op != "=" for bounds in leaf.alternatives for bound in bounds)
    if said.condition.lower().startswith("with option"):
        return said._replace(note="the text: the leaf names options")
    if limited and leaf.subject == "firmware":
        if not said.condition:
            return joined._replace(doubt=EVERY, note="the leaf: the text speaks of all versions, what is beyond the limit is in doubt")
        if any(_normal(each) in _normal(said.condition) for each in _numbers(leaf)):
            return said._replace(note=f"the text: the number of the leaf {leaf.quoted!r} is of the condition")
    return joined._replace(condition=leaf.condition or ("" if limited else said.condition), note="the leaf: the text has no limit")


def _key(bounds: tuple[Bound, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((bound.op, _normal(bound.version)) for bound in bounds)


def _whole(number: str) -> bool:
    """Whether the number is more than one whole number or an update without the version that it belongs to."""
    version = parse(floor(number), "components")
    return version is not None and len(version.key.main) > 1


def _numbers(found: Range) -> list[str]:
    return [bound.version for bounds in found.alternatives for bound in bounds]


def _zero_lost(leaf: Range, said: Range) -> bool:
    """Whether the leaf is the same list of single numbers, but without zeros or wildcards at their ends: 2.1 for 2.10, 12.2 for 12.2.*."""
    mine, other = _numbers(leaf), _numbers(said)
    alike = len(mine) == len(other) and all(_only(each, ("=",)) for each in leaf.alternatives)
    return alike and all(_normal(two).rstrip("0.*") == _normal(one).rstrip("0.*") for one, two in zip(mine, other, strict=True))


def _excludes(leaf: Range, said: Range) -> bool:
    """Whether the leaf has the same numbers as limits, and leaves one of them out."""
    same = sorted(map(_normal, _numbers(leaf))) == sorted(map(_normal, _numbers(said)))
    return same and len(_numbers(leaf)) > 1 and any(bound.op in "<>" for bounds in leaf.alternatives for bound in bounds)


def _only(bounds: tuple[Bound, ...], ops: tuple[str, ...]) -> bool:
    return all(bound.op in ops for bound in bounds)


def _normal(number: str) -> str:
    """The number as it is compared between leaf and text: without blanks and points of abbreviation, and words that mean nothing."""
    plain = re.sub(r"[\s_,]+|\.(?=[^0-9])|versions?|revisions?|build", "", number.lower())
    return re.sub(r"^(?:ver|v)[. ]*(?=[a-z]?[0-9])", "", plain).strip(". ")


def _same(leaf: Alternatives, said: Alternatives, open_end: bool) -> bool:
    """The same limits in other words; an open end of the text takes the operator of the leaf."""

    def alike(a: Bound, b: Bound) -> bool:
        return (a.op == b.op or (open_end and a.op[0] == b.op[0])) and _normal(a.version) == _normal(b.version)

    return len(leaf) == len(said) and all(len(one) == len(two) and all(map(alike, one, two)) for one, two in zip(leaf, said, strict=True))
