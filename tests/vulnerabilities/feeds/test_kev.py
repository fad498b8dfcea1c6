"""The KEV catalogue as a feed: replaced by a newer whole one, and by nothing else."""

from __future__ import annotations

import pytest
from tests.vulnerabilities.feeds.conftest import Run, Server
from tests.vulnerabilities.test_kev import catalogue

from fieldwatch.vulnerabilities.feeds._feed import Source
from fieldwatch.vulnerabilities.feeds.facts import exploited
from fieldwatch.vulnerabilities.feeds.shelf import Shelf


@pytest.fixture
def source(server: Server) -> Source:
    server.tree["/kev.json"] = catalogue()
    return Source("kev", "kev", server.url("/kev.json"))


def test_it_comes_once(source: Source, run: Run, shelf: Shelf, server: Server) -> None:
    assert exploited(shelf) == {}
    assert run(source).fetched == 1
    assert exploited(shelf)["CVE-2021-22681"].ransomware
    report = run(source)
    assert (report.fetched, report.unchanged, [one.status for one in server.asked]) == (0, 1, [200, 304])


@pytest.mark.parametrize("data", [catalogue()[:-200], catalogue(9), b"<html>", b"{}", b"", catalogue(vulnerabilities=[], count=0)])
def test_a_faulty_one_leaves_the_old_one_in_force(data: bytes, source: Source, run: Run, shelf: Shelf, server: Server) -> None:
    run(source)
    server.tree["/kev.json"] = data
    report = run(source)
    (line,) = report.faults
    assert line.startswith(server.url("/kev.json") + ": ")
    assert len(exploited(shelf)) == 3


def test_an_older_one_leaves_the_newer_one_in_force(source: Source, run: Run, shelf: Shelf, server: Server) -> None:
    run(source)
    server.tree["/kev.json"] = catalogue(
        1, vulnerabilities=[{"cveID": "CVE-2000-0001", "dateAdded": "2000"}], dateReleased="2020-01-01T00:00:00Z"
    )
    report = run(source)
    assert "ours stays in force" in report.faults[0]
    assert len(exploited(shelf)) == 3
