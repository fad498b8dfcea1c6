"""Known products ranked for a device: the nearest names of its makers, each with the probability that the device is it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fieldwatch.library.designation import code_of
from fieldwatch.library.device import Device
from fieldwatch.library.gazetteer import BEGIN, Known
from fieldwatch.library.likeness import Likeness, Sure, likeness
from fieldwatch.library.ownership import vendors
from fieldwatch.library.ranker.features import Asked, Named, asked, named
from fieldwatch.library.ranker.model import Model, model
from fieldwatch.library.ranker.nearest import Nearest
from fieldwatch.library.ranker.ngrams import squeezed
from fieldwatch.library.resolution import Candidate

MOST = 5
"""Alternatives that are given."""

LEAST = 0.05
"""A candidate below this is none."""


class Alias(NamedTuple):
    """Another name for a product, as a person taught it: what a device says of itself, and what it is."""

    said_vendor: str
    said: str
    said_order_number: str
    vendor: str
    name: str


Kept = Iterable[tuple[str, Named, Likeness]]
"""Products that the rules say a device may be called by: the vendor as its document writes it, the product, what the rules say."""


class Listed(NamedTuple):
    """A product in the index: what is compared, and what is answered."""

    named: Named
    vendor: str
    name: str


class Ranker:
    """The products of a gazetteer, and aliases that were taught. Indexes are made when they are first needed."""

    def __init__(self, known: Iterable[Known], aliases: Iterable[Alias] = (), learned: Model | None = None) -> None:
        self.model = learned or model()
        self._listed: list[Listed] = []
        self._taught: list[Listed] = []
        self._by_maker: dict[str, list[Listed]] = {}
        self._by_code: dict[str, list[Listed]] = {}
        self._indexes: dict[str, Nearest] = {}
        for one in dict.fromkeys(known):
            self._take(Listed(named(one), _canonical(one.vendor), one.name))
        for alias in aliases:
            self.teach(alias)

    def teach(self, alias: Alias) -> None:
        """Takes up an alias: a device that is called nearly so is ranked to its product from now on."""
        numbers = (alias.said_order_number,) if alias.said_order_number else ()
        for text in filter(None, (alias.said, *numbers)):
            taught = Listed(named(Known(alias.said_vendor, text, numbers)), _canonical(alias.vendor), alias.name)
            self._taught.append(taught)
            self._take(taught)

    def _take(self, one: Listed) -> None:
        for maker in one.named.makers or (NOBODY,):
            self._by_maker.setdefault(maker, []).append(one)
            self._indexes.pop(maker, None)
        self._listed.append(one)
        self._indexes.pop(ALL, None)
        for code in one.named.codes:
            self._by_code.setdefault(code_of(code)[:BEGIN], []).append(one)

    def ask(self, device: Device) -> Asked:
        """The device, ready to be compared."""
        return asked(device, self.model.space)

    def certainty(self, asked: Asked, named: Named, like: Likeness) -> float:
        """The probability that the device is this product, of which the rules say `like`."""
        return self.model.certainty(asked, named, like)

    def answered(self, asked: Asked, kept: Kept = (), count: int = MOST) -> tuple[Candidate, ...]:
        """The known products that the device is, best first, each name once; the score of the first is that of the whole answer.

        Where the rules are sure of one, theirs and the taught ones are all; else the products nearest by their names are looked at, too.
        These are for a person to choose from: no verdict stands on them.
        """
        told: dict[tuple[str, frozenset[str], Likeness], Candidate] = {}
        for vendor, product, like in kept:
            key = (product.name, product.makers, like)
            if key not in told:
                told[key] = Candidate(_canonical(vendor), product.name, self.model.certainty(asked, product, like))
        if any(like.sure is Sure.YES for _, _, like in told):
            taught = [one for one in self._taught if not asked.device.called.makers.isdisjoint(one.named.makers)]
            return _best((*told.values(), *self._judged(asked, taught)), count)
        return _best((*told.values(), *self.ranked(asked, count)), count)

    def ranked(self, asked: Asked, count: int = MOST) -> tuple[Candidate, ...]:
        """The products nearest to the device by their names, best first, each name once."""
        return _best(self._judged(asked, self.candidates(asked)), count)

    def _judged(self, asked: Asked, listed: Iterable[Listed]) -> Iterator[Candidate]:
        for one in listed:
            like = likeness(one.named.what, one.named.codes, asked.device)
            yield Candidate(one.vendor, one.name, self.model.certainty(asked, one.named, like))

    def candidates(self, asked: Asked) -> list[Listed]:
        """The products worth a look: the nearest names of the device's makers (of all, where they are not known) and its order numbers'."""
        found: dict[int, Listed] = {}
        for place in self._places(asked):
            listed = self._of(place)
            for number in self._index(place).to(asked.all):
                found[id(listed[number])] = listed[number]
        makers = asked.device.called.makers | asked.near
        for code in sorted(asked.device.called.codes):
            for one in self._by_code.get(code[:BEGIN], ()):
                if not makers or not one.named.makers or not makers.isdisjoint(one.named.makers):
                    found[id(one)] = one
        return list(found.values())

    def listed(self, asked: Asked) -> list[Listed]:
        """All products of the device's makers; all there are, where the feeds know none of them."""
        return list({id(one): one for place in self._places(asked) for one in self._of(place)}.values())

    def _places(self, asked: Asked) -> list[str]:
        """The indexes in which the device is looked for: its makers', and that of products without one."""
        makers = asked.device.called.makers | asked.near
        if makers.isdisjoint(self._by_maker):
            return [ALL]
        return [maker for maker in (NOBODY, *sorted(makers)) if maker in self._by_maker]

    def _of(self, place: str) -> list[Listed]:
        return self._listed if place == ALL else self._by_maker[place]

    def _index(self, place: str) -> Nearest:
        index = self._indexes.get(place)
        if index is None:
            index = self._indexes[place] = Nearest((one.named.name for one in self._of(place)), self.model.space)
        return index


def _canonical(vendor: str) -> str:
    """The usual names of the makers whom a document names."""
    return ", ".join(sorted(vendors(vendor))) or vendor


def _best(found: Iterable[Candidate], count: int) -> tuple[Candidate, ...]:
    best: dict[str, Candidate] = {}
    for one in found:
        key = squeezed(one.name)
        if one.score >= LEAST and (key not in best or one.score > best[key].score):
            best[key] = one
    return tuple(sorted(best.values(), key=lambda one: (-one.score, one.name, one.vendor))[:count])


ALL, NOBODY = "\0all", ""
"""The index of all products, and that of products without a maker; no maker is called so."""
