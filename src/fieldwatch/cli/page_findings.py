"""The findings as the page holds them: rows that refer to assets by number, and for each asset that has some the way to its product."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fieldwatch.facts import Evidence
    from fieldwatch.library.resolution import Resolution
    from fieldwatch.vulnerabilities.assess import Assessment
    from fieldwatch.vulnerabilities.finding import Finding

Row = dict[str, Any]

MOST_PROOFS = 3
"""Proofs of a finding, the first ones."""

NOTHING: Row = {"asked": False, "advisories": 0, "sources": [], "skipped": [], "when": {}, "verdicts": {}}


def assessment(found: Assessment | None) -> Row:
    """What was asked, and how much was found."""
    if found is None:
        return NOTHING
    return {
        "asked": True,
        "advisories": found.advisories,
        "sources": found.sources,
        "skipped": found.skipped,
        "when": {one.name.lower(): count for one, count in found.priorities().items()},
        "verdicts": {one.value: count for one, count in found.verdicts.items()},
    }


def finding(one: Finding, numbers: Mapping[str, int], evidence: Callable[[Evidence], list[Any]]) -> Row:
    """A row; `evidence` writes a proof as the page has it. What is not known is null."""
    cvss, kev, epss, ssvc = one.score, one.kev, one.epss, one.ssvc
    return {
        "asset": numbers.get(one.asset, -1),
        "component": one.component,
        "cve": one.cve,
        "title": one.title,
        "verdict": one.verdict.value,
        "when": one.priority.name.lower(),
        "why": one.priority_reason if one.cve else one.priority_reason.removeprefix(f"{one.title}: "),
        "advisory": one.advisory_id,
        "url": one.advisory_url,
        "cwe": one.cwe,
        "range": one.quoted,
        "field": one.field,
        "value": one.value,
        "reason": one.reason,
        "settle": one.settle,
        "justification": one.justification,
        "certainty": one.certainty,
        "cvss": cvss and [cvss.version, cvss.vector, cvss.base, cvss.word],
        "kev": kev and [kev.date_added, kev.ransomware],
        "epss": epss and epss.score,
        "ssvc": ssvc and [ssvc.exploitation, str(ssvc.automatable), ssvc.technical_impact],
        "mitigations": [[each.action, each.rule, each.because] for each in one.mitigations],
        "evidence": [evidence(proof) for proof in one.evidence[:MOST_PROOFS]],
        "proofs": len(one.evidence),
        "vex": one.trail[-1].read if one.trail and one.trail[-1].stage == "VEX" else "",
    }


def resolutions(found: Assessment | None, shown: Sequence[Finding], numbers: Mapping[str, int]) -> dict[str, Row]:
    """By number of the asset, what those that the page has a vulnerability of are taken for."""
    wanted = {one.asset for one in shown if one.cve and one.asset in numbers}
    return {str(numbers[name]): _resolution(one) for name, one in (found.resolutions.items() if found else ()) if name in wanted}


def _resolution(one: Resolution) -> Row:
    return {
        "vendor": one.vendor,
        "names": one.names,
        "firmware": one.firmware,
        "hardware": one.hardware,
        "score": one.score,
        "steps": [[step.stage, step.read, step.concluded, step.source] for step in one.trail],
    }
