"""What is read of a leaf: bounds, ranges, and what stayed unread."""

from __future__ import annotations

from typing import NamedTuple

CLASSES = {
    "A": "all versions",
    "B": "vers:all/ and one bound",
    "C": "one bound, plain number",
    "D": "all versions and one bound",
    "E": "two bounds with |",
    "F": "two bounds side by side",
    "G": "service pack, update, hotfix, patch",
    "H": "letter after the number",
    "I": "word before the number",
    "J": "build or date in the number",
    "K": "prefix of a serial number",
    "L": "two bounds with words or letters",
    "M": "wildcard",
    "N": "exact version",
    "O": "list of versions",
    "P": "calendar date",
    "Q": "condition in words",
    "R": "model in the version's place",
    "T": "text of the product's name",
}
"""The grammars that are read, by the letter that stands in `Range.grammar`."""


class Bound(NamedTuple):
    """`op` is one of < <= > >= =, `version` the number as the document writes it, `also` the same release in another count, or ""."""

    op: str
    version: str
    also: str = ""


Alternatives = tuple[tuple[Bound, ...], ...]
"""One of them must hold, each bound of it: ((),) is every version, () none."""


class Range(NamedTuple):
    """What a leaf covers.

    `doubt` is covered or not, the document does not say; `subject` what the numbers are of (firmware, serial_number, hardware, date, or a
    component that the document names, as `BIOS`); `condition` words that must also hold; `cves` the only vulnerabilities the leaf is about,
    () all of the advisory; `model` restricts the product; `note` says which of leaf and text was taken, and why, where they differ;
    `open_end` that the document says `up to` or `between`, which does not tell whether the number is included: it is counted as included.
    """

    alternatives: Alternatives
    quoted: str
    grammar: str
    subject: str = "firmware"
    condition: str = ""
    cves: tuple[str, ...] = ()
    model: str = ""
    doubt: Alternatives = ()
    note: str = ""
    open_end: bool = False


class Unread(NamedTuple):
    """A leaf that cannot be read for sure, and why."""

    quoted: str
    why: str


class Answer(NamedTuple):
    """Whether a version is inside; None where that cannot be said, for `reason`."""

    inside: bool | None
    reason: str


EVERY: Alternatives = ((),)
