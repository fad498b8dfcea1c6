"""Words put together to bounds, and bounds to alternatives."""

from __future__ import annotations

import functools
import itertools
import re

from fieldwatch.library.version import across_lines, compare, parse
from fieldwatch.vulnerabilities.range.record import Alternatives, Bound
from fieldwatch.vulnerabilities.range.words import ALSO, FIRMWARE, Token

OPERATOR = {"LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
NUMBERS = ("V", "L", "DATE")
SILENT = ("FROM", "BETWEEN", "CVE", "INCLUDED", "EXCLUDED", "AND")

DIGIT = re.compile(r"(?<=[0-9])x+(?![0-9A-Za-z])")
"""Digits that may be any: `2.3x`. A capital X after a digit is a letter of the number (Mitsubishi Electric: 1.21X)."""

BOTH = re.compile(r"^(?P<a>v?[A-Za-z]{0,3}[0-9][\w.]*)-(?P<b>v?[A-Za-z]{0,3}[0-9][\w.]*)$", re.I)
DOTTED = re.compile(r"v?[0-9]+\.[0-9.]+", re.I)


class Garbled(Exception):
    """The words do not make a range; the message says why."""


def floor(number: str) -> str:
    """The lowest version that a number with wildcards stands for: `2.3x` is 2.30, `12.2.x` 12.2."""
    number = DIGIT.sub(lambda found: "0" * len(found.group()), number)
    return re.sub(r"(?<=[0-9])(?:[.\-](?:[xX*])\b|\.\*)+", "", number).strip(" *") or number


def ceiling(number: str) -> str:
    """The highest: `2.3x` is 2.39; a whole component is left out, and the rule for deeper components covers it."""
    return floor(DIGIT.sub(lambda found: "9" * len(found.group()), number))


def both_ends(text: str) -> tuple[str, str] | None:
    """Both ends of `12.4.1-12.4.11` or `20-33`; None for a number that only has a hyphen in it (`5.3.0-64`)."""
    found = BOTH.match(text)
    if found is None:
        return None
    low, high = found.group("a"), found.group("b")
    alike = low.count(".") == high.count(".") and (low.count(".") >= 1 or (len(low) == len(high) and len(low) >= 2))
    one, two = parse(low, "components"), parse(high, "components")
    return (low, high) if alike and one and two and compare(one, two) == -1 else None


def also(text: str) -> str:
    """The same release in another count, behind the number; "" where there is none."""
    found = ALSO.search(text)
    return found.group(1) if found else ""


def bare(text: str) -> str:
    """The number without the words before it, and without the other count behind it."""
    text = ALSO.sub("", text)
    number = re.sub(r"^(?:(?:versions?|vers|ver|rev(?:ision)?|release|firmware|fw(?=[ _]))\b[ ._:]*)+", "", text, flags=re.I)
    number = re.sub(rf"^{FIRMWARE}", "", number, flags=re.I)
    return number.strip(" .,_:") or text


class Flow:
    """The tokens of one text in turn, made to bounds.

    `bounds` are in the order of the text; `open_end` says that `up to` left open whether its number is included.
    """

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.bounds: list[Bound] = []
        self.open_end = False
        self.op = ""
        self.worded = False
        """The operator was words (prior to), which a whole list of numbers may follow."""
        self.ranging = False
        """A lower end was read, the upper one comes."""
        while self.at < len(self.tokens):
            self.step(self.tokens[self.at])
            self.at += 1
        if self.op or self.ranging:
            raise Garbled("an operator without a number")

    def kind(self, ahead: int) -> str:
        """The kind of a token near by; "" beyond the ends."""
        place = self.at + ahead
        return self.tokens[place].kind if 0 <= place < len(self.tokens) else ""

    def step(self, token: Token) -> None:
        """Take one token, or several that belong together."""
        if token.kind in OPERATOR:
            self.operator(token)
        elif token.kind == "UPTO":
            self.op, self.worded, self.open_end = "<=", True, True
            self.lower_last()
        elif token.kind in NUMBERS:
            self.number(token)
        elif token.kind == "OTHER":
            if self.op:
                raise Garbled("an operator without a number")
        elif token.kind == "ALL":
            if (self.bounds or self.op) and self.kind(1) not in OPERATOR:
                raise Garbled("every version beside a limit")
        elif token.kind != "OR" and token.kind not in SILENT:
            raise Garbled(f"the word {token.text!r}")

    def operator(self, token: Token) -> None:
        """An operator; a single number just before an upper limit is the lower one: `16 <= 20`, `6.1 prior to 6.1.4`."""
        if self.op and not (self.op in "<=" and token.text.startswith("<")):
            raise Garbled("two operators in a row")
        self.op = self.op or OPERATOR[token.kind]
        self.worded = token.text[0].isalpha()
        if self.worded and self.bounds and re.search(r"(?:release|build)s?$", token.text, re.I):
            raise Garbled("a build without its version")
        if self.op in ("<", "<="):
            self.lower_last()

    def lower_last(self) -> None:
        """The last number, if it stands alone, is a lower limit."""
        if self.bounds and self.bounds[-1].op == "=" and self.kind(-1) not in ("OR", "OTHER"):
            self.bounds[-1] = self.bounds[-1]._replace(op=">=")

    def number(self, token: Token) -> None:
        """A number with what stands around it."""
        number, other = bare(token.text), also(token.text)
        self.refuse_neighbours(token)
        ends = both_ends(number) if not self.op else None
        if ends:
            self.bounds += [Bound(">=", ends[0]), Bound("<=", ends[1])]
        elif self.ranging:
            self.bounds.append(Bound("<=", number, other))
        elif self.kind(1) == "TO" and self.kind(2) in NUMBERS and self.op in ("", ">="):
            self.bounds.append(Bound(">=", number, other))
            self.ranging, self.op = True, ""
            self.at += 1
            return
        elif self.kind(1) in ("LE_AFTER", "GE_AFTER"):
            self.after(number, other)
        elif self.kind(1) == "INCLUDED" and self.kind(2) == "AND" and self.kind(3) == "V":
            self.bounds += [Bound(">=", number), Bound("<" if self.kind(4) == "EXCLUDED" else "<=", bare(self.tokens[self.at + 3].text))]
            self.at += 3
        elif self.kind(-1) == "BETWEEN" and self.kind(1) == "AND" and self.kind(2) == "V":
            self.bounds += [Bound(">=", number), Bound("<=", bare(self.tokens[self.at + 2].text))]
            self.open_end = True
            self.at += 2
        else:
            self.bounds.append(Bound(self.op or "=", number, other))
            if self.goes_on(number):
                return
        self.op, self.ranging, self.worded = "", False, False

    def after(self, number: str, other: str) -> None:
        """A number with its operator behind it: `4.4 and prior`."""
        if self.kind(1) == "LE_AFTER" and self.bounds and self.bounds[-1].op == "=":
            raise Garbled("whether one number of a list or all have earlier versions with them")
        self.bounds.append(Bound("<=" if self.kind(1) == "LE_AFTER" else ">=", number, other))
        self.op = ""
        self.at += 1

    def refuse_neighbours(self, token: Token) -> None:
        """Two numbers side by side after a limit may be anything; so may `or` after one."""
        if self.op or self.ranging or not self.bounds or self.bounds[-1].op == "=":
            return
        if self.kind(-1) in ("V", "L") and token.kind == "V":
            raise Garbled("two numbers side by side")
        if self.kind(-1) == "OTHER" and self.tokens[self.at - 1].text.lower() == "or" and self.bounds[-1].op in ("<", "<="):
            raise Garbled("a limit or another number")

    def goes_on(self, number: str) -> bool:
        """Whether the operator holds for the next number, too: `prior to 1.99 2.20 or 2.40`. Steps over the word between them."""
        if not (self.worded and self.op in ("<", "<=") and DOTTED.fullmatch(number)):
            return False
        between = self.kind(1) in ("OTHER", "AND")
        if self.kind(1 + between) != "V" or not DOTTED.fullmatch(bare(self.tokens[self.at + 1 + between].text)):
            return False
        self.at += between
        return True


def order(a: str, b: str) -> int | None:
    """The order of two numbers of one document; of a range that spans lines of releases, the document itself puts the lines in order."""
    relays = [parse(number, "relay") for number in (a, b)] if "-V" in a and "-V" in b else []
    if len(relays) == 2 and relays[0] and relays[1]:
        return compare(across_lines(relays[0]), across_lines(relays[1]))
    for scheme in ("ios", "date", "components"):
        one, two = parse(floor(a), scheme), parse(floor(b), scheme)
        if one and two:
            return compare(one, two)
    return None


def alternatives(bounds: list[Bound]) -> tuple[Alternatives, Alternatives]:
    """A lower bound and the upper one that follows hold both; anything else is one of several. And what is in doubt."""
    made: list[tuple[Bound, ...]] = []
    rest = list(bounds)
    while rest:
        bound = rest.pop(0)
        made.append((bound, rest.pop(0)) if bound.op in (">", ">=") and _closed(bound, rest) else (bound,))
    uppers = [each[0] for each in made if len(each) == 1 and each[0].op in ("<", "<=")]
    exacts = [each[0] for each in made if len(each) == 1 and each[0].op == "="]
    if any(order(exact.version, upper.version) == -1 for exact in exacts for upper in uppers):
        raise Garbled("a single number inside a limit")
    if len(uppers) < 2:
        return tuple(made), ()
    if len(uppers) != len(made):
        raise Garbled("several upper limits among other numbers")
    return _lines(uppers)


def _closed(lower: Bound, rest: list[Bound]) -> bool:
    """Whether an upper bound follows the lower one."""
    if not rest:
        return False
    if rest[0].op not in ("<", "<="):
        raise Garbled("a lower limit, and no upper limit after it")
    before = order(lower.version, rest[0].version)
    if before is None or before == 1:
        raise Garbled("a lower limit above the upper limit" if before else "limits that cannot be put in order")
    return True


def _lines(uppers: list[Bound]) -> tuple[Alternatives, Alternatives]:
    """Several upper limits, one for each line of releases: below the first all is covered; each other line from its beginning to its limit.

    Lines that lie between two of these are in doubt.
    """
    keys = {bound: parse(floor(bound.version), "components") for bound in uppers}
    if any(key is None or key.key.line for key in keys.values()):
        raise Garbled("several upper limits in words")
    if any(isinstance(key.key.main[0][0], str) for key in keys.values() if key and key.key.main):
        raise Garbled("several upper limits of lines that letters name")

    def by_version(a: Bound, b: Bound) -> int:
        return order(a.version, b.version) or 0

    ordered = sorted(dict.fromkeys(uppers), key=functools.cmp_to_key(by_version))
    sure: list[tuple[Bound, ...]] = [(ordered[0],)]
    doubt: list[tuple[Bound, ...]] = []
    for before, bound in itertools.pairwise(ordered):
        begin = _line_begin(before.version, bound.version)
        if begin is None:
            doubt.append((Bound(">" if before.op == "<=" else ">=", before.version), bound))
            continue
        sure.append((Bound(">=", begin), bound))
        end = _line_end(before.version, begin)
        if order(end, begin) == -1:
            doubt.append((Bound(">=", end), Bound("<", begin)))
    return tuple(sure), tuple(doubt)


def _line_end(before: str, begin: str) -> str:
    """Where the line of `before` ends: its components, as many as name the line that follows, the last of them one higher."""
    line = [int(number) for number in re.findall(r"[0-9]+", before)][: begin.count(".") + 1]
    return ".".join(map(str, [*line[:-1], line[-1] + 1]))


def _line_begin(before: str, bound: str) -> str | None:
    """Where the line of `bound` begins: its components to the first that differs from `before`; None where that is the whole of it."""
    mine, other = re.findall(r"[0-9]+", bound), re.findall(r"[0-9]+", before)
    for place, number in enumerate(mine):
        if place >= len(other) or int(other[place]) != int(number):
            return ".".join(mine[: place + 1]) if place + 1 < len(mine) else None
    return None
