"""Advisories matched to devices: for each device, each advisory that speaks of it and each of its CVEs, one verdict with its reason.

What was asked is remembered: a model is compared with the products once for all devices of it, a device is judged once. An advisory that
comes, changes or goes makes forgotten what it changes and nothing else; what is said then equals what a new matcher would say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fieldwatch.library.correction import Corrections
from fieldwatch.library.designation import designation
from fieldwatch.library.device import first_number
from fieldwatch.library.gazetteer import BEGIN, Gazetteer, Known
from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import Sure
from fieldwatch.library.ranker.rank import Ranker
from fieldwatch.library.resolution import Candidate, Resolution, Step
from fieldwatch.library.resolve import clean, firmware_of
from fieldwatch.vulnerabilities.advisory import Advisory
from fieldwatch.vulnerabilities.entry import entries
from fieldwatch.vulnerabilities.judge import judge
from fieldwatch.vulnerabilities.judgement import Judgement
from fieldwatch.vulnerabilities.model import Model
from fieldwatch.vulnerabilities.place import NUMBER, Placed, placed

NONE = Corrections()


class Matched(NamedTuple):
    """A device with its resolution and all judgements; `also` has those of the same advisory and CVE that were not decisive."""

    identity: Identity
    resolution: Resolution
    judgements: tuple[Judgement, ...]
    also: dict[tuple[str, str], tuple[Judgement, ...]]


class _Asked(NamedTuple):
    """An identity as it was corrected, its cells and the steps to them, and its model."""

    corrected: Identity
    cells: Identity
    steps: tuple[Step, ...]
    model: Model


class Matcher:
    """Advisories, made ready to be asked about devices; of each id the latest revision."""

    def __init__(self, advisories: Iterable[Advisory], corrections: Corrections = NONE) -> None:
        self._corrections = corrections
        self._ranker: Ranker | None = None
        self._advisories: dict[str, Advisory] = {}
        self._products: dict[str, list[Placed]] = {}
        self._standing: dict[str, dict[int, Placed]] = {}
        """Key -> the products that stand under it, by `id`."""
        self._asking: dict[str, list[Model]] = {}
        """Key -> the models that ask for it."""
        self._unlisted: list[Model] = []
        """Models that are not in `_asking` yet: they are put there when an advisory comes."""
        self._models: dict[Identity, Model] = {}
        self._devices: dict[Identity, Matched] = {}
        self._stale: dict[Identity, set[str]] = {}
        """Devices that are to be judged again, by the advisories of which."""
        for one in advisories:
            if self._is_news(one):
                self._advisories[one.id] = one
        self._gazetteer = self._named()
        for one in self._advisories.values():
            self._place(one)

    @property
    def advisories(self) -> tuple[Advisory, ...]:
        """The advisories, in order of their ids."""
        return tuple(self._advisories[name] for name in sorted(self._advisories))

    @property
    def known(self) -> int:
        """How many devices it remembers the answer for."""
        return len(self._devices)

    def match(self, identity: Identity) -> Matched:
        """Everything that the advisories say of this device."""
        found = self._devices.get(identity)
        if found is None:
            found = self._devices[identity] = self._match(identity)
        elif identity in self._stale:
            found = self._devices[identity] = self._match_again(found, self._stale.pop(identity))
        return found

    def ranked(self, matched: Matched) -> Matched:
        """The same with the known products nearest to the device by their names, where the rules are not sure of one; no verdict changes.

        They are for a person to choose from, and stand on all advisories: ask again after a change.
        """
        model = self._asked(matched.identity).model
        kept = model.keep(model.devices[matched.identity])
        if any(like.sure is Sure.YES for _, like in kept):
            return matched
        if self._ranker is None:
            self._ranker = Ranker(self._known(), self._corrections.aliases())
        told = [(entry.product.vendor, entry.named, like) for entry, like in kept]
        ranked = self._ranker.answered(self._ranker.ask(model.device()), told)
        found = tuple(one._replace(score=round(one.score, 3)) for one in ranked)
        return matched._replace(resolution=_scored(matched.resolution, found))

    def update(self, *advisories: Advisory) -> frozenset[Identity]:
        """Takes advisories that are new, or later revisions; the devices asked about before, of which something else may be said now.

        An earlier revision than the one that is there, and the same once more, change nothing.
        """
        news: dict[str, Advisory | None] = {}
        for one in advisories:
            known = news.get(one.id)
            if self._is_news(one) and (known is None or known.updated <= one.updated):
                news[one.id] = one
        return self._change(news)

    def withdraw(self, *names: str) -> frozenset[Identity]:
        """Drops the advisories of these ids; the devices asked about before, of which something else may be said now."""
        return self._change({name: None for name in names if name in self._advisories})

    def _match(self, identity: Identity) -> Matched:
        corrected, cells, steps, model = self._asked(identity)
        base = model.resolution
        number = model.devices[identity] = first_number(cells.firmware) or first_number(base.firmware)
        firmware = firmware_of(cells.firmware) or base.firmware
        resolution = _scored(base._replace(firmware=firmware, trail=(*steps, *base.trail)), model.candidates(number))
        return Matched(identity, resolution, *judge(model.keep(number), resolution, corrected))

    def _match_again(self, before: Matched, names: set[str]) -> Matched:
        """What is said now, where only these advisories say something else: the verdict of one does not depend on another."""
        corrected, _, _, model = self._asked(before.identity)
        number = model.devices[before.identity]
        resolution = _scored(before.resolution, model.candidates(number))
        judgements, also = judge([one for one in model.keep(number) if one[0].advisory.id in names], resolution, corrected)
        stay = (one for one in before.judgements if one.advisory.id not in names)
        also.update((key, said) for key, said in before.also.items() if key[0] not in names)
        return Matched(before.identity, resolution, tuple(sorted((*stay, *judgements), key=_key)), dict(sorted(also.items())))

    def _asked(self, identity: Identity) -> _Asked:
        corrected, step = self._corrections.apply(identity)
        cells, steps = clean(corrected)
        model = self._model(cells._replace(firmware="", serial_number=""))
        return _Asked(corrected, cells, (step, *steps) if step else steps, model)

    def _model(self, cells: Identity) -> Model:
        """The model, whatever the version of its devices."""
        found = self._models.get(cells)
        if found is None:
            found = self._models[cells] = Model(cells, self._gazetteer)
            self._compare(found, found.asks())
            self._unlisted.append(found)
        return found

    def _compare(self, model: Model, keys: Iterable[str]) -> None:
        """Compares a model with every product that stands where it asks."""
        found: dict[int, Placed] = {}
        for key in keys:
            if key in self._standing:
                found.update(self._standing[key])
        for _ in model.compare(found.values()):
            pass  # a model of which nothing was said before

    def _is_news(self, one: Advisory) -> bool:
        known = self._advisories.get(one.id)
        return known is None or (known.updated <= one.updated and known != one)

    def _named(self) -> Gazetteer:
        """The gazetteer of all advisories, the same in whatever order they came."""
        return Gazetteer(self._known())

    def _known(self) -> Iterator[Known]:
        return (Known(product.vendor, product.name, product.order_numbers) for one in self.advisories for product in one.products)

    def _place(self, one: Advisory) -> list[Placed]:
        """Puts the products of an advisory where devices find them."""
        made = [placed(entry, number, self._gazetteer.weight) for number, entry in enumerate(entries(one))]
        self._products[one.id] = made
        for product in made:
            for key in product.keys:
                self._standing.setdefault(key, {})[id(product)] = product
        return made

    def _displace(self, name: str) -> list[Placed]:
        """Takes the products of an advisory away."""
        gone = self._products.pop(name, [])
        for product in gone:
            for key in product.keys:
                del self._standing[key][id(product)]
                if not self._standing[key]:
                    del self._standing[key]
        return gone

    def _change(self, news: dict[str, Advisory | None]) -> frozenset[Identity]:
        """Puts each new revision, or nothing, in the place of the old; the devices of which something else may be said now."""
        self._list()
        self._ranker = None
        gives_numbers = any(map(_gives_numbers, (*(self._advisories.get(name) for name in news), *news.values())))
        gone = [product for name in news for product in self._displace(name)]
        for name, one in news.items():
            if one is None:
                del self._advisories[name]
            else:
                self._advisories[name] = one
        before = self._gazetteer
        if gives_numbers:
            self._gazetteer = self._named()
        come = [product for one in news.values() if one is not None for product in self._place(one)]
        renamed = self._renamed(before) if gives_numbers else {}
        for model in renamed:
            self._rename(model)
        left = frozenset(map(id, gone))
        concerned = (each for each in self._concerned(gone, come).items() if each[0] not in renamed)
        changed = {identity: names for model, products in concerned for identity, names in model.compare(products, left)}
        for identity, names in changed.items():
            if identity in self._devices:
                self._stale[identity] = self._stale.get(identity, set()) | names
        again = {identity for model in renamed for identity in model.devices}
        for identity in again:
            self._devices.pop(identity, None)
            self._stale.pop(identity, None)
        return frozenset(changed.keys() | again)

    def _concerned(self, gone: list[Placed], come: list[Placed]) -> dict[Model, list[Placed]]:
        """The models that ask for a product that went or came; of each, the products that came."""
        found: dict[Model, list[Placed]] = {}
        for product in gone:
            for key in product.keys:
                found.update((model, []) for model in self._asking.get(key, ()))
        for product in come:
            for model in {model for key in product.keys for model in self._asking.get(key, ())}:
                found.setdefault(model, []).append(product)
        return found

    def _renamed(self, before: Gazetteer) -> dict[Model, None]:
        """The models of whose order numbers the gazetteer now gives other names than before."""
        now = self._gazetteer
        told = {
            NUMBER + code[:BEGIN]
            for one, other in ((before.named, now.named), (before.begins, now.begins))
            for code in one.keys() | other.keys()
            if one.get(code) != other.get(code)
        }
        models = {model: None for key in sorted(told) for model in self._asking.get(key, ())}
        return {model: None for model in models if any(before.names(code) != now.names(code) for code in model.called.codes)}

    def _rename(self, model: Model) -> None:
        before = model.asks()
        model.rename(self._gazetteer)
        now = model.asks()
        self._compare(model, now)
        for key in before - now:
            self._asking[key].remove(model)
        for key in now - before:
            self._asking.setdefault(key, []).append(model)

    def _list(self) -> None:
        """Puts the models that came since the last time among those that ask."""
        for model in self._unlisted:
            for key in model.asks():
                self._asking.setdefault(key, []).append(model)
        self._unlisted.clear()


def _scored(resolution: Resolution, candidates: tuple[Candidate, ...]) -> Resolution:
    """With the products that it may be; the score is that of the best."""
    return resolution._replace(score=candidates[0].score if candidates else 0.0, alternatives=candidates)


def _key(one: Judgement) -> tuple[str, str]:
    return one.advisory.id, one.vulnerability.cve


def _gives_numbers(one: Advisory | None) -> bool:
    """Whether an advisory ties names to order numbers."""
    return one is not None and any(product.order_numbers or designation(product.name).codes for product in one.products)
