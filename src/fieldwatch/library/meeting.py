"""Which words of a device meet what the name of a product asks for."""

from __future__ import annotations

import functools
import re

from fieldwatch.library.designation import Wanted
from fieldwatch.library.device import CODE, Device

SIZES = re.compile(r"([1-9]\d?00)-([1-9]\d?00)")
"""Sizes from and to, in one word: 700-1500."""

LONG_ENOUGH = 5
"""Signs of a word that may be plural."""


def _length(phrase: str) -> tuple[int, str]:
    return len(phrase), phrase


@functools.lru_cache(maxsize=65536)
def compiled(pattern: str) -> re.Pattern[str]:
    """The expression of a pattern."""
    return re.compile(pattern)


def meets(wanted: Wanted, one: Device) -> str:
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
        shape = compiled(pattern)
        fitting = (phrase for phrase in one.phrases if len(phrase) > 2 and shape.fullmatch(phrase))
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
        if found := next((phrase for phrase in sorted(one.own) if compiled(shape).fullmatch(phrase)), ""):
            return found
    return ""


_ZEROS = re.compile(r"([a-z]{0,6}[1-9]\d?)(0{2,3})([a-z]?)")
"""A series that is called after its first number: 5100, eki1500."""

_LETTERS = re.compile(r"[a-z]{2,5}\d?")
"""A series that is called by letters, before numbers: iq."""


def met_and_not(hard: list[Wanted], one: Device) -> tuple[list[str], list[Wanted]]:
    """The words of the device that meet what is asked for, and what none meets; its maker's brands need not be met."""
    met: list[str] = []
    unmet: list[Wanted] = []
    at = 0
    while at < len(hard):
        found = meets(hard[at], one)
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
