"""A CIP service called, as its readers see it, and the marks that they share."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

from fieldwatch.facts import Values
from fieldwatch.protocols._cip_path import Path
from fieldwatch.protocols._cip_services import Service
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._protocol import Context, Fact, Ignored, Value


class Call(NamedTuple):
    """A service called: what it is, on what, the data of request and answer (None where not seen, or refused), and its surroundings."""

    code: int
    what: Service
    path: Path
    ask: Cursor
    answer: Cursor | None
    component: str
    context: Context


Read = Generator[Fact, None, tuple[str, Values]]
"""What a service's reader yields; it returns what it learned of the object, to stand after the path, and the values."""


def as_value(cursor: Cursor, length: int) -> Iterator[Value]:
    """Passes over `length` bytes of data, and marks them."""
    cursor.skip(length)
    if length:
        yield Value(cursor.side, cursor.at - length, length, "little")


def as_ignored(cursor: Cursor, length: int) -> Iterator[Ignored]:
    """Passes over `length` bytes that mean nothing, and marks them."""
    cursor.skip(length)
    yield Ignored(cursor.side, cursor.at - length, length)


def shown(raw: bytes) -> str:
    """Data of an unknown type: a number where it may be one, else hex, at most 32 bytes of it."""
    return str(int.from_bytes(raw, "little")) if len(raw) <= 8 else raw[:32].hex() + ("..." if len(raw) > 32 else "")
