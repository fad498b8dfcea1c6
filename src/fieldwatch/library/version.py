"""Version numbers and their order, as makers count.

A number is compared only with a number of the same scheme (see `scheme`); what the maker's own counting leaves open is incomparable, never
guessed: another train of releases, another kind of update, a letter where the other has a number. Where there is no standard: the forms are
those that devices show and advisories write (forms of the public CSAF advisories for operational technology, read 2026-11-26).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import NamedTuple

Atom = int | str
"""A run of digits, or of letters (lower case). Pre-releases (alpha, beta, rc) are negative numbers."""

Part = tuple[Atom, ...]
"""One component between two points: `004E` is (4, "e")."""

LONGEST = 120
"""Characters; a longer text is no version."""


class Key(NamedTuple):
    """What is compared, in this order; `line` (a train, a word before the number) must be equal for two numbers to be comparable.

    `main` are the components of the number, `updates` one place for each level of update, `tail` the builds and revisions after it.
    """

    line: tuple[str, ...]
    main: tuple[Part, ...]
    updates: tuple[Update | None, ...] = ()
    tail: tuple[tuple[Part, ...], ...] = ()


class Update(NamedTuple):
    """`SP2`, `Upd 5`, `HF1`: the word in its usual form, and the number."""

    kind: str
    number: tuple[Part, ...]


class Version(NamedTuple):
    """A version as it was written, the scheme it was read with, and what it is compared by."""

    text: str
    scheme: str
    key: Key


# --------------------------------------------------------------------------------------------------------------------------- order


def _atoms(a: Atom, b: Atom) -> int | None:
    """Numbers by value; letters A to Z, then AA; nothing and 0 stand before every letter; another number and a letter are incomparable."""
    if isinstance(a, int) and isinstance(b, int):
        return (a > b) - (a < b)
    if isinstance(a, str) and isinstance(b, str):
        one, two = (len(a), a), (len(b), b)
        return (one > two) - (one < two)
    if isinstance(a, int):
        return -1 if a <= 0 else None
    return 1 if isinstance(b, int) and b <= 0 else None


def _parts(a: tuple[Part, ...], b: tuple[Part, ...]) -> int | None:
    """Components in turn; what is missing counts as 0, so trailing zeros are equal."""
    for one, two in zip_longest(a, b, fillvalue=()):
        if one == two:
            continue
        for mine, other in zip_longest(one, two, fillvalue=0):
            order = _atoms(mine, other)
            if order != 0:
                return order
    return 0


def _updates(a: tuple[Update | None, ...], b: tuple[Update | None, ...]) -> int | None:
    """Levels in turn: no update is before the first; two kinds of the same level are incomparable."""
    for one, two in zip(a, b, strict=False):
        if one == two:
            continue
        if one is None or two is None:
            return -1 if one is None else 1
        order = _parts(one.number, two.number) if one.kind == two.kind else None
        if order != 0:
            return order
    return 0


def _tails(a: tuple[tuple[Part, ...], ...], b: tuple[tuple[Part, ...], ...]) -> int | None:
    """Builds in turn; no build is before every build."""
    for one, two in zip(a, b, strict=False):
        order = _parts(one, two)
        if order != 0:
            return order
    return (len(a) > len(b)) - (len(a) < len(b))


def compare(a: Version, b: Version) -> int | None:
    """-1, 0 or 1 as `a` is before, equal to or after `b`; None where the makers' counting does not say."""
    if a.scheme != b.scheme or a.key.line != b.key.line or bool(a.key.main) != bool(b.key.main):
        return None
    order = _parts(a.key.main, b.key.main)
    if order == 0:
        order = _updates(a.key.updates, b.key.updates)
    if order == 0:
        order = _tails(a.key.tail, b.key.tail)
    return order


# -------------------------------------------------------------------------------------------------------------------------- reading

LEVELS = (("r",), ("sp", "fp"), ("upd", "uc", "cu", "ru", "mp", "tcu", "qu", "ip", "rs"), ("p", "hf", "sr", "ir", "kit"))
"""Kinds of update, from the coarsest level to the finest."""

LEVEL = {kind: level for level, kinds in enumerate(LEVELS) for kind in kinds}

USUAL = {
    "update": "upd",
    "u": "upd",
    "updates": "upd",
    "patch": "p",
    "hotfix": "hf",
    "hotfixrev": "hf",
    "servicepack": "sp",
    "featurepack": "fp",
    "securitypatch": "p",
    **{kind: kind for kind in LEVEL},
}
"""Words for an update, and the usual form."""

NEUTRAL = frozenset(
    [
        "v",
        "ver",
        "vers",
        "version",
        "versions",
        "rev",
        "revision",
        "revisions",
        "release",
        "releases",
        "firmware",
        "fw",
        "sw",
        "software",
        "sv",
        "bios",
        "os",
        "r",
        "no",
        "nr",
        "app",
    ]
)
"""Words before a number that say nothing of the order."""

BUILD = frozenset(["build", "bn", "b", "revision", "rev", "release", "date", "rel"])
"""Words that begin a build when they follow the number."""

EARLY = {"alpha": -3, "beta": -2, "rc": -1, "pre": -4}
"""Pre-releases stand before the release."""

PAIR = re.compile(r"\b(service|feature|security)[ _-]+(pack|patch)", re.I)
GLUED = re.compile(r"(?<=[0-9])(?=(?:SP|MP|HF|UPD|UPDATE|HOTFIX|RS|TCU|CU|FP|UC|SR|PATCH|BUILD|PLUS)[ ._]?[0-9])", re.I)
YEAR = re.compile(r"^(v?(?:[0-9]{2}|20[0-9]{2}))(?=R[0-9])", re.I)
LETTERS = re.compile(r"[A-Z]{1,2}")
REVISION = re.compile(r"(?<=[0-9a-z])[ _(]+rev(?:ision)?[. _]*([a-z]{1,2})(?![a-z0-9])")
CHUNK = re.compile(r"[^\s_\-/(),+{}:;\"'#=?]+")
ATOM = re.compile(r"[0-9]+|[a-z]+")
WORD = re.compile(r"([a-z]+)\.?([0-9].*)?")


def _part(text: str) -> Part:
    return tuple(int(atom) if atom.isdigit() else EARLY.get(atom, atom) for atom in ATOM.findall(text))


def _dotted(text: str) -> tuple[Part, ...]:
    return tuple(part for part in map(_part, text.split(".")) if part)


class _Reading:
    """The chunks of a text sorted into word, number, updates and builds."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.main: tuple[Part, ...] = ()
        self.updates: list[Update | None] = [None] * len(LEVELS)
        self.tail: list[tuple[Part, ...]] = []
        self.open: str = ""
        self.sound = True

    def chunk(self, text: str) -> None:
        """Take the next chunk: a word, a number, or a word with its number."""
        if self.open and text[0].isdigit():
            self.update(self.open, text)
            self.open = ""
            return
        found = WORD.fullmatch(text)
        if found is None:
            self.number(text)
            return
        word, rest = found.group(1), found.group(2) or ""
        if word in USUAL and not (len(word) == 1 and not self.started()) and (word != "r" or self.main):
            self.update(USUAL[word], rest) if rest else self.expect(USUAL[word])
        elif word in NEUTRAL or (self.main and word in BUILD):
            if rest:
                self.number(rest)
        elif rest:
            self.prefixed(word, rest)
        else:
            self.word(word)

    def started(self) -> bool:
        return bool(self.main) or any(self.updates)

    def expect(self, kind: str) -> None:
        self.sound = self.sound and not self.open
        self.open = kind

    def update(self, kind: str, number: str) -> None:
        level = LEVEL[kind]
        if self.updates[level] is not None:
            self.tail.append(_dotted(number))
        else:
            self.updates[level] = Update(kind, _dotted(number))

    def number(self, text: str) -> None:
        parts = _dotted(text)
        if not parts:
            return
        if self.main or any(self.updates):
            self.tail.append(parts)
        else:
            self.main = parts

    def prefixed(self, word: str, rest: str) -> None:
        """One letter before a number counts (A17 before B02); a longer word is the name of a line."""
        if self.started() or len(word) == 1:
            self.number(word + rest)
        else:
            self.words.append(word)
            self.number(rest)

    def word(self, word: str) -> None:
        if word in EARLY and self.main:
            self.main = (*self.main[:-1], (*self.main[-1], EARLY[word]))
        elif word in {"lts", "x64", "web", "ga"} and self.main:
            return
        elif len(word) == 1 and self.main and not self.tail and not any(self.updates):
            self.main = (*self.main[:-1], (*self.main[-1], word))
        elif self.started():
            self.sound = False
        else:
            self.words.append(word)

    def key(self) -> Key | None:
        """The key; None where the text is no version."""
        if self.open:
            self.sound = False
        if not self.started() and len(self.words) == 1 and len(self.words[0]) <= 2:
            return Key((), ((self.words[0],),), tuple(self.updates), ()) if self.sound else None
        if not self.sound or not self.started() or len(self.words) > 3:
            return None
        return Key(tuple(self.words), self.main, tuple(self.updates), tuple(self.tail))


def _components(text: str) -> Key | None:
    """`V2.9.6`, `FW08`, `V7.5 SP2 Upd5`, `5.3.0-64`, `2.004E`, `R6.03.10`, `02.07.07(10)`, `SE2021MP7`, `9 Rev.ZD`, `W`."""
    if LETTERS.fullmatch(text):
        return Key((), ((text.lower(),),))
    spaced = GLUED.sub(" ", PAIR.sub(lambda found: found.group(1) + found.group(2), YEAR.sub(r"\1 ", text)))
    reading = _Reading()
    for chunk in CHUNK.findall(REVISION.sub(r" rev.\1", spaced.lower())):
        bare = chunk.strip(".")
        if bare:
            reading.chunk(bare)
    return reading.key()


DECIMAL = re.compile(r"(?:[a-z]{1,9}[ .:]*)?([0-9]{1,9})(?:[.,]([0-9]{1,9}))?((?:\.[0-9]{1,9})*)(?: *\(?[a-z]{2} ?([0-9]{1,4})\)?)?", re.I)


def _decimal(text: str) -> Key | None:
    """The second number is a decimal fraction: 2.50 is before 2.9, which is 2.90. `SV02.80`; further components count as usual."""
    found = DECIMAL.fullmatch(text.strip(" ()"))
    if found is None:
        return None
    whole, fraction, more, internal = found.groups()
    parts: list[Part] = [(int(whole),), (int((fraction or "").ljust(9, "0")),)]
    parts += [(int(part),) for part in more.split(".") if part]
    return Key((), tuple(parts), (), (((int(internal),),),) if internal else ())


IOS = re.compile(
    r"\b([0-9]{2})\.([0-9]{1,2})[({]([0-9]{1,3})([a-z]?)[)}] ?([a-z]{0,4}?)(?:([0-9]{1,3})([a-z]?))?(?:\.([a-z0-9.]+))?(?=$|[\s,;)])", re.I
)


def _ios(text: str) -> Key | None:
    """`15.2(6)E2a`: release 15.2, maintenance 6, train E, rebuild 2a (Cisco IOS release naming).

    The trains of one letter (E, EA, EY) branch off the same releases: they are in order by release and maintenance, and where these are
    equal, only within one train.
    """
    found = IOS.search(text)
    if found is None:
        return _components(text)
    major, minor, maintenance, letter, train, rebuild, sub, build = (group.lower() if group else "" for group in found.groups())
    main: tuple[Part, ...] = ((int(major),), (int(minor),), (int(maintenance), letter) if letter else (int(maintenance),))
    rebuilt = Update(train, ((int(rebuild or 0), sub) if sub else (int(rebuild or 0),),))
    return Key((f"ios {train[:1]}".strip(),), main, (rebuilt,), (_dotted(build),) if build else ())


RELAY = re.compile(r"(?:^|[-\s_=(,])R([0-9]{2,4})(?:-?V([0-9]{1,3}))?(?=$|[-\s_,;)])", re.I)


def _relay(text: str) -> Key | None:
    """`R302-V1`, or a whole FID `SEL-751A-R302-V1-Z004002-D20140210`: R is the line of releases, V the point release in it."""
    found = RELAY.search(text)
    if found is None:
        return _components(text)
    return Key((f"r{int(found.group(1))}",), ((int(found.group(2) or 0),),))


INDEX = re.compile(r"(?:^|.*[0-9.])\(([0-9]{1,3})\)$|^(?:fw|v)?[ _]?([0-9]{1,3})$", re.I)


def _firmware_index(text: str) -> Key | None:
    """`FW14`, and `01.07.13(14)` which is the same: the number in brackets is the index of the firmware (WAGO). Others in components."""
    found = INDEX.match(text.strip())
    if found is not None:
        return Key((), ((int(found.group(1) or found.group(2)),),))
    key = _components(text)
    return None if key is None else key._replace(line=("components", *key.line))


MONTHS = {
    name: number for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
DATES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?P<y>(?:19|20)[0-9]{2})[-/. ]?(?P<m>[01][0-9])[-/. ]?(?P<d>[0-3][0-9])"), "2019-08-13, 20190813"),
    (re.compile(r"(?P<y>(?:19|20)[0-9]{2})[-/. ](?P<m>[01]?[0-9])(?:[-/. ](?P<d>[0-3]?[0-9]))?"), "2021-8-13, 2024-1"),
    (
        re.compile(r"(?P<word>[a-z]{3,9})[-/. ,]+(?:(?P<d>[0-3]?[0-9])[-/. ,]+)?(?P<y>(?:19|20)[0-9]{2})", re.I),
        "January 20 2017, May/5/2023, July 2020",
    ),
    (re.compile(r"(?P<d>[0-3]?[0-9])[-/. ](?P<word>[a-z]{3,9})[-/. ,]+(?P<y>(?:19|20)[0-9]{2})", re.I), "7 Dec 2017"),
    (re.compile(r"(?P<m>[01]?[0-9])/(?P<d>[0-3]?[0-9])/(?P<y>(?:19|20)[0-9]{2})"), "8/30/2024: month first, as the advisories write"),
    (re.compile(r"(?P<y>(?:19|20)[0-9]{2})"), "2006"),
)


def _date(text: str) -> Key | None:
    """A date; a month alone has no day, a year no month, and counts as the time before its first until it is used as an upper limit."""
    bare = text.strip(" .,_").replace("_", " ")
    for form, _ in DATES:
        found = form.fullmatch(bare)
        if found is None:
            continue
        given = found.groupdict()
        if set(given) == {"y"}:
            return Key((), ((int(given["y"]),),))
        month = MONTHS.get(given["word"].lower()[:3], 0) if given.get("word") else int(given["m"])
        day = int(given["d"]) if given.get("d") else 0
        if 1 <= month <= 12 and day <= 31:
            return Key((), ((int(given["y"]),), (month,)) + (((day,),) if day else ()))
    return None


SERIAL = re.compile(r"[A-Za-z0-9]{1,40}")


def _serial_number(text: str) -> Key | None:
    """Characters in turn, digits before letters: `24061` is before `240610001`."""
    bare = re.sub(r"[\s\-_.\"*]", "", text)
    if not SERIAL.fullmatch(bare):
        return None
    return Key((), tuple((ord(char) - 47 if char.isdigit() else ord(char) - 54,) for char in bare.upper()))


HARDWARE = re.compile(r"\b(?:hardware|hw|rev(?:ision)?|series|ser|fs|es|index|version|function(?:al)? state|e-?stand)\b[ .:=]*", re.I)


def _hardware(text: str) -> Key | None:
    """A revision of hardware: `A`, `Series B`, `FS 05`, `Rev. 1.2`, `ES: 3`."""
    return _components(HARDWARE.sub("", text).strip() or "?")


READERS: dict[str, Callable[[str], Key | None]] = {
    "components": _components,
    "decimal": _decimal,
    "ios": _ios,
    "relay": _relay,
    "firmware_index": _firmware_index,
    "date": _date,
    "serial_number": _serial_number,
    "hardware": _hardware,
}
"""Schemes, and how a text is read in each."""


@functools.lru_cache(maxsize=262144)
def parse(text: str, scheme: str) -> Version | None:
    """The version in `text`, as a maker of that scheme counts; None where there is none."""
    if scheme not in READERS:
        raise ValueError(f"no scheme {scheme!r}: one of {', '.join(READERS)}")
    if not text or len(text) > LONGEST or not text.isascii():
        return None
    key = READERS[scheme](text.strip())
    return None if key is None else Version(text, scheme, key)


def extends(version: Version, shorter: Version) -> bool | None:
    """Whether `version` is `shorter` or a deeper component or build of it: 4.4.73 of 4.4. None where it is an update or a letter of it."""
    if version.key.line != shorter.key.line:
        return False
    whole, begin = version.key.main, shorter.key.main
    if _parts(whole[: len(begin)], begin) != 0:
        return _lettered(whole, begin)
    if shorter.key.tail or any(shorter.key.updates):
        order = _updates(version.key.updates, shorter.key.updates)
        if order != 0 or (len(whole) > len(begin) and _parts(whole, begin) != 0):
            return _finer(version, shorter)
        return _parts(_flat(version.key.tail)[: len(_flat(shorter.key.tail))], _flat(shorter.key.tail)) == 0
    return None if any(version.key.updates) else True


def next_release(version: Version, shorter: Version) -> bool:
    """Whether one small component is all that was added: 2.7.1 may be the release after 2.7; 4.4.73.24 and 33.013 are 4.4 and 33."""
    begin = len(shorter.key.main)
    added = version.key.main[begin:]
    first = added[0][0] if len(added) == 1 and added[0] else 0
    return begin > 1 and isinstance(first, int) and 0 < first < SMALL


SMALL = 10
"""A component from here on is a build."""


def _finer(version: Version, shorter: Version) -> bool | None:
    """None where all that `shorter` says of updates is also said by `version`, which says more; else False."""
    if _parts(version.key.main, shorter.key.main) != 0 or shorter.key.tail:
        return False
    pairs = zip(version.key.updates, shorter.key.updates, strict=False)
    return None if all(two is None or one == two for one, two in pairs) else False


def _lettered(whole: tuple[Part, ...], begin: tuple[Part, ...]) -> bool | None:
    """None where the last component of `begin` continues with a letter (1.52 and 1.52E), else False."""
    last = len(begin) - 1
    if last < 0 or len(whole) <= last or _parts(whole[:last], begin[:last]) != 0:
        return False
    return None if whole[last][: len(begin[last])] == begin[last] and len(whole[last]) > len(begin[last]) else False


def _flat(tail: tuple[tuple[Part, ...], ...]) -> tuple[Part, ...]:
    return tuple(part for parts in tail for part in parts)


def without_line(version: Version) -> Version:
    """The same version without the word before its number."""
    if version.scheme != "components" or not version.key.line:
        return version
    return version._replace(key=version.key._replace(line=()))


def across_lines(version: Version) -> Version:
    """The same release of a relay with the number of its line before the point release: R302-V1 as 302, 1."""
    line = re.fullmatch(r"r([0-9]+)", version.key.line[0]) if version.scheme == "relay" and version.key.line else None
    if line is None:
        return version
    return version._replace(key=version.key._replace(line=("relay",), main=((int(line.group(1)),), *version.key.main)))


def schemes() -> Iterator[str]:
    """The names of the schemes."""
    return iter(READERS)
