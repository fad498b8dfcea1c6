"""One word for one maker: the spellings of registries and devices (`SIEMENS AG`, `Siemens AG,`) as one name.

A spelling is known by the words that it begins with; the longest known beginning decides. Names that the table does not know stay as
they are: nothing is guessed.
"""

from __future__ import annotations

import functools
import re

from fieldwatch.library.table import table

WORD = re.compile(r"[^\W_]+(?:[&+][^\W_]+)*|&")
"""A word: letters and digits, joined by & or + without blanks (B&R, Endress+Hauser); a lone & is one, too."""


@functools.cache
def _begins() -> dict[tuple[str, ...], str]:
    return {tuple(begins.split()): name for name, begins in table("makers.tsv").rows}


@functools.cache
def _longest() -> int:
    return max(map(len, _begins()))


@functools.lru_cache(maxsize=65536)
def maker(words: str) -> str:
    """The usual name of the maker who is called `words`; the same words, without a comma at their end, where it is not known."""
    said = tuple(WORD.findall(words.lower()))
    for count in range(min(len(said), _longest()), 0, -1):
        name = _begins().get(said[:count])
        if name is not None:
            return name
    return words.strip(" ,;") or words
