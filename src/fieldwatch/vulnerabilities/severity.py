"""How bad a vulnerability is, from its CVSS vector.

Standards: CVSS 2.0 (FIRST, 2007), CVSS 3.0 (2015) and 3.1 (2019), CVSS 4.0 (2023); the scores are computed by the library `cvss`, base
metrics only. Words for version 2.0 are those of NVD, which the other versions made their own (3.1, 5; 4.0, 6).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any, NamedTuple

from cvss import CVSS2, CVSS3, CVSS4, CVSSError  # type: ignore[import-untyped]

from fieldwatch.vulnerabilities.advisory import Score

ORDER = ("4.0", "3.1", "3.0", "2.0")
"""Versions of CVSS, the first that there is counts."""

READERS: dict[str, Any] = {"4.0": CVSS4, "3.1": CVSS3, "3.0": CVSS3, "2.0": CVSS2}

PREFIX = {"4.0": "CVSS:4.0/", "3.1": "CVSS:3.1/", "3.0": "CVSS:3.0/", "2.0": ""}

FROM = {"N": "network", "A": "adjacent", "L": "local", "P": "physical"}
"""Attack vector: where an attacker must be."""

LEAST = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"), (0.0, "none"))
"""Least base score of each word (3.1, 5)."""

LONGEST = 400
"""Letters of a vector; the longest legal one of CVSS 4.0 has fewer than 300."""


class Severity(NamedTuple):
    """`base` 0 to 10 and its `word`; `attack_vector` network, adjacent, local or physical, "" where no vector could be read.

    `published` is the base score of the document, where it differs from what its vector gives.
    """

    version: str
    vector: str
    base: float
    word: str
    attack_vector: str
    published: float | None = None


def choose(scores: Iterable[Score]) -> Severity | None:
    """The severity by the newest version of CVSS among the scores, of one version the worst; None without any that says something."""
    rated = [one for one in map(rate, scores) if one is not None]
    return min(rated, key=lambda one: (one.attack_vector == "", ORDER.index(one.version), -one.base, one.vector), default=None)


@functools.lru_cache(maxsize=16384)
def rate(score: Score) -> Severity | None:
    """What the score says: from its vector, else the published base score alone; None for neither."""
    vector = score.vector.strip().strip("()").rstrip("/")
    version = next((name for name in ORDER if PREFIX[name] and vector.startswith(PREFIX[name])), score.version)
    read = _read(version, vector) if version in READERS and len(vector) <= LONGEST else None
    if read is not None:
        base = float(read.base_score)
        differs = score.base if 0 < score.base <= 10 and abs(score.base - base) >= 0.05 else None
        return Severity(version, vector, base, word(base, version), FROM[read.metrics["AV"]], differs)
    if version in READERS and 0 < score.base <= 10:
        return Severity(version, "", score.base, word(score.base, version), "")
    return None


def _read(version: str, vector: str) -> Any:
    try:
        return READERS[version](vector if vector.startswith(PREFIX[version]) else PREFIX[version] + vector)
    except (CVSSError, ValueError, KeyError):
        return None


def word(base: float, version: str = "3.1") -> str:
    """The word for a base score; version 2.0 has no critical and no none."""
    if version == "2.0":
        return "high" if base >= 7 else "medium" if base >= 4 else "low"
    return next(name for least, name in LEAST if base >= least)
