"""Networks as lines of text, as people type them: `network, name, zone`."""

from __future__ import annotations

from typing import NamedTuple

MOST_LINES = 500


class BadLine(ValueError):
    """A line cannot be read: says which, what was read, and what is allowed."""


class Line(NamedTuple):
    """One network; name and zone may be empty."""

    network: str
    name: str
    zone: str


def read(text: str) -> list[Line]:
    """The lines; empty ones and those that begin with # say nothing. Raises BadLine."""
    from fieldwatch.store.deciding import Refused
    from fieldwatch.store.places import network

    made: list[Line] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = [part.strip() for part in line.split(",")]
        if len(parts) > 3 or len(made) >= MOST_LINES:
            raise BadLine(f"line {number}: {line[:80]} was read; network, name, zone is allowed, in {MOST_LINES} lines at most")
        try:
            parts[0] = network(parts[0])
        except Refused as error:
            raise BadLine(f"line {number}: {error}") from None
        made.append(Line(*[*parts, "", ""][:3]))
    return made
