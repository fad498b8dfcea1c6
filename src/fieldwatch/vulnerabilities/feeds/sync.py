"""All feeds brought up to date, one after the other: what goes wrong with one leaves the others, and all old data, as they are."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from fieldwatch.vulnerabilities.csaf import UnreadableDocument
from fieldwatch.vulnerabilities.epss import UnreadableScores
from fieldwatch.vulnerabilities.feeds._feed import Report, Source, Work, kind
from fieldwatch.vulnerabilities.feeds.fetch import Fetcher, Unfetched
from fieldwatch.vulnerabilities.feeds.secret import Secret
from fieldwatch.vulnerabilities.feeds.shelf import Shelf
from fieldwatch.vulnerabilities.kev import UnreadableCatalogue
from fieldwatch.vulnerabilities.ssvc import UnreadableDecisions

log = logging.getLogger(__name__)

FAULTY = (Unfetched, UnreadableDocument, UnreadableCatalogue, UnreadableScores, UnreadableDecisions)
"""What a server can do wrong. All else is a bug of ours."""


def now() -> datetime:
    """The time, UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def sync(
    shelf: Shelf,
    sources: Iterable[Source],
    fetcher: Fetcher,
    *,
    key: Secret[str] | None = None,
    clock: Callable[[], datetime] = now,
    begun: Callable[[Source], None] = lambda source: None,
) -> list[Report]:
    """Brings the shelf up to date with the sources. `begun` is told each source before it is asked. Raises UnusableShelf."""
    with shelf.held():
        return [_one(shelf, source, fetcher, key, clock, begun) for source in sources]


def _one(
    shelf: Shelf,
    source: Source,
    fetcher: Fetcher,
    key: Secret[str] | None,
    clock: Callable[[], datetime],
    begun: Callable[[Source], None],
) -> Report:
    begun(source)
    feed, report = kind(source.kind), Report(source.name)
    with shelf.drawer(source.name, feed.brings) as drawer:
        try:
            feed.sync(Work(source, fetcher, shelf, drawer, report, clock, key))
            drawer.state["listed"] = clock().isoformat()
        except FAULTY as error:
            report.fault(error)
        drawer.state.update(url=source.url, kind=source.kind, asked=clock().isoformat(), faults=report.faults)
        log.info("%s: %d fetched, %d unchanged, %d faults", source.name, report.fetched, report.unchanged, len(report.faults))
    return report
