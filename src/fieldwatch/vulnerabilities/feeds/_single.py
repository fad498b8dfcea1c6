"""A feed that is one document: fetched when it changed, read before it takes the place of the old one."""

from __future__ import annotations

from collections.abc import Callable

from fieldwatch.vulnerabilities.feeds._feed import Work
from fieldwatch.vulnerabilities.feeds.fetch import Expected
from fieldwatch.vulnerabilities.feeds.shelf import entry


def single(work: Work, name: str, expected: Expected, read: Callable[[bytes, str], str]) -> None:
    """Brings the document `name` up to date. `read` returns the date that it gives itself, and raises for one that cannot be used."""
    url, known = work.source.url, work.drawer.entries.get(name)
    etag, last_modified = (known.etag, known.last_modified) if known is not None else ("", "")
    got = work.fetcher.get(url, expected, etag=etag, last_modified=last_modified)
    if got is None:
        work.report.unchanged += 1
        return
    date = read(got.data, url)
    if known is not None and date < known.stamp:
        work.report.older += 1
        work.report.fault(f"{url}: of {date}, ours is of {known.stamp}; a newer one is needed: ours stays in force")
        return
    work.report.fetched += 1
    more = {"stamp": date, "etag": got.etag, "last_modified": got.last_modified}
    work.drawer.put(entry(name, url, got.data, work.now().isoformat(), **more), got.data)
