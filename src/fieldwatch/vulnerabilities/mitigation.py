"""What can be done where a patch cannot be: measures that fit the weakness, the protocol and the exposure.

The rules are the rows of `data/mitigations.tsv`; a row fits where each of its cells that says something fits. They are drawn from the
measures of IEC 62443-3-3:2013 (SR 1.13, 2.1, 3.5, 5.1, 5.2, 7.1, 7.6, 7.7) and NIST SP 800-82r3 (2023), 5 and 6, in own words; nothing
is taken from what a vendor writes about an advisory. The first rows are the more special ones and come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from fieldwatch.vulnerabilities.tables import protocols, table

MOST = 4
"""Measures that one finding gets; the more special come first."""


LOCAL = frozenset({"local", "physical"})
"""Attack vectors of who is at or in the device already."""


class Mitigation(NamedTuple):
    """What to do, and which rule says so because of what."""

    action: str
    rule: str
    because: str


class _Rule(NamedTuple):
    id: str
    cwes: frozenset[str]
    protocols: frozenset[str]
    exposures: frozenset[str]
    vectors: frozenset[str]
    action: str


@lru_cache(maxsize=65536)
def mitigations(cwe: str = "", spoken: frozenset[str] = frozenset(), exposure: str = "", vector: str = "") -> tuple[Mitigation, ...]:
    """The measures for a weakness (`CWE-306`) or an exposure of a device that answers the protocols `spoken`; most special first.

    `vector` is the attack vector of the vulnerability; not known ("") counts as network. Rules about protocols say nothing against
    who is at or in the device already, unless they name his vector.
    """
    return tuple(_fitting(cwe, spoken, exposure, vector))[:MOST]


def _fitting(cwe: str, spoken: frozenset[str], exposure: str, vector: str) -> Iterator[Mitigation]:
    for rule in _rules():
        because = _because(rule, cwe, spoken, exposure, vector)
        if because is not None:
            yield Mitigation(rule.action, rule.id, because)


def _because(rule: _Rule, cwe: str, spoken: frozenset[str], exposure: str, vector: str) -> str | None:
    """Why the rule fits; None where it does not. A rule for exposures fits nothing else, and one for weaknesses no exposure."""
    if bool(rule.exposures) != bool(exposure) or (exposure and exposure not in rule.exposures):
        return None
    if rule.cwes and cwe not in rule.cwes:
        return None
    shared = rule.protocols & spoken
    if rule.protocols and not shared:
        return None
    if rule.vectors and (vector or "network") not in rule.vectors:
        return None
    if rule.protocols and not rule.vectors and vector in LOCAL:
        return None
    reasons = [
        exposure or (cwe if rule.cwes else ""),
        " ".join(sorted(shared)),
        f"attack vector {vector}" if rule.vectors and vector else "",
    ]
    return ", ".join(filter(None, reasons)) or "any vulnerability"


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(name, _weaknesses(cwes), protocols(spoken), frozenset(exposures.split()), frozenset(vectors.split()), action)
        for name, cwes, spoken, exposures, vectors, action in table("mitigations.tsv").rows
    )


def _weaknesses(cell: str) -> frozenset[str]:
    return frozenset(f"CWE-{number}" for number in cell.split())
