"""The NVD as a feed: page by page, at its pace, carried on where it was broken off; the key is sent and never shown."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from tests.vulnerabilities.feeds.conftest import Clock, Handler, Run, Server

from fieldwatch.vulnerabilities.feeds import nvd
from fieldwatch.vulnerabilities.feeds._feed import Source
from fieldwatch.vulnerabilities.feeds.fetch import Unfetched
from fieldwatch.vulnerabilities.feeds.secret import Secret
from fieldwatch.vulnerabilities.feeds.shelf import Shelf

KEY = "00000000-hush-hush"
PATH = "/rest/json/cves/2.0"


def cve(number: int) -> dict[str, Any]:
    data = {"version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8}
    weakness = {"description": [{"lang": "en", "value": "CWE-787"}, {"lang": "en", "value": "NVD-CWE-noinfo"}]}
    metrics = {"cvssMetricV31": [{"source": "nvd@nist.gov", "cvssData": data}]}
    return {"cve": {"id": f"CVE-2024-{number:04}", "vulnStatus": "Analyzed", "metrics": metrics, "weaknesses": [weakness]}}


class Database:
    """Answers as the NVD does, for a number of CVEs."""

    def __init__(self, server: Server, total: int) -> None:
        self.total = total
        self.asked: list[dict[str, str]] = []
        self.keys: list[str | None] = []
        self.broken: set[int] = set()
        self.source = Source("nvd", "nvd", server.url(PATH))
        server.wrong = self  # type: ignore[assignment]

    def get(self, path: str) -> Any:
        """The server asks here what to do with a path."""
        return self if urlsplit(path).path == PATH else None

    def __call__(self, handler: Handler) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        self.asked.append(query)
        self.keys.append(handler.headers.get("apiKey"))
        start = int(query["startIndex"])
        if start in self.broken:
            handler.die()
            return
        numbers = range(start, min(start + int(query["resultsPerPage"]), self.total))
        handler.answer(200, orjson.dumps({"totalResults": self.total, "vulnerabilities": [cve(number) for number in numbers]}), {})


@pytest.fixture
def database(server: Server, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(nvd, "PER_PAGE", 2)
    return Database(server, 7)


def kept(shelf: Shelf) -> list[str]:
    return [orjson.loads(line)["cve"] for data in shelf.facts("nvd") for line in data.splitlines()]


def test_all_pages_come_and_then_only_what_changed(database: Database, run: Run, shelf: Shelf) -> None:
    assert run(database.source).fetched == 4
    assert [query["startIndex"] for query in database.asked] == ["0", "2", "4", "6"]
    assert kept(shelf) == [f"CVE-2024-{number:04}" for number in range(7)]
    database.asked.clear()
    database.total = 1
    assert run(database.source).fetched == 1
    (query,) = database.asked
    assert (query["lastModStartDate"], query["lastModEndDate"]) == ("2026-01-10T12:00:00+00:00", "2026-01-11T12:00:00+00:00")


def test_spans_are_no_longer_than_allowed(database: Database, run: Run) -> None:
    run(database.source)
    run.now = run.now.replace(year=2027)
    database.asked.clear()
    database.total = 0
    run(database.source)
    assert len(database.asked) == 4
    assert database.asked[0]["lastModEndDate"] == database.asked[1]["lastModStartDate"]


def test_a_sync_that_breaks_off_is_carried_on(database: Database, run: Run, shelf: Shelf) -> None:
    database.broken = {4}
    report = run(database.source)
    assert (report.fetched, len(report.faults)) == (2, 1)
    assert "until" not in shelf.drawer("nvd", "facts").state
    database.broken = set()
    database.asked.clear()
    report = run(database.source)
    assert (report.fetched, report.faults) == (2, [])
    assert [query["startIndex"] for query in database.asked] == ["4", "6"]
    assert len(kept(shelf)) == 7
    assert shelf.drawer("nvd", "facts").state["until"] == "2026-01-10T12:00:00+00:00"  # what changed since is asked for next


@pytest.mark.parametrize(("key", "requests"), [(None, 5), (Secret(KEY), 50)])
def test_the_pace_is_kept(key: Secret[str] | None, requests: int, database: Database, run: Run, clock: Clock) -> None:
    database.total = 120
    run(database.source, key=key)
    assert len(database.asked) == 60
    assert sum(clock.slept) == pytest.approx(30 * ((60 - 1) // requests))


def test_the_key_is_sent_and_never_shown(database: Database, run: Run, shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    database.broken = {2}
    report = run(database.source, key=Secret(KEY))
    assert set(database.keys) == {KEY}
    assert KEY not in caplog.text + str(report)
    assert all(KEY.encode() not in file.read_bytes() for file in shelf.root.rglob("*") if file.is_file())


def test_what_is_kept_of_a_cve() -> None:
    facts = nvd.facts(cve(1)["cve"])
    assert facts["cvss"] == [
        {"version": "3.1", "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "base": 9.8, "source": "nvd@nist.gov"}
    ]
    assert facts["cwe"] == ["CWE-787"]


@pytest.mark.parametrize(
    "whole", [None, [], {}, {"totalResults": "x", "vulnerabilities": []}, {"totalResults": 1, "vulnerabilities": [{}]}]
)
def test_other_answers_are_no_page(whole: Any) -> None:
    with pytest.raises(Unfetched, match=r"^here: no page of the NVD"):
        nvd.page(whole, "here")


def test_a_page_that_is_short_is_refused(database: Database, run: Run, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = nvd.page

    def short(found: Any, url: str) -> tuple[int, list[dict[str, Any]]]:
        total, lines = whole(found, url)
        return total, lines[:1]

    monkeypatch.setattr(nvd, "page", short)
    assert "1 CVEs came, 2 are announced" in run(database.source).faults[0]
    assert kept(shelf) == []
