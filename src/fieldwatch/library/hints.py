"""What a value gives away beside itself: a role, a maker, an operating system, an order number."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from fieldwatch.library.table import table

MOST = 512
"""Characters of a value that are looked at: a hostile banner of any length costs no more time than this."""


class Hint(NamedTuple):
    """From a value follows that attribute `says` is `value`, with this confidence."""

    says: str
    value: str
    confidence: float


class _Rule(NamedTuple):
    protocol: str
    pattern: re.Pattern[str]
    hint: Hint


@functools.cache
def _rules(attribute: str) -> tuple[_Rule, ...]:
    """The rules about this attribute, compiled when the first value comes."""
    return tuple(
        _Rule(protocol, re.compile(pattern), Hint(says, value, float(confidence)))
        for protocol, about, pattern, says, value, confidence in table("hints.tsv").rows
        if about in {attribute, "*"}
    )


@functools.lru_cache(maxsize=65536)
def hints(protocol: str, attribute: str, value: str) -> tuple[Hint, ...]:
    """Everything that the table concludes from `value`, in the order of the table."""
    return tuple(
        rule.hint._replace(value=rule.hint.value.format(match[0], *match.groups()))
        for rule in _rules(attribute)
        if rule.protocol in {protocol, "*"} and (match := rule.pattern.fullmatch(value[:MOST]))
    )
