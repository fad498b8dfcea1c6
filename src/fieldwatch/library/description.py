"""When a name means a device though not all its words are met: what is left is brand, kind or description."""

from __future__ import annotations

from fieldwatch.library.designation import Designation, Wanted, kinds
from fieldwatch.library.device import CODE, Device
from fieldwatch.library.meeting import LONG_ENOUGH
from fieldwatch.library.wording import has_digit, pieces, plain

TELL_LITTLE = frozenset({"plain", "technology", "generic", "family", "brand", "article", "note"})
"""Kinds of words by which two names of one product may differ."""

LITTLE_BESIDE = TELL_LITTLE - {"technology"}
"""The same, of words that the device has beside the name."""

MERE = LITTLE_BESIDE - {"plain"}
"""The same, where no number was met: Control Expert is not Process Expert."""


def meant(what: Designation, met: list[str], inside: list[str], unmet: list[Wanted], one: Device) -> bool:
    """True where words of the name are not met, and the device is meant all the same: they are brand, kind or description."""
    return _whole(what, [*met, *inside], inside, unmet, one) or _described(what, met, unmet, one) or _branded(what, met, unmet, one)


def _whole(what: Designation, met: list[str], inside: list[str], unmet: list[Wanted], one: Device) -> bool:
    """True where all that the device says of itself is one code, and the name has it: the rest of the name is brand and kind.

    Not where an abbreviation stands behind the code and is not met, which may be a part of it (FX5UJ-xMy/ES-A), nor the word of a variant
    (CP 343-1 Lean) or of a tool for the product (OPC Server for AC 800M).
    """
    if unmet[-1] is what.wanted[-1] and any(_is_short(word, what) for word in unmet[-1].words):
        return False
    if any(kinds().get(word) in {"variant", "generic"} for wanted in unmet for word in wanted.words):
        return False
    numbered = any(wanted.patterns or any(map(has_digit, wanted.words)) for wanted in unmet)
    for word in met if numbered else (*met, "".join(met)):
        if word in one.whole and any(sign.isalpha() for sign in word) and len(word) >= CODE + 2 * (numbered and word not in inside):
            return True
    return False


def _is_short(word: str, what: Designation) -> bool:
    return word.isalpha() and kinds().get(word) is None and (word in what.capitals or len(word) < CODE)


def _described(what: Designation, met: list[str], unmet: list[Wanted], one: Device) -> bool:
    """True where the name has all that the device says, and more that only describes: `Medfusion 4000 Wireless Syringe Infusion Pump`."""
    if any(wanted.patterns or not all(_describes(word, what) for word in wanted.words) for wanted in unmet):
        return False
    little = all(kinds().get(word) in TELL_LITTLE for wanted in unmet for word in wanted.words)
    if has_number(met, one):
        return nothing_beside(met, one)
    foreign = any(kinds().get(word) == "technology" for wanted in unmet for word in wanted.words)
    named = any(len(word) >= LONG_ENOUGH and kinds().get(word) is None and word in one.own for word in met)
    return little and not foreign and named and any(not _beside(text, met, one, MERE) for text in one.called.own)


def _branded(what: Designation, met: list[str], unmet: list[Wanted], one: Device) -> bool:
    """True where only the first words are not met, and a name is: they are a brand (`Linear eMerge 5000P`, `Hills ComNav`)."""
    if unmet != list(what.wanted[: len(unmet)]) or len(unmet) > BRAND or not any(word in one.own and is_name(word) for word in met):
        return False
    letters = all(word.isalpha() and kinds().get(word) != "variant" for wanted in unmet for word in wanted.words)
    return letters and not any(wanted.patterns for wanted in unmet) and (what.family or nothing_beside(met, one))


BRAND = 2
"""Words of a brand before a name."""


def is_name(word: str) -> bool:
    """True for a word that can name a product alone: a long word, or letters and numbers."""
    letters = sum(map(str.isalpha, word))
    long = len(word) > LONG_ENOUGH if letters == len(word) else len(word) >= LONG_ENOUGH
    return kinds().get(word) is None and letters > 0 and long


def initials(what: Designation) -> str:
    """Initials and number, as a device may say them: pf6000 for Power Focus 6000; "" where the name has no such form."""
    words = [wanted.words[0] for wanted in what.hard if wanted.words]
    for at, word in enumerate(words):
        if at >= INITIALS and word.isdigit() and len(word) >= CODE - 1:
            return "".join(each[0] for each in words[:at]) + word
    return ""


INITIALS = 2
"""Words before a number whose initials stand for them."""


def _describes(word: str, what: Designation) -> bool:
    """True for a word that may be left away: it is no number, no abbreviation, and not known to make a variant (Lean, Pro)."""
    kind = kinds().get(word)
    return kind in TELL_LITTLE or (kind is None and word.isalpha() and len(word) >= CODE and word not in what.capitals)


def has_number(met: list[str], one: Device) -> bool:
    """True where a number of the device's own is met."""
    for word in met:
        digits = sum(map(str.isdigit, word))
        if digits and word in one.own and (len(word) >= CODE - 1 or digits < len(word)):
            return True
    return False


def nothing_beside(met: list[str], one: Device) -> bool:
    """True where an own name has no word beside those that were met that tells something."""
    return any(not _beside(text, met, one) for text in one.called.own)


def telling(text: str, one: Device) -> str:
    """The longest word of an own name that tells something; "" for none."""
    words = (word for word in plain(text).split() if _tells("".join(pieces(word)), one))
    return max(words, key=len, default="")


def _tells(word: str, one: Device, little: frozenset[str] = LITTLE_BESIDE) -> bool:
    return bool(word) and word not in one.called.brands and kinds().get(word) not in little


def _beside(text: str, met: list[str], one: Device, little: frozenset[str] = LITTLE_BESIDE) -> list[str]:
    """The words of an own name that were not met and tell something: all but those of these kinds."""
    run = "".join(met)
    parts = [[part] if "".join(pieces(part)) in met else part.split("-") for part in plain(text).split()]
    words = ("".join(pieces(word)) for part in parts for word in part)
    return [word for word in words if _tells(word, one, little) and word not in met and word not in run and word != one.major]
