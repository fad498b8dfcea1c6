"""The verdict on one device: which of the products that it may be called by decides."""

from __future__ import annotations

from itertools import groupby

from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import Likeness, Sure
from fieldwatch.library.resolution import Resolution
from fieldwatch.vulnerabilities.entry import Entry
from fieldwatch.vulnerabilities.judgement import Judgement, Verdict
from fieldwatch.vulnerabilities.statement import is_of_edition, say

Kept = list[tuple[Entry, Likeness]]
"""Products that a device may be called by, each with how sure that is."""


def judge(
    kept: Kept, resolution: Resolution, identity: Identity
) -> tuple[tuple[Judgement, ...], dict[tuple[str, str], tuple[Judgement, ...]]]:
    """The decisive judgement on each CVE of each advisory, and for the same key those that were not decisive.

    `kept` has the products of one advisory side by side, by the advisories' ids.
    """
    decided: list[Judgement] = []
    also: dict[tuple[str, str], tuple[Judgement, ...]] = {}
    for _, group in groupby(kept, _advisory_id):
        products = list(group)
        if len(products) == 1 and products[0][1].sure is Sure.YES:
            decided += _judgements(*products[0], resolution, identity)
        else:
            _together(products, resolution, identity, decided, also)
    return tuple(decided), also


def _advisory_id(product: tuple[Entry, Likeness]) -> str:
    return product[0].advisory.id


def _judgements(entry: Entry, like: Likeness, resolution: Resolution, identity: Identity) -> list[Judgement]:
    """What one product says of each CVE, in their order."""
    advisory, product = entry.advisory, entry.product
    quoted = product.version or product.text
    certainty = 1.0 if like.sure is Sure.YES else 0.5
    return [
        Judgement(said.verdict, advisory, flaw, product, quoted, said.field, said.value, said.reason, said.settle, certainty)
        for flaw, said in say(entry, like, resolution, identity)
    ]


def _together(
    products: Kept,
    resolution: Resolution,
    identity: Identity,
    decided: list[Judgement],
    also: dict[tuple[str, str], tuple[Judgement, ...]],
) -> None:
    """Adds the judgements on the CVEs of one advisory of which several products may be the device."""
    editions = [entry for entry, _ in products if entry.what.edition and not entry.what.edition.end]
    exact = any(is_of_edition(entry, resolution) for entry in editions)
    found: dict[str, list[tuple[Judgement, Likeness]]] = {}
    for entry, like in products:
        if exact and entry.what.edition and entry.what.edition.end:
            continue  # `V7.5` is named itself, so `V15 and earlier` means others
        for judgement in _judgements(entry, like, resolution, identity):
            found.setdefault(judgement.vulnerability.cve, []).append((judgement, like))
    for cve in sorted(found):
        best = _decisive(found[cve])
        decided.append(best)
        if rest := tuple(each for each, _ in found[cve] if each.product is not best.product):
            also[best.advisory.id, cve] = rest


def _decisive(said: list[tuple[Judgement, Likeness]]) -> Judgement:
    """Affected if any product that is meant for sure is; if all that may be meant are; else undetermined; else not affected."""
    if len(said) == 1 and said[0][1].sure is Sure.YES:
        return said[0][0]
    if any(like.by_code for _, like in said):
        said = [(each, like) for each, like in said if like.by_code]
    certain = [each for each, like in said if like.sure is Sure.YES]
    for each in certain:
        if each.verdict is Verdict.AFFECTED:
            return each
    maybe = [(each, like) for each, like in said if like.sure is Sure.MAYBE and not certain]
    hit = [(each, like) for each, like in maybe if each.verdict is Verdict.AFFECTED]
    if hit and len(hit) == len(maybe) and all(like.missing == "order number" for _, like in hit):
        return hit[0][0]
    if hit:
        each, like = hit[0]
        why = f"{each.reason}; but not known: {like.missing}"
        return each._replace(verdict=Verdict.UNDETERMINED, reason=why, settle=f"{like.missing}: query or read the nameplate")
    for each in [*certain, *(one for one, _ in maybe)]:
        if each.verdict is Verdict.UNDETERMINED:
            return each
    return (certain or [each for each, _ in said])[0]
