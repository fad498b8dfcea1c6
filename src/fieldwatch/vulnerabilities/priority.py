"""Now, Next or Never: what to do about a finding, and when.

The rule. Four things are asked, and the first row of `data/priority.tsv` that fits decides:

1. *verdict*: does it apply to this device (`Judgement`)?
2. *threat*: **exploited** where the KEV catalogue of CISA lists it, or SSVC says that exploitation is active; **likely** where EPSS gives
   it at least one chance in ten for the next 30 days, or SSVC knows a proof of concept that can be automated; else **unlikely**.
3. *reach*: from how far others were seen to talk to the device in the protocol that the vulnerability is in, as far as its title or its
   CWE says which (`data/vulnerable_protocols.tsv`): **internet**, other **networks**, its own **segment**, or **unseen**. A vulnerability
   with attack vector adjacent is never reached from farther than the segment; with local or physical, it is **local**.
4. *harm*: **high** for severity high and critical, or not known; else **low**.

*Now*: affected, exploited or likely to be, reached. *Next*: the same where nobody was seen to reach it; high harm that is reached;
anything reached from the internet; what is known to be exploited, or likely to be and reached, or of high harm and reached
from the internet, and cannot be ruled out: settle it first. *Never*: all else; it is told, and asks for
nothing until a fact, the KEV catalogue or the EPSS score changes.

Sources of the words: "Now, Next, Never" is in use in this field for SSVC-like triage (CERT/CC SSVC 2.1, 2023; FIRST EPSS; CISA BOD 22-01).
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from fieldwatch.vulnerabilities.judgement import Judgement, Verdict
from fieldwatch.vulnerabilities.mitigation import LOCAL
from fieldwatch.vulnerabilities.reach import Place, Reach
from fieldwatch.vulnerabilities.tables import protocols, table

if TYPE_CHECKING:
    from fieldwatch.vulnerabilities.epss import Likelihood
    from fieldwatch.vulnerabilities.kev import Exploited
    from fieldwatch.vulnerabilities.severity import Severity
    from fieldwatch.vulnerabilities.ssvc import Decision

LIKELY = 0.1
"""EPSS score from which exploitation counts as likely: one in ten within 30 days. Own choice; FIRST gives no threshold."""

HIGH = frozenset({"high", "critical"})


class Priority(IntEnum):
    """When something is to be done; the less, the sooner."""

    NOW = 1
    NEXT = 2
    NEVER = 3


class Threat(NamedTuple):
    """What is known of exploitation: `level` exploited, likely or unlikely, with the words that say why."""

    level: str
    words: str


class Asked(NamedTuple):
    """The answers to the four questions of the rule, as `data/priority.tsv` names them."""

    verdict: str
    threat: str
    reach: str
    harm: str


class Ranked(NamedTuple):
    """A priority with its reason on one line."""

    priority: Priority
    reason: str


def threat(kev: Exploited | None, epss: Likelihood | None, ssvc: Decision | None) -> Threat:
    """How much exploitation there is, or is to be expected; the surest sign gives the words."""
    if kev is not None:
        by = ", by ransomware too" if kev.ransomware else ""
        return Threat("exploited", f"known exploited (KEV {kev.date_added}{by})")
    exploitation = ssvc.exploitation.casefold() if ssvc else ""
    if exploitation == "active":
        return Threat("exploited", "known exploited (SSVC: active)")
    if epss is not None and epss.score >= LIKELY:
        return Threat("likely", f"likely to be exploited (EPSS {epss.score:.0%})")
    if ssvc is not None and exploitation in {"poc", "public poc"} and _is_yes(ssvc.automatable):
        return Threat("likely", "likely to be exploited (SSVC: proof of concept that can be automated)")
    known = f"EPSS {epss.score:.1%}" if epss else f"SSVC: {exploitation}" if exploitation else "not in KEV"
    return Threat("unlikely", f"no exploitation known ({known})")


def _is_yes(said: object) -> bool:
    return said is True or str(said).casefold() in {"yes", "true"}


def decide(judgement: Judgement, threatened: Threat, severity: Severity | None, reached: Reach) -> Ranked:
    """The priority of what was judged; `reached` is about the vulnerable protocols, see `vulnerable_protocols`."""
    asked = answers(judgement.verdict, threatened, severity, reached)
    _, words = _where(severity, reached)
    for *condition, priority, reason in table("priority.tsv").rows:
        if all(want in ("*", have) for want, have in zip(condition, asked, strict=True)):
            return Ranked(Priority[priority.upper()], reason.format(threat=threatened.words, reach=words, **_settling(judgement)))
    raise AssertionError(asked)  # the last row fits all


def answers(verdict: Verdict, threatened: Threat, severity: Severity | None, reached: Reach) -> Asked:
    """What the rule goes by."""
    harm = "high" if severity is None or severity.word in HIGH else "low"
    return Asked(verdict.value, threatened.level, _where(severity, reached)[0], harm)


def _settling(judgement: Judgement) -> dict[str, str]:
    if judgement.verdict is Verdict.NOT_AFFECTED:
        return {"settle": "", "reason": judgement.reason or "the range does not hold it"}
    return {"settle": judgement.settle or judgement.reason or "its version is not known", "reason": judgement.reason}


def _where(severity: Severity | None, reached: Reach) -> tuple[str, str]:
    """The reach as the table names it, and in words."""
    vector = severity.attack_vector if severity else ""
    if vector in LOCAL:
        return "local", f"only from the device itself (attack vector {vector})"
    place = min(reached.place, Place.SEGMENT) if vector == "adjacent" else reached.place
    spoken = f" ({reached.protocol} from {reached.peer})" if reached.peer else ""
    return {
        Place.INTERNET: ("internet", f"reached from the internet{spoken}"),
        Place.NETWORKS: ("networks", f"reached from other networks{spoken}"),
        Place.SEGMENT: ("segment", f"reached from its own segment{spoken}"),
        Place.UNSEEN: ("unseen", "nobody was seen to reach it"),
    }[place]


@cache
def _signs() -> tuple[dict[str, frozenset[str]], list[tuple[re.Pattern[str], frozenset[str]]]]:
    rows = table("vulnerable_protocols.tsv").rows
    weaknesses = {sign: protocols(named) for kind, sign, named in rows if kind == "cwe"}
    words = [(re.compile(sign, re.IGNORECASE), protocols(named)) for kind, sign, named in rows if kind == "word"]
    return weaknesses, words


@lru_cache(maxsize=65536)
def vulnerable_protocols(cwe: str, title: str) -> frozenset[str]:
    """The protocols that a vulnerability is in, as its title says, else as its CWE says; none where neither does."""
    weaknesses, words = _signs()
    named: frozenset[str] = frozenset().union(*(spoken for sign, spoken in words if sign.search(title)))
    return named or weaknesses.get(cwe, frozenset())
