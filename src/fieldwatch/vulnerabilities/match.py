"""Advisories matched to devices: for each device, each advisory that speaks of it and each of its CVEs, one verdict with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from fieldwatch.library.designation import Designation, Edition, code_of, designation
from fieldwatch.library.gazetteer import BEGIN, Gazetteer, Known
from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import Device, Likeness, Sure, device, likeness
from fieldwatch.library.order_number import order_number
from fieldwatch.library.ownership import related, vendors
from fieldwatch.library.resolution import Resolution
from fieldwatch.library.resolve import clean, firmware_of, resolve
from fieldwatch.library.version import parse
from fieldwatch.vulnerabilities.advisory import Advisory, Product, Vulnerability
from fieldwatch.vulnerabilities.judgement import Judgement, Verdict
from fieldwatch.vulnerabilities.range import Range, Unread, answer, read

SERIAL = re.compile(r"\d{5}\w*(?:-\w)?")
"""A serial number in the firmware's place: controllers of Mitsubishi Electric show the first digits of it as their version."""


class Entry(NamedTuple):
    """A product of an advisory, made ready: what its name asks for, its makers, its order numbers, its range."""

    advisory: Advisory
    product: Product
    makers: frozenset[str]
    what: Designation
    codes: frozenset[str]
    range: Range | Unread


Kept = list[tuple[Entry, Likeness]]
"""Products that a device may be called by, each with how sure that is."""


class Said(NamedTuple):
    """What one product says of a device: verdict, the attribute that decided, its value, why, what would settle it."""

    verdict: Verdict
    field: str
    value: str
    reason: str
    settle: str


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
        entries = list(_entries(advisory))
        for entry in entries:
            for code in entry.codes:
                self.by_code.setdefault(code[:BEGIN], []).append(entry)
            self._place(entry)
        return entries

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
        return Matched(identity, resolution, *_judge(kept, resolution, identity))

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


def _entries(advisory: Advisory) -> Iterator[Entry]:
    for product in advisory.products:
        name = product.name
        what = designation(name)
        if not any(not wanted.soft for wanted in what.wanted):
            name = f"{name} {product.text.split(':')[0]}"
            what = designation(name)
            if not any(not wanted.soft for wanted in what.wanted):
                name = f"{advisory.title} {product.name}"
                what = designation(name)
        found = read(product)
        if isinstance(found, Range) and found.model:
            more = designation(found.model)
            what = what._replace(wanted=(*what.wanted, *more.wanted))
        makers = vendors(product.vendor)
        codes = frozenset((*what.codes, *map(code_of, product.order_numbers), *_written_codes(name, makers)))
        yield Entry(advisory, product, makers, _unbranded(what, makers), codes, found)


def _written_codes(name: str, makers: frozenset[str]) -> Iterator[str]:
    """Order numbers of the maker that stand in the name as words: `1756-EN2T`."""
    for word in name.replace(",", " ").split():
        if any(sign.isdigit() for sign in word) and len(word) >= SHORTEST and not set(word) & set("*[]□?") and "xx" not in word:
            for maker in makers:
                found = order_number(word.strip("()"), maker)
                if found is not None and found.certain:
                    yield code_of(found.code)
                    break


SHORTEST = 7


def _unbranded(what: Designation, makers: frozenset[str]) -> Designation:
    """Without the maker's own name, which a product's name may begin with."""
    own = {word for maker in makers for word in maker.lower().replace("&", " ").split()} | {
        "".join(maker.lower().split()) for maker in makers
    }
    kept = tuple(wanted for wanted in what.wanted if not set(wanted.words) & own)
    return what._replace(wanted=kept) if any(not wanted.soft for wanted in kept) else what


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


def _judge(
    kept: list[tuple[Entry, Likeness]], resolution: Resolution, identity: Identity
) -> tuple[tuple[Judgement, ...], dict[tuple[str, str], tuple[Judgement, ...]]]:
    found: dict[tuple[str, str], list[tuple[Judgement, Likeness]]] = {}
    exact = {entry.advisory.id for entry, _ in kept if entry.what.edition and not entry.what.edition.end and _of_edition(entry, resolution)}
    for entry, like in kept:
        if entry.advisory.id in exact and entry.what.edition and entry.what.edition.end:
            continue  # `V7.5` is named itself, so `V15 and earlier` means others
        for vulnerability in entry.advisory.vulnerabilities:
            said = _say(entry, like, vulnerability, resolution, identity)
            if said is None:
                continue
            quoted = entry.product.version or entry.product.text
            judgement = Judgement(
                said.verdict, entry.advisory, vulnerability, entry.product, quoted, said.field, said.value, said.reason, said.settle,
                1.0 if like.sure is Sure.YES else 0.5,
            )  # fmt: skip
            found.setdefault((entry.advisory.id, vulnerability.cve), []).append((judgement, like))
    decided, also = [], {}
    for key in sorted(found):
        best = _decisive(found[key])
        decided.append(best)
        rest = tuple(each for each, _ in found[key] if each.product is not best.product)
        if rest:
            also[key] = rest
    return tuple(decided), also


def _decisive(said: list[tuple[Judgement, Likeness]]) -> Judgement:
    """Affected if any product that is meant for sure is; if all that may be meant are; else undetermined; else not affected."""
    if any(like.by_code for _, like in said):
        said = [(each, like) for each, like in said if like.by_code]
    certain = [each for each, like in said if like.sure is Sure.YES]
    for each in certain:
        if each.verdict is Verdict.AFFECTED:
            return each
    maybe = [(each, like) for each, like in said if like.sure is Sure.MAYBE and not certain]
    hit = [(each, like) for each, like in maybe if each.verdict is Verdict.AFFECTED]
    if hit and len(hit) == len(maybe) and all(like.missing == "order number" for _, like in hit):
        return hit[0][0]
    if hit:
        each, like = hit[0]
        why = f"{each.reason}; but not known: {like.missing}"
        return each._replace(verdict=Verdict.UNDETERMINED, reason=why, settle=f"{like.missing}: query or read the nameplate")
    for each in [*certain, *(one for one, _ in maybe)]:
        if each.verdict is Verdict.UNDETERMINED:
            return each
    return (certain or [each for each, _ in said])[0]


def _say(entry: Entry, like: Likeness, vulnerability: Vulnerability, resolution: Resolution, identity: Identity) -> Said | None:
    """What this product says about the CVE; None where the document says nothing of it."""
    name = entry.product.id
    if name in vulnerability.fixed or name in vulnerability.not_affected:
        inside = _inside(entry, resolution, identity)
        if inside.verdict is Verdict.AFFECTED:
            return inside._replace(verdict=Verdict.NOT_AFFECTED, reason=f"{like.reason}: the document lists it as not affected")
        return None
    if name not in vulnerability.affected:
        return None
    if isinstance(entry.range, Range) and entry.range.cves and vulnerability.cve not in entry.range.cves:
        only = ", ".join(entry.range.cves)
        return Said(Verdict.NOT_AFFECTED, "product", entry.product.name, f"{like.reason}: the range is about {only} only", "")
    said = _inside(entry, resolution, identity)
    return said._replace(reason=f"{like.reason}: {said.reason}")


def _inside(entry: Entry, resolution: Resolution, identity: Identity) -> Said:
    found = entry.range
    quoted = entry.product.version
    if isinstance(found, Unread):
        return Said(
            Verdict.UNDETERMINED, "firmware", resolution.firmware, f"the range {quoted!r} cannot be read: {found.why}", "read the advisory"
        )
    firmware = resolution.firmware
    if entry.what.edition is not None and not entry.codes:
        fits = _edition(entry.what.edition, resolution)
        if fits is False:
            return Said(Verdict.NOT_AFFECTED, "firmware", firmware, f"{firmware} is not of the edition {entry.what.edition.text}", "")
        if fits is None and found.alternatives != ((),):
            return Said(
                Verdict.UNDETERMINED,
                "firmware",
                firmware,
                f"edition {entry.what.edition.text} or another is not known",
                "firmware: query it",
            )
    return _ranged(found, quoted, resolution, identity)


def _ranged(found: Range, quoted: str, resolution: Resolution, identity: Identity) -> Said:
    if found.alternatives == ((),) and not found.condition:
        return Said(Verdict.AFFECTED, "product", resolution.model, f"{quoted or 'every version'} covers every version", "")
    field, value = "firmware", resolution.firmware
    if found.subject == "serial_number":
        serial = clean(identity)[0].serial_number
        field, value = "serial_number", serial or (resolution.firmware if SERIAL.fullmatch(resolution.firmware) else "")
    elif found.subject == "hardware":
        field, value = "hardware", resolution.hardware
    elif found.subject != "firmware":
        field, value = found.subject, ""
    if not value and found.alternatives != ((),):
        return Said(
            Verdict.UNDETERMINED,
            field,
            "",
            f"{quoted!r} needs the {field}, which is not known",
            f"{field} unknown: query it or read the nameplate",
        )
    scheme = field if field in {"serial_number", "hardware"} else resolution.scheme
    verdict = answer(found, value, scheme) if found.alternatives != ((),) else None
    if verdict is not None and verdict.inside is None:
        return Said(Verdict.UNDETERMINED, field, value, f"{value} against {quoted!r}: {verdict.reason}", "read the advisory")
    if verdict is not None and not verdict.inside:
        return Said(Verdict.NOT_AFFECTED, field, value, f"{value} is not in {quoted!r}: {verdict.reason}", "")
    if found.condition:
        return Said(Verdict.UNDETERMINED, field, value, f"{value} is in {quoted!r}, if {found.condition}", f"whether {found.condition}")
    return Said(Verdict.AFFECTED, field, value, f"{value} is in {quoted!r}", "")


def _of_edition(entry: Entry, resolution: Resolution) -> bool:
    return entry.what.edition is not None and _edition(entry.what.edition, resolution) is True


def _edition(edition: Edition, resolution: Resolution) -> bool | None:
    """Whether the firmware is of the edition that the name gives; None where it is not known."""
    text = resolution.firmware
    bare = edition.text.removeprefix("version").removeprefix("v").strip()
    if any(bare in name.lower() for name in resolution.names):
        return True
    if not text:
        return None
    first = re.search(r"\d+(?:\.\d+)*", text)
    if first is None or parse(text, "components") is None:
        return None
    numbers = tuple(int(part) for part in first[0].split("."))
    if edition.end == "<=":
        return numbers[: len(edition.numbers)] <= edition.numbers
    if edition.end == ">=":
        return numbers >= edition.numbers
    return numbers[: len(edition.numbers)] == edition.numbers
