"""What a provider lists: asked for only when it changed, kept until then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fieldwatch.vulnerabilities.feeds._feed import Work
from fieldwatch.vulnerabilities.feeds.fetch import Expected

Read = TypeVar("Read")


def listing(work: Work, url: str, expected: Expected, read: Callable[[bytes, str], Read], near: str = "") -> Read:
    """What `read` makes of the document at `url`, or of the one that is kept where it has not changed since.

    Only a listing that can be read is kept; `read` raises Unfetched for one that cannot.
    """
    known = work.drawer.listing(url)
    etag, last_modified = known[1:] if known is not None else ("", "")
    got = work.fetcher.get(url, expected, etag=etag, last_modified=last_modified, near=near)
    if got is None:
        if known is not None:
            return read(known[0], url)
        got = work.fetcher.get(url, expected, near=near)
        assert got is not None, "nothing was known: there is no 304"
    found = read(got.data, url)
    work.drawer.keep_listing(url, got.data, got.etag, got.last_modified)
    return found
