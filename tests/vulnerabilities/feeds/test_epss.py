"""EPSS as a feed: the daily table, or the interface for the CVEs that our advisories name."""

from __future__ import annotations

import gzip
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from tests.vulnerabilities.feeds.conftest import Handler, Provider, Run, Server, document
from tests.vulnerabilities.test_epss import TABLE

from fieldwatch.vulnerabilities.feeds import epss
from fieldwatch.vulnerabilities.feeds._feed import Source
from fieldwatch.vulnerabilities.feeds.facts import likelihoods
from fieldwatch.vulnerabilities.feeds.shelf import Shelf


def test_the_daily_table(run: Run, shelf: Shelf, server: Server) -> None:
    source = Source("epss", "epss", server.url("/epss_scores-current.csv.gz"))
    server.tree["/epss_scores-current.csv.gz"] = gzip.compress(TABLE)
    assert likelihoods(shelf) == {}
    assert run(source).fetched == 1
    assert likelihoods(shelf)["CVE-2021-22681"].score == 0.94321
    assert run(source).unchanged == 1
    for data in (gzip.compress(TABLE)[:-9], b"<html>", TABLE, gzip.compress(b"cve,epss,percentile\n")):
        server.tree["/epss_scores-current.csv.gz"] = data
        assert len(run(source).faults) == 1
        assert len(likelihoods(shelf)) == 2


def test_the_interface_is_asked_for_what_advisories_name(
    run: Run, shelf: Shelf, server: Server, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epss, "AT_ONCE", 2)
    for number in range(5):
        provider.publish(f"ACME-{number}", document(f"ACME-{number}", cve=f"CVE-2024-000{number}"))
    run(provider.source)
    asked: list[list[str]] = []

    def answer(handler: Handler) -> None:
        cves = parse_qs(urlsplit(handler.path).query)["cve"][0].split(",")
        asked.append(cves)
        lines = [{"cve": cve, "epss": "0.5", "percentile": "0.9", "date": "2026-01-10"} for cve in cves]
        handler.answer(200, orjson.dumps({"data": lines}), {})

    for start in (0, 2, 4):
        cves = ",".join(f"CVE-2024-000{number}" for number in range(start, min(start + 2, 5)))
        server.wrong[f"/data/v1/epss?cve={cves}"] = answer
    source = Source("epss", "epss", server.url("/data/v1/epss"))
    assert run(source).faults == []
    assert [len(cves) for cves in asked] == [2, 2, 1]
    assert set(likelihoods(shelf)) == {f"CVE-2024-000{number}" for number in range(5)}
