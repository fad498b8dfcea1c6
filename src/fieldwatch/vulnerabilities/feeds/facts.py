"""The facts on the shelf by CVE, as the rest of the program reads them. Nothing here reaches the network."""

from __future__ import annotations

from collections.abc import Container

import orjson

from fieldwatch.vulnerabilities import epss, kev, ssvc
from fieldwatch.vulnerabilities.advisory import Score
from fieldwatch.vulnerabilities.feeds.shelf import Shelf

KEV, EPSS, SSVC, NVD = "kev", "epss", "ssvc", "nvd"
"""Names of the drawers, which are the names of the sources in `data/providers.tsv`."""


def exploited(shelf: Shelf) -> dict[str, kev.Exploited]:
    """The KEV catalogue; empty where there is none."""
    found: dict[str, kev.Exploited] = {}
    for data in shelf.facts(KEV):
        found |= kev.read(data, KEV)
    return found


def likelihoods(shelf: Shelf) -> dict[str, epss.Likelihood]:
    """The EPSS scores; empty where there are none."""
    found: dict[str, epss.Likelihood] = {}
    for data in shelf.facts(EPSS):
        found |= epss.read(data, EPSS)
    return found


def decisions(shelf: Shelf) -> dict[str, ssvc.Decision]:
    """The SSVC decision points; empty where there are none."""
    found: dict[str, ssvc.Decision] = {}
    for data in shelf.facts(SSVC):
        found |= ssvc.read(data, SSVC)
    return found


class UnreadableFacts(Exception):
    """A document of facts that no longer is what was put there: says which, and what to do."""


def scores(shelf: Shelf, wanted: Container[str]) -> dict[str, tuple[Score, ...]]:
    """The CVSS vectors that the NVD gives for these CVEs; a later document of one CVE counts. Raises UnreadableFacts."""
    found: dict[str, tuple[Score, ...]] = {}
    for number, data in enumerate(shelf.facts(NVD), 1):
        try:
            for line in data.splitlines():
                one = orjson.loads(line)
                if one["cve"] in wanted:
                    found[one["cve"]] = tuple(Score(str(each["version"]), str(each["vector"]), float(each["base"])) for each in one["cvss"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise UnreadableFacts(f"{NVD}: document {number}: {error}; fetch the feed again") from None
    return found
