"""All that a finding says beside its columns, for its page: the range, what decided, the ratings, the measures, the way to the product."""

from __future__ import annotations

from typing import Any

from fieldwatch.vulnerabilities.finding import Finding


def details(one: Finding) -> dict[str, Any]:
    """As JSON; what is not known is left out or None."""
    return {
        "component": one.component,
        "range": one.quoted,
        "field": one.field,
        "value": one.value,
        "certainty": one.certainty,
        "justification": one.justification,
        "cwe": one.cwe,
        "url": one.advisory_url,
        "mitigations": [{"action": each.action, "rule": each.rule, "because": each.because} for each in one.mitigations],
        "trail": [step._asdict() for step in one.trail],
        "proofs": len(one.evidence),
        **_ratings(one),
    }


def _ratings(one: Finding) -> dict[str, Any]:
    cvss, kev, epss, ssvc = one.score, one.kev, one.epss, one.ssvc
    return {
        "cvss": cvss
        and {
            "version": cvss.version,
            "vector": cvss.vector,
            "base": cvss.base,
            "word": cvss.word,
            "attack_vector": cvss.attack_vector,
            "published": cvss.published,
        },
        "kev": kev and {"date_added": kev.date_added, "due_date": kev.due_date, "ransomware": kev.ransomware},
        "epss": epss and {"score": epss.score, "percentile": epss.percentile, "date": epss.date},
        "ssvc": ssvc
        and {"exploitation": ssvc.exploitation, "automatable": str(ssvc.automatable), "technical_impact": ssvc.technical_impact},
    }
