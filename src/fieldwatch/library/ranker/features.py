"""What is compared between a device and the name of a product: some numbers, from which trees make log odds."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

from fieldwatch.library.designation import Designation, code_of, designation
from fieldwatch.library.device import Device
from fieldwatch.library.gazetteer import BEGIN, Known
from fieldwatch.library.likeness import Likeness, Sure
from fieldwatch.library.maker_key import maker_keys, own_words
from fieldwatch.library.ownership import related
from fieldwatch.library.ranker.ngrams import numbers, uncoded
from fieldwatch.library.ranker.space import Placed, Space, cosine

FEATURES = (
    "weight of the device's own runs that the name has",
    "weight of the name's runs that the device has",
    "cosine of runs",
    "cosine of embeddings",
    "numbers of the name that the device has",
    "numbers of the device that the name has",
    "count of numbers in the name",
    "order numbers",
    "rule",
    "words met",
    "rarest word met",
    "words wanted",
    "makers",
    "length of the name against the device's own",
)
"""What each number is, in their order."""

SAME, OWNED, UNKNOWN, OTHER = 1.0, 0.66, 0.33, 0.0
"""Makers of device and product: the same, tied by ownership, one of them not known, strangers."""

DERIVED = 6
"""Derived names that are read."""


class Named(NamedTuple):
    """A product ready to be compared: its maker's usual names, what its name asks for, its order numbers."""

    name: str
    makers: frozenset[str]
    what: Designation
    codes: frozenset[str]


class Asked(NamedTuple):
    """A device ready to be compared; `own` is what it says itself, `all` that with the names that follow from it."""

    device: Device
    own: Placed
    all: Placed
    own_numbers: frozenset[str]
    numbers: frozenset[str]
    near: frozenset[str]
    """Makers tied to its own by ownership."""


def named(known: Known) -> Named:
    """The product, ready; a name with nothing but the maker's own keeps that."""
    makers = maker_keys(known.vendor)
    what = designation(known.name).without(own_words(makers))
    return Named(known.name, makers, what, frozenset((*what.codes, *map(code_of, known.order_numbers))))


def asked(device: Device, space: Space) -> Asked:
    """The device, ready."""
    own = " ".join(map(uncoded, device.called.own))
    derived = tuple(map(uncoded, device.called.derived[:DERIVED]))
    mine = space.place(own)
    everything = space.of(mine.grams.union(*(space.place(name).grams for name in derived))) if derived else mine
    digits = numbers(own)
    near = frozenset(other for maker in device.called.makers for other in related(maker))
    return Asked(device, mine, everything, digits, digits.union(*map(numbers, derived)), near)


def compared(asked: Asked, named: Named, like: Likeness, space: Space) -> tuple[float, ...]:
    """The numbers named by FEATURES. `like` is what the rules say of the two."""
    name = space.place(uncoded(named.name))
    own = asked.own
    met = space.weight(own.grams & name.grams)
    inside = space.weight(asked.all.grams & name.grams)
    digits = numbers(uncoded(named.name))
    return (
        met / own.weight if own.weight else 0.0,
        inside / name.weight if name.weight else 0.0,
        met / math.sqrt(own.weight * name.weight) if met else 0.0,
        cosine(asked.all, name),
        len(digits & asked.numbers) / len(digits) if digits else 0.5,
        len(digits & asked.own_numbers) / len(asked.own_numbers) if asked.own_numbers else 0.5,
        float(min(len(digits), 4)),
        codes(asked.device.called.codes, named.codes, like),
        like.sure / Sure.YES,
        float(min(len(like.words), 5)),
        rarest(like.words, space),
        float(min(len(named.what.hard), 6)),
        tie(asked.device.called.makers, asked.near, named.makers),
        math.log((1 + len(name.grams)) / (1 + len(own.grams))),
    )


def codes(own: frozenset[str], others: frozenset[str], like: Likeness) -> float:
    """Order numbers of both: 1 one is met, 0 nothing is said, -1 they begin alike, -2 they are others."""
    if like.by_code:
        return 1.0
    if not own or not others:
        return 0.0
    return -1.0 if any(one[:BEGIN] == other[:BEGIN] for one in own for other in others) else -2.0


@functools.lru_cache(maxsize=65536)
def tie(mine: frozenset[str], near: frozenset[str], others: frozenset[str]) -> float:
    """How the makers of a device are tied to those of a product."""
    if not mine or not others:
        return UNKNOWN
    if mine & others:
        return SAME
    return OWNED if near & others else OTHER


def rarest(words: frozenset[str], space: Space) -> float:
    """The most that one of the words tells, by its runs."""
    return max((space.place(word).weight for word in words), default=0.0)
