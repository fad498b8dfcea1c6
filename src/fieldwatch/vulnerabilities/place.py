"""Where a product of an advisory is found: the keys that it stands under, and the keys that a device asks for.

A device that `likeness` takes for a product asks for at least one key of it. Under which of its words a product stands is free: the rarest
is taken, so that few devices ask for it in vain, and a change of what is rare changes no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

from fieldwatch.library.description import TELL_LITTLE, initials, is_name, telling
from fieldwatch.library.designation import Wanted, kinds
from fieldwatch.library.device import CODE, Device
from fieldwatch.library.gazetteer import BEGIN
from fieldwatch.library.meeting import LONG_ENOUGH, SIZES
from fieldwatch.library.wording import has_digit, is_mixed, pieces, wording
from fieldwatch.vulnerabilities.entry import Entry

WHOLE, START, OPENING, HEAD, TELLING, NAME, NUMBER, WILD, MAKER = "=", "|", "^", "<", "&", "%", "#", "~", "@"
"""The first sign of a key: all that a device says, its first words, its first signs, the first signs of any word, the word that tells most,
a word that can be a name alone, an order number, the part of one before a wildcard, a maker. No word begins so."""

OPENING_SIGNS = 4
"""Signs of a pattern before its first wildcard that are looked at."""

HEAD_SIGNS = 3
"""Signs at the beginning of a word that are looked at for a series."""

_SERIES_HEAD = re.compile(r"([a-z]{2,5}[0-9]?)|([a-z]{0,6}[1-9][0-9]?)0{2,3}[a-z]?|([0-9]{3,})")
"""What all of a series begin with."""


class Placed(NamedTuple):
    """A product at its place. `order` is the same in whatever order advisories come; `tail` a number that ends its name, or ""."""

    entry: Entry
    order: tuple[str, int]
    keys: frozenset[str]
    tail: str


def placed(entry: Entry, number: int, weight: Callable[[str, str], float]) -> Placed:
    """The product with its keys; `number` is its place in its advisory, `weight` how rare a word of a maker is."""
    hard = entry.what.hard
    tail = hard[-1].words[0] if len(hard) > 1 and _is_number(hard[-1]) else ""
    keys = frozenset(
        (*_of_words(entry, hard, tail, weight), *_of_whole(entry, hard), *_of_some(entry, hard, tail), *_of_codes(entry), *entry.what.short)
    )
    return Placed(entry, (entry.advisory.id, number), keys, tail)


def asked(one: Device, makers: frozenset[str]) -> Iterator[str]:
    """The keys of all products that the device may be called by."""
    yield from one.phrases
    yield from {HEAD + phrase[:count] for phrase in one.own for count in range(1, HEAD_SIGNS + 1)}
    yield from {NAME + phrase for phrase in one.own if is_name(phrase)}
    for text in one.called.own:
        word = telling(text, one)
        yield from {TELLING + "".join(pieces(part)) for part in (word, *word.split("-"))}
    for run in one.whole:
        yield WHOLE + run
        yield from (OPENING + run[:count] for count in range(OPENING_SIGNS + 1))
    for said in map(wording, one.called.own):
        if said.run in one.whole:
            yield from (START + said.run[:bound] for bound in said.bounds)
    for code in one.called.codes:
        yield NUMBER + code[:BEGIN]
        yield from (WILD + code[:count] for count in range(BEGIN))
    if makers:
        yield from (MAKER + maker for maker in (*makers, ""))


def _of_words(entry: Entry, hard: list[Wanted], tail: str, weight: Callable[[str, str], float]) -> Iterator[str]:
    """The rarest of what must be met, in every form in which a word meets it; the makers where nothing of it is a mere word."""
    mere = [one for one in (hard[:-1] if tail else hard) if _is_mere(one)]  # a number at the end may be met by the device's version
    if not mere:
        yield from _of_makers(entry)
        return
    maker = min(entry.makers, default="")
    numbered = [one for one in mere if _is_numbered(one)]
    behind = mere[1:] or mere  # the first word may be a brand, which a device need not say
    for rarest in (
        max(some, key=lambda one: min(weight(maker, word) for word in one.words)) for some in ([numbered] if numbered else [mere, behind])
    ):
        for word in rarest.words:
            yield from (word, word.removesuffix("s"), f"{word}s") if len(word) >= LONG_ENOUGH and word.isalpha() else (word,)
            if rarest.series:
                yield from _heads(word)
        yield from (run for one, two in pairwise(hard) if one is rarest or two is rarest for run in _joined(one, two))


def _is_numbered(one: Wanted) -> bool:
    """Whether it asks for a code: no brand and no description, which a device need not say."""
    return all(has_digit(word) and kinds().get(word) is None for word in one.words)


def _is_mere(one: Wanted) -> bool:
    """Whether it is met by one of its words, or one that begins so, and by nothing else, and may not be left out."""
    if not one.words or one.patterns or any(map(SIZES.fullmatch, one.words)):
        return False
    return not all(kinds().get(word) in TELL_LITTLE for word in one.words)


def _of_whole(entry: Entry, hard: list[Wanted]) -> Iterator[str]:
    """What makes a device the product if it is all that the device says: a word, several words as one, a pattern, one of a series."""
    if len(entry.what.wanted) < 2:
        return
    order = (*hard, *entry.what.soft)
    words = [word for one in order for word in one.words]
    yield from (WHOLE + word for word in words if len(word) >= CODE and is_mixed(word))
    yield from (START + run for one, two in combinations(order, 2) for run in _joined(one, two))
    yield from (OPENING + _opening(pattern) for one in order for pattern in one.patterns)
    yield from (head for one in order if one.series for word in one.words for head in _heads(word))
    openings = (_opening(pattern)[:HEAD_SIGNS] for one in order for pattern in one.patterns)
    yield from (HEAD + opening for opening in openings if len(opening) > 1)


def _of_some(entry: Entry, hard: list[Wanted], tail: str) -> Iterator[str]:
    """What makes a device the product though not all words are met: that which tells most of the device, a name, initials."""
    if len(hard) < 2:
        return
    if short := initials(entry.what):
        yield short
    if any(_is_mere(one) and _is_numbered(one) for one in (hard[:-1] if tail else hard)):
        return  # a code must be met whatever else is not
    words = {word for one in hard for word in one.words} | {run for one, two in pairwise(hard) for run in _joined(one, two)}
    yield from (TELLING + word for word in words)
    if entry.what.family:
        yield from (NAME + word for word in words if is_name(word))


def _of_codes(entry: Entry) -> Iterator[str]:
    """Order numbers by their first signs; where these have a wildcard, by the signs before it."""
    for code in entry.codes:
        open_ = "*" in code or "X" in code[BEGIN:]
        at = next((at for at, sign in enumerate(code[:BEGIN]) if sign == "*" or (sign == "X" and open_)), BEGIN)
        yield WILD + code[:at] if at < min(BEGIN, len(code)) else NUMBER + code[:BEGIN]


def _of_makers(entry: Entry) -> Iterator[str]:
    yield from (MAKER + maker for maker in entry.makers or {""})


def _heads(word: str) -> Iterator[str]:
    """The first signs of the words of a series that is called so."""
    if head := _SERIES_HEAD.fullmatch(word):
        yield HEAD + next(filter(None, head.groups()))[:HEAD_SIGNS]


def _joined(one: Wanted, two: Wanted) -> Iterator[str]:
    yield from (a + b for a in one.words for b in two.words)


def _is_number(one: Wanted) -> bool:
    return len(one.words) == 1 and one.words[0].isdigit()


def _opening(pattern: str) -> str:
    """The signs of a pattern before its first wildcard."""
    found, signs = "", iter(pattern)
    for sign in signs:
        if sign == "[" or len(found) == OPENING_SIGNS:
            break
        found += next(signs, "") if sign == "\\" else sign
    return found
