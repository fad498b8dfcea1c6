"""The contract of a bench file: one constant `PART`, whose `run` measures and says what it found."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Promise(NamedTuple):
    """A limit that the project sets itself, and what was measured against it."""

    what: str
    wanted: str
    measured: str
    kept: bool


class Outcome(NamedTuple):
    """What a bench found: the text of its result (tables, in Markdown), and the promises that it can judge."""

    text: str
    promises: tuple[Promise, ...] = ()


class Part(NamedTuple):
    """One bench. `about` is its line in the list; `run` is given how often to repeat each measurement, `times` unless told otherwise.

    `lacks` says what is not on this machine, without measuring anything; "" where all is there.
    """

    name: str
    about: str
    run: Callable[[int], Outcome]
    times: int
    lacks: Callable[[], str] = str


class Group(NamedTuple):
    """Benches that are measured one after the other; what each of them promises is summed up in one result."""

    name: str
    about: str
    parts: tuple[str, ...]


class Spoilt(Exception):
    """Something happened while it was measured that makes the figures worthless."""


class Missing(Exception):
    """Something that the bench needs is not on this machine; the text says what, and how to bring it."""
