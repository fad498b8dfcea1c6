"""Whether a device may be called by the name that an advisory uses, and how sure that is."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from fieldwatch.library.description import has_number, initials, meant, nothing_beside
from fieldwatch.library.designation import Designation, Wanted, designation
from fieldwatch.library.device import CODE, Device
from fieldwatch.library.gazetteer import BEGIN
from fieldwatch.library.meeting import compiled, meets, met_and_not
from fieldwatch.library.wording import has_digit


class Sure(IntEnum):
    """No; only if something holds that is not known; yes."""

    NO = 0
    MAYBE = 1
    YES = 2


class Likeness(NamedTuple):
    """How sure, why, what would settle a maybe, and the words that were met."""

    sure: Sure
    reason: str
    missing: str = ""
    words: frozenset[str] = frozenset()
    by_code: bool = False
    left: int = 0
    """Words of the name that were not met."""
    certainty: float = 0.0
    """The probability that the device is the product, where the ranker was asked."""


CPU = frozenset({"cpu", "cpus", "processor", "controller", "controllers", "plc", "plcs", "pac"})
"""Words of which a processor has one among its names, where it is known by its family alone."""

NONE = Likeness(Sure.NO, "")


def likeness(what: Designation, codes: frozenset[str], one: Device) -> Likeness:
    """Whether `one` may be called so. `codes` are the order numbers that the document gives for this product."""
    if codes and one.called.codes:
        hit = max((code for code in codes for own in one.called.codes if _same(code, own)), default="")
        if hit:
            series = _series(what, one)
            missing = "hardware series" if series is Sure.MAYBE else ""
            return Likeness(series, f"order number {hit}", missing, frozenset({hit}), by_code=True)
        if any(_comparable(code, own) for code in codes for own in one.called.codes):
            return NONE
    met, missing, left = _words(what, one)
    if not met:
        met, missing, left = [word for word in what.short if word in one.own], "", 0
    if not met:
        return NONE
    if what.cpu and not one.own.intersection(met) and one.phrases.isdisjoint(CPU):
        return NONE
    if any(word in one.phrases for word in what.excluded if has_digit(word) or len(word) > 3):
        return NONE
    series = _series(what, one)
    if series is Sure.NO:
        return NONE
    if series is Sure.MAYBE:
        missing = "hardware series"
    if what.condition and not missing and any(not meets(wanted, one) for wanted in designation(what.condition).wanted):
        missing = f"whether it is {what.condition}"
    if codes and not missing and not one.called.codes and any(_comparable(code, code) for code in codes):
        return Likeness(Sure.MAYBE, "same name", "order number", frozenset(met), left=left)
    sure = Sure.MAYBE if missing else Sure.YES
    return Likeness(sure, f"called {' '.join(met)}", missing, frozenset(met), left=left)


def _words(what: Designation, one: Device) -> tuple[list[str], str, int]:
    """The words met, none where a hard one is not; the first soft one that is not; how many hard ones are not."""
    met, unmet = met_and_not(what.hard, one)
    if unmet and initials(what) in one.own:
        return [next(word for wanted in what.wanted for word in wanted.words if word.isdigit())], "", len(unmet)
    soft = what.soft
    inside = [word for wanted in soft if (word := meets(wanted, one) or next((w for w in wanted.words if w in one.fitted), ""))]
    if unmet and not ((met or inside) and meant(what, met, inside, unmet, one)):
        return [], "", 0
    if soft and not inside and any(_contradicts(word, one) for wanted in soft for word in wanted.words):
        return [], "", 0
    open_ = soft and not inside and not (_explained(soft) and has_number(met, one) and nothing_beside(met, one))
    return met or inside, f"whether it is {' or '.join(soft[0].words or soft[0].patterns)}" if open_ else "", len(unmet)


def _explained(soft: list[Wanted]) -> bool:
    """True where brackets have mere numbers or words, as other names of the same: `60M100 (3701/60)`."""
    return all(word.isdigit() or word.isalpha() for wanted in soft for word in wanted.words) and not any(wanted.patterns for wanted in soft)


def _contradicts(word: str, one: Device) -> bool:
    """True where the device says another code of the same system: CP150 for CP100, 2080-LC50 for 2080-L50E."""
    shape = _SHAPE.fullmatch(word)
    for phrase in one.fitted | one.own:
        other = _SHAPE.fullmatch(phrase)
        if shape and other and shape[1] == other[1] and shape[2] != other[2]:
            return True
        if min(len(word), len(phrase)) >= SYSTEM + 2 and word[:SYSTEM] == phrase[:SYSTEM] and has_digit(word[:SYSTEM]):
            return True
    return False


_SHAPE = re.compile(r"([a-z]{1,4})(\d{1,4})")

SYSTEM = 4
"""First signs that two codes of one system share."""


def _series(what: Designation, one: Device) -> Sure:
    if not what.series:
        return Sure.YES
    letter = re.search(r"(?:^|ser(?:ies)?\.?\s*|rev(?:ision)?\.?\s*|/)([A-Za-z])$", one.hardware.strip())
    if letter is None:
        return Sure.MAYBE
    return Sure.YES if letter[1].lower() in what.series else Sure.NO


def _comparable(code: str, own: str) -> bool:
    """Two order numbers of one system: both of Siemens, where one product has exactly one."""
    return code[:1].isdigit() and own[:1].isdigit() and code[1:3].isalpha() and own[1:3].isalpha() and len(own) >= BEGIN


def _same(code: str, own: str) -> bool:
    if code == own:
        return True
    shorter, longer = sorted((code, own), key=len)
    if "*" in code or "X" in code[BEGIN:]:
        return bool(compiled(re.escape(code).replace(r"\*", ".*").replace("X", ".")).fullmatch(own))
    if longer.startswith(f"{shorter}/"):
        return len(shorter) >= CODE + 2
    return _comparable(code, own) and len(shorter) >= BEGIN and longer.startswith(shorter)
