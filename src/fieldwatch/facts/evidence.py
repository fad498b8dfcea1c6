"""Where a fact stands in the recorded bytes."""

from typing import NamedTuple


class Span(NamedTuple):
    """Bytes of one captured frame. `frame` counts from 1 within its capture file; `offset` and `length` are in bytes of the frame."""

    frame: int
    offset: int
    length: int


class Evidence(NamedTuple):
    """The proof of a fact: a source, the bytes in it, when they were seen (ns, UTC) and the protocol that read them.

    `source` is the identity of the capture file (see `wire.source`), or a sensor and its epoch.
    """

    source: str
    spans: tuple[Span, ...]
    seen_ns: int
    protocol: str

    @property
    def frame(self) -> int:
        """The first frame that proves the fact; 0 where the fact stands in no frame."""
        return self.spans[0].frame if self.spans else 0
