"""Whether a device may be called by the name that an advisory uses, and how sure that is."""

from __future__ import annotations

import functools
import re
from enum import IntEnum
from typing import NamedTuple

from fieldwatch.library.designation import Designation, Wanted, designation
from fieldwatch.library.gazetteer import BEGIN
from fieldwatch.library.resolve import Called
from fieldwatch.library.wording import wording


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


_SIZES = re.compile(r"([1-9]\d{2,3})-([1-9]\d{2,3})")
"""Sizes from and to, in one word: 700-1500."""

LONG_ENOUGH = 5
"""Signs of a word that may be plural."""

CODE = 4
"""Signs of a code with letters and digits that can stand for all that a device says; two more where the name has other numbers."""

NONE = Likeness(Sure.NO, "")


def device(called: Called, hardware: str, firmware: str = "") -> Device:
    """The device of these names."""
    own = frozenset(phrase for text in called.own for phrase in wording(text).phrases)
    families = frozenset(wording(text).run for text in called.derived)
    derived = frozenset(phrase for text in called.derived for phrase in wording(text).phrases)
    whole = frozenset(run for text in called.own if len(run := wording(text).run) >= CODE and any(sign.isdigit() for sign in run))
    major = re.search(r"\d+", firmware)
    return Device(called, own | derived, own, families, hardware, whole, str(int(major[0])) if major else "")


@functools.lru_cache(maxsize=65536)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _met(wanted: Wanted, one: Device) -> str:
    """The word of the device that meets what is wanted; "" for none."""
    for word in wanted.words:
        for form in (word, word.removesuffix("s"), f"{word}s") if len(word) >= LONG_ENOUGH else (word,):
            if form in one.phrases:
                return word
    for word in wanted.words:
        if (sizes := _SIZES.fullmatch(word)) and int(sizes[1]) < int(sizes[2]):
            inside = (phrase for phrase in one.own if phrase.isdigit() and int(sizes[1]) <= int(phrase) <= int(sizes[2]))
            if found := next(inside, ""):
                return found
    for pattern in wanted.patterns:
        compiled = _compiled(pattern)
        for phrase in one.phrases:
            if len(phrase) > 2 and compiled.fullmatch(phrase):
                return phrase
    return ""


def likeness(what: Designation, codes: frozenset[str], one: Device) -> Likeness:
    """Whether `one` may be called so. `codes` are the order numbers that the document gives for this product."""
    if codes and one.called.codes:
        hit = next((code for code in codes for own in one.called.codes if _same(code, own)), "")
        if hit:
            series = _series(what, one)
            missing = "hardware series" if series is Sure.MAYBE else ""
            return Likeness(series, f"order number {hit}", missing, frozenset({hit}), by_code=True)
        if any(_comparable(code, own) for code in codes for own in one.called.codes):
            return NONE
    met, missing = _words(what, one)
    if met is None or not met:
        return NONE
    if any(word in one.phrases for word in what.excluded if any(sign.isdigit() for sign in word) or len(word) > 3) and what.excluded:
        return NONE
    series = _series(what, one)
    if series is Sure.NO:
        return NONE
    if series is Sure.MAYBE:
        missing = "hardware series"
    if what.condition and not missing and any(not _met(wanted, one) for wanted in designation(what.condition).wanted):
        missing = f"whether it is {what.condition}"
    if codes and not missing and not one.called.codes and any(_comparable(code, code) for code in codes):
        return Likeness(Sure.MAYBE, "same name", "order number", frozenset(met))
    sure = Sure.MAYBE if missing else Sure.YES
    return Likeness(sure, f"called {' '.join(met)}", missing, frozenset(met))


def _words(what: Designation, one: Device) -> tuple[list[str] | None, str]:
    """The words met, None where a hard one is not; and the first soft one that is not."""
    met: list[str] = []
    unmet: list[Wanted] = []
    hard = [wanted for wanted in what.wanted if not wanted.soft]
    at = 0
    while at < len(hard):
        found = _met(hard[at], one)
        if not found and at + 1 < len(hard):
            found = next((a + b for a in hard[at].words for b in hard[at + 1].words if a + b in one.phrases), "")
            at += 1 if found else 0
        if not found and hard[at].words == (one.major,) and at == len(hard) - 1 and met:
            found = one.major
        if found:
            met.append(found)
        else:
            unmet.append(hard[at])
        at += 1
    soft = [wanted for wanted in what.wanted if wanted.soft]
    inside = [word for wanted in soft if (word := _met(wanted, one))]
    if unmet and not _whole([*met, *inside], unmet, one):
        return None, ""
    missing = f"whether it is {' or '.join(soft[0].words or soft[0].patterns)}" if soft and not inside else ""
    return met or inside, missing


def _whole(met: list[str], unmet: list[Wanted], one: Device) -> bool:
    """True where all that the device says of itself is one code, and the name has it: the rest of the name is brand and kind."""
    numbered = any(sign.isdigit() for wanted in unmet for word in wanted.words for sign in word) or any(wanted.patterns for wanted in unmet)
    return any(word in one.whole and any(sign.isalpha() for sign in word) and len(word) >= CODE + 2 * numbered for word in met)


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
        return bool(_compiled(re.escape(code).replace(r"\*", ".*").replace("X", ".")).fullmatch(own))
    return len(shorter) >= BEGIN and longer.startswith(shorter)
