"""What the objects of a DNP3 message say, gathered while they are read."""

from __future__ import annotations

from dataclasses import dataclass, field

from fieldwatch.protocols._protocol import At


@dataclass(slots=True)
class Content:
    """What the objects of a message say. `spans` are the value bytes: offset and length, neighbours joined."""

    groups: set[int] = field(default_factory=set)
    objects: list[str] = field(default_factory=list)
    values: list[tuple[str, str]] = field(default_factory=list)
    result: str = ""
    to_write: bool = False
    credentials: tuple[str, bytes, At] | None = None
    spans: list[list[int]] = field(default_factory=list)

    def value(self, offset: int, length: int) -> None:
        """Marks bytes as value."""
        if self.spans and sum(self.spans[-1]) == offset:
            self.spans[-1][1] += length
        elif length:
            self.spans.append([offset, length])
