"""Words of product names, so that `CP343-1`, `CP 343-1` and `cp 343 - 1` are the same words, and `PAC3200T` is not `PAC3200`.

A text is cut where makers and writers put blanks as they like: at blanks and signs, before a digit that follows a letter (RTU500, RTU 500),
and at a hyphen beside a letter (EDS-408A). It is not cut after a digit (the letter of 3200T makes another product), nor at a hyphen between
digits (343-1, 750-881).
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from typing import NamedTuple

from fieldwatch.library.mojibake import mended

MOST = 600
"""Characters of a text that are read."""

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_SIGNS = {**_DASHES, ord("™"): " ", ord("®"): " ", ord("©"): " ", ord("’"): "'", ord("☐"): "□", ord("\xa0"): " "}
_PLUS = re.compile(r"(?<=[a-z0-9])\+(?=[\s,;)/]|$)")
"""The sign at the end of a name is part of it: Tracer SC+."""

_PIECE = re.compile(r"[0-9*□?]+(?:-[0-9*□?]+)*[a-z*□?]*(?:-[0-9*□?]+[a-z*□?]*)*|[a-z*□?]+")


@functools.lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """The text in lower case, without accents, marks and doubled blanks."""
    text = mended(text[:MOST]).translate(_SIGNS)
    if not text.isascii():
        text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return _PLUS.sub("plus", " ".join(text.lower().split()))


@functools.lru_cache(maxsize=65536)
def pieces(text: str) -> tuple[str, ...]:
    """The smallest words of a text (already `plain`): `s7-1500 cpu 1511c-1 pn` gives s, 7-1500, cpu, 1511c-1, pn."""
    return tuple(_PIECE.findall(text))


_VARIANT = re.compile(r"(\d{3,})-\d{2,}")
"""A number with the number of a variant behind a hyphen: msc800-2300 is an msc800."""


def has_digit(word: str) -> bool:
    """Whether a digit is in the word."""
    return any(map(str.isdigit, word))


def is_mixed(word: str) -> bool:
    """Whether the word has both letters and digits, as codes have."""
    return has_digit(word) and any(map(str.isalpha, word))


def _cuts(piece: str) -> list[str]:
    """The beginnings of a piece that end at a hyphen after a letter: 4008t of 4008t-2sfp."""
    return [piece[: match.start()] for match in re.finditer(r"(?<=[a-z])-", piece)]


class Wording(NamedTuple):
    """A text as one run of its pieces, with the places where a word may begin or end."""

    run: str
    bounds: frozenset[int]
    phrases: frozenset[str]
    """Every run of up to six pieces in a row: what may be asked for by `said`."""


LONGEST = 6
"""Pieces in the longest phrase."""


@functools.lru_cache(maxsize=65536)
def wording(text: str) -> Wording:
    """The wording of a text."""
    found = pieces(plain(text))
    bounds, at = {0}, 0
    for piece in found:
        at += len(piece)
        bounds.add(at)
    phrases = {"".join(found[start : start + count]) for start in range(len(found)) for count in range(1, LONGEST + 1)}
    for at, piece in enumerate(found):
        for beginning in _cuts(piece):
            phrases |= {"".join((*found[start:at], beginning)) for start in range(max(0, at - LONGEST + 1), at + 1)}
    for one, two in itertools.pairwise(found):
        variant = _VARIANT.match(two)
        if variant and one.isalpha():
            phrases.add(one + variant[1])
    return Wording("".join(found), frozenset(bounds), frozenset(phrases))
