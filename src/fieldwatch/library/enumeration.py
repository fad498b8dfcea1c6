"""Lists in the name of a product, as writers abridge them, written out: what stands for several is marked as several.

`FX5U-xMy/z x=32,64,80, y=T,R, z=ES,DS` stands for many types, `SEL-787-2/-3/-4` for three, `RSP RSPE RSPS MSP EES` for five, and
`Vision and Samba series` for two families.
"""

from __future__ import annotations

import re

OR = "\x02"
"""Stands between alternatives."""

_VARIABLE = re.compile(r",?\s*\b([a-z])\s*=\s*([A-Z0-9][A-Z0-9.,]*)")
_LETTER_X = re.compile(r"\b([A-Z][A-Z0-9]*-[A-Z0-9]*[A-Z])(x{1,3})(?=[\s,;)/]|$)")
"""A small x after capitals: XPS-Qx."""

_LEADING_X = re.compile(r"(?<=[A-Z]-)X(?=\d\d)")
"""A large X in the place of a digit: TSW-X60."""

_TAILS = re.compile(r"\b(\w+-)(\w+)((?:\s*/\s*-\w+)+)")
_ARTICLE = re.compile(r"\b(\d{3}-\d{3,4})/(\d{3}-\d{3}|[xX]{3}-[xX]{3})\b")
"""An article number with the number of its variant: 750-880/025-000."""

_FRACTION = re.compile(r"(?<![\w/-])(\d{4})/(\d{2})(?![\w/-])")
"""One number that has a stroke in it: 3701/40."""

_PAIR = re.compile(r"([A-Z][a-z]{3,}) and ([A-Z][a-z]{3,})")
"""Two names and nothing else: Flexy and Cosy."""

_LETTERS = re.compile(r"\b([A-Z0-9]+-[A-Z0-9]*)([A-Z])((?:/[A-Z]{1,2}){2,})(?![\w/])")
"""A code with several last letters: XGK-CPUU/H/A/S/E."""

_ABBREVIATIONS = re.compile(r"(?<![\w/-])[A-Z]{3,5}(?:/[A-Z]{3,5}){2,}(?![\w/-])")
"""Three abbreviations or more: ADS/ADX/OAS."""

_CODES = re.compile(r"\b[A-Z]{1,4}\d{2,4}[A-Z]?(?:,?\s+(?:and\s+|or\s+)?[A-Z]{1,4}\d{2,4}[A-Z]?\b){3,}")
_CAPITALS = re.compile(r"[A-Z]{2,5}(?:,?\s+[A-Z]{2,5}){4,}")
_WORDS = re.compile(r"(?<![\w/])([A-Z][A-Za-z]{3,})/([A-Z][A-Za-z]{3,})(?![\w/])")
"""Two names in one: Proton/Enterprise."""

_SERIES = re.compile(r"\b([A-Z]{1,4})/([A-Z]{1,4})[- ][Ss]eries\b")
"""Two series of letters: NJ/NX-series."""

_MIDDLE = re.compile(r"\b([A-Z]+\d*)([A-Z])/([A-Z])(-[A-Z0-9*]{3,})")
"""A code with two letters in its middle: CS1H/G-CPU**H."""

_NUMBERED = re.compile(r"\b([A-Z]{2,5})[ -]?(\d{2,}\w*)\s*/\s*([A-Z]{2,5})[ -]?(\d{2,}\w*)")
"""Two names with numbers in one: ELI 250c/BUR 250c."""

_KINDRED = re.compile(r"\b(([A-Z]{2,4})[a-z]{2,}\d?) (\2[a-z]{2,}\d?)\b")
"""Two names that begin with the same capitals: NVRmini2 NVRsolo."""

_FAMILIES = re.compile(
    r"\b([A-Z][A-Za-z]{2,}) (?:and|or|&) ([A-Z][A-Za-z]{2,})(?= (?:[Ss]eries|[Ff]amil(?:y|ies)|[Cc]ontrollers|[Pp]roducts)\b)"
)


def enumerated(name: str) -> str:
    """The name with its abridged lists written out, `OR` between what are alternatives."""
    name = _without_variables(name)
    name = _LETTER_X.sub(lambda match: match[1] + "□" * len(match[2]), name)
    name = _LEADING_X.sub("□", name)
    name = _TAILS.sub(_with_tails, name)
    name = _ARTICLE.sub(_without_variant, name)
    name = _FRACTION.sub(r"\1\2", name)
    if pair := _PAIR.fullmatch(name.strip()):
        name = f"{pair[1]}{OR}{pair[2]}"
    name = _LETTERS.sub(_with_letters, name)
    name = _ABBREVIATIONS.sub(lambda match: match[0].replace("/", OR), name)
    name = _CODES.sub(_alternatives, name)
    if _CAPITALS.fullmatch(name.strip()):
        name = _alternatives(name.strip())
    name = _SERIES.sub(rf"\1{OR}\2 series", name)
    name = _MIDDLE.sub(rf"\1\2\4{OR}\1\3\4", name)
    name = _NUMBERED.sub(rf"\1\2{OR}\3\4", name)
    name = _KINDRED.sub(rf"\1{OR}\3", name)
    name = _WORDS.sub(rf"\1{OR}\2", name)
    return _FAMILIES.sub(rf"\1{OR}\2", name)


def _without_variables(name: str) -> str:
    """Names with variables (`FX5U-xMy/z x=326480 y=TR`) as patterns: the values are not told apart where commas were lost."""
    letters = {match[1] for match in _VARIABLE.finditer(name)}
    if not letters:
        return name
    head, *rest = _VARIABLE.sub(OR, name).split(OR, 1)
    signs = "".join(sorted(letters))
    head = re.sub(rf"/[{signs}](?=\s|$)", "", head)
    head = re.sub(rf"(?<![a-z])[{signs}](?![a-z])", "*", head)
    return head + "".join(rest).replace(OR, "")


def _with_tails(match: re.Match[str]) -> str:
    tails = re.findall(r"-(\w+)", match[3])
    return OR.join(f"{match[1]}{tail}" for tail in (match[2], *tails))


def _without_variant(match: re.Match[str]) -> str:
    """The number of the variant as a word of its own; every variant where its number is open."""
    return match[1] if match[2].lower().startswith("x") else f"{match[1]} {match[2]}"


def _with_letters(match: re.Match[str]) -> str:
    return OR.join(f"{match[1]}{letters}" for letters in (match[2], *match[3].strip("/").split("/")))


def _alternatives(found: re.Match[str] | str) -> str:
    text = found if isinstance(found, str) else found[0]
    return OR.join(part for part in re.split(r"[,\s]+", text) if part not in {"and", "or"})
