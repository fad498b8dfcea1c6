"""The name by which an advisory calls a product, taken apart: what a device must be called to be it.

`SIMATIC S7-1500 CPU 1511-1 PN (6ES7511-1AK01-0AB0)` asks for s7-1500, 1511-1 and pn, or for the order number; `1756-EN2T Series B` for
1756-en2t and the series B; `NAE85 and NIE85` for one of two; `CJ2M-CPU □ □` for a pattern; `SIMATIC WinCC V7.5` for the edition 7.5.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from fieldwatch.library.enumeration import OR, enumerated
from fieldwatch.library.table import table
from fieldwatch.library.wording import pieces, plain


class Wanted(NamedTuple):
    """One thing that is asked for: any of these words or patterns. `soft`: it stands in brackets, and may be an explanation.

    `series`: a word for series or family follows it, so that it names all whose names begin so (IQ series, 5100 series).
    """

    words: tuple[str, ...]
    patterns: tuple[str, ...] = ()
    soft: bool = False
    series: bool = False


class Edition(NamedTuple):
    """A version in a name: `numbers` begins the device's version; `words` (sp1, r2) belong to it; `end` is "", "<=" or ">="."""

    numbers: tuple[int, ...]
    words: tuple[str, ...]
    end: str
    text: str


class Designation(NamedTuple):
    """What a name asks for. All of `wanted` must be met, or one of `codes`, or one of `short`: the whole name in short (NWS-3)."""

    wanted: tuple[Wanted, ...]
    codes: tuple[str, ...]
    series: frozenset[str]
    edition: Edition | None
    family: bool
    excluded: tuple[str, ...]
    condition: str
    short: tuple[str, ...] = ()
    capitals: frozenset[str] = frozenset()
    """Its words that are written in capitals alone, where others are not: abbreviations and codes."""
    cpu: bool = False
    """Whether it speaks of the processors of a family, not of its other modules."""

    @property
    def hard(self) -> list[Wanted]:
        """What must be met."""
        return [one for one in self.wanted if not one.soft]

    @property
    def soft(self) -> list[Wanted]:
        """What stands in brackets."""
        return [one for one in self.wanted if one.soft]

    def without(self, own: frozenset[str]) -> Designation:
        """The same without groups of words that have one of `own`, a maker's; as it is, where nothing else must be met."""
        less = self._replace(wanted=tuple(one for one in self.wanted if own.isdisjoint(one.words)))
        return less if less.hard else self


JOINED = (("ethernet/ip", "ethernet"), ("i/o", "io"), ("software controller", "softwarecontroller"), ("soft controller", "softcontroller"))
"""Words that tell nothing alone, and something together; and one that tells nothing though it is two."""


@functools.cache
def kinds() -> dict[str, str]:
    """Word -> what kind of word it is, for words that do not tell one product from another."""
    return {row[0]: row[1] for row in table("generic_words.tsv").rows}


MLFB = re.compile(
    r"\b(?:6[A-Z]{2}\d|7[A-Z]{2}\d|3[A-Z]{2}\d|6[A-Z]{2}|9[A-Z]{2}\d)\d{3}[ -]*-?\d?[A-Z0-9*]{4,5}(?:-?[A-Z0-9*]{4})?(?:-Z)?\b",
    re.IGNORECASE,
)
"""A Siemens order number; blanks and hyphens stand where the writer likes."""

_EDITION = re.compile(
    r"(?:(?<![-\w])(?:v|ver\.?|version|rel\.?|release)\s*|(?<=\s))(\d+(?:\.\d+)*(?:\.x|\.\*)?(?:u\d+)?|\d{1,2}x)((?:\s+(?:sp|r|rev|update|upd|patch|hf)\s?\d+)*)"
    r"(\s+(?:and|or)\s+(?:below|earlier|prior|older|lower)|\s+(?:and|or)\s+(?:newer|later|above|higher|up))?(?=[\s,;)]|$)"
)
_MARKED = re.compile(r"\b(?:v|ver\.?|version|rel\.?|release)\s*\d")
_VERSIONED = re.compile(r"\bv\.?\s?\d+\.\d")
_YEAR = re.compile(r"20(?:0[3-9]|[12]\d|3[0-5])")
_SERIES = re.compile(
    r"(?:\bseries|\brevisions?|\brev\.?|\bser\.?)\s+([a-z](?:(?:\s*(?:,|/|&|and|or)\s*|\s+)[a-z])*)\b(?!\w)|(?<=[a-z0-9])/([a-d])(?=[\s,(]|$)"
)
_EXCLUDED = re.compile(r",?\s*\(?\b(?:not including|excluding|except(?: for)?|but not)\b(.*)$")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_BOXES = re.compile(r"\[\s*\]")
_LIST_CPU = re.compile(r"(/\d+)\s+cpu\b")
_REVISION = re.compile(r",?\s*\b(rev(?:ision)?\.?\s?\d+)\b(?![.\w])")
"""A revision of the hardware: it may be known of the device, or not."""

_FEATURES = re.compile(r"\s+with (?:embedded|integrated|built-in|optional)\b.*$")
"""What all of the named products have in them."""

_CPU = re.compile(r"\b(?:cpus?|processors?)\b")

_TOOL = re.compile(
    r"\b(server|software|tool|package|driver|client|library|manager|configurator|utility|editor|toolkit|simulator)s?\b.* for \S"
)
"""Software for a device is not the device: MMS/OPC Server for AC 800M."""

_APART = re.compile(r"(?<=\d) -(?=[a-z]\d)")
"""A blank that does not belong there: 2080 -L50E."""

_EXPLAINED = re.compile(r"(?<=\w) an? [a-z]+ (?:used|that|for|which)\b.*$")
"""What a sentence says of the product after its name: `TUG Home Base Server a server used to ...`."""

_REMARK = re.compile(r"\(([a-z][a-z ]*)\)")

_HYPHEN_SERIES = re.compile(r"(\w)-(series|family)\b")
_BLANK_BOXES = re.compile(r"\s*□\s*")
_CODE = re.compile(r"\d")
_FORMERLY = re.compile(r"\b(?:formerly|former(?: name)?(?: of)?|previously|aka|also known as|now)\b")


@functools.lru_cache(maxsize=65536)
def designation(name: str) -> Designation:
    """What `name` asks for."""
    codes = tuple(dict.fromkeys(code_of(found) for found in MLFB.findall(name)))
    name = _REMARK.sub(_remark, name)
    text = _BLANK_BOXES.sub("□", plain(enumerated(_BOXES.sub("□", MLFB.sub(" ", name)))))
    text = _APART.sub("-", text)
    text = _REVISION.sub(r"(\1)", _FEATURES.sub("", text.replace("=", " ")))
    text = _HYPHEN_SERIES.sub(r"\1 \2", _LIST_CPU.sub(r"\1cpu", text))
    for apart, joined in JOINED:
        text = text.replace(apart, joined)
    excluded: tuple[str, ...] = ()
    if cut := _EXCLUDED.search(text):
        excluded = tuple(_words(cut[1]))
        text = text[: cut.start()]
    series, text = _series(text)
    edition, text = _edition(text)
    condition, text = _condition(text)
    outside, inside = _unbracketed(_EXPLAINED.sub("", text))
    wanted = _wanted(outside)
    short: list[str] = []
    for part in inside:
        if not _explains(part, outside):
            wanted += [one._replace(soft=True) for one in _wanted(part)]
        elif _stands_for_all(part, text):
            short += _words(part)
    if (tool := _TOOL.search(outside)) is not None:
        wanted.append(Wanted((tool[1],)))
    asked = {word for one in wanted for word in one.words}
    excluded = tuple(word for word in excluded if word not in asked)
    words = text.replace("/", " ").replace("-", " ").split()
    family = any(kinds().get(word.strip(".,;:()")) == "family" for word in words) or "all " in f"{text} "
    cpu = bool(_CPU.search(text))
    return Designation(tuple(wanted), codes, series, edition, family, excluded, condition, tuple(short), _capitals(name), cpu)


def _stands_for_all(part: str, text: str) -> bool:
    """True where brackets hold a short name of all that stands before them, and nothing but description stands behind."""
    behind = text.partition(f"({part})")[2]
    named = len(part) >= SHORT and kinds().get(part) is None
    return named and all(kinds().get(word) is not None for word in _words(behind))


SHORT = 3
"""Signs of a short name."""


def _remark(match: re.Match[str]) -> str:
    """Nothing for brackets with words in small letters, which explain, unless they name a variant."""
    return match[0] if any(kinds().get(word) in {"variant", "condition"} for word in match[1].split()) else " "


def _capitals(name: str) -> frozenset[str]:
    words = re.findall(r"[A-Za-z]+", name)
    capitals = {word for word in words if len(word) > 1 and word.isupper()}
    return frozenset(word.lower() for word in capitals) if len(capitals) < len(set(words)) else frozenset()


def code_of(text: str) -> str:
    """An order number without blanks and hyphens between its groups, in capitals: two spellings of one number are equal."""
    return re.sub(r"[\s.-]", "", text).upper()


def _series(text: str) -> tuple[frozenset[str], str]:
    found: set[str] = set()

    def take(match: re.Match[str]) -> str:
        found.update(letter for letter in re.findall(r"\b[a-z]\b", match[1] or match[2] or ""))
        return " "

    rest = _SERIES.sub(take, text)
    return frozenset(found), rest


def _edition(text: str) -> tuple[Edition | None, str]:
    """The version in the name, if it is marked as one, or is a year or a number with a point at the end."""
    for match in reversed(list(_EDITION.finditer(text))):
        marked = bool(_MARKED.match(match[0]))
        number = match[1]
        if not marked and not (_YEAR.fullmatch(number) or (("." in number or number.endswith("x")) and match.end() == len(text))):
            continue
        if text[: match.start()].strip() == "":
            continue
        end = ""
        if match[3]:
            end = "<=" if re.search("below|earlier|prior|older|lower", match[3]) else ">="
        numbers = tuple(int(part) for part in re.findall(r"\d+", number.split("u")[0]))
        if number.endswith("x") and not number.endswith(".x"):
            numbers = (int(number[:-1]),)
        words = tuple("".join(part.split()) for part in re.findall(r"[a-z]+\s?\d+", match[2] or ""))
        return Edition(numbers, words, end, match[0].strip()), f"{text[: match.start()]} {text[match.end() :]}"
    return None, text


def _condition(text: str) -> tuple[str, str]:
    """Words after running, using, equipped with... tell under what condition the product is meant."""
    for match in re.finditer(r"\b[a-z]+\b", text):
        if kinds().get(match[0]) == "condition" and match.start() > 0:
            return text[match.start() :].partition(" including ")[0].strip(" ()"), text[: match.start()]
    return "", text


OPTIONAL = 2
"""Letters in brackets before a hyphen that are a part of a code: FX5U(C)-32MT."""


def _unbracketed(text: str) -> tuple[str, list[str]]:
    inside: list[str] = []
    while match := _BRACKETS.search(text):
        before = text[match.start() - 1 : match.start()]
        after = text[match.end() : match.end() + 1]
        short = len(match[1]) <= OPTIONAL and match[1].isalnum()
        if before.isalnum() and (after.isalnum() or (after == "-" and short)):
            text = f"{text[: match.start()]}\x00{match[1]}\x01{text[match.end() :]}"
            continue
        inside.append(match[1])
        text = f"{text[: match.start()]} {text[match.end() :]}"
    return text, [part for part in inside if part.strip() and not _is_note(part)]


def _is_note(text: str) -> bool:
    if _VERSIONED.search(text):
        return True  # `[ProConOS v.4.01.280]`: what is inside the product, with its version
    first = re.split(r"[\s.]", text.strip(), maxsplit=1)[0]
    return kinds().get(first) == "note" or bool(_FORMERLY.search(text))


def _explains(inside: str, outside: str) -> bool:
    """True where brackets hold the initials of what stands before them, or the same words again."""
    letters = re.sub(r"[^a-z]", "", inside)
    flat = re.sub(r"[^a-z0-9]", "", outside)
    if 2 <= len(letters) <= 8 and " " not in inside.strip() and letters[0] in {word[0] for word in re.findall(r"[a-z]+", outside)}:
        rest = iter(flat[flat.index(letters[0]) :])
        if all(letter in rest for letter in letters):
            return True
    return re.sub(r"[^a-z0-9]", "", inside) in flat


def _words(text: str) -> Iterator[str]:
    """Each word of a text as one run of pieces."""
    for written in re.findall(r"[^\s,;:()\[\]]+", text):
        run = "".join(pieces(written))
        if run:
            yield run


SERIES = frozenset({"series", "family"})
"""Words after a name that covers all whose names begin so."""

TELLS_NOTHING = (frozenset({"generic", "family", "article", "note", "condition"}), frozenset({"brand"}))
"""Kinds of words of which a group asks for nothing."""


def _wanted(text: str) -> list[Wanted]:
    """What the text asks for; words that tell nothing are left out."""
    wanted: list[Wanted] = []
    for group in _groups(text):
        choices = [choice for choice in group if choice]
        said = {kinds().get(run, "") for run in choices}
        if any(said <= nothing for nothing in TELLS_NOTHING):
            if wanted and not SERIES.isdisjoint(choices):
                wanted[-1] = wanted[-1]._replace(series=True)
            continue
        if not any(any(map(str.isalnum, run.replace("x", ""))) for run in choices):
            continue  # nothing but wildcards
        patterns = tuple(_pattern(run) for run in choices if _is_pattern(run) and any(map(str.isalnum, run.replace("x", ""))))
        words = tuple(run for run in choices if not _is_pattern(run))
        wanted.append(Wanted(words, patterns))
    return wanted


def _groups(text: str) -> Iterator[list[str]]:
    """The words of a text, each with its alternatives: words in a list (`a, b and c`, `a/b`) that look like codes are alternatives."""
    tokens = re.findall(rf"[^\s,;|&/:{OR}]+|[,;|&/:{OR}]", text)
    group: list[str] = []
    joining = False
    for at, token in enumerate(tokens):
        if token in f",;|/&{OR}" or (token in {"and", "or"}):
            joining = bool(group)
            continue
        if token == ":":
            continue
        spread = list(_spread(token))
        if group and tokens[at - 1] == OR:
            group += spread
            joining = False
            continue
        joining = joining or (bool(group) and _alike(group[-1], spread[0]))
        if joining and group and _CODE.search(group[-1]) and (_CODE.search(spread[0]) or _is_pattern(spread[0])):
            group += [_completed(group, run) for run in spread]
        elif joining and group and _cousins(group[-1], spread[0]):
            group += spread
        elif (
            joining and group and _CODE.search(group[-1]) and len(spread[0]) <= 4 and spread[0].isalpha() and kinds().get(spread[0]) is None
        ):
            if tokens[at - 1] in {"and", "or"} and len(spread[0]) > 2:
                group += spread  # another name: `CPU320/CRU320 and RXi`
            else:
                yield group
                group = spread
        else:
            if group:
                yield _tailed(group)
            group = spread
        joining = False
    if group:
        yield _tailed(group)


def _cousins(one: str, other: str) -> bool:
    """Two names of letters in a list that begin alike: FCN/FCJ, but not PN/DP."""
    return one.isalpha() and other.isalpha() and one[:2] == other[:2] and one != other and len(one) == len(other)


def _alike(one: str, other: str) -> bool:
    """Two codes of one shape side by side (`mrd315 mrd355`, `5210 5230`, `3xxx 4xxx`) are a list, though no comma stands between."""
    if _is_pattern(one) and _is_pattern(other):
        return True
    shapes = [re.fullmatch(r"([a-z]*)(\d{2,4})([a-z]*)", word) for word in (one, other)]
    if shapes[0] is None or shapes[1] is None:
        return False
    first, second = shapes[0], shapes[1]
    if not first[1]:
        return first[3] == second[3] == second[1] == "" and len(first[2]) == len(second[2]) == 4 and first[2][:1] == second[2][:1]
    return first[1] == second[1] and len(first[2]) == len(second[2])


def _spread(token: str) -> Iterator[str]:
    """A token with its optional part (`04\0en\1cpu`) written out both ways."""
    match = re.search("\x00([^\x01]*)\x01", token)
    if match is None:
        yield "".join(pieces(token))
        return
    yield "".join(pieces(token[: match.start()] + token[match.end() :]))
    yield "".join(pieces(token[: match.start()] + match[1] + token[match.end() :]))


def _completed(group: list[str], run: str) -> str:
    """A later word of a list with the letters that its first word has before its digits: 670/675 after afs670 is afs675."""
    if run and run[0].isdigit() and group[0] and not group[0][0].isdigit():
        head = re.match(r"[a-z-]*", group[0])
        return (head[0] if head else "") + run
    if run and run[0].isdigit() and re.match(r"\d+[-a-z]", group[0]) and len(run) < len(group[0]):
        return group[0][: len(group[0]) - len(run)] + run if group[0][-len(run) :].isdigit() and run.isdigit() else run
    return run


def _tailed(group: list[str]) -> list[str]:
    """Where only the last word of a list has letters at its end (r04/08/16cpu), the others have them, too: both readings stand."""
    if len(group) < 2:
        return group
    tail = re.fullmatch(r"[a-z]*\d+([a-z]{2,})", group[-1])
    if tail:
        return [*group, *(one + tail[1] for one in group[:-1] if re.fullmatch(r"[a-z]*\d+", one))]
    return group


_WILD_X = re.compile(r"\dx{1,}(?:\d|$|[a-z]{0,3}$)|x{2,}")
_X_OF_NAME = re.compile(r"\D*\d{4,}x")
"""A number that is whole without the x at its end: the x is a letter of the name (2212X)."""


def _is_pattern(run: str) -> bool:
    if "*" in run or "□" in run or "?" in run:
        return True
    return bool(_WILD_X.search(run)) and bool(_CODE.search(run)) and not _X_OF_NAME.fullmatch(run)


def _pattern(run: str) -> str:
    """The regular expression of a name with wildcards: * any run, □ and ? one character, x beside digits one character."""
    out = []
    for at, sign in enumerate(run):
        if sign == "*":
            out.append("[a-z0-9-]*")
        elif sign in "□?" or (sign == "x" and (run[at - 1 : at].isdigit() or run[at - 1 : at] == "x" or run[at + 1 : at + 2] == "x")):
            out.append("[a-z0-9]")
        else:
            out.append(re.escape(sign))
    return "".join(out) + ("[a-z]{0,2}" if run.endswith("xx") else "")
