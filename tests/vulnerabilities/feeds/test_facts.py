"""Facts of the shelf by CVE: what was fetched wins over what was brought in by hand before."""

from __future__ import annotations

import pytest
from tests.vulnerabilities.test_epss import TABLE
from tests.vulnerabilities.test_kev import catalogue

from fieldwatch.vulnerabilities.advisory import Score
from fieldwatch.vulnerabilities.epss import Likelihood
from fieldwatch.vulnerabilities.feeds.facts import UnreadableFacts, decisions, exploited, likelihoods, scores
from fieldwatch.vulnerabilities.feeds.shelf import Shelf, entry
from fieldwatch.vulnerabilities.ssvc import Decision


def put(shelf: Shelf, feed: str, name: str, data: bytes) -> None:
    with shelf.drawer(feed, "facts") as drawer:
        drawer.put(entry(name, "u", data, "2026"), data)


def test_an_empty_shelf_knows_nothing(shelf: Shelf) -> None:
    assert [exploited(shelf), likelihoods(shelf), decisions(shelf)] == [{}, {}, {}]
    assert not shelf.root.exists()


def test_each_kind_by_cve(shelf: Shelf) -> None:
    put(shelf, "kev", "known_exploited_vulnerabilities.json", catalogue())
    put(shelf, "epss", "epss_scores-current.csv", TABLE)
    put(
        shelf,
        "ssvc",
        "0-hand.jsonl",
        b'{"cve":"CVE-2024-0002","ssvc":{"Exploitation":"none"}}\n{"cve":"CVE-2024-0003","ssvc":{"Exploitation":"poc"}}\n',
    )
    put(shelf, "ssvc", "CVE-2024-0002.jsonl", b'{"cve":"CVE-2024-0002","ssvc":{"Exploitation":"active"}}\n')
    assert exploited(shelf)["CVE-2024-0002"].date_added == "2024-01-02"
    assert likelihoods(shelf)["CVE-2024-0002"] == Likelihood(0.00042, 0.05, "2026-01-10")
    assert decisions(shelf) == {"CVE-2024-0002": Decision("active", "", ""), "CVE-2024-0003": Decision("poc", "", "")}


def test_scores_of_those_that_are_wanted_and_the_later_document_counts(shelf: Shelf) -> None:
    old = b'{"cve":"CVE-2024-0001","cvss":[{"version":"2.0","vector":"AV:N/AC:L/Au:N/C:C/I:C/A:C","base":10.0,"source":"nvd"}]}\n'
    new = b'{"cve":"CVE-2024-0001","cvss":[{"version":"3.1","vector":"CVSS:3.1/AV:N","base":7.5,"source":"nvd"}]}\n'
    put(shelf, "nvd", "0.jsonl", old + b'{"cve":"CVE-2024-0002","cvss":[]}\n')
    put(shelf, "nvd", "1.jsonl", new)
    assert scores(shelf, {"CVE-2024-0001"}) == {"CVE-2024-0001": (Score("3.1", "CVSS:3.1/AV:N", 7.5),)}


def test_scores_that_cannot_be_read_say_which(shelf: Shelf) -> None:
    put(shelf, "nvd", "0.jsonl", b'{"cve":"CVE-2024-0001","cvss":[{"version":"3.1"}]}\n')
    with pytest.raises(UnreadableFacts, match=r"nvd: document 1: .*; fetch the feed again"):
        scores(shelf, {"CVE-2024-0001"})
