"""Facts of the shelf by CVE: what was fetched wins over what was brought in by hand before."""

from __future__ import annotations

from tests.vulnerabilities.test_epss import TABLE
from tests.vulnerabilities.test_kev import catalogue

from fieldwatch.vulnerabilities.epss import Likelihood
from fieldwatch.vulnerabilities.feeds.facts import decisions, exploited, likelihoods
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
