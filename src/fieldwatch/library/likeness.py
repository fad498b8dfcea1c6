"""Whether a device may be called by the name that an advisory uses, and how sure that is."""

from __future__ import annotations

import functools
import re
from enum import IntEnum
from typing import NamedTuple

from fieldwatch.library.designation import Designation, Wanted, designation, kinds
from fieldwatch.library.gazetteer import BEGIN
from fieldwatch.library.resolve import Called
from fieldwatch.library.wording import pieces, plain, wording


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


SIZES = re.compile(r"([1-9]\d?00)-([1-9]\d?00)")
"""Sizes from and to, in one word: 700-1500."""

LONG_ENOUGH = 5
"""Signs of a word that may be plural."""

CPU = frozenset({"cpu", "cpus", "processor", "controller", "controllers", "plc", "plcs", "pac"})
"""Words of which a processor has one among its names, where it is known by its family alone."""

CODE = 4
"""Signs of a code with letters and digits that can stand for all that a device says; two more where the name has other numbers."""

NONE = Likeness(Sure.NO, "")

TELL_LITTLE = frozenset({"plain", "technology", "generic", "family", "brand", "article", "note"})
"""Kinds of words by which two names of one product may differ."""

LITTLE_BESIDE = TELL_LITTLE - {"technology"}
"""The same, of words that the device has beside the name."""

MERE = LITTLE_BESIDE - {"plain"}
"""The same, where no number was met: Control Expert is not Process Expert."""


def device(called: Called, hardware: str, firmware: str = "") -> Device:
    """The device of these names."""
    own = frozenset(phrase for text in called.own for phrase in wording(text).phrases)
    families = frozenset(wording(text).run for text in called.derived)
    derived = frozenset(phrase for text in called.derived for phrase in wording(text).phrases)
    whole = frozenset(run for text in called.own if len(run := wording(text).run) >= CODE and any(sign.isdigit() for sign in run))
    major = re.search(r"\d+", firmware)
    return Device(called, own | derived, own, families, hardware, whole, str(int(major[0])) if major else "", wording(hardware).phrases)


def _length(phrase: str) -> tuple[int, str]:
    return len(phrase), phrase


@functools.lru_cache(maxsize=65536)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _met(wanted: Wanted, one: Device) -> str:
    """The word of the device that meets what is wanted; "" for none."""
    phrases = one.phrases
    for word in wanted.words:
        if word in phrases:
            return word
        if len(word) >= LONG_ENOUGH and word.isalpha() and (word.removesuffix("s") in phrases or f"{word}s" in phrases):
            return word
    for word in wanted.words:
        if "-" in word and (sizes := SIZES.fullmatch(word)) and int(sizes[1]) < int(sizes[2]):
            inside = (phrase for phrase in one.own if phrase.isdigit() and int(sizes[1]) <= int(phrase) <= int(sizes[2]))
            if found := max(inside, default=""):
                return found
    if wanted.series and (found := _of_series(wanted, one)):
        return found
    for pattern in wanted.patterns:
        compiled = _compiled(pattern)
        fitting = (phrase for phrase in one.phrases if len(phrase) > 2 and compiled.fullmatch(phrase))
        if found := max(fitting, key=_length, default=""):
            return found
    return ""


def _of_series(wanted: Wanted, one: Device) -> str:
    """The own word of the device that begins as the series does: IQ4E of the IQ series, 5110 of the 5100 series; "" for none."""
    for word in wanted.words:
        if (zeros := _ZEROS.fullmatch(word)) is not None:
            shape = re.escape(zeros[1]) + rf"\d{{{len(zeros[2])}}}{zeros[3] or '[a-z]{0,3}'}(?:-.*)?"
        elif word.isdigit() and len(word) >= CODE - 1:
            shape = re.escape(word) + r"[a-z][a-z0-9-]{0,12}"
        elif _LETTERS.fullmatch(word):
            shape = re.escape(word) + r"\d[a-z0-9-]{0,12}"
        else:
            continue
        if found := next((phrase for phrase in sorted(one.own) if _compiled(shape).fullmatch(phrase)), ""):
            return found
    return ""


_ZEROS = re.compile(r"([a-z]{0,6}[1-9]\d?)(0{2,3})([a-z]?)")
"""A series that is called after its first number: 5100, eki1500."""

_LETTERS = re.compile(r"[a-z]{2,5}\d?")
"""A series that is called by letters, before numbers: iq."""


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
        return Likeness(Sure.MAYBE, "same name", "order number", frozenset(met), left=left)
    sure = Sure.MAYBE if missing else Sure.YES
    return Likeness(sure, f"called {' '.join(met)}", missing, frozenset(met), left=left)


def _words(what: Designation, one: Device) -> tuple[list[str], str, int]:
    """The words met, none where a hard one is not; the first soft one that is not; how many hard ones are not."""
    met, unmet = _met_and_not([wanted for wanted in what.wanted if not wanted.soft], one)
    if unmet and initials(what) in one.own:
        return [next(word for wanted in what.wanted for word in wanted.words if word.isdigit())], "", len(unmet)
    soft = [wanted for wanted in what.wanted if wanted.soft]
    inside = [word for wanted in soft if (word := _met(wanted, one) or next((w for w in wanted.words if w in one.fitted), ""))]
    if unmet and not ((met or inside) and _meant(what, met, inside, unmet, one)):
        return [], "", 0
    if soft and not inside and any(_contradicts(word, one) for wanted in soft for word in wanted.words):
        return [], "", 0
    open_ = soft and not inside and not (_explained(soft) and _number(met, one) and _nothing_beside(met, one))
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
        if min(len(word), len(phrase)) >= SYSTEM + 2 and word[:SYSTEM] == phrase[:SYSTEM] and any(map(str.isdigit, word[:SYSTEM])):
            return True
    return False


_SHAPE = re.compile(r"([a-z]{1,4})(\d{1,4})")

SYSTEM = 4
"""First signs that two codes of one system share."""


def _met_and_not(hard: list[Wanted], one: Device) -> tuple[list[str], list[Wanted]]:
    met: list[str] = []
    unmet: list[Wanted] = []
    at = 0
    while at < len(hard):
        found = _met(hard[at], one)
        if not found and at + 1 < len(hard):
            found = next((a + b for a in hard[at].words for b in hard[at + 1].words if a + b in one.phrases), "")
            at += 1 if found else 0
        if not found and hard[at].words == (one.major,) and at == len(hard) - 1 and met and not any(map(_is_digit, one.own)):
            found = one.major
        if found:
            met.append(found)
        elif not one.called.brands.issuperset(hard[at].words) or not hard[at].words:
            unmet.append(hard[at])
        at += 1
    return met, unmet


def _is_digit(phrase: str) -> bool:
    return len(phrase) == 1 and phrase.isdigit()


def _meant(what: Designation, met: list[str], inside: list[str], unmet: list[Wanted], one: Device) -> bool:
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
    numbered = any(sign.isdigit() for wanted in unmet for word in wanted.words for sign in word) or any(wanted.patterns for wanted in unmet)
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
    if _number(met, one):
        return _nothing_beside(met, one)
    foreign = any(kinds().get(word) == "technology" for wanted in unmet for word in wanted.words)
    named = any(len(word) >= LONG_ENOUGH and kinds().get(word) is None and word in one.own for word in met)
    return little and not foreign and named and any(not _beside(text, met, one, MERE) for text in one.called.own)


def _branded(what: Designation, met: list[str], unmet: list[Wanted], one: Device) -> bool:
    """True where only the first words are not met, and a name is: they are a brand (`Linear eMerge 5000P`, `Hills ComNav`)."""
    if unmet != list(what.wanted[: len(unmet)]) or len(unmet) > BRAND or not any(word in one.own and is_name(word) for word in met):
        return False
    letters = all(word.isalpha() and kinds().get(word) != "variant" for wanted in unmet for word in wanted.words)
    return letters and not any(wanted.patterns for wanted in unmet) and (what.family or _nothing_beside(met, one))


BRAND = 2
"""Words of a brand before a name."""


def is_name(word: str) -> bool:
    """True for a word that can name a product alone: a long word, or letters and numbers."""
    letters = sum(map(str.isalpha, word))
    long = len(word) > LONG_ENOUGH if letters == len(word) else len(word) >= LONG_ENOUGH
    return kinds().get(word) is None and letters > 0 and long


def initials(what: Designation) -> str:
    """Initials and number, as a device may say them: pf6000 for Power Focus 6000; "" where the name has no such form."""
    words = [wanted.words[0] for wanted in what.wanted if wanted.words and not wanted.soft]
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


def _number(met: list[str], one: Device) -> bool:
    """True where a number of the device's own is met."""
    for word in met:
        digits = sum(map(str.isdigit, word))
        if digits and word in one.own and (len(word) >= CODE - 1 or digits < len(word)):
            return True
    return False


def _nothing_beside(met: list[str], one: Device) -> bool:
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
    if longer.startswith(f"{shorter}/"):
        return len(shorter) >= CODE + 2
    return _comparable(code, own) and len(shorter) >= BEGIN and longer.startswith(shorter)
