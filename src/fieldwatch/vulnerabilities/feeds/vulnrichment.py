"""CISA's SSVC decision points, one CVE record at a time for the CVEs that advisories on the shelf name.

Standards: cisagov/vulnrichment README: a record is at YEAR/NNNxxx/CVE-YEAR-NNNNNN.json, its thousands one folder. A record is kept as one
line of its CVE and its decision points (`vulnerabilities.ssvc` reads it), also when it has none or when there is no record yet.
"""

from __future__ import annotations

from datetime import timedelta

import orjson

from fieldwatch.vulnerabilities import ssvc
from fieldwatch.vulnerabilities.feeds._feed import FACTS, Feed, Work
from fieldwatch.vulnerabilities.feeds._named import named
from fieldwatch.vulnerabilities.feeds.fetch import Expected, Missing, Unfetched
from fieldwatch.vulnerabilities.feeds.shelf import Entry, entry

ASKED_AGAIN_DAYS = 30
"""A record is asked for again after this time: exploitation changes, and KEV says it sooner."""

DEAF = 5
"""After so many records in a row that cannot be fetched the server counts as not there."""


def sync(work: Work) -> None:
    """Fetches the records that are missing or old, those of the youngest CVEs first."""
    base = work.source.url if work.source.url.endswith("/") else work.source.url + "/"
    since = (work.now() - timedelta(days=ASKED_AGAIN_DAYS)).isoformat()
    deaf = 0
    for cve in sorted(named(work.shelf), key=_age):
        known = work.drawer.entries.get(f"{cve}.jsonl")
        if known is not None and known.fetched > since:
            work.report.unchanged += 1
            continue
        try:
            _bring(work, cve, base + path(cve), known)
            deaf = 0
        except (Unfetched, ssvc.UnreadableDecisions) as error:
            work.report.fault(error)
            deaf += 1
            if deaf == DEAF:
                raise


def path(cve: str) -> str:
    """Where a CVE's record is below the repository."""
    _, year, number = cve.split("-")
    return f"{year}/{number[:-3]}xxx/{cve}.json"


def _age(cve: str) -> tuple[int, int]:
    _, year, number = cve.split("-")
    return -int(year), -int(number)


def _bring(work: Work, cve: str, url: str, known: Entry | None) -> None:
    now = work.now().isoformat()
    try:
        got = work.fetcher.get(url, Expected.JSON, etag=known.etag if known is not None else "")
    except Missing:
        line = orjson.dumps({"cve": cve, "ssvc": None}) + b"\n"
        work.drawer.put(entry(f"{cve}.jsonl", url, line, now, stamp="no record"), line)
        return
    if got is None:
        assert known is not None, "asked with its ETag"
        work.drawer.note(Entry(**{**known.__dict__, "fetched": now}))
        work.report.unchanged += 1
        return
    line = ssvc.line(got.data, url)
    if orjson.loads(line)["cve"] != cve:
        raise Unfetched(f"{url}: holds {orjson.loads(line)['cve']}; {cve} is needed: not taken, tell the publisher")
    work.drawer.put(entry(f"{cve}.jsonl", url, line, now, etag=got.etag), line)
    work.report.fetched += 1


FEED = Feed(kind="vulnrichment", brings=FACTS, stale_after_days=30, sync=sync)
