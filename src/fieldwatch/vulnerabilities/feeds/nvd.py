"""NIST's National Vulnerability Database: what it says of all CVEs, page by page. Each page is kept: a sync that was broken off goes on.

Standards: NVD, Vulnerability APIs, /rest/json/cves/2.0 (nvd.nist.gov/developers/vulnerabilities): `startIndex`, `resultsPerPage` of at most
2,000, `lastModStartDate` and `lastModEndDate` at most 120 days apart; header `apiKey`; 5 requests in 30 seconds, 50 with a key.
Not kept: descriptions, references, CPE configurations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import orjson

from fieldwatch.vulnerabilities.feeds._feed import FACTS, Feed, Work
from fieldwatch.vulnerabilities.feeds.fetch import LATER, Expected, Pace, Unfetched, json
from fieldwatch.vulnerabilities.feeds.shelf import entry

PER_PAGE = 2000
LONGEST = timedelta(days=120)
SECONDS, WITHOUT_KEY, WITH_KEY = 30, 5, 50
"""Requests in any 30 seconds (nvd.nist.gov/developers/start-here, rate limits)."""

METRICS = ("cvssMetricV2", "cvssMetricV30", "cvssMetricV31", "cvssMetricV40")


class Window(NamedTuple):
    """A span of last changes, as the API takes it; without a start it is everything."""

    name: str
    start: str
    end: str


def sync(work: Work) -> None:
    """Fetches everything the first time, then what changed since."""
    host = urlsplit(work.source.url).hostname or ""
    work.fetcher.paces.setdefault(host, Pace(WITH_KEY if work.key is not None else WITHOUT_KEY, SECONDS))
    windows = [Window(*one) for one in work.drawer.state.get("windows", ())] or _windows(work)
    work.drawer.state["windows"] = [list(one) for one in windows]
    work.drawer.keep_state()
    while windows:
        _window(work, windows[0])
        work.drawer.state["until"] = windows[0].end
        windows = windows[1:]
        work.drawer.state["windows"] = [list(one) for one in windows]
        work.drawer.keep_state()


def _windows(work: Work) -> list[Window]:
    """The spans that are missing until now."""
    now, until = work.now(), work.drawer.state.get("until")
    if until is None:
        return [Window("all", "", now.isoformat())]
    start, found = datetime.fromisoformat(until), []
    while start < now:
        end = min(start + LONGEST, now)
        found.append(Window(f"changed-{start:%Y%m%dT%H%M%S}", start.isoformat(), end.isoformat()))
        start = end
    return found


def _window(work: Work, window: Window) -> None:
    """Fetches the pages of a span that are not there yet."""
    start, total = 0, 1
    while start < total:
        name = f"{window.name}-{start:07}.jsonl"
        known = work.drawer.entries.get(name)
        total = int(known.stamp) if known is not None else _page(work, window, start, name)
        start += PER_PAGE


def _page(work: Work, window: Window, start: int, name: str) -> int:
    """Fetches and keeps a page; returns how many CVEs the whole span has."""
    asked: dict[str, str | int] = {"resultsPerPage": PER_PAGE, "startIndex": start}
    if window.start:
        asked |= {"lastModStartDate": window.start, "lastModEndDate": window.end}
    headers = {"apiKey": work.key.reveal()} if work.key is not None else {}
    url = f"{work.source.url}?{urlencode(asked)}"
    got = work.fetcher.get(url, Expected.JSON, headers=headers)
    assert got is not None, "asked without a condition"
    total, lines = page(json(got, url), url)
    if len(lines) < min(PER_PAGE, total - start):
        raise Unfetched(f"{url}: {len(lines)} CVEs came, {min(PER_PAGE, total - start)} are announced; a whole page is needed; {LATER}")
    data = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    work.drawer.put(entry(name, url, data, work.now().isoformat(), stamp=str(total)), data)
    work.report.fetched += 1
    return total


def page(whole: Any, url: str) -> tuple[int, list[dict[str, Any]]]:
    """The total that an answer announces, and the facts of each of its CVEs."""
    try:
        return int(whole["totalResults"]), [facts(one["cve"]) for one in whole["vulnerabilities"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        have = f"{type(error).__name__} at {error}"
        raise Unfetched(f"{url}: no page of the NVD ({have}); totalResults and vulnerabilities are needed; {LATER}") from None


def facts(cve: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a CVE: its dates, its state, its CVSS vectors, its CWEs."""
    return {
        "cve": str(cve["id"]),
        "published": str(cve.get("published", "")),
        "modified": str(cve.get("lastModified", "")),
        "status": str(cve.get("vulnStatus", "")),
        "cvss": list(_scores(cve.get("metrics") or {})),
        "cwe": sorted(
            {one["value"] for each in cve.get("weaknesses") or () for one in each["description"] if one["value"].startswith("CWE-")}
        ),
    }


def _scores(metrics: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in METRICS:
        for one in metrics.get(name) or ():
            data = one["cvssData"]
            yield {"version": data["version"], "vector": data["vectorString"], "base": data["baseScore"], "source": one.get("source", "")}


FEED = Feed(kind="nvd", brings=FACTS, stale_after_days=14, sync=sync)
