"""A reader of one message's bytes that never reads past the end without saying so."""

from __future__ import annotations

from fieldwatch.protocols._protocol import At, Short, Side


class Cursor:
    """Reads numbers and bytes from `data` one after the other; `at` is the offset of the next. Past `end`, `Short` is raised."""

    # The readers of this class are what reading costs: `take`, `skip`, `u8` and `u16` check the end each by itself, without a call.
    __slots__ = ("at", "data", "end", "side")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None, side: Side = Side.REQUEST) -> None:
        self.data, self.at, self.end, self.side = data, at, len(data) if end is None else min(end, len(data)), side

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return self.end - self.at

    def take(self, length: int) -> bytes:
        """The next `length` bytes."""
        at = self.at
        if length < 0 or at + length > self.end:
            raise Short(self.side, at, length, max(0, self.end - at))
        self.at = at + length
        return self.data[at : at + length]

    def skip(self, length: int) -> None:
        """Passes over `length` bytes."""
        at = self.at
        if length < 0 or at + length > self.end:
            raise Short(self.side, at, length, max(0, self.end - at))
        self.at = at + length

    def u8(self) -> int:
        """The next byte."""
        at = self.at
        if at >= self.end:
            raise Short(self.side, at, 1, 0)
        self.at = at + 1
        return self.data[at]

    def u16(self) -> int:
        """The next two bytes, big-endian."""
        at = self.at
        if at + 2 > self.end:
            raise Short(self.side, at, 2, max(0, self.end - at))
        self.at = at + 2
        return self.data[at] << 8 | self.data[at + 1]

    def u32(self) -> int:
        """The next four bytes, big-endian."""
        return int.from_bytes(self.take(4), "big")

    def u16le(self) -> int:
        """The next two bytes, little-endian."""
        at = self.at
        if at + 2 > self.end:
            raise Short(self.side, at, 2, max(0, self.end - at))
        self.at = at + 2
        return self.data[at] | self.data[at + 1] << 8

    def u32le(self) -> int:
        """The next four bytes, little-endian."""
        return int.from_bytes(self.take(4), "little")

    def rest(self) -> bytes:
        """All bytes that are left."""
        return self.take(self.left)

    def span(self, length: int) -> At:
        """Where the `length` bytes before the next one stand."""
        return At(self.side, self.at - length, length)


def text(raw: bytes, encoding: str = "utf-8") -> str:
    """Text of a device as one line: cut at the first NUL, undecodable bytes as U+FFFD, runs of white space as one space, trimmed."""
    return " ".join(raw.split(b"\0", 1)[0].decode(encoding, "replace").split())
