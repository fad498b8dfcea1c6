"""SSVC as a feed: one record for each CVE that our advisories name."""

from __future__ import annotations

import pytest
from tests.vulnerabilities.feeds.conftest import Provider, Run, Server, document
from tests.vulnerabilities.test_ssvc import record, ssvc

from fieldwatch.vulnerabilities.feeds._feed import Source
from fieldwatch.vulnerabilities.feeds.facts import decisions
from fieldwatch.vulnerabilities.feeds.shelf import Shelf
from fieldwatch.vulnerabilities.feeds.vulnrichment import path


@pytest.mark.parametrize(
    ("cve", "where"),
    [
        ("CVE-2024-0012", "2024/0xxx/CVE-2024-0012.json"),
        ("CVE-2024-30015", "2024/30xxx/CVE-2024-30015.json"),
        ("CVE-2025-1234567", "2025/1234xxx/CVE-2025-1234567.json"),
    ],
)
def test_where_a_record_is(cve: str, where: str) -> None:
    assert path(cve) == where


@pytest.fixture
def source(server: Server, provider: Provider, run: Run) -> Source:
    for number in range(8):
        provider.publish(f"ACME-{number}", document(f"ACME-{number}", cve=f"CVE-2024-000{number}"))
        server.tree[f"/2024/0xxx/CVE-2024-000{number}.json"] = record(ssvc(), cve=f"CVE-2024-000{number}")
    run(provider.source)
    server.asked.clear()
    return Source("ssvc", "vulnrichment", server.url("/"))


def test_records_come_once_in_a_while(source: Source, run: Run, server: Server, shelf: Shelf) -> None:
    del server.tree["/2024/0xxx/CVE-2024-0003.json"]
    assert run(source).fetched == 7
    assert set(decisions(shelf)) == {f"CVE-2024-000{number}" for number in range(8)} - {"CVE-2024-0003"}
    server.asked.clear()
    assert run(source).unchanged == 8
    assert server.asked == []
    run.now = run.now.replace(month=6)
    report = run(source)
    assert (report.fetched, report.faults) == (0, [])
    assert sorted(one.status for one in server.asked) == [304] * 7 + [404]


def test_a_record_of_another_cve_is_refused(source: Source, run: Run, server: Server, shelf: Shelf) -> None:
    server.tree["/2024/0xxx/CVE-2024-0003.json"] = record(ssvc(), cve="CVE-2024-0004")
    report = run(source)
    assert report.faults == [
        f"{server.url('/2024/0xxx/CVE-2024-0003.json')}: holds CVE-2024-0004; CVE-2024-0003 is needed: not taken, tell the publisher"
    ]
    assert len(decisions(shelf)) == 7


def test_a_server_that_is_away_is_not_asked_for_all(source: Source, run: Run, server: Server) -> None:
    server.wrong = {f"/2024/0xxx/CVE-2024-000{number}.json": lambda handler: handler.answer(403, b"", {}) for number in range(8)}
    assert len(run(source).faults) == 5
    assert len(server.asked) == 5
