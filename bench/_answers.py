"""What the library answers to devices of which the truth is known, and which of the answers are right.

A table of labels (`attribution_known.csv`) has one row for a device, an advisory and a CVE, with the name that the advisory's product has.
There are two kinds of answers, each with its score:

- of a device: the known product that it most probably is, of all in the feeds. It is right if its name denotes the product that a row
  names for the device (`denotes`). A device for which no product is given has no answer.
- of a device and the advisory of a row: the product of the advisory that it most probably is. It is right if the row says that the
  advisory lists the device, and the row's product is the one. Where the rules find no product of the advisory, there is no answer.

The second asks for the name letter by letter: where a document lists a device under two names, the other name counts as wrong.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fieldwatch.library.designation import Designation, code_of, designation
from fieldwatch.library.device import Device, device
from fieldwatch.library.family import names as family_names
from fieldwatch.library.gazetteer import Gazetteer, Known
from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import Sure, likeness
from fieldwatch.library.ownership import related, vendors
from fieldwatch.library.ranker.features import Asked, Named, named
from fieldwatch.library.ranker.ngrams import squeezed, uncoded
from fieldwatch.library.ranker.rank import Ranker
from fieldwatch.library.resolve import Called, clean, resolve
from fieldwatch.library.wording import wording
from fieldwatch.vulnerabilities.advisory import Advisory
from fieldwatch.vulnerabilities.entry import Entry, entries
from fieldwatch.vulnerabilities.match import Matcher

CELLS = ("vendor_raw", "product_raw", "order_number_raw", "firmware_raw", "hardware_raw")

Row = dict[str, str]


class Answer(NamedTuple):
    """A score, whether the answer is right, and what the rules say of it."""

    score: float
    right: bool
    sure: Sure


class Library:
    """All that is asked: matcher, gazetteer and ranker of the same advisories."""

    def __init__(self, advisories: Sequence[Advisory], ranker: Ranker | None = None) -> None:
        self.known = sorted({Known(product.vendor, product.name, product.order_numbers) for one in advisories for product in one.products})
        self.matcher, self.gazetteer = Matcher(advisories), Gazetteer(self.known)
        self.ranker = ranker or Ranker(self.known)
        self._entries: dict[str, dict[int, Entry]] = {}

    def asked(self, identity: Identity) -> Asked:
        """The device, ready to be compared."""
        return self.ranker.ask(ready(identity, self.gazetteer))

    def kept(self, identity: Identity, advisory: str = "") -> Iterator[tuple[str, Named]]:
        """The products that the rules found (of one advisory alone, if it is named), each with its vendor."""
        matched = self.matcher.match(identity)
        for one in matched.judgements:
            if advisory and one.advisory.id != advisory:
                continue
            of = self._entries.get(one.advisory.id)
            if of is None:
                of = self._entries[one.advisory.id] = {id(entry.product): entry for entry in entries(one.advisory)}
            for said in (one, *matched.also.get((one.advisory.id, one.vulnerability.cve), ())):
                entry = of[id(said.product)]
                yield said.product.vendor, Named(said.product.name, entry.makers, entry.what, entry.codes)


def ready(identity: Identity, gazetteer: Gazetteer) -> Device:
    """The device of an identity, as the matcher makes it."""
    cells = clean(identity)[0]
    resolution, called = resolve(cells._replace(firmware="", serial_number=""), gazetteer)
    return device(called, resolution.hardware, cells.firmware or resolution.firmware)


def rows(path: Path) -> list[Row]:
    """The labels in a file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def identity(row: Row) -> Identity:
    """The device of a row."""
    return Identity(*(row[name] for name in CELLS))


def by_device(labels: Iterable[Row]) -> dict[Identity, list[Row]]:
    """The rows of each device."""
    found: dict[Identity, list[Row]] = {}
    for row in labels:
        found.setdefault(identity(row), []).append(row)
    return found


def of_devices(labels: Iterable[Row], library: Library) -> list[Answer]:
    """The answers of the first kind."""
    answers = []
    for one, of in by_device(labels).items():
        asked = library.asked(one)
        kept = [(vendor, product, likeness(product.what, product.codes, asked.device)) for vendor, product in library.kept(one)]
        found = library.ranker.answered(asked, kept)
        if found:
            sure = max((like.sure for _, _, like in kept), default=Sure.NO)
            answers.append(Answer(found[0].score, any(denotes(found[0].vendor, found[0].name, row) for row in of), sure))
    return answers


def of_advisories(labels: Iterable[Row], library: Library) -> list[Answer]:
    """The answers of the second kind."""
    answers = []
    for row in labels:
        asked = library.asked(identity(row))
        found = []
        for _, product in library.kept(identity(row), row["advisory_id"]):
            like = likeness(product.what, product.codes, asked.device)
            found.append((library.ranker.certainty(asked, product, like), product.name, like.sure))
        if found:
            score, name, sure = max(found)
            right = row["kind"] != "not_listed" and squeezed(name) == squeezed(row["expected_product"])
            answers.append(Answer(score, right, sure))
    return answers


def of_candidates(labels: Iterable[Row], library: Library) -> list[Answer]:
    """Each known product that lies near a device, as an answer of its own; right as those of the first kind are."""
    answers = []
    for one, of in by_device(labels).items():
        asked = library.asked(one)
        for near in library.ranker.candidates(asked):
            like = likeness(near.named.what, near.named.codes, asked.device)
            right = any(denotes(near.vendor, near.name, row) for row in of)
            answers.append(Answer(library.ranker.certainty(asked, near.named, like), right, like.sure))
    return answers


def denotes(vendor: str, name: str, row: Row) -> bool:
    """Whether the name denotes the product of a row.

    It does if the makers are the same or tied by ownership, and: the names have the same letters and digits, order numbers aside; or the
    name is what the device calls itself, letter by letter; or it holds the device's order number; or the product that the row names may be
    called so by the rules. Where the row names a list, a pattern or a family, the name may also be one of it; then each word of the
    name that has a number, or that is in the list, must be a word of the device, or it is a sibling.
    """
    makers, expected = vendors(vendor), vendors(row["expected_vendor"])
    if makers and expected and makers.isdisjoint(expected | {other for one in expected for other in related(one)}):
        return False
    if squeezed(uncoded(name)) in {
        squeezed(uncoded(row["expected_product"])),
        squeezed(row["product_raw"]),
        squeezed(row["order_number_raw"]),
    }:
        return True
    said, truth = named(Known(vendor, name)).what, named(Known(row["expected_vendor"], row["expected_product"])).what
    if code_of(row["order_number_raw"] or row["product_raw"]) in said.codes:
        return True
    called = likeness(said, frozenset(), _device(row["expected_vendor"], row["expected_product"])).sure is Sure.YES
    if not _is_wide(truth, row["expected_product"]):
        return called
    cells = wording(f"{row['product_raw']} {row['order_number_raw']}").phrases
    others = {word for wanted in truth.wanted if len(wanted.words) > 1 for word in wanted.words}
    words = [word for wanted in said.wanted if not wanted.soft for word in wanted.words]
    telling = [word for word in words if word in others or any(sign.isdigit() for sign in word)]
    is_of_it = likeness(truth, frozenset(), _device(vendor, name)).sure is Sure.YES
    return (called or is_of_it) and all(word in cells for word in telling)


def _is_wide(what: Designation, name: str) -> bool:
    """True for the name of a family, a list or a pattern."""
    return what.family or "series" in name.lower() or any(wanted.patterns or len(wanted.words) > 1 for wanted in what.wanted)


def _device(vendor: str, text: str) -> Device:
    """A device that says no more of itself than this name."""
    makers = vendors(vendor)
    derived = tuple(
        dict.fromkeys(one.name for maker in makers for word in (text, *text.split()) for one in family_names(maker, word, text))
    )
    return device(Called(makers, (text,), derived, frozenset(designation(text).codes)), "")
