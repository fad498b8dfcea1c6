"""What the library makes of an identity: the answer, with the way to it."""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """One step of reasoning: at this stage `read` gave `concluded`, because of `source` (a table's row, a grammar, a person)."""

    stage: str
    read: str
    concluded: str
    source: str


class Candidate(NamedTuple):
    """A product that the identity may be; `score` is the probability that it is, 0 to 1."""

    vendor: str
    name: str
    score: float


class Resolution(NamedTuple):
    """A canonical product; "" for what cannot be said.

    `names` are all names by which this device may rightly be called, from its own model to the widest family. `score` is calibrated: of the
    answers with 0.9, nine in ten are right. `firmware` is the text of the version alone, `scheme` how its maker counts versions.
    """

    vendor: str
    family: str
    model: str
    order_number: str
    hardware: str
    firmware: str
    scheme: str
    score: float
    names: tuple[str, ...]
    alternatives: tuple[Candidate, ...]
    trail: tuple[Step, ...]
