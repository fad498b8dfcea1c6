"""A sign of an exposure, before it becomes a finding."""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts import Evidence

MOST_NAMED = 4
"""Names in one line; of more, the rest is counted."""


class Sign(NamedTuple):
    """`exposure` is an id of `data/exposures.tsv`; `about` tells several of one device apart; `protocol` is where it is reached by."""

    asset: str
    component: str
    exposure: str
    protocol: str
    about: str
    field: str
    value: str
    evidence: tuple[Evidence, ...]
    peers: tuple[str, ...] = ()


def listed(names: tuple[str, ...]) -> str:
    """The names on one line: the first few, and how many more there are."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
