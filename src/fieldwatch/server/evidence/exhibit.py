"""What is to be proved: a statement, with the places in which it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from fieldwatch.facts import Span
from fieldwatch.store.models import Source


class Place(NamedTuple):
    """Where it stands: the source, when it was seen (ns), the protocol that read it, the bytes."""

    source: Source
    seen_ns: int
    protocol: str
    spans: tuple[Span, ...]

    @property
    def frame(self) -> int:
        """The first frame; 0 without one."""
        return self.spans[0].frame if self.spans else 0


class Said(NamedTuple):
    """One line about it: what, its value, and how sure or why."""

    label: str
    value: str
    why: str = ""


class Exhibit(NamedTuple):
    """A statement to be proved. `subject` is what it is about, `rule` what decided it, `rivals` what else is said; `total` counts places.

    `judged` is for a bundle: the range and the value, where a range decided.
    """

    title: str
    subject: str
    said: tuple[Said, ...]
    places: tuple[Place, ...]
    total: int
    rule: str = ""
    rivals: tuple[Said, ...] = ()
    judged: Mapping[str, Any] | None = None


def places(rows: Iterable[Any], sources: dict[int, Source]) -> tuple[Place, ...]:
    """The places of rows [source id, seen_ns, protocol, spans]; those of sources that are gone, or may not be seen, are left out."""
    return tuple(
        Place(sources[source], seen_ns, protocol, tuple(Span(*span) for span in spans))
        for source, seen_ns, protocol, spans in rows
        if source in sources
    )


def sources_of(rows: Iterable[Any]) -> dict[int, Source]:
    """The sources that the rows name."""
    return Source.objects.select_related("site", "sensor").in_bulk({row[0] for row in rows})
