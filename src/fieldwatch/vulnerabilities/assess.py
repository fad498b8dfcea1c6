"""The assessment of a plant: every asset and every part of one, asked about in all advisories; and its exposures.

What is listed. A judgement *not affected* is counted and is no finding: nobody asked, and there are hundreds of them in a plant. It is
listed where a VEX statement says so, because then somebody looked; `fieldwatch explain` gives the reason for any, and `cleared` has them
all, where it is asked for. Undetermined is listed.

What is asked. The shown values of vendor, model, order number, firmware, hardware and serial number go to the library as they are; where
nobody said a model, the description of the system (SNMP sysDescr) takes its place if the vendor is known: without one, the words of any
Linux would fit something. A vendor that is only guessed from the address of the network card is left out: a wrong maker hides what the
model would find. A part without a vendor has that of its whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from fieldwatch.facts import Conversation, Login, Operation
from fieldwatch.inventory import Asset, Inventory
from fieldwatch.library.identity import Identity
from fieldwatch.library.lifecycle import lifecycle
from fieldwatch.library.resolution import Resolution, Step
from fieldwatch.vulnerabilities.basis import Basis
from fieldwatch.vulnerabilities.credential import Digest
from fieldwatch.vulnerabilities.exposure import exposures
from fieldwatch.vulnerabilities.finding import Finding, finding, in_order
from fieldwatch.vulnerabilities.judgement import Verdict
from fieldwatch.vulnerabilities.priority import Priority
from fieldwatch.vulnerabilities.reach import Contact, contacts

if TYPE_CHECKING:  # a run without advisories needs none of it
    from fieldwatch.vulnerabilities.judgement import Judgement
    from fieldwatch.vulnerabilities.match import Matched, Matcher
    from fieldwatch.vulnerabilities.vex import Applied, Named

SURE = 0.5
"""Confidence from which a vendor is more than the maker of a network card."""

FIELDS = {
    "vendor": ("vendor",),
    "product": ("model", "system_description"),
    "order_number": ("order_number",),
    "firmware": ("firmware",),
    "hardware": ("hardware_version",),
    "serial_number": ("serial_number",),
}
"""Fields of an identity, and the attributes of an asset that give them: the first that is known."""


class Assessment(NamedTuple):
    """`findings` in the order to act in; `verdicts` counts all judgements on vulnerabilities, `resolutions` are by id of asset and part."""

    findings: tuple[Finding, ...]
    verdicts: Mapping[Verdict, int]
    resolutions: Mapping[str, Resolution]
    advisories: int
    sources: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    cleared: tuple[Finding, ...] = ()
    """What is not affected and not listed, where it was asked for."""

    def priorities(self) -> dict[Priority, int]:
        """How many findings there are of each priority; what is cleared asks for nothing and is not counted."""
        counted = Counter(one.priority for one in self.findings if one.verdict is not Verdict.NOT_AFFECTED)
        return {one: counted[one] for one in Priority}


class Examined(NamedTuple):
    """An asset or a part of one, with all that the advisories say of it."""

    asset: Asset
    matched: Matched


def assess(
    inventory: Inventory,
    conversations: Iterable[Conversation],
    operations: Iterable[Operation],
    logins: Iterable[Login],
    basis: Basis,
    *,
    today: str = "",
    digest: Digest | None = None,
    with_cleared: bool = False,
    matcher: Matcher | None = None,
) -> Assessment:
    """Findings of the whole plant. `today` is ISO 8601 (the day of the last fact, where it is ""); `digest`: see `exposure.exposures`.

    `matcher` has the advisories and corrections of the basis ready, where somebody keeps one.
    """
    talks = tuple(conversations)
    held = contacts(inventory, talks)
    matched = tuple(examined(inventory, basis, matcher=matcher))
    verdicts: Counter[Verdict] = Counter()
    found: list[Finding] = []
    cleared: list[Finding] = []
    for one in matched:
        for applied in judgements(one, basis):
            verdicts[applied.judgement.verdict] += 1
            is_listed = applied.judgement.verdict is not Verdict.NOT_AFFECTED or applied.statement is not None
            if is_listed or with_cleared:
                (found if is_listed else cleared).append(vulnerability(one, applied, basis, held_by(one.asset, held)))
    resolutions = {one.asset.id: one.matched.resolution for one in matched}
    lives = resolutions or {asset.id: _as_shown(asset) for asset in everything(inventory.assets)}
    found += exposures(inventory, talks, operations, logins, resolutions=lives, lifecycle=lifecycle, today=today, digest=digest, held=held)
    told = (len(basis.advisories), basis.sources, basis.skipped)
    return Assessment(in_order(found), dict(verdicts), resolutions, *told, in_order(cleared))


def examined(
    inventory: Inventory, basis: Basis, wanted: frozenset[str] | None = None, matcher: Matcher | None = None
) -> Iterator[Examined]:
    """All assets and parts that say what product they are (`wanted`: those with these ids), with what the advisories say of them."""
    if not basis.advisories:
        return
    from fieldwatch.library.correction import Corrections
    from fieldwatch.vulnerabilities.match import Matcher

    matcher = matcher or Matcher(basis.advisories, basis.corrections or Corrections())
    for asset in everything(inventory.assets):
        asked = identity(asset, inventory)
        if (asked.product or asked.order_number) and (wanted is None or asset.id in wanted):
            matched = matcher.match(asked)
            yield Examined(asset, matched if wanted is None else matcher.ranked(matched))


def everything(assets: Iterable[Asset]) -> Iterator[Asset]:
    """The assets, each followed by its parts."""
    for asset in assets:
        yield asset
        yield from everything(asset.children)


def identity(asset: Asset, inventory: Inventory) -> Identity:
    """The question to the library about an asset or a part."""
    words = {field: next(filter(None, map(asset.value, names)), "") for field, names in FIELDS.items()}
    vendor = _vendor(asset) or next((_vendor(one) for one in inventory.assets if asset.parent and one.id == asset.parent), "")
    product = words["product"] if vendor else asset.value("model")
    return Identity(**{**words, "vendor": vendor, "product": product})


def _vendor(asset: Asset) -> str:
    found = asset.attribute("vendor")
    return found.value if found is not None and found.confidence >= SURE else ""


def held_by(asset: Asset, held: Mapping[str, tuple[Contact, ...]]) -> tuple[Contact, ...]:
    """The contacts of an asset; of its whole, for a part."""
    return held.get(asset.id) or held.get(asset.parent) or ()


def judgements(one: Examined, basis: Basis) -> tuple[Applied, ...]:
    """What the advisories say of it, after what people said."""
    from fieldwatch.library.makers import maker
    from fieldwatch.vulnerabilities import vex

    if not basis.statements:
        return tuple(map(vex.Applied, one.matched.judgements))
    names = {name.casefold() for name in one.matched.resolution.names}

    def fits(named: Named, judged: Judgement) -> bool:
        """The product that was judged, or one of the names of this device with its version."""
        if vex.same_product(named, judged):
            return True
        if named.name.casefold() not in names or maker(named.vendor) != one.matched.resolution.vendor:
            return False
        return not named.version or named.version.casefold().lstrip("v") == one.matched.resolution.firmware.casefold().lstrip("v")

    return vex.apply(basis.statements, one.matched.judgements, _identifiers(one.asset), fits)


def _identifiers(asset: Asset) -> tuple[str, ...]:
    serial = asset.value("serial_number")
    return (asset.id, *asset.ips, *asset.macs, *((serial,) if serial else ()))


def vulnerability(one: Examined, applied: Applied, basis: Basis, held: Iterable[Contact]) -> Finding:
    """The finding of one judgement; what people said of it is the last step of its trail."""
    judged = applied.judgement
    if not judged.vulnerability.scores and (scores := basis.scores.get(judged.vulnerability.cve)):
        judged = judged._replace(vulnerability=judged.vulnerability._replace(scores=scores))
    trail = one.matched.resolution.trail
    if applied.told:
        source = applied.statement.source if applied.statement else ", ".join(dict.fromkeys(each.source for each in applied.others))
        trail = (*trail, Step("VEX", applied.told, judged.verdict.value.replace("_", " "), source))
    found = finding(one.asset, judged, held, basis.known(judged.vulnerability.cve), trail)
    if applied.statement is not None and judged.verdict is Verdict.NOT_AFFECTED:
        return found._replace(justification=applied.statement.justification or applied.statement.impact or applied.statement.status.value)
    return found


def _as_shown(asset: Asset) -> Resolution:
    """What the asset says of itself, where no library was asked: enough to look up the end of its support."""
    model, order = asset.value("model"), asset.value("order_number")
    return Resolution(_vendor(asset), "", model, order, "", asset.value("firmware"), "", 0.0, tuple(filter(None, (order, model))), (), ())
