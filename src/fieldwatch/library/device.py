"""A device ready to be compared with the names of products."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from fieldwatch.library.resolve import Called
from fieldwatch.library.wording import has_digit, wording

CODE = 4
"""Signs of a code with letters and digits that can stand for all that a device says; two more where the name has other numbers."""


class Device(NamedTuple):
    """A device ready to be compared: what it is called, every phrase of its names, and those of its own words alone."""

    called: Called
    phrases: frozenset[str]
    own: frozenset[str]
    families: frozenset[str]
    hardware: str
    whole: frozenset[str]
    """The own texts, each as one run: what is met by one of these is met by all that the device says."""
    major: str
    """The first number of its version."""
    fitted: frozenset[str]
    """The phrases of what it says of its hardware."""


@functools.lru_cache(maxsize=256)
def device(called: Called, hardware: str, firmware: str = "") -> Device:
    """The device of these names."""
    own = frozenset(phrase for text in called.own for phrase in wording(text).phrases)
    families = frozenset(wording(text).run for text in called.derived)
    derived = frozenset(phrase for text in called.derived for phrase in wording(text).phrases)
    whole = frozenset(run for text in called.own if len(run := wording(text).run) >= CODE and has_digit(run))
    return Device(called, own | derived, own, families, hardware, whole, first_number(firmware), wording(hardware).phrases)


def first_number(text: str) -> str:
    """The first number in the text, without leading zeros; "" for none."""
    found = re.search(r"\d+", text)
    return str(int(found[0])) if found else ""
