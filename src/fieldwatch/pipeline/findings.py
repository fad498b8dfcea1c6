"""The findings as parts of the document: what was asked, each finding, and the way to each product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from fieldwatch.facts import Evidence

if TYPE_CHECKING:
    from fieldwatch.library.resolution import Resolution
    from fieldwatch.vulnerabilities.assess import Assessment
    from fieldwatch.vulnerabilities.finding import Finding

Row = dict[str, Any]

MOST_PROOFS = 3
"""Proofs of a finding that are written, the first ones."""


def parts(found: Assessment | None, evidence: Callable[[Evidence], Row]) -> Iterator[tuple[str, Any]]:
    """The three parts by name; `evidence` writes a proof as the whole document has it."""
    yield "assessment", None if found is None else _assessment(found)
    yield "findings", (_finding(one, evidence) for one in (found.findings if found else ()))
    yield "resolutions", (_resolution(name, one) for name, one in sorted(found.resolutions.items() if found else ()))


def _assessment(found: Assessment) -> Row:
    from fieldwatch.vulnerabilities.judgement import Verdict

    return {
        "advisories": found.advisories,
        "sources": list(found.sources),
        "skipped": list(found.skipped),
        "priorities": {one.name.lower(): count for one, count in found.priorities().items()},
        "verdicts": {one.value: found.verdicts.get(one, 0) for one in Verdict},
    }


def _finding(one: Finding, evidence: Callable[[Evidence], Row]) -> Row:
    return {
        "asset": one.asset,
        "component": one.component,
        "kind": one.kind,
        "key": one.key,
        "title": one.title,
        "verdict": one.verdict.value,
        "priority": one.priority.name.lower(),
        "priority_reason": one.priority_reason,
        "advisory_id": one.advisory_id or None,
        "advisory_url": one.advisory_url or None,
        "cve": one.cve or None,
        "cwe": one.cwe or None,
        **ratings(one),
        "range": one.quoted or None,
        "field": one.field,
        "value": one.value,
        "evidence": [evidence(proof) for proof in one.evidence[:MOST_PROOFS]],
        "reason": one.reason,
        "settle": one.settle or None,
        "justification": one.justification or None,
        "certainty": one.certainty,
        "mitigations": [{"action": each.action, "rule": each.rule, "because": each.because} for each in one.mitigations],
    }


def ratings(one: Finding) -> Row:
    """What others say of how bad and how likely it is: CVSS, KEV, EPSS, SSVC; None where they say nothing."""
    cvss, kev, epss, ssvc = one.score, one.kev, one.epss, one.ssvc
    return {
        "cvss": cvss and {"version": cvss.version, "vector": cvss.vector, "base": cvss.base, "word": cvss.word},
        "kev": kev and {"date_added": kev.date_added, "due_date": kev.due_date or None, "ransomware": kev.ransomware},
        "epss": epss and {"score": epss.score, "percentile": epss.percentile or None, "date": epss.date or None},
        "ssvc": ssvc
        and {"exploitation": ssvc.exploitation, "automatable": str(ssvc.automatable), "technical_impact": ssvc.technical_impact},
    }


def _resolution(name: str, one: Resolution) -> Row:
    return {
        "asset": name,
        "vendor": one.vendor,
        "family": one.family,
        "model": one.model,
        "order_number": one.order_number,
        "hardware": one.hardware,
        "firmware": one.firmware,
        "score": one.score,
        "names": list(one.names),
        "trail": [step._asdict() for step in one.trail],
    }
