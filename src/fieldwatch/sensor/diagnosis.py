"""What a check found: how things stand, in words, with what to do."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Standing(StrEnum):
    """How something stands, from well to not."""

    OK = "ok"
    LOOK = "look"
    """It works; somebody should know of it."""
    ACT = "act"
    """Something is missed or will stop working until somebody acts."""


class Diagnosis(NamedTuple):
    """One check: what was looked at, how it stands, what was found, and what to do where it is not well."""

    check: str
    standing: Standing
    words: str
    remedy: str = ""


def worst(found: Iterable[Diagnosis]) -> Standing:
    """The worst standing among them."""
    order = list(Standing)
    return max((one.standing for one in found), key=order.index, default=Standing.OK)


__all__ = ["Diagnosis", "Standing", "worst"]
