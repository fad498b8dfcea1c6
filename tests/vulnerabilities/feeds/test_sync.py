"""All feeds together: one that fails leaves the others as they are, and a sync that is killed is as if it had never been disturbed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.vulnerabilities.feeds.conftest import BEGIN, Handler, Provider, Run, Server, contents
from tests.vulnerabilities.test_kev import catalogue

from fieldwatch.vulnerabilities.feeds._feed import Source
from fieldwatch.vulnerabilities.feeds.fetch import Fetcher
from fieldwatch.vulnerabilities.feeds.shelf import Shelf, UnusableShelf
from fieldwatch.vulnerabilities.feeds.sync import sync

CHILD = """
import sys
from pathlib import Path
from fieldwatch.vulnerabilities.feeds._feed import Source
from fieldwatch.vulnerabilities.feeds.fetch import Fetcher
from fieldwatch.vulnerabilities.feeds.shelf import Shelf
from fieldwatch.vulnerabilities.feeds.sync import sync
sync(Shelf(Path(sys.argv[1])), [Source("acme", "csaf_provider", sys.argv[2])], Fetcher())
"""


def test_one_feed_that_fails_leaves_the_others(shelf: Shelf, fetcher: Fetcher, server: Server, provider: Provider) -> None:
    provider.publish("ACME-1")
    server.tree["/kev.json"] = catalogue()
    sources = [Source("bad", "csaf_provider", server.url("/none.json")), provider.source, Source("kev", "kev", server.url("/kev.json"))]
    told: list[str] = []
    reports = sync(shelf, sources, fetcher, clock=lambda: BEGIN, begun=lambda source: told.append(source.name))
    assert [(one.name, one.fetched, len(one.faults)) for one in reports] == [("bad", 0, 1), ("acme", 1, 0), ("kev", 1, 0)]
    assert told == ["bad", "acme", "kev"]
    assert "listed" not in shelf.drawer("bad", "advisories").state
    assert shelf.drawer("acme", "advisories").state["listed"] == BEGIN.isoformat()


def test_two_at_once_are_refused(shelf: Shelf, fetcher: Fetcher) -> None:
    with shelf.held(), pytest.raises(UnusableShelf):
        sync(shelf, [], fetcher)


@pytest.mark.parametrize("after", [0, 1, 7, 19])
def test_a_sync_that_is_killed_and_begun_again_is_as_undisturbed(
    after: int, shelf: Shelf, run: Run, server: Server, provider: Provider, tmp_path: Path
) -> None:
    paths = [provider.publish(f"ACME-{number:02}") for number in range(20)]
    undisturbed = Run(Shelf(tmp_path / "undisturbed"), run.fetcher)
    undisturbed(provider.source)

    def kill(handler: Handler) -> None:
        """Kills who asks, in the middle of its document."""
        handler.send_response(200)
        handler.send_header("Content-Length", "9999")
        handler.end_headers()
        handler.wfile.write(b'{"document": {')
        handler.wfile.flush()
        child.send_signal(signal.SIGKILL)
        child.wait(60)
        handler.die()

    server.wrong[paths[after]] = kill
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(shelf.root), provider.source.url])
    assert child.wait(60) == -signal.SIGKILL
    before = contents(shelf)
    assert len(before) == after
    server.wrong.clear()
    server.asked.clear()
    report = run(provider.source)
    assert (report.fetched, report.unchanged, report.faults) == (20 - after, after, [])
    assert contents(shelf) == contents(undisturbed.shelf)
    assert not list((shelf.root / "partial").iterdir())
    facts = [
        {name: (one.sha256, one.stamp, one.hash, one.signature) for name, one in place.drawer("acme", "advisories").entries.items()}
        for place in (shelf, undisturbed.shelf)
    ]
    assert facts[0] == facts[1]
