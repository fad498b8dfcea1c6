"""Runs of three and four characters of a text, as numbers of buckets: what two spellings of one name share."""

from __future__ import annotations

import functools
import re
import zlib

from fieldwatch.library.designation import MLFB
from fieldwatch.library.wording import plain

BUCKETS = 8192
"""Runs are counted in so many buckets; what falls together by chance is rare enough not to matter."""

LENGTHS = (3, 4)

_BETWEEN = re.compile(r"[^a-z0-9]+")
_NUMBER = re.compile(r"\d+")

Grams = frozenset[int]


def squeezed(text: str) -> str:
    """Letters and digits alone: blanks, hyphens and marks stand where the writer likes."""
    return _BETWEEN.sub("", plain(text))


@functools.lru_cache(maxsize=65536)
def grams(text: str) -> Grams:
    """The buckets of a text. A sign before it marks its begin; a text too short for a run is one itself."""
    run = "^" + squeezed(text)
    found = {zlib.crc32(run[at : at + length].encode()) & (BUCKETS - 1) for length in LENGTHS for at in range(len(run) - length + 1)}
    if not found and len(run) > 1:
        found = {zlib.crc32(run.encode()) & (BUCKETS - 1)}
    return frozenset(found)


@functools.lru_cache(maxsize=65536)
def uncoded(text: str) -> str:
    """A name without the order numbers in it, which are compared as such; the order number where there is nothing else."""
    bare = MLFB.sub(" ", text)
    return bare if len(squeezed(bare)) > 2 else text


@functools.lru_cache(maxsize=65536)
def numbers(text: str) -> frozenset[str]:
    """The numbers in a text, without leading zeros."""
    return frozenset(found.lstrip("0") or "0" for found in _NUMBER.findall(plain(text)))
