"""A model of devices as it is remembered: its names, the products of advisories near them, and which of these it may be called by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fieldwatch.library.designation import kinds
from fieldwatch.library.device import Device, device
from fieldwatch.library.gazetteer import Gazetteer
from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import Likeness, likeness
from fieldwatch.library.makers import maker
from fieldwatch.library.ownership import related
from fieldwatch.library.ranker.features import asked as asked_of
from fieldwatch.library.ranker.model import model as learned_model
from fieldwatch.library.ranker.rank import MOST
from fieldwatch.library.resolution import Candidate, Resolution
from fieldwatch.library.resolve import Called, resolve
from fieldwatch.library.wording import has_digit
from fieldwatch.vulnerabilities.entry import Entry
from fieldwatch.vulnerabilities.judge import Kept
from fieldwatch.vulnerabilities.place import Placed, asked


class Near(NamedTuple):
    """A product that a model may be called by: how sure, and how sure where the device's version begins with the product's `tail`."""

    product: Placed
    like: Likeness
    tailed: Likeness


class Model:
    """A model: all that is the same for its devices, whatever their version and serial number."""

    __slots__ = ("called", "cells", "devices", "kept", "makers", "near", "resolution", "weighed")

    def __init__(self, cells: Identity, gazetteer: Gazetteer) -> None:
        self.cells = cells
        self.devices: dict[Identity, str] = {}
        """Each device of the model that was asked about, with the first number of its version."""
        self.near: list[Near] = []
        self.kept: dict[str, Kept] = {}
        """What is kept of `near` for each number that may end a product's name; "" for all other numbers."""
        self.weighed: dict[tuple[str, Likeness], Likeness] = {}
        """Name and likeness of a product -> the likeness with the probability."""
        self.resolution: Resolution
        self.called: Called
        self.makers: frozenset[str]
        self._name(gazetteer)

    def _name(self, gazetteer: Gazetteer) -> None:
        self.resolution, self.called = resolve(self.cells, gazetteer)
        near = self.called.makers | {other for maker in self.called.makers for other in related(maker)}
        self.makers = near | {other for maker in near for other in related(maker)}

    def asks(self) -> frozenset[str]:
        """The keys of all products that it may be called by."""
        return frozenset(asked(self.device(), self.makers))

    def keep(self, number: str) -> Kept:
        """The products that a device of the model may be called by, whose version begins with this number."""
        tail = number if any(near.product.tail == number for near in self.near) else ""
        kept = self.kept.get(tail)
        if kept is None:
            one = self.device()
            likes = [(near.product.entry, near.tailed if near.product.tail == tail else near.like) for near in self.near]
            alike = sorted(((entry, like) for entry, like in likes if like.sure), key=_says_most)
            called = [(entry, like) for entry, like in alike if not _wider(entry, like, alike, one)]
            kept = self.kept[tail] = self._weigh(called, one)
        return kept

    def _weigh(self, called: Kept, one: Device) -> Kept:
        """The products with the probability that the device is each; equal names are weighed once."""
        missing = {key: entry for entry, like in called if (key := (entry.product.name, like)) not in self.weighed}
        if missing:
            learned = learned_model()
            ready = asked_of(one, learned.space)
            for (name, like), entry in missing.items():
                self.weighed[name, like] = like._replace(certainty=round(learned.certainty(ready, entry.named, like), 3))
        return [(entry, self.weighed[entry.product.name, like]) for entry, like in called]

    def candidates(self, number: str) -> tuple[Candidate, ...]:
        """The products that a device of the model may be, best first, each name once."""
        best: dict[str, Candidate] = {}
        for entry, like in self.keep(number):
            name = entry.product.name
            if name not in best or best[name].score < like.certainty:
                best[name] = Candidate(maker(entry.product.vendor), name, like.certainty)
        return tuple(sorted(best.values(), key=lambda one: (-one.score, one.name, one.vendor))[:MOST])

    def compare(self, come: Iterable[Placed], gone: frozenset[int] = frozenset()) -> Iterator[tuple[Identity, set[str]]]:
        """Takes products that came in, and those that went (by `id`) out; the devices now called otherwise, by which advisories."""
        one = self.device()
        found = [near for product in come if (near := _near(product, one, self.makers))]
        stay = [near for near in self.near if id(near.product) not in gone]
        if not found and len(stay) == len(self.near):
            return
        before = {number: self.keep(number) for number in set(self.devices.values())}
        self.near = sorted((*stay, *found), key=lambda near: near.product.order)
        self.kept = {}
        changed = {number: _differ(kept, self.keep(number)) for number, kept in before.items()}
        yield from ((identity, changed[number]) for identity, number in self.devices.items() if changed[number])

    def rename(self, gazetteer: Gazetteer) -> None:
        """Calls it as this gazetteer does; it must be compared with all products again."""
        self._name(gazetteer)
        self.near, self.kept, self.weighed = [], {}, {}

    def device(self) -> Device:
        """The model as a device whose version is not known."""
        return device(self.called, self.resolution.hardware)


def _near(product: Placed, one: Device, makers: frozenset[str]) -> Near | None:
    entry = product.entry
    if makers and entry.makers and makers.isdisjoint(entry.makers) and one.own.isdisjoint(entry.brands):
        return None
    like = tailed = likeness(entry.what, entry.codes, one)
    if product.tail:
        tailed = likeness(entry.what, entry.codes, one._replace(major=product.tail))
    return Near(product, like, tailed) if like.sure or tailed.sure else None


def _says_most(one: tuple[Entry, Likeness]) -> tuple[str, int]:
    """By advisory; in it, the name of which most words were met first, then as the document has them."""
    return one[0].advisory.id, -len(one[1].words)


def _differ(one: Kept, other: Kept) -> set[str]:
    """The advisories that call a device otherwise than before."""
    left, right = ({(id(entry), like): entry.advisory.id for entry, like in kept} for kept in (one, other))
    return {left.get(key) or right[key] for key in left.keys() ^ right.keys()}


def _wider(entry: Entry, like: Likeness, alike: Kept, one: Device) -> bool:
    """True where the name is wider than another that fits, and is no family: `CP 343-1` is not what `CP 343-1 Lean` is called."""
    if like.by_code or entry.what.family:
        return False
    if "".join(w.words[0] for w in entry.what.hard if w.words) in one.families:
        return False
    listed = any(wanted.patterns or (len(wanted.words) > 1 and not like.words.isdisjoint(wanted.words)) for wanted in entry.what.wanted)
    numbered = any(map(has_digit, like.words))
    for other, match in alike:
        if match.words == like.words and match.left >= like.left:
            continue
        if match.by_code or other.makers != entry.makers or (listed and other.advisory is not entry.advisory):
            continue  # a list of models (`LTS 8/16/32`) is a family
        if other.advisory is entry.advisory and match.left < like.left and match.words >= like.words:
            return True  # what is left of the name is more than description: another product has all words
        if (numbered or other.advisory is entry.advisory) and _narrower(match.words, like.words, one):
            return True
    return False


def _narrower(words: frozenset[str], than: frozenset[str], one: Device) -> bool:
    """True where the device's own words meet all of a name's and more of another's: a word more, or a longer one (d0-06dd1-d)."""
    more = words - than
    if not any(kinds().get(word) != "plain" and word not in one.families for word in more) or not one.own.issuperset(more):
        return False
    return all(word in words or any(longer.startswith(word) for longer in more) for word in than)
