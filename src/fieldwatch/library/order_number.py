"""Order numbers: the makers' grammars, and the equality of two spellings.

How it is known: the makers' own public ordering systems, one row of `order_numbers.tsv` for each. A number that fits a grammar is well
formed; whether such a product exists is not said.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from fieldwatch.library.makers import maker
from fieldwatch.library.ownership import related
from fieldwatch.library.table import table

MOST = 96
"""Characters of a number that are looked at."""

SHORT = 3
"""Letters of a part of a number between blanks that has no digit."""

BLANK = re.compile(r"[\s\u00a0\u200b]+")
JOINS = re.compile(r"[\s\u00a0\u200b_-]+")
SERIES = re.compile(r"(?:\s*/|\s+(?:SER(?:IES|\.)?\s*)?)([A-Z])(?:\s*/\s*(\d[0-9.]*))?$")
"""What follows a catalogue number of Rockwell Automation: the series of the hardware (`/B`, ` B`, ` Series B`), and /firmware."""

PLACE = re.compile(r"\{(-?)(\w+)\}")


class OrderNumber(NamedTuple):
    """An order number: its canonical spelling, who counts so, the row of the table, its parts, and the hardware where it says so."""

    code: str
    vendor: str
    grammar: str
    parts: tuple[tuple[str, str], ...]
    hardware: str = ""
    firmware: str = ""
    certain: bool = True


class _Grammar(NamedTuple):
    name: str
    vendor: str
    pattern: re.Pattern[str]
    canonical: str
    certain: bool


@functools.cache
def _grammars() -> tuple[_Grammar, ...]:
    return tuple(
        _Grammar(name, vendor, re.compile(pattern), canonical, certain == "yes")
        for name, vendor, pattern, canonical, certain, _, _ in table("order_numbers.tsv").rows
    )


def _spelled(grammar: _Grammar, match: re.Match[str]) -> str:
    """The canonical spelling: `{name}` is a part, `{-name}` a part with its hyphen if it is there."""
    parts = match.groupdict(default="")
    if not grammar.canonical:
        return match.string
    return PLACE.sub(lambda place: place[1] + parts[place[2]] if parts[place[2]] else "", grammar.canonical)


def _is_one(text: str) -> bool:
    """Whether blanks may stand within a number here: what follows a blank has a digit, or is as short as the CPU of 140 CPU 651 50."""
    return all(len(word) <= SHORT or any(sign.isdigit() for sign in word) for word in text.split()[1:])


def _read(bare: str, names: frozenset[str]) -> OrderNumber | None:
    """The number by the first grammar that fits: of the named makers; with no name, only a grammar that is nobody else's."""
    for grammar in _grammars():
        if (grammar.vendor in names) if names else grammar.certain:
            match = grammar.pattern.fullmatch(bare)
            if match:
                parts = tuple((name, value) for name, value in match.groupdict().items() if value)
                return OrderNumber(_spelled(grammar, match), grammar.vendor, grammar.name, parts, certain=grammar.certain)
    return None


@functools.lru_cache(maxsize=65536)
def order_number(text: str, vendor: str = "") -> OrderNumber | None:
    """The order number that the whole of `text` is; None where it fits no grammar.

    With a vendor, only grammars of this maker, his brands and owners count; without, only those that are distinctive by themselves.
    """
    said = text.strip()
    if not 3 <= len(said) <= MOST or not any(sign.isdigit() for sign in said):
        return None
    names = related(vendor) | {maker(vendor)} if vendor.strip() else frozenset()
    upper = said.upper()
    series = SERIES.search(upper)
    if series:
        found = _read(BLANK.sub("", upper[: series.start()]), names)
        if found and found.vendor == "Rockwell Automation":
            return found._replace(hardware=series[1], firmware=series[2] or "")
    return _read(BLANK.sub("", upper), names) if _is_one(upper) else None


def folded(code: str) -> str:
    """The number without blanks, hyphens and case: two spellings of one number are equal so."""
    return JOINS.sub("", code[:MOST]).upper()


def same(a: str, b: str) -> bool:
    """Whether two spellings are one number, up to blanks, hyphens and case; nothing is the same as an empty one."""
    return bool(folded(a)) and folded(a) == folded(b)


WILD = re.compile(r"\*+|\[\]|[?□▯]|\.{3,}$|…$|x+|X{2,}|X|\(([^()]{0,24})\)|.", re.DOTALL)
"""A sign of a pattern: a run of stars, one unknown sign in its many spellings, an open end, an optional part in brackets, or itself."""


@functools.lru_cache(maxsize=16384)
def _compiled(pattern: str, hyphens: bool) -> re.Pattern[str] | None:
    """The expression for a pattern, with its hyphens or without; None where it is longer than any number or nothing but wildcards.

    Each run between stars is an atomic group at its first place, so the time is linear in the length of the number.
    """
    bare = BLANK.sub("", pattern.strip())
    if len(bare) > MOST or not any(sign.isalnum() and sign not in "xX" for sign in bare):
        return None
    runs: list[list[str]] = [[]]
    for match in WILD.finditer(bare):
        sign = match[0]
        last = match.end() == len(bare)
        if sign[0] == "*" or sign in {"…"} or (len(sign) > 2 and sign[0] == "."):
            runs.append([])
        elif sign == "[]" or sign in "?□▯":
            runs[-1].append("[A-Z0-9]")
        elif sign[0] in "xX" and (len(sign) > 1 or sign == "x"):
            runs[-1].append(f"[A-Z0-9]{{0,{len(sign)}}}(?:[A-Z/].*)?" if last else f"[A-Z0-9]{{{len(sign)}}}")
        elif sign == "X":
            runs[-1].append("[X0-9]")
        elif match[1] is not None:
            runs[-1].append(_optional(match[1], hyphens))
        elif hyphens or sign not in "-_":
            runs[-1].append(re.escape(sign.upper()))
    first, *rest = ["".join(run) for run in runs]
    if not rest:
        return re.compile(first)
    *inner, end = rest
    return re.compile(first + "".join(f"(?>.*?{run})" for run in inner) + (f".*{end}" if end else ".*"))


def _optional(inside: str, hyphens: bool) -> str:
    """A part in brackets that may be missing: `(EN)`, `(-P)`, `(-R2/R4)`, where the hyphen is of both."""
    hyphen = "-" if hyphens and inside.startswith("-") else ""
    choices = (hyphen + JOINS.sub("", choice).upper() for choice in inside.split("/"))
    return "(?:" + "|".join(re.escape(choice) for choice in choices if choice) + ")?" if inside.strip("/ -") else ""


def matches(pattern: str, code: str) -> bool:
    """Whether `code` is one of the numbers that an advisory's `pattern` stands for.

    Wildcards: `*` any run; x, X, ?, □, [] one sign (at the end of the pattern, that many or fewer, and a suffix that begins with a letter);
    … at the end; brackets for a part that may be missing. A single X is itself or a digit. Blanks and case do not count, and hyphens only
    where both have them: `FX5U-*` is not FX5UC-32MT.
    """
    hyphens = "-" in code and "-" in pattern
    said = BLANK.sub("", code[:MOST]).upper() if hyphens else folded(code)
    expression = _compiled(pattern, hyphens) if said else None
    return expression is not None and expression.fullmatch(said) is not None
