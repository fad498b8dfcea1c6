"""VEX: what somebody says of a vulnerability in a product: affected, not affected, fixed, or not yet known.

Standards: [CSAF] CSAF 2.0 (OASIS, 2022), 4.5 profile VEX, 3.2.3.5 flags, 3.2.3.14 threats; [OV] OpenVEX 0.2.0 (2023), JSON-LD; [CDX]
CycloneDX 1.4 to 1.6 (ECMA-424), `vulnerabilities[].analysis`. Not read: subcomponents of [OV], pedigrees of [CDX], signatures.

The rule of precedence, where several statements fit one CVE of one device: (1) what the plant's own people say goes before what makers
say; (2) the newer goes before the older; (3) what names the device goes before what names its product by purl or CPE, and that before a
name in words; (4) else the more careful: affected, then under investigation, then the others. Who says otherwise is kept and told.

What clears and what does not: *not affected* clears only with a justification or an impact statement, as all three formats demand;
*fixed* clears only where it names the device or a version of the product; *under investigation* changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from fieldwatch.library.makers import maker
from fieldwatch.vulnerabilities import csaf
from fieldwatch.vulnerabilities.judgement import Judgement, Verdict

DEEPEST = 30
"""Levels of nesting that are looked at."""

ASSET = "urn:x-fieldwatch:asset:"
"""How an asset of ours is named where a URI is needed."""

SCHEMES = (ASSET, "asset:", "serial:", "serial_number:", "ip:", "mac:")
"""What may stand before an identifier of a device."""


class Status(Enum):
    """The four statuses; [CSAF] 4.5, [OV] status labels."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not_affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


CAREFUL = (Status.AFFECTED, Status.UNDER_INVESTIGATION, Status.FIXED, Status.NOT_AFFECTED)
"""From the most careful status to the least."""

STATES = {
    "exploitable": Status.AFFECTED,
    "in_triage": Status.UNDER_INVESTIGATION,
    "resolved": Status.FIXED,
    "resolved_with_pedigree": Status.FIXED,
    "false_positive": Status.NOT_AFFECTED,
    "not_affected": Status.NOT_AFFECTED,
}
"""[CDX] impact analysis states."""


class Named(NamedTuple):
    """A product as a statement names it: words, "" where it gives none, and identifiers (purl, CPE, serial number, URI) as given."""

    vendor: str
    name: str
    version: str = ""
    identifiers: tuple[str, ...] = ()


class Statement(NamedTuple):
    """What `author` says on `date` (ISO 8601, "" where none is given) of one CVE in some products; `source` is where it was read."""

    cve: str
    products: tuple[Named, ...]
    status: Status
    justification: str
    impact: str
    source: str
    author: str
    date: str


class Applied(NamedTuple):
    """A judgement after the statements; `statement` is the one that counted, `others` said otherwise, `told` is one line about it."""

    judgement: Judgement
    statement: Statement | None = None
    others: tuple[Statement, ...] = ()
    told: str = ""


class UnreadableStatements(Exception):
    """The bytes hold no VEX statements; the text says what was read, what is allowed, and what to do."""


# ---------------------------------------------------------------------------------------------------------------- reading


def read(data: bytes, source: str) -> tuple[Statement, ...]:
    """The statements of a document in any of the three formats. Raises UnreadableStatements, with `source` first."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise UnreadableStatements(f"{source}: not JSON ({error}); a VEX document is needed: fetch it again") from None
    reader = _reader(document)
    if reader is None:
        raise UnreadableStatements(f"{source}: no VEX document; CSAF of category csaf_vex, OpenVEX and CycloneDX 1.4 to 1.6 are read")
    try:
        return tuple(reader(document, data, source))
    except csaf.UnreadableDocument as error:
        raise UnreadableStatements(str(error)) from None
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError) as error:
        have = f"{type(error).__name__} at {error}"
        raise UnreadableStatements(f"{source}: damaged VEX document ({have}); ask its author for a valid one") from None


Reader = Callable[[dict[str, Any], bytes, str], Iterator[Statement]]


def _reader(document: object) -> Reader | None:
    if not isinstance(document, dict):
        return None
    head = document.get("document")
    if isinstance(head, dict) and head.get("category") == "csaf_vex":
        return _csaf
    context = document.get("@context")
    if any(str(one).startswith("https://openvex.dev/ns") for one in (context if isinstance(context, list) else [context])):
        return _openvex
    return _cyclonedx if document.get("bomFormat") == "CycloneDX" else None


def _csaf(document: dict[str, Any], data: bytes, source: str) -> Iterator[Statement]:
    """[CSAF] 4.5: product status, with a flag or an impact statement for what is not affected."""
    advisory = csaf.read(data, source)
    helpers = dict(_helpers(document.get("product_tree") or {}, 0))
    named = {
        one.id: Named(one.vendor, one.name, str(one.version), (*helpers.get(one.id, ()), *one.serial_numbers)) for one in advisory.products
    }
    groups = {one["group_id"]: one["product_ids"] for one in (document.get("product_tree") or {}).get("product_groups", ())}
    for one, raw in zip(advisory.vulnerabilities, document.get("vulnerabilities", ()), strict=True):
        flags = {product: str(flag["label"]) for flag in raw.get("flags", ()) for product in _members(flag, groups)}
        impacts = {
            product: str(threat["details"])
            for threat in raw.get("threats", ())
            if threat["category"] == "impact"
            for product in _members(threat, groups)
        }
        said = (
            (Status.AFFECTED, one.affected),
            (Status.NOT_AFFECTED, one.not_affected),
            (Status.FIXED, one.fixed),
            (Status.UNDER_INVESTIGATION, one.under_investigation),
        )
        for status, products in said:
            by_why: dict[tuple[str, str], list[Named]] = {}
            for product in products:
                by_why.setdefault((flags.get(product, ""), impacts.get(product, "")), []).append(named[product])
            for (flag, impact), those in by_why.items():
                yield Statement(one.cve, tuple(those), status, flag, impact, source, advisory.publisher, advisory.updated)


def _members(one: dict[str, Any], groups: dict[str, list[str]]) -> Iterator[str]:
    """The products that a flag or threat is about: by id and by group."""
    yield from one.get("product_ids", ())
    for group in one.get("group_ids", ()):
        yield from groups[group]


def _helpers(part: object, depth: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """[CSAF] 3.1.3.3: by product id, the identifiers of its identification helper."""
    if depth > 2 * DEEPEST:
        raise ValueError(f"nested deeper than {DEEPEST}")
    if isinstance(part, list):
        for one in part:
            yield from _helpers(one, depth + 1)
    elif isinstance(part, dict):
        helper = part.get("product_identification_helper")
        if isinstance(helper, dict) and "product_id" in part:
            uris = [one["uri"] for one in helper.get("x_generic_uris", ())]
            yield part["product_id"], tuple(str(one) for one in (helper.get("purl"), helper.get("cpe"), *uris) if one)
        for one in part.values():
            yield from _helpers(one, depth + 1)


def _openvex(document: dict[str, Any], data: bytes, source: str) -> Iterator[Statement]:
    """[OV] statements; what one does not say, the document says for it (author, timestamp)."""
    for one in document["statements"]:
        date = one.get("last_updated") or one.get("timestamp") or document.get("last_updated") or document.get("timestamp") or ""
        yield Statement(
            _cve(one["vulnerability"]),
            tuple(map(_thing, one.get("products", ()))),
            Status(one["status"]),
            str(one.get("justification", "")),
            str(one.get("impact_statement", "")),
            source,
            str(document.get("author", "")),
            str(date),
        )


def _cve(vulnerability: object) -> str:
    """[OV] vulnerability: a name with aliases; text in versions before 0.2. The CVE among them, else the name."""
    if not isinstance(vulnerability, dict):
        return str(vulnerability)
    names = [str(vulnerability.get("name") or vulnerability["@id"]), *map(str, vulnerability.get("aliases", ()))]
    return next((name for name in names if name.startswith("CVE-")), names[0])


def _thing(product: object) -> Named:
    """[OV] product: an IRI with identifiers."""
    if not isinstance(product, dict):
        return Named("", "", "", (str(product),))
    identifiers = [product.get("@id"), *(product.get("identifiers") or {}).values()]
    return Named("", "", "", tuple(dict.fromkeys(str(one) for one in identifiers if one)))


def _cyclonedx(document: dict[str, Any], data: bytes, source: str) -> Iterator[Statement]:
    """[CDX] vulnerabilities with an analysis; `affects` names components by bom-ref or BOM-Link."""
    head = document.get("metadata") or {}
    components = {str(one.get("bom-ref", "")): one for one in _components([head.get("component"), *document.get("components", ())], 0)}
    author = _author(head)
    for one in document.get("vulnerabilities", ()):
        analysis = one.get("analysis")
        if not analysis or "state" not in analysis:
            continue
        status = STATES[analysis["state"]]
        date = str(analysis.get("lastUpdated") or one.get("updated") or head.get("timestamp") or "")
        why, detail = str(analysis.get("justification", "")), str(analysis.get("detail", ""))
        by_status: dict[Status, list[Named]] = {}
        for affected in one.get("affects", ()):
            for each, product in _versions(affected, components, status):
                by_status.setdefault(each, []).append(product)
        for each, products in by_status.items():
            said = detail or ("" if each is status else "its author lists this version as unaffected")
            if status is Status.NOT_AFFECTED and analysis["state"] == "false_positive":
                said = said or "false positive"
            yield Statement(str(one["id"]), tuple(products), each, why, said, source, author, date)


def _versions(affected: dict[str, Any], components: dict[str, Any], status: Status) -> Iterator[tuple[Status, Named]]:
    """[CDX] affects: the component, or each version of it that is listed, with its own status (affected where none is given)."""
    product = _component(str(affected["ref"]), components)
    for one in affected.get("versions", ()):
        listed = one.get("status", "affected")
        version = str(one.get("version") or one.get("range") or "")
        said = {"unaffected": Status.NOT_AFFECTED, "unknown": Status.UNDER_INVESTIGATION}.get(listed, status)
        yield said, product._replace(version=version)
    if not affected.get("versions"):
        yield status, product


def _components(parts: Iterable[Any], depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST:
        raise ValueError(f"nested deeper than {DEEPEST}")
    for one in parts:
        if one:
            yield one
            yield from _components(one.get("components", ()), depth + 1)


def _component(ref: str, components: dict[str, Any]) -> Named:
    """The component behind a reference; the reference itself as identifier where the document does not hold it."""
    one = components.get(ref) or components.get(ref.rpartition("#")[2])
    if one is None:
        return Named("", "", "", (ref,))
    makers = [(one.get(key) or {}).get("name") for key in ("manufacturer", "supplier")] + [one.get("publisher"), one.get("group")]
    identifiers = (str(one[key]) for key in ("purl", "cpe", "bom-ref") if one.get(key))
    vendor = str(next((name for name in makers if name), ""))
    return Named(vendor, str(one.get("name", "")), str(one.get("version", "")), tuple(identifiers))


def _author(head: dict[str, Any]) -> str:
    people = [one.get("name") or one.get("email") for one in head.get("authors", ())]
    firms = [(head.get(key) or {}).get("name") for key in ("manufacturer", "manufacture", "supplier")]
    return str(next((name for name in (*people, *firms) if name), ""))


# --------------------------------------------------------------------------------------------------------------- applying

Fits = Callable[[Named, Judgement], bool]
"""Whether the product that a statement names is the one that was judged."""


def by_cve(statements: Iterable[Statement]) -> dict[str, tuple[Statement, ...]]:
    """The statements by CVE, for `apply`."""
    found: dict[str, list[Statement]] = {}
    for one in statements:
        found.setdefault(one.cve, []).append(one)
    return {cve: tuple(those) for cve, those in found.items()}


def same_product(named: Named, judged: Judgement) -> bool:
    """True where vendor and name are those of the product that was judged, and the version, where one is named, is the device's."""
    product = judged.product
    if not named.name or maker(named.vendor).casefold() != maker(product.vendor).casefold():
        return False
    if named.name.casefold() not in (product.name.casefold(), product.text.casefold()):
        return False
    return not named.version or named.version.casefold().lstrip("v") == judged.value.casefold().lstrip("v")


def asset_uri(asset: str) -> str:
    """The URI of one of our assets, by its id."""
    return ASSET + quote(asset, safe=":")


def apply(
    statements: Mapping[str, tuple[Statement, ...]],
    judgements: Iterable[Judgement],
    identifiers: Iterable[str] = (),
    fits: Fits = same_product,
    own: frozenset[str] = frozenset(),
) -> tuple[Applied, ...]:
    """The judgements on one device, cleared or confirmed by what is said of their CVEs; the rule stands at the top of this file.

    `identifiers` are the device's: asset id, serial numbers, addresses, purl, CPE. `fits` knows products by their words; `own` are the
    authors whose word is the plant's own.
    """
    mine = frozenset(map(_plain, identifiers))
    people = frozenset(name.casefold() for name in own)
    return tuple(_one(judged, statements.get(judged.vulnerability.cve, ()), mine, fits, people) for judged in judgements)


def _plain(identifier: str) -> str:
    """An identifier without its scheme, in small letters."""
    small = identifier.strip().casefold()
    return next((small.removeprefix(scheme) for scheme in SCHEMES if small.startswith(scheme)), small)


class _Heard(NamedTuple):
    """A statement that fits, how closely it names the device, and whether it names a version."""

    statement: Statement
    closeness: int
    is_versioned: bool


def _one(judged: Judgement, said: Iterable[Statement], mine: frozenset[str], fits: Fits, people: frozenset[str]) -> Applied:
    heard = [found for one in said if (found := _hear(one, judged, mine, fits)) is not None]
    counted = sorted((one for one in heard if _counts(one)), key=lambda one: _precedence(one, people))
    unjustified = [one for one in heard if not _counts(one)]
    if not counted:
        told = "; ".join(f"{_says(one.statement)}, but {_lacks(one)}" for one in unjustified)
        return Applied(judged, None, tuple(one.statement for one in unjustified), told)
    first = counted[0].statement
    verdict = _verdict(first, judged)
    others = tuple(one.statement for one in counted[1:] if _verdict(one.statement, judged) is not verdict)
    told = _says(first) + "".join(f"; {_says(other)}" for other in others)
    if first.status is Status.UNDER_INVESTIGATION:
        return Applied(judged, first, others, told)
    return Applied(judged._replace(verdict=verdict, reason=told, settle=""), first, others, told)


def _hear(one: Statement, judged: Judgement, mine: frozenset[str], fits: Fits) -> _Heard | None:
    """How the statement names this device: 3 itself, 2 its product by an identifier, 1 in words; None where it does not."""
    best: _Heard | None = None
    for product in one.products:
        if mine & {_plain(identifier) for identifier in product.identifiers}:
            return _Heard(one, 3, True)
        if fits(product, judged):
            found = _Heard(one, 2 if product.identifiers else 1, bool(product.version) or any("@" in each for each in product.identifiers))
            best = found if best is None or found[1:] > best[1:] else best
    return best


def _counts(heard: _Heard) -> bool:
    status = heard.statement.status
    if status is Status.NOT_AFFECTED:
        return bool(heard.statement.justification or heard.statement.impact)
    return status is not Status.FIXED or heard.is_versioned


def _lacks(heard: _Heard) -> str:
    return "without a version" if heard.statement.status is Status.FIXED else "without a justification"


def _precedence(heard: _Heard, people: frozenset[str]) -> tuple[object, ...]:
    one = heard.statement
    is_own = one.author.casefold() in people
    return not is_own, -_moment(one.date), -heard.closeness, CAREFUL.index(one.status), one.author, one.source


def _moment(date: str) -> float:
    """Seconds since 1970; the farthest past for what is no date. Without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return float("-inf")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _verdict(one: Statement, judged: Judgement) -> Verdict:
    if one.status is Status.UNDER_INVESTIGATION:
        return judged.verdict
    return Verdict.AFFECTED if one.status is Status.AFFECTED else Verdict.NOT_AFFECTED


def _says(one: Statement) -> str:
    why = one.justification.replace("_", " ") or one.impact
    by = one.author or one.source
    return f"{by} says {one.status.value.replace('_', ' ')}{f' ({why})' if why else ''}{f', {one.date[:10]}' if one.date else ''}"
