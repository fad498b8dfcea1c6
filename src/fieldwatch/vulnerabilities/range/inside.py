"""Whether a version is inside a range."""

from __future__ import annotations

import functools
import re

from fieldwatch.library.version import Version, across_lines, compare, extends, next_release, parse, without_line
from fieldwatch.vulnerabilities.range.bounds import ceiling, floor
from fieldwatch.vulnerabilities.range.record import EVERY, Alternatives, Answer, Bound, Range

MIDDLE = re.compile(r"\.[xX*]\.(?=[0-9])")
HEX, TWO_DIGITS = re.compile(r"\b0[A-F]\b"), re.compile(r"\b0[0-9]\b")
"""`00.0A` may be the tenth release after 00.00, or an A behind 00.0."""

LETTERED = re.compile(r"([A-Za-z])([0-9]+)(x+)")
"""`R7x`: digits of the first number that may be any, or a letter after it."""


def within(found: Range, version: str, scheme: str) -> bool | None:
    """Whether `version`, counted by `scheme`, is in the range; None where that cannot be said."""
    return answer(found, version, scheme).inside


def answer(found: Range, version: str, scheme: str) -> Answer:
    """Whether `version`, counted by `scheme`, is in the range, and why."""
    if found.alternatives == EVERY:
        return Answer(True, "every version")
    if not version.strip():
        return Answer(None, f"{found.subject} unknown")
    scheme = {"serial_number": "serial_number", "date": "date", "hardware": "hardware"}.get(found.subject, scheme)
    has = parse(version, scheme)
    if has is None:
        return Answer(None, f"{version!r} is no version as {scheme} are counted")
    inside, why = _any(found.alternatives, has)
    if inside is False and found.doubt:
        doubted, _ = _any(found.doubt, has)
        if doubted is not False:
            return Answer(None, "the document does not say")
    return Answer(inside, why)


def _any(alternatives: Alternatives, has: Version) -> tuple[bool | None, str]:
    """True if one alternative holds; None if one may."""
    open_why = ""
    why = ""
    for bounds in alternatives:
        held: bool | None = True
        spans = len(bounds) == 2
        for bound in bounds:
            holds, reason = _holds(bound, has, spans)
            why = reason
            if holds is False:
                held = False
                break
            if holds is None:
                held, open_why = None, reason
        if held:
            return True, ", ".join(f"{bound.op} {bound.version}{f' ({bound.also})' if bound.also else ''}" for bound in bounds)
        if held is None:
            open_why = open_why or why
    return (None, open_why) if open_why else (False, why)


def _holds(bound: Bound, has: Version, spans: bool) -> tuple[bool | None, str]:
    """Whether a version is on the right side of a bound; a bound of a pair that `spans` puts the lines of a relay's releases in order."""
    if bound.also:
        return _either_count(bound, has, spans)
    if _is_hex(bound.version) and TWO_DIGITS.search(has.text):
        return None, f"{bound.version} may be counted in sixteens, {has.text} does not tell"
    if _has_wildcard_inside(bound.version):
        return _middle(bound, has)
    if has.scheme == "components" and _is_lettered(bound.version):
        return _lettered_x(bound, has)
    low, high = _ends(bound.version, has.scheme)
    if low is None or high is None:
        return None, f"{bound.version!r} is no version as {has.scheme} are counted"
    if spans and has.scheme == "relay":
        has, low, high = across_lines(has), across_lines(low), across_lines(high)
    if bool(has.key.line) != bool(low.key.line) and has.scheme == "components":
        holds, why = _holds_aligned(bound, *_aligned(has, low, high))
        return (holds or None), why if holds else f"{bound.version} and {has.text} are named differently"
    return _holds_aligned(bound, has, low, high)


def _either_count(bound: Bound, has: Version, spans: bool) -> tuple[bool | None, str]:
    """A limit in two counts: the one with as many components as the version has; where both or none have, both must agree."""
    counts = [bound._replace(also=""), Bound(bound.op, bound.also)]
    alike = [one for one in counts if (limit := _limit(floor(one.version), has)) and len(limit.key.main) == len(has.key.main)]
    if len(alike) == 1:
        return _holds(alike[0], has, spans)
    (one, why), (two, _) = (_holds(count, has, spans) for count in counts)
    return (one, why) if one is two else (None, f"{has.text} is counted as neither {bound.version} nor {bound.also}")


def _lettered_x(bound: Bound, has: Version) -> tuple[bool | None, str]:
    """`<= R7x`: R70 to R79, or R7 with any letter; where the version does not tell which, both must agree."""
    letter, digits, wild = re.split(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=x)", bound.version)
    mine = str(next((atom for atom in (has.key.main[0] if has.key.main else ()) if isinstance(atom, int)), ""))
    low, high = (_limit(f"{letter}{digits}{end * len(wild)}", has) for end in "09")
    first, last = _limit(f"{letter}{digits}", has), _limit(f"{letter}{digits}zz", has)
    if low is None or high is None or first is None or last is None:
        return None, f"{bound.version!r} is no version as {has.scheme} are counted"
    counted, why = _holds_aligned(bound, has, low, high)
    if len(mine) == len(digits + wild) and mine.startswith(digits):
        return counted, why
    lettered, reason = _holds_aligned(bound, has, first, last)
    if len(mine) <= len(digits) or counted is lettered:
        return lettered, reason
    return None, f"{bound.version} may be digits or a letter, {has.text} does not tell"


def _holds_aligned(bound: Bound, has: Version, low: Version, high: Version) -> tuple[bool | None, str]:
    """The same, with the words before both numbers settled."""
    if bound.op == "=":
        return _equal(bound, has, low, high)
    limit = high if bound.op in ("<=", ">") else low
    if has.scheme == "serial_number" and len(has.key.main) < len(limit.key.main):
        return None, f"{has.text} is shorter than {bound.version}"
    if _of_a_year(has) is not _of_a_year(limit) or _counts_otherwise(has, limit) or _counts_otherwise(limit, has):
        return None, f"{has.text} and {bound.version} are counted differently"
    order = compare(has, limit)
    if order is None:
        return None, f"{has.text} and {bound.version} cannot be put in order"
    if _lacks_build(has, limit):
        return None, f"{bound.version} names a build, {has.text} does not"
    if bound.op == "<":
        return order < 0, _said(has, bound, order < 0)
    if bound.op == ">=":
        return order >= 0, _said(has, bound, order >= 0)
    if order == 1 and has.scheme != "decimal":
        covered = extends(has, limit) if has.scheme in ("components", "date", "serial_number", "hardware") else False
        if bound.op == "<=":
            if covered and not set(bound.version) & set("xX*") and next_release(has, limit):
                return None, f"whether {has.text} is still {bound.version}"
            return covered, f"whether {has.text} is still {bound.version}" if covered is None else _said(has, bound, covered)
        return (order > 0), _said(has, bound, True)
    holds = order <= 0 if bound.op == "<=" else order > 0
    return holds, _said(has, bound, holds)


def _said(has: Version, bound: Bound, holds: bool) -> str:
    return f"{has.text} is {'' if holds else 'not '}{bound.op} {bound.version}"


@functools.lru_cache(maxsize=65536)
def _ends(number: str, scheme: str) -> tuple[Version | None, Version | None]:
    """The lowest and the highest version that the number of a bound stands for."""
    return parse(floor(number), scheme), parse(ceiling(number), scheme)


@functools.lru_cache(maxsize=65536)
def _has_wildcard_inside(number: str) -> bool:
    return MIDDLE.search(number) is not None


@functools.lru_cache(maxsize=65536)
def _is_hex(number: str) -> bool:
    return HEX.search(number) is not None


@functools.lru_cache(maxsize=65536)
def _is_lettered(number: str) -> bool:
    return LETTERED.fullmatch(number) is not None


def _limit(number: str, has: Version) -> Version | None:
    return parse(number, has.scheme)


def _aligned(has: Version, low: Version, high: Version) -> tuple[Version, Version, Version]:
    """Without the word before the number, where only one side has it."""
    if bool(has.key.line) != bool(low.key.line):
        return without_line(has), without_line(low), without_line(high)
    return has, low, high


def _lacks_build(has: Version, limit: Version) -> bool:
    """The limit lies inside a version whose build the device does not tell."""
    return bool(limit.key.tail) and not has.key.tail and compare(has, limit._replace(key=limit.key._replace(tail=()))) == 0


def _of_a_year(version: Version) -> bool:
    """Whether the version begins with a year, written out: the same program may be counted as 2017 and as 1.9.0."""
    first = version.key.main[0][0] if version.key.main else 0
    return version.scheme == "components" and isinstance(first, int) and 1990 <= first <= 2099


def _counts_otherwise(one: Version, two: Version) -> bool:
    """Whether the same number goes on in components on one side, in updates or builds on the other: V14.0.1 and V14 SP1 may be the same."""
    shorter = len(two.key.main)
    if len(one.key.main) <= shorter or not (any(two.key.updates) or two.key.tail) or any(one.key.updates) or one.key.line != two.key.line:
        return False
    return one.key.main[:shorter] == two.key.main and any(part != (0,) for part in one.key.main[shorter:])


def _equal(bound: Bound, has: Version, low: Version, high: Version) -> tuple[bool | None, str]:
    """An exact version, or a wildcard for all below it."""
    order = compare(has, low)
    if order == 0:
        return True, _said(has, bound, True)
    wild = bound.version.rstrip()[-1:] in ("x", "X", "*")
    if low != high and has.scheme in ("components", "decimal", "hardware"):
        above = compare(has, high)
        return (
            (None, "")
            if order is None or above is None
            else (order >= 0 and (above <= 0 or extends(has, high) is not False), _said(has, bound, order >= 0 and above <= 0))
        )
    if order is None:
        return None, f"{has.text} and {bound.version} cannot be put in order"
    if _lacks_build(has, low):
        return None, f"{bound.version} names a build, {has.text} does not"
    deeper = extends(has, low) if has.scheme in ("components", "hardware", "serial_number", "date") else False
    if deeper is False:
        return False, _said(has, bound, False)
    if wild or (len(low.key.main) == 1 and deeper):
        return True, _said(has, bound, True)
    if has.scheme in ("serial_number", "date"):
        return True, _said(has, bound, True)
    return None, f"whether {has.text} is still {bound.version}"


def _middle(bound: Bound, has: Version) -> tuple[bool | None, str]:
    """`< V3.X.14`: before the wildcard as usual, any number in its place, after it as usual."""
    before, after = MIDDLE.split(bound.version, maxsplit=1)
    head, tail = parse(before, has.scheme), parse(after, has.scheme)
    if head is None or tail is None or has.scheme != "components":
        return None, f"{bound.version!r} is no version as {has.scheme} are counted"
    places = len(head.key.main)
    begin = has._replace(key=has.key._replace(main=has.key.main[:places], tail=(), updates=()))
    order = compare(begin, head)
    if order == 0:
        order = compare(has._replace(key=has.key._replace(main=has.key.main[places + 1 :] or ((0,),))), tail)
    if order is None:
        return None, f"{has.text} and {bound.version} cannot be put in order"
    holds = {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0, "=": order == 0}[bound.op]
    return holds, _said(has, bound, holds)
