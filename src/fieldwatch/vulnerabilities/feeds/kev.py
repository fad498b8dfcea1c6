"""CISA's catalogue of known exploited vulnerabilities: one JSON document (`vulnerabilities.kev` reads it)."""

from __future__ import annotations

from fieldwatch.vulnerabilities.feeds._feed import FACTS, Feed, Work
from fieldwatch.vulnerabilities.feeds._single import single
from fieldwatch.vulnerabilities.feeds.fetch import Expected
from fieldwatch.vulnerabilities.kev import edition

NAME = "known_exploited_vulnerabilities.json"


def date(data: bytes, source: str) -> str:
    """When the catalogue was released."""
    return edition(data, source).released


def sync(work: Work) -> None:
    """Fetches the catalogue when it changed."""
    single(work, NAME, Expected.JSON, date)


FEED = Feed(kind="kev", brings=FACTS, stale_after_days=7, sync=sync)
