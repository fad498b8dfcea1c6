"""When a maker ends the sale and the support of a product line.

Dates are as exact as their source: a day, a month (`2017-06`) or a year (`2016`); `<=2021-01-05` says that it had ended
by that day, where the source does not say since when. What the table does not know is not said to be supported.
"""

from __future__ import annotations

import calendar
import datetime
import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

from fieldwatch.library.makers import maker
from fieldwatch.library.table import table

MOST = 256
"""Characters of a name that are looked at."""

BY = "<="
"""Stands before a day by which something had ended."""


class Lifecycle(NamedTuple):
    """What is known of a product line; "" for a date that is not.

    `source` is the page of the maker or of who quotes the maker, `read` the day on which it was read.
    """

    vendor: str
    family: str
    end_of_sale: str
    end_of_support: str
    source: str
    read: str


class _Line(NamedTuple):
    pattern: re.Pattern[str]
    lifecycle: Lifecycle


@functools.cache
def _lines() -> dict[str, tuple[_Line, ...]]:
    """The rows of the table by maker, in their order."""
    lines: dict[str, tuple[_Line, ...]] = {}
    for vendor, pattern, family, sale, support, source, read in table("lifecycle.tsv").rows:
        line = _Line(re.compile(pattern, re.I), Lifecycle(vendor, family, sale, support, source, read))
        lines[vendor] = (*lines.get(vendor, ()), line)
    return lines


def lifecycle(vendor: str, codes_or_names: Iterable[str]) -> Lifecycle | None:
    """The first row of `vendor` that one of its order numbers, models or names fits, blanks aside; None where the table has none."""
    words = ["".join(word[:MOST].split()) for word in codes_or_names]
    for line in _lines().get(maker(vendor), ()):
        if any(line.pattern.fullmatch(word) for word in words):
            return line.lifecycle
    return None


def last_day(date: str) -> datetime.date:
    """The last day that `date` may mean. Raises ValueError for anything else than the forms of the table."""
    parts = [int(part) for part in date.removeprefix(BY).split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return datetime.date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])


def ended(date: str, today: datetime.date) -> bool:
    """Whether what ends at `date` is over on `today`; False where there is no date."""
    if not date:
        return False
    return last_day(date) <= today if date.startswith(BY) else last_day(date) < today
