"""Advisories matched to devices: for each device, each advisory that speaks of it and each of its CVEs, one verdict with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from fieldwatch.library.gazetteer import BEGIN, Gazetteer, Known
from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import Device, Likeness, Sure, device, likeness
from fieldwatch.library.ownership import related
from fieldwatch.library.resolution import Resolution
from fieldwatch.library.resolve import clean, firmware_of, resolve
from fieldwatch.vulnerabilities.advisory import Advisory
from fieldwatch.vulnerabilities.entry import Entry, entries
from fieldwatch.vulnerabilities.judge import Kept, judge
from fieldwatch.vulnerabilities.judgement import Judgement


class Matched(NamedTuple):
    """A device with its resolution and all judgements; `also` has those of the same advisory and CVE that were not decisive."""

    identity: Identity
    resolution: Resolution
    judgements: tuple[Judgement, ...]
    also: dict[tuple[str, str], tuple[Judgement, ...]]


class Matcher:
    """Advisories, made ready to be asked about devices. What it was asked it remembers: equal devices are judged once."""

    def __init__(self, advisories: Iterable[Advisory]) -> None:
        self.advisories = tuple(advisories)
        self.gazetteer = Gazetteer(Known(p.vendor, p.name, p.order_numbers) for one in self.advisories for p in one.products)
        self.by_word: dict[str, list[Entry]] = {}
        self.by_code: dict[str, list[Entry]] = {}
        self.by_pattern: dict[str, list[Entry]] = {}
        self._known: dict[Identity, Matched] = {}
        self._models: dict[tuple[Identity, str], tuple[Resolution, Kept]] = {}
        for one in self.advisories:
            self.add(one)

    def add(self, advisory: Advisory) -> list[Entry]:
        """Makes the products of an advisory ready; the same name in it is taken apart once."""
        made = list(entries(advisory))
        for entry in made:
            for code in entry.codes:
                self.by_code.setdefault(code[:BEGIN], []).append(entry)
            self._place(entry)
        return made

    def _place(self, entry: Entry) -> None:
        """Puts an entry where a device with its rarest word finds it."""
        worded = [wanted for wanted in entry.what.wanted if wanted.words and not wanted.soft and not wanted.patterns]
        if not worded:
            for maker in entry.makers or {""}:
                self.by_pattern.setdefault(maker, []).append(entry)
            return
        maker = next(iter(entry.makers), "")
        rarest = max(worded, key=lambda wanted: min(self.gazetteer.weight(maker, word) for word in wanted.words))
        following = {a + b for one, two in pairwise(worded) if rarest in {one, two} for a in one.words for b in two.words}
        for word in {*rarest.words, *following}:
            self.by_word.setdefault(word, []).append(entry)

    def match(self, identity: Identity) -> Matched:
        """Everything that the advisories say of this device."""
        found = self._known.get(identity)
        if found is None:
            found = self._known[identity] = self._match(identity)
        return found

    def _match(self, identity: Identity) -> Matched:
        cells, steps = clean(identity)
        base, kept = self._model(cells._replace(firmware="", serial_number=""), _first_number(cells.firmware))
        resolution = base._replace(firmware=firmware_of(cells.firmware) or base.firmware, trail=(*steps, *base.trail))
        return Matched(identity, resolution, *judge(kept, resolution, identity))

    def _model(self, cells: Identity, major: str) -> tuple[Resolution, Kept]:
        """The resolution of a model and the products that it may be called by, whatever its version: remembered for all devices of it."""
        found = self._models.get((cells, major))
        if found is None:
            resolution, called = resolve(cells, self.gazetteer)
            one = device(called, resolution.hardware, major or resolution.firmware)
            near = called.makers | {other for maker in called.makers for other in related(maker)}
            makers = near | {other for maker in near for other in related(maker)}
            alike = [(entry, like) for entry in self._candidates(one, makers) if (like := likeness(entry.what, entry.codes, one)).sure]
            kept = [(entry, like) for entry, like in alike if not _wider(entry, like, alike, one)]
            score = max((0.95 if like.sure is Sure.YES else 0.5 for _, like in kept), default=0.0)
            found = self._models[cells, major] = (resolution._replace(score=score), kept)
        return found

    def _candidates(self, one: Device, makers: frozenset[str]) -> Iterator[Entry]:
        seen: set[int] = set()
        places = [self.by_word.get(phrase, ()) for phrase in sorted(one.phrases)]
        places += [self.by_code.get(code[:BEGIN], ()) for code in sorted(one.called.codes)]
        places += [self.by_pattern.get(maker, ()) for maker in sorted(makers)]
        for place in places:
            for entry in place:
                if id(entry) not in seen:
                    seen.add(id(entry))
                    if not makers or not entry.makers or not makers.isdisjoint(entry.makers):
                        yield entry


def _first_number(text: str) -> str:
    found = re.search(r"\d+", text)
    return found[0] if found else ""


def _wider(entry: Entry, like: Likeness, alike: list[tuple[Entry, Likeness]], one: Device) -> bool:
    """True where the name is wider than another that fits, and is no family: `CP 343-1` is not what `CP 343-1 Lean` is called."""
    if like.by_code or entry.what.family or not any(sign.isdigit() for word in like.words for sign in word):
        return False
    if "".join(w.words[0] for w in entry.what.wanted if w.words and not w.soft) in one.families:
        return False
    for other, match in alike:
        more = match.words - like.words
        if (
            more
            and not match.by_code
            and like.words < match.words
            and all(word in one.own for word in more)
            and other.makers == entry.makers
        ):
            return True
    return False
