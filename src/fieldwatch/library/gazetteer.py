"""Products that are known by name, as the feeds bring them: order numbers with their names, and how rare each word is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from fieldwatch.library.designation import MLFB, Designation, code_of, designation
from fieldwatch.library.maker_key import maker_keys


class Known(NamedTuple):
    """A product as some document names it, with the order numbers that it gives for it."""

    vendor: str
    name: str
    order_numbers: tuple[str, ...] = ()


class Gazetteer:
    """Known products. `named` maps an order number to names; `words` the makers to the words of their products' names."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.named: dict[str, tuple[str, ...]] = {}
        self.begins: dict[str, tuple[str, ...]] = {}
        self.words: dict[str, dict[str, int]] = {}
        told: dict[tuple[str, str], Designation] = {}
        for one in dict.fromkeys(known):
            what = told.get((one.vendor, one.name)) or designation(one.name)
            for code in {*what.codes, *map(code_of, one.order_numbers)}:
                self._add(self.named, code, one.name)
                if len(code) >= BEGIN + 4:
                    self._add(self.begins, code[:BEGIN], one.name)
            if (one.vendor, one.name) not in told:
                told[one.vendor, one.name] = what
                for maker in maker_keys(one.vendor):
                    counts = self.words.setdefault(maker, {})
                    for word in {word for wanted in what.wanted for word in wanted.words}:
                        counts[word] = counts.get(word, 0) + 1

    @staticmethod
    def _add(where: dict[str, tuple[str, ...]], code: str, name: str) -> None:
        if name not in where.get(code, ()):
            where[code] = (*where.get(code, ()), name)

    def names(self, code: str) -> tuple[str, ...]:
        """The names of an order number; where it is not known, those of all with the same first ten signs (another hardware)."""
        return self.named.get(code) or (self.begins.get(code[:BEGIN], ()) if MLFB.fullmatch(code) else ())

    def weight(self, maker: str, word: str) -> float:
        """How much a word tells one product of a maker from another: 0 when all have it, the more the rarer."""
        counts = self.words.get(maker, {})
        return math.log((1 + sum(counts.values())) / (1 + counts.get(word, 0)))


BEGIN = 10
"""Signs of a Siemens order number before the version of the hardware: 6ES7511-1AK."""
