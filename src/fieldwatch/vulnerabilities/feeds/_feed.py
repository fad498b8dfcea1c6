"""The contract of the feeds: one file is one kind of feed, and says in one constant `FEED` what it is and how it is brought up to date.

A source (a line of `data/providers.tsv`) names its kind; the kind is the name of the file beside this one.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fieldwatch.library.table import parse

if TYPE_CHECKING:
    from fieldwatch.vulnerabilities.feeds.fetch import Fetcher
    from fieldwatch.vulnerabilities.feeds.secret import Secret
    from fieldwatch.vulnerabilities.feeds.shelf import Drawer, Shelf

PROVIDERS = Path(__file__).parents[1] / "data" / "providers.tsv"
"""Who publishes what, and where."""

ADVISORIES, FACTS = "advisories", "facts"
"""What a feed brings: CSAF documents, or facts about CVEs."""


class Source(NamedTuple):
    """A place that publishes: `kind` says how it is read, `usual` that a sync without names includes it.

    `archive` holds all its documents in one file, for the first time; `keys` is the provider's metadata where `url` is not.
    """

    name: str
    kind: str
    url: str
    title: str = ""
    usual: bool = True
    archive: str = ""
    keys: str = ""


@dataclass
class Report:
    """What came of a sync or an import: counts, and one line for each fault."""

    name: str
    fetched: int = 0
    unchanged: int = 0
    older: int = 0
    cosmetic: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, line: object) -> None:
        """Takes note of a fault; the same line counts once."""
        text = str(line)
        if text not in self.faults:
            self.faults.append(text)


@dataclass(frozen=True)
class Work:
    """What a feed is brought up to date with."""

    source: Source
    fetcher: Fetcher
    shelf: Shelf
    drawer: Drawer
    report: Report
    now: Callable[[], datetime]
    key: Secret[str] | None = None
    """The key of the NVD's interface."""


@dataclass(frozen=True)
class Feed:
    """A kind of feed. `stale_after_days` says from which age on its data are called stale."""

    kind: str
    brings: str
    stale_after_days: int
    sync: Callable[[Work], None]


def kind(name: str) -> Feed:
    """The kind of feed with this name."""
    feed = importlib.import_module(f"{__package__}.{name}").FEED
    assert isinstance(feed, Feed)
    return feed


class UnusableProviders(Exception):
    """A table of feeds cannot be used: says why and what to do."""


COLUMNS = ("name", "kind", "url", "archive", "keys", "usual", "title")
"""What a table of feeds must have; it may have more."""

KINDS = ("cisa_csaf", "csaf_provider", "epss", "kev", "nvd", "vulnrichment")
"""The files beside this one that hold a `FEED`."""


def sources(table: Path | None = None) -> tuple[Source, ...]:
    """All sources of a table (the one that comes along), in its order. Raises UnusableProviders."""
    path = table if table is not None else PROVIDERS
    try:
        read = parse(path.read_text(encoding="utf-8"))
        rows = [dict(zip(read.columns, row, strict=True)) for row in read.rows]
        found = tuple(
            Source(row["name"], row["kind"], row["url"], row["title"], row["usual"] == "yes", row["archive"], row["keys"]) for row in rows
        )
    except (OSError, UnicodeDecodeError, ValueError, KeyError, IndexError) as error:
        columns = ", ".join(COLUMNS)
        raise UnusableProviders(f"{path}: no table of feeds ({error}); columns {columns}, apart by tabs, are needed") from None
    for one in found:
        if one.kind not in KINDS or not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", one.name):
            raise UnusableProviders(
                f"{path}: feed {one.name!r} of kind {one.kind!r}; kinds are {', '.join(KINDS)}, names a-z, 0-9, - and _"
            )
    return found


class UnknownSource(Exception):
    """A name that no source has: says which there are."""


def chosen(names: Iterable[str], known: Iterable[Source]) -> list[Source]:
    """The sources with these names; without names, the usual ones."""
    by_name = {one.name: one for one in known}
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in by_name:
            raise UnknownSource(f"{name}: no such feed; there are {', '.join(by_name)}: name one of them, or none for the usual ones")
    return [by_name[name] for name in wanted] if wanted else [one for one in by_name.values() if one.usual]
