"""How old each feed is: both sides of each limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.vulnerabilities.feeds.conftest import BEGIN, Provider, Run, Server

from fieldwatch.vulnerabilities.feeds._feed import Source, sources
from fieldwatch.vulnerabilities.feeds.shelf import Shelf, entry
from fieldwatch.vulnerabilities.feeds.status import BY_HAND_DAYS, standings


def test_an_empty_shelf_has_the_usual_feeds(shelf: Shelf) -> None:
    found = standings(shelf, sources(), BEGIN)
    assert [one.name for one in found] == [one.name for one in sources() if one.usual]
    assert {(one.state, one.documents, one.as_of, one.age_days) for one in found} == {("none", 0, "", None)}


@pytest.mark.parametrize(("days", "state"), [(0, "fresh"), (7, "fresh"), (8, "stale"), (400, "stale")])
def test_a_feed_is_stale_after_its_days(days: int, state: str, provider: Provider, run: Run, shelf: Shelf) -> None:
    provider.publish("ACME-1")
    run(provider.source)
    (one,) = standings(shelf, [provider.source], BEGIN + timedelta(days=days, hours=23))
    assert (one.state, one.age_days, one.documents, one.verified, one.stale_after_days) == (state, days, 1, 1, 7)


def test_a_feed_whose_listing_fails_ages(provider: Provider, run: Run, shelf: Shelf, server: Server) -> None:
    provider.publish("ACME-1")
    run(provider.source)
    server.tree.clear()
    for _ in range(9):
        run(provider.source)
    (one,) = standings(shelf, [provider.source], run.now)
    assert (one.state, one.as_of) == ("stale", BEGIN.isoformat())
    assert one.faults == (f"{provider.source.url}: HTTP 404, there is no such document; check the address",)


def test_one_document_that_is_refused_does_not_make_a_feed_stale(provider: Provider, run: Run, shelf: Shelf, server: Server) -> None:
    provider.publish("ACME-1")
    server.tree[provider.publish("ACME-2")] = b"{}"
    for _ in range(9):
        run(provider.source)
    (one,) = standings(shelf, [provider.source], run.now)
    assert (one.state, len(one.faults)) == ("fresh", 1)


@pytest.mark.parametrize(("days", "state"), [(BY_HAND_DAYS, "fresh"), (BY_HAND_DAYS + 1, "stale")])
def test_what_was_brought_in_is_as_old_as_its_newest_date(days: int, state: str, shelf: Shelf) -> None:
    with shelf.drawer("imported", "advisories") as drawer:
        for name, stamp in (("a.json", "2020-01-01T00:00:00Z"), ("b.json", BEGIN.isoformat()), ("c.json", "no date")):
            drawer.put(entry(name, "u", b"{}", "2026-01-09T00:00:00+00:00", stamp=stamp), b"{}")
    (one,) = standings(shelf, [], BEGIN + timedelta(days=days))
    assert (one.name, one.state, one.documents) == ("imported", state, 3)


def test_what_gives_no_date_is_not_fresh(shelf: Shelf) -> None:
    with shelf.drawer("ssvc", "facts") as drawer:
        drawer.put(entry("0-hand.jsonl", "u", b"{}", BEGIN.isoformat()), b"{}")
    (one,) = standings(shelf, [Source("ssvc", "vulnrichment", "https://feeds.example/")], BEGIN)
    assert (one.state, one.as_of, one.age_days) == ("stale", "", None)
