"""The words of ranges: operators, numbers and the English between them.

The forms are those of the public CSAF advisories for operational technology, read 2026-11-26.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from fieldwatch.library.mojibake import mended

SIGNS = (
    ("–", "-"),
    ("—", "-"),
    ("•", "-"),
    ("≤", "<="),
    ("≥", ">="),
    ("\u00a0", " "),
    ("\u2009", " "),
    ("\u200b", ""),
    ("�", " "),
)
"""Signs that stand for others."""

UPDATE = (
    r"(?:SP|service[ _]pack|feature[ _]pack|FP|update|upd|UC|CU|RU|QU|MP|TCU|IP|RS|SR|HF|hotfix(?:rev)?|security[ _]patch|patch|P|U|IR|kit"
    r"|beta|build(?:[ ]nr\.?)?|BN|rev(?:ision)?|release|D|plus)"
)
LATER = (
    rf"(?:(?:[ _.]|-(?![ ])){{0,2}}(?<![A-Za-z])(?:{UPDATE}[ ._#\-]{{0,2}}[0-9][\w.]*|R[0-9]{{1,2}}(?![.0-9])"
    r"|rev(?:ision)?[. ]{0,2}(?-i:[A-Z]{1,2})(?!\w)))"
)
"""What goes on after a number: an update, a release of a year, a revision of one or two letters."""
ALSO = re.compile(r"[ ]?\(=([^()]*)\)$")
"""The same release in another count, as `phrase` writes it behind the number."""
FIRMWARE = r"(?:(?:CPC80|CPCI85|HiOS|HiSecOS|ROS|MSYS|IR302)[ _]+)"
"""Names of firmwares that stand before their number and say nothing else."""
NUMBER = (
    rf"{FIRMWARE}?(?:(?:[A-Za-z]{{1,9}}[_./\-])?v?[A-Za-z]{{1,9}}[\-._]?)?[0-9][\w.*{{}}]*(?:[\-/+][\w.*{{}}]+)*"
    r"(?:[({][0-9]{1,3}[a-z]?[)}](?:[ ]?[A-Z]{1,4}[0-9]\w*)?[\w.]*)?"
)
WORDS = r"(?:(?:versions?|vers|ver|v|rev(?:ision)?s?|release|firmware|fw|build|r)\b[ ._:]*)*"
VERSION = (
    rf"{WORDS}(?:{NUMBER}{LATER}*|{UPDATE}[ _.\-]*[0-9][\w.]*{LATER}*)"
    r"(?:[ ]?\((?:build[ .]*)?v?[0-9][0-9.]*\))?(?:[ ]\(=[^()]*\))?"
)
LETTERS = r"[A-Z]{1,2}(?![\w])"

LESS = r"(?:prior[ ]to|before|older[ ]than|earlier[ ]than|lower[ ]than|below|preceding|less[ ]than)(?:[ ]the)?"
PRIOR = r"(?:prior|previous|earliers?|earlier|older|below|lower|before|preceding)"
AFTER = r"(?:later|newer|higher|above|up|subsequent|greater)"
SCOPE = r"(?:all|any|previous|of|the|other|supported)"
THING = r"(?:versions?|releases?|revisions?|builds?)"
TOKENS: tuple[tuple[str, str], ...] = (
    ("CVE", r"(?:(?:is|are)[ ])?\(?(?:only[ ])?(?:affected|impacted)(?:[ ]only)?[ ]by[ ](?:CVE-[0-9]+-[ ]?[0-9]+(?:[ ]|,|and|\.)*)+\)?"),
    ("CVE", r"\((?:CVE-[0-9]+-[0-9]+(?:[ ]|,|and)*)+only\)"),
    ("LE", rf"up[ ]to[ ]and[ ]including(?:[ ]{THING})?|prior[ ]to[ ]and[ ]including(?:[ ]{THING})?|up[ ]through"),
    (
        "LE_AFTER",
        rf",?[ ]*\(?(?:and|or)[ ](?:possibly[ ]|potentially[ ])?(?:{SCOPE}[ ])*{PRIOR}\b(?:[ ](?:{THING}|supported))*\)?(?![ ]to\b)"
        rf"|and[ ]{SCOPE}[ ]{THING}[ ]{PRIOR}\b",
    ),
    ("GE_AFTER", rf",?[ ]*(?:and|or)[ ](?:{SCOPE}[ ])*{AFTER}\b(?:[ ]{THING})*"),
    ("LT", r"(?:up[ ]to[ ]|-[ ])?but[ ]not[ ]including\b"),
    ("LT", rf"(?:{THING}[ ])?{LESS}(?:[ ](?:firmware|software))?(?:[ ]{THING})?"),
    ("GT", rf"(?:{THING}[ ])?(?:after|later[ ]than|newer[ ]than|above)\b"),
    ("BETWEEN", r"between"),
    ("UPTO", r"up[ ]to|until"),
    ("INCLUDED", r"\((?:including|inclusive)\)|inclusive\b"),
    ("EXCLUDED", r"\((?:excluding|exclusive)\)|exclusive\b"),
    ("LE", r"<=|=<"),
    ("GE", r">=|=>"),
    ("LT", r"<"),
    ("GT", r">"),
    ("TO", r"(?:through|thru|though|to)(?:[ ]to)?\b|-(?=[ ])|(?<=[ ])-|…"),
    ("FROM", r"from\b|since\b"),
    (
        "ALL",
        r"vers:all/\*?|all[ ](?:the[ ])?(?:firmware[ ]|software[ ]|supported[ ]|current[ ])*"
        r"(?:versions|releases|revisions|deployments)\b(?:[ ]of)?"
        r"|\*(?!\w)|all$",
    ),
    ("OR", r"\||,|;"),
    ("AND", r"and\b|&"),
    ("OTHER", r"or\b|as[ ]well[ ]as\b"),
    (
        "DATE",
        r"(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*[ /,._]+(?:[0-9]{1,2}(?:[ /_]+|,[ ]*))?(?:20[0-9]{2})\b\.?"
        r"|[0-9]{1,2}/[0-9]{1,2}/20[0-9]{2}|20[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}(?![\w.])",
    ),
    ("WORD", r"NMC[23]\b"),
    ("V", VERSION),
    (
        "NOISE",
        r"(?:all|firmware|software|versions?|vers?\.|vers?|rev\.|releases?|revisions?|fw|sw|v\b|the|are[ ]affected|is[ ]affected|affected"
        r"|any|running|with[ ](?=firmware[ ]versions?)|builds?|application|device|driver|runtime|code)\b|[:.;]",
    ),
    ("L", LETTERS),
    ("NOISE", r"v\b"),
    ("WORD", r"[A-Za-z][\w\-.+&/]*"),
)
"""The words of ranges, tried in this order at each place."""

LEXER = re.compile("|".join(f"(?P<t{place}>{form})" for place, (_, form) in enumerate(TOKENS)), re.I)
KIND = {f"t{place}": kind for place, (kind, _) in enumerate(TOKENS)}
UPPER = re.compile(LETTERS)
"""Revisions are capital letters; ME is the management engine of a PC."""


def tidied(text: str) -> str:
    """The text with its broken characters mended, blanks single, and the underscores that stand for blanks as blanks."""
    text = mended(text)
    for sign, meant in SIGNS:
        text = text.replace(sign, meant)
    text = re.sub(r"_+(?=[A-Za-z(<>\"/])|(?<=[A-Za-z<>=\"/.])_+|_+$|__+", " ", text)
    return " ".join(text.split()).strip(" ,")


class Token(NamedTuple):
    """A word and its kind, as in `TOKENS`; L is a revision of one or two letters, V a number, WORD any other word."""

    kind: str
    text: str


def tokens(text: str) -> list[Token] | None:
    """The words of the text; None where something in it is no word of ranges."""
    found_tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = LEXER.match(text, at)
        if text[at] in ' ()"' and (found is None or found.end() == at):
            at += 1
            continue
        if found is None or found.end() == at:
            return None
        kind, said = KIND[found.lastgroup or ""], found.group()
        if kind == "L" and (said == "ME" or not UPPER.fullmatch(said)):
            kind = "WORD"
        if kind != "NOISE":
            found_tokens.append(Token(kind, said))
        at = found.end()
    return found_tokens
