"""Pairs of a device and a known product, with what is true of them; made from the names that the feeds bring.

A device is a rendering of a known name. A product is right for it if its name asks for nothing that the true text does not have and says
every number of it, or gives its order number; wrong if it asks for something else; left out where neither is certain (a wider name).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench._answers import ready
from tools.training.renderings import Rendering, other, rendered, spelled

from fieldwatch.library.designation import designation
from fieldwatch.library.device import Device
from fieldwatch.library.gazetteer import Gazetteer, Known
from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import Sure, likeness
from fieldwatch.library.ownership import vendors
from fieldwatch.library.ranker.features import Asked, Named, compared, named
from fieldwatch.library.ranker.ngrams import uncoded
from fieldwatch.library.ranker.rank import Listed, Ranker
from fieldwatch.library.wording import wording

RENDERINGS = 2
"""Devices made of each name."""

STRANGERS = 0.25
"""Devices made so that they are no known product, for each that is."""

NEAR, FAR = 10, 2
"""Products compared with a device: the nearest, and some further away."""


class Pair(NamedTuple):
    """The numbers compared, whether the device is the product, and the number of the name that the device was made of."""

    numbers: tuple[float, ...]
    right: bool
    group: int


def truly(truth: Identity, gazetteer: Gazetteer) -> tuple[Device, tuple[str, ...]]:
    """The device that the text is, and the words that its name has to say: those with numbers, all where there is none."""
    hard = [word for wanted in designation(truth.product).wanted if not wanted.soft for word in wanted.words]
    numbered = [word for word in hard if any(sign.isdigit() for sign in word)]
    return ready(truth, gazetteer), tuple(numbered or hard)


def verdict(product: Named, true: Device, words: Sequence[str]) -> bool | None:
    """Whether the product is the device; None where that is not certain."""
    like = likeness(product.what, product.codes, true)
    if like.by_code:
        return True
    if like.sure is Sure.NO:
        return False
    phrases = wording(uncoded(product.name)).phrases.union(*(wanted.words for wanted in product.what.wanted))
    said = all(word in phrases for word in words) or product.what.family or any(wanted.patterns for wanted in product.what.wanted)
    return True if like.sure is Sure.YES and said else None


def pairs(known: Sequence[Known], gazetteer: Gazetteer, ranker: Ranker, seed: int) -> Iterator[Pair]:
    """All pairs, in an order that depends on nothing but the arguments."""
    chance = random.Random(seed)
    spellings: dict[frozenset[str], list[str]] = {}
    for one in known:
        spellings.setdefault(vendors(one.vendor), []).append(one.vendor)
    seen: set[tuple[frozenset[str], str]] = set()
    for group, one in enumerate(known):
        makers = vendors(one.vendor)
        if (makers, one.name) in seen or not makers:
            continue
        seen.add((makers, one.name))
        product = named(one)
        for _ in range(RENDERINGS):
            vendor = spelled(one.vendor, spellings[makers], chance)
            code = chance.choice(sorted(product.codes)) if product.codes else ""
            made = rendered(one.name, code, vendor, product.what, chance)
            yield from _of(made, product, Listed(product, one.vendor, one.name), gazetteer, ranker, chance, group)
            if chance.random() < STRANGERS:
                truth, said = other(made.truth, chance), made.identity
                stranger = Rendering(Identity(said.vendor, truth), truth)
                if truth:
                    yield from _of(stranger, product, None, gazetteer, ranker, chance, group)


def _of(
    made: Rendering, product: Named, own: Listed | None, gazetteer: Gazetteer, ranker: Ranker, chance: random.Random, group: int
) -> Iterator[Pair]:
    code = min(product.codes, default="") if own else ""
    true, words = truly(Identity(min(product.makers), made.truth, code), gazetteer)
    asked = ranker.ask(ready(made.identity, gazetteer))
    found = ranker.candidates(asked)
    chosen = found[:NEAR] + chance.sample(found[NEAR:], min(FAR, len(found[NEAR:])))
    if own and all(one.name != own.name for one in chosen):
        chosen.append(own)
    for one in chosen:
        right = verdict(one.named, true, words)
        if right is not None and not (own is None and right):
            yield Pair(numbers(asked, one.named, ranker), right, group)


def numbers(asked: Asked, product: Named, ranker: Ranker) -> tuple[float, ...]:
    """What is compared."""
    return compared(asked, product, likeness(product.what, product.codes, asked.device), ranker.model.space)
