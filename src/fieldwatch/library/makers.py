"""One word for one maker: the spellings of registries and devices (`SIEMENS AG`, `Siemens AG,`) as one name.

A spelling is known by the words that it begins with; the longest known beginning decides. A row that ends with a lone full stop is a
whole name, not a beginning (`Rockwell`, for Rockwell Collins is somebody else). Names that the table does not know stay as they are:
nothing is guessed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from fieldwatch.library.table import table

WORD = re.compile(r"[^\W_]+(?:[&+][^\W_]+)*|&")
"""A word: letters and digits, joined by & or + without blanks (B&R, Endress+Hauser); a lone & is one, too."""


@functools.cache
def _begins() -> dict[tuple[str, ...], str]:
    return {tuple(begins.split()): name for name, begins in table("makers.tsv").rows}


@functools.cache
def _longest() -> int:
    return max(map(len, _begins()))


def known(words: Sequence[str]) -> tuple[str, int] | None:
    """The maker whose known spelling begins these lower-case words, and how many words the spelling takes; None where none does."""
    whole = _begins().get((*words, ".")) if len(words) < _longest() else None
    if whole is not None:
        return whole, len(words)
    for count in range(min(len(words), _longest()), 0, -1):
        name = _begins().get(tuple(words[:count]))
        if name is not None:
            return name, count
    return None


@functools.lru_cache(maxsize=65536)
def maker(words: str) -> str:
    """The usual name of the maker who is called `words`; the same words, without a comma at their end, where it is not known."""
    found = known(WORD.findall(words.lower()))
    return found[0] if found else words.strip(" ,;") or words
