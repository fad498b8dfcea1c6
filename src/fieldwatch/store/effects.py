"""Effects as bits: a conversation's effects in one number, so that a list can be filtered by them."""

from __future__ import annotations

from collections.abc import Iterable

from fieldwatch.facts import DANGEROUS, Effect

BIT = {effect: 1 << number for number, effect in enumerate(Effect)}
"""Numbers are stored: a new effect comes last."""


def bits(effects: Iterable[Effect | str]) -> int:
    """The number that has these effects."""
    found = 0
    for one in effects:
        found |= BIT[Effect(one)]
    return found


def effects(number: int) -> tuple[Effect, ...]:
    """The effects that are in a number, in their order."""
    return tuple(effect for effect, bit in BIT.items() if number & bit)


CHANGING = bits(DANGEROUS)
"""The effects that change what the plant does."""
