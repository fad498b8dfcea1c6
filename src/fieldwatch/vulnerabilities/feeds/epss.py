"""FIRST's EPSS scores: the daily table, gzipped or plain, or the answers of FIRST's interface (`vulnerabilities.epss` reads both).

Standards: FIRST, EPSS data (first.org/epss/data_stats) and API (first.org/epss/api): `cve` names up to 2,000 characters of CVEs.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from fieldwatch.vulnerabilities import epss
from fieldwatch.vulnerabilities.feeds._feed import FACTS, Feed, Work
from fieldwatch.vulnerabilities.feeds._named import named
from fieldwatch.vulnerabilities.feeds._single import single
from fieldwatch.vulnerabilities.feeds.fetch import Expected, json
from fieldwatch.vulnerabilities.feeds.shelf import entry

TABLE, ANSWERS = "epss_scores-current.csv", "epss_answers.json"
INTERFACE = "/data/v1/epss"
AT_ONCE = 100
"""CVEs in one question: the most lines that an answer has."""


def date(data: bytes, source: str) -> str:
    """The day of the scores."""
    return next(iter(epss.read(data, source).values())).date


def sync(work: Work) -> None:
    """Fetches the table when it changed; from the interface, the scores of the CVEs that advisories on the shelf name."""
    url = work.source.url
    if url.endswith(INTERFACE):
        _ask(work, sorted(named(work.shelf)))
    else:
        single(work, TABLE, Expected.GZIP if url.endswith(".gz") else Expected.TEXT, date)


def _ask(work: Work, cves: Sequence[str]) -> None:
    url, today = work.source.url, work.now().date().isoformat()
    known = work.drawer.entries.get(ANSWERS)
    if known is not None and known.stamp == today:
        work.report.unchanged += 1
        return
    lines: list[object] = []
    for start in range(0, len(cves), AT_ONCE):
        asked = f"{url}?cve={','.join(cves[start : start + AT_ONCE])}"
        got = work.fetcher.get(asked, Expected.JSON)
        assert got is not None, "asked without a condition"
        epss.read(got.data, url)
        answer = json(got, url)
        assert isinstance(answer, dict), "read as scores just now"
        lines += answer["data"]
    if lines:
        data = orjson.dumps({"data": lines})
        work.drawer.put(entry(ANSWERS, url, data, work.now().isoformat(), stamp=today), data)
        work.report.fetched += 1


FEED = Feed(kind="epss", brings=FACTS, stale_after_days=7, sync=sync)
