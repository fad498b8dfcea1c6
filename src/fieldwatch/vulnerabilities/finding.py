"""A finding: one thing that is wrong with a device, with what it stands on, when to act, and what to do.

A vulnerability (a judgement on an advisory's CVE) and an exposure (a weakness that no CVE names) are findings of the same kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from fieldwatch.facts import Evidence
from fieldwatch.inventory import Asset
from fieldwatch.library.resolution import Step
from fieldwatch.vulnerabilities.judgement import Judgement, Verdict
from fieldwatch.vulnerabilities.mitigation import Mitigation, mitigations
from fieldwatch.vulnerabilities.priority import Priority, decide, threat, vulnerable_protocols
from fieldwatch.vulnerabilities.reach import Contact, reach

if TYPE_CHECKING:
    from fieldwatch.vulnerabilities.epss import Likelihood
    from fieldwatch.vulnerabilities.kev import Exploited
    from fieldwatch.vulnerabilities.severity import Severity
    from fieldwatch.vulnerabilities.ssvc import Decision

VULNERABILITY, EXPOSURE = "vulnerability", "exposure"

FIELDS = {
    "product": "product name",
    "hardware": "hardware version",
    "login": "credential",
    "operation": "what was done",
    "peers": "who talks to it",
    "protocols": "service",
    "tls": "TLS version",
}
"""What decided about a finding, where it is no attribute."""

DECIDED_BY = {"product": ("model", "order_number", "name"), "hardware": ("hardware_version",)}
"""Fields of a judgement that are other attributes of an asset."""


class Finding(NamedTuple):
    """`key` is CVE and advisory, or the exposure with what it is about: with asset and component it names the finding for ever.

    `field` and `value` are what decided, `evidence` where it was seen; `quoted` is the range of the advisory. `score` is the severity by
    CVSS, the newest version that there is. `priority_reason`, `reason` and `settle` are one line each; `trail` is the way to the product.
    """

    asset: str
    component: str
    kind: str
    key: str
    title: str
    verdict: Verdict
    priority: Priority
    priority_reason: str
    score: Severity | None
    kev: Exploited | None
    epss: Likelihood | None
    ssvc: Decision | None
    quoted: str
    field: str
    value: str
    evidence: tuple[Evidence, ...]
    reason: str
    settle: str
    mitigations: tuple[Mitigation, ...]
    advisory_id: str = ""
    advisory_url: str = ""
    cve: str = ""
    cwe: str = ""
    certainty: float = 1.0
    trail: tuple[Step, ...] = ()
    justification: str = ""
    """Why it is not affected, as a VEX statement says it; "" where the range of the advisory says so."""


class Known(NamedTuple):
    """What the feeds say of one CVE; None where they say nothing."""

    kev: Exploited | None = None
    epss: Likelihood | None = None
    ssvc: Decision | None = None


UNKNOWN = Known()


def finding(asset: Asset, judged: Judgement, held: Iterable[Contact], known: Known = UNKNOWN, trail: tuple[Step, ...] = ()) -> Finding:
    """The finding of a judgement on `asset`; `held` are the contacts of the asset (of its parent, for a part), see `reach`."""
    from fieldwatch.vulnerabilities.severity import choose  # computes CVSS with a library that exposures do not need

    one, advisory = judged.vulnerability, judged.advisory
    score = choose(one.scores)
    contacts = tuple(held)
    title = one.title if one.title not in ("", one.cve) else advisory.title  # many documents repeat the CVE in the place of a title
    reached = reach(contacts, vulnerable_protocols(one.cwe, f"{one.title} {advisory.title}"))
    decided = decide(judged, threat(*known), score, reached)
    spoken = frozenset(contact.protocol for contact in contacts if contact.came_in) | frozenset(asset.protocols)
    measures = () if judged.verdict is Verdict.NOT_AFFECTED else mitigations(one.cwe, spoken, vector=score.attack_vector if score else "")
    return Finding(
        asset.id,
        asset.component,
        VULNERABILITY,
        f"{one.cve}/{advisory.id}",
        title,
        judged.verdict,
        decided.priority,
        decided.reason,
        score,
        *known,
        judged.quoted,
        judged.field,
        judged.value,
        evidence_of(asset, judged.field, judged.value),
        judged.reason,
        judged.settle,
        measures,
        advisory.id,
        advisory.url,
        one.cve,
        one.cwe,
        judged.certainty,
        trail,
    )


def evidence_of(asset: Asset, field: str, value: str) -> tuple[Evidence, ...]:
    """Where the asset was seen to have this value; where no value is the same, the evidence of the shown value of the field."""
    fields = [found for name in DECIDED_BY.get(field, (field,)) if (found := asset.attribute(name)) is not None]
    same = [rival for found in fields for rival in found.rivals if rival.value == value]
    chosen = same or [found.rivals[0] for found in fields]
    return tuple(dict.fromkeys(one for rival in chosen for one in rival.evidence))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What to act on first comes first: by priority, verdict, threat, score; then by device and key."""
    return tuple(sorted(findings, key=_rank))


VERDICTS = (Verdict.AFFECTED, Verdict.UNDETERMINED, Verdict.NOT_AFFECTED)


def _rank(one: Finding) -> tuple[object, ...]:
    epss = one.epss.score if one.epss else 0.0
    return (
        one.priority, VERDICTS.index(one.verdict), one.kev is None, -epss, -(one.score.base if one.score else 0.0), one.asset,
        one.component, one.key,
    )  # fmt: skip
