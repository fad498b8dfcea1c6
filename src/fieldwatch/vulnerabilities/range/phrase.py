"""One text of an advisory read as a range: the words of a leaf, or those of a full name."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from fieldwatch.library.version import parse
from fieldwatch.vulnerabilities.range.bounds import Flow, Garbled, alternatives, floor
from fieldwatch.vulnerabilities.range.record import EVERY, Alternatives, Bound, Range, Unread
from fieldwatch.vulnerabilities.range.words import Token, tidied, tokens

LONGEST = 1000
"""Characters; a longer text is no range."""

CONDITION = re.compile(
    r"(?:^|(?<=[\s_<(*,]))\(?(?:"
    r"(?:only[ ])?(?:with(?![ ]firmware[ ]version)(?!.{0,9}serial)|without|when(?:[ ]using)?|where|if|in[ ](?:non-)?default[ ]configuration"
    r"|in[ ]connection|in[ ]conjunction|in[ ]devices|installed|using|utilizes|packaged|on[ ](?:windows|old|all)|running(?:[ ]on)"
    r"|included[ ]in|integrated|part[ ]of|including[ ](?:former|centum|affected|all)|except|excluding[ ](?=[Vv0-9])|manufactured"
    r"|installations|that|which|for[ ](?:trusted|the)|only[ ](?!affected|impacted)|end[- ]of[- ]life|eol|formerly|these[ ]products"
    r"|may[ ]also|[0-9][0-9.]{0,20} and [0-9][0-9.]{0,20} may[ ]also|released|not[ ]sold|limited\)|classic\)|supports|\.net"
    r"|standard[ ]dc|windows[ ]and|windows(?=[ ](?:7|8|10|11|server|xp))|all[ ]editions|cybersentry|based[ ]on|moved[ ]to|due[ ]to"
    r"|depending|deployed|of[ ]telerik|gold[ ]build|res670|and[ ]function[ ]state|x-series|[0-9]+\.x[ ]series"
    r"|affected[ ]only[ ]by(?=$)|CVE-[0-9-]+[ ]only[ ]affects|these[ ](?:product[ ]versions|vulnerabilities))\b)",
    re.I,
)
"""Where the words of a condition begin."""

REMARK = re.compile(
    r"^\(?(?:\(?all (?:editions|models|variants)|end[- ]of[- ]life|eol|formerly|these products are sold|on all supported|supports"
    r"|released(?! (?:before|prior to|until|up to|<))"
    r"|only are vulnerable|installed$|included in|integrated|part of|including (?:former|all versions of|centum)"
    r"|which are not sold|limited\)|classic\)|standard dc|moved to|[0-9]+\.x series|for the )",
    re.I,
)
"""Words that look like a condition and restrict nothing."""

HOSTED = re.compile(
    r"^\(?(?:included in|part of|integrated (?:in|into)) (?P<host>.+?) v?[0-9][\w.]*(?: [\w.]+)? (?:and|or) (?:prior|earlier)", re.I
)
"""`included in Wonderware Intelligence Versions 2014R3 and prior`: the product, as part of another one of these versions alone."""

CVES = re.compile(r"CVE-([0-9]{4})-\s*([0-9]{3,7})", re.I)
ABOUT = re.compile(r"(?:affected|impacted)(?: only)? by\s+CVE|(?:CVE[-0-9 and,]+)only\)", re.I)
"""The text is about the vulnerabilities that it names, alone."""

COMPONENTS = ("bios", "bootloader", "nmc2", "nmc3", "aos", "u-boot", "coreos", "me", "bacnetstac", "estop")
"""Parts of a device that have versions of their own."""

ONE_CARD = {"nmc2", "aos"}
"""Two names of the same component (APC network management card and its operating system)."""


# ---------------------------------------------------------------------------------------------------------------------- whole texts

SERIAL = re.compile(
    r"^(?P<op><=|<|>=|>)?\s*(?:with )?(?:the )?(?:first (?:\d+|two|three|four|five|six) ?digits|\d ? digits)"
    r"\s*of\s*serial\s*(?:number|no\.?)s?(?: are| is)?\s*(?P<late><=)?\s*\"?(?P<number>\w+)\"?"
    r"(?: (?P=number))?\s*(?P<prior>(?:and|or) (?:prior|before|earlier))?\s*$",
    re.I,
)
SERIAL_NUMBER = re.compile(
    r"^(?P<op><=|<|>=|>)?\s*serial numbers?\s*:?\s*(?P<number>[0-9A-Z]+)[*]*\s*(?P<prior>(?:and|or) (?:prior|before|earlier|below))?\s*$",
    re.I,
)


BEGINS = re.compile(r"^(?P<number>[0-9]{1,5})X{5,}\.?$")
"""The first digits of a serial number, an X for each that follows: no version has so many."""


def _of_serial(text: str) -> Range | None:
    """`<= first five digits of serial number 24061`, `16XXXXXXXXX`."""
    if begins := BEGINS.match(text):
        return Range(((Bound("=", begins["number"]),),), text, "K", subject="serial_number")
    found = SERIAL.match(text) or SERIAL_NUMBER.match(text)
    if found is None:
        return None
    given = found.groupdict()
    op = given["op"] or given.get("late") or ("<=" if given["prior"] else "=")
    return Range(((Bound(op, given["number"]),),), text, "K", subject="serial_number")


MADE = re.compile(
    r"^(?P<op><=|<|>=|>)?\s*(?:production[ ]date|manufactured and distributed|manufactured|distributed|all devices released|released)"
    r"\s*(?P<late><=|<|before|prior to)?\s*(?P<date>[\w ,/\-]+?)\.?$",
    re.I,
)


def _of_manufacture(text: str) -> Range | None:
    """`<=production_date_December_2020`, `manufactured before 2021-8-13`."""
    found = MADE.match(text)
    if found is None or parse(found.group("date"), "date") is None:
        return None
    late = (found.group("late") or "").lower()
    op = found.group("op") or (late if late.startswith("<") else "<" if late else "=")
    return Range(((Bound(op, found.group("date")),),), text, "P", subject="date")


PANEL = re.compile(
    r"^(?P<order>1SAP[0-9]{6}R[0-9]{4})[ |(]+(?:revision index )?(?P<index>[A-Z][0-9]) +with BSP <= (?P<bsp>UN3[0-9])"
    r" (?P<number>[0-9.]+)\)?$",
    re.I,
)


def _of_panel(text: str) -> Range | None:
    """`1SAP551100R0001 (revision index B1 with BSP <= UN30 1.76)`: order number, revision and board support package."""
    found = PANEL.match(text)
    if found is None:
        return None
    scope = f"revision index {found.group('index')}, BSP {found.group('bsp')}"
    return Range(((Bound("<=", found.group("number")),),), text, "Q", condition=scope, model=found.group("order"))


LIMITED = (
    r"(?P<{0}>[A-Z][A-Z/\-]*(?: (?!versions?\b|prior\b)[A-Z]\w+)?) (?:versions? )?(?:(?P<{0}_lt>prior to|<) )?"
    r"(?P<{0}_n>v?[A-Z]?[0-9][0-9.]*[0-9])(?P<{0}_le> (?:and|or) (?:prior|earlier))?"
)
BEHIND = r"(?P<{0}_op><=?) ?(?P<{0}_n>v?[A-Z]?[0-9][0-9.]*[0-9]) \((?P<{0}>[A-Z][A-Z/\-]*)\)"
PARTS = (
    re.compile(rf"^{LIMITED.format('a')}(?: and)? {LIMITED.format('b')}$", re.I),
    re.compile(rf"^{BEHIND.format('a')} \| {BEHIND.format('b')}$", re.I),
)


def _of_parts(text: str) -> Range | None:
    """`ME prior to V11.8.50.3425 and BIOS prior to R1.21.0`: two parts of the product, each with a limit of its own."""
    found = next((found for form in PARTS if (found := form.match(text))), None)
    given = found.groupdict() if found else {}
    ops = [given.get(f"{part}_op") or ("<" if given.get(f"{part}_lt") else "<=" if given.get(f"{part}_le") else "") for part in "ab"]
    if not all(ops) or given["a"].lower() == given["b"].lower() or PLAIN.search(f"{given['a']} {given['b']}"):
        return None
    limits = tuple((Bound(op, given[f"{part}_n"]),) for op, part in zip(ops, "ab", strict=True))
    return Range(limits, text, "O", subject=f"{given['a']}, {given['b']}")


PLAIN = re.compile(r"\b(?:all|any|versions?|v|ver|and|or|prior|firmware|software|release|to)\b", re.I)
"""Words that name no part."""

LETTER = re.compile(r"^(?P<op><=|<|>=|>) ?(?P<letters>[A-Z]{1,2})$")


def _of_letter(text: str) -> Range | None:
    """`<=V`: a revision of one or two letters."""
    found = LETTER.match(text)
    return Range(((Bound(found.group("op"), found.group("letters")),),), text, "I") if found else None


WITH_MODEL = re.compile(r"^\(?v?(?P<number>[0-9][0-9.x]*)\)? model (?P<model>\w+)$", re.I)


def _of_model(text: str) -> Range | None:
    """`v8.x model 35700BAX2`."""
    found = WITH_MODEL.match(text)
    return Range(((Bound("=", found.group("number")),),), text, "R", model=found.group("model")) if found else None


EVERY_OF_MODEL = re.compile(r"^(?P<model>[A-Z]{3,}[0-9]{2,}\w*) (?:\*|all versions)$")


def _of_every_model(text: str) -> Range | None:
    """`TSXETY4103 *`: a model with all its versions."""
    found = EVERY_OF_MODEL.match(text)
    return Range(EVERY, text, "R", model=found.group("model")) if found else None


WHOLE: tuple[Callable[[str], Range | None], ...] = (
    _of_serial,
    _of_manufacture,
    _of_panel,
    _of_parts,
    _of_letter,
    _of_model,
    _of_every_model,
)
"""Forms that are a whole text, tried before its words."""


# --------------------------------------------------------------------------------------------------------------- what is taken away

BRANDED = re.compile(
    r"^\s*([<>=]{0,2})\s*(?!(?:with|firmware|version|ver|build|update|service|FW|SW|HF|CPLD)(?:[_/]|$))"
    r"([A-Za-z][A-Za-z/]{1,11})_(?=v?[0-9]+\.)",
    re.I,
)
"""`<=QRTB_2.12.7`: the name of the firmware before its number."""

INCLUSION = re.compile(r"\(including (?!\))[^()]*\)|including hotfixes", re.I)
"""`(including former Unity Pro)`: a remark wherever it stands."""

WORKBENCH = re.compile(r"^(<=?|>=?|(?:all )?versions prior to) ?[\w.]+ \(firmware (?:versions? )?(?:prior to )?([0-9.]+)\)$", re.I)
"""`< 12.4 (firmware 1.46)`: the version of the engineering software, and in brackets that of the firmware, which counts."""

COUNT = r"v?(?P<count>[0-9]+(?:\.[0-9]+){2,4})"
ALIASES = (
    re.compile(rf"(?P<number>[0-9][A-Z])[ _]{COUNT}(?![\w.])", re.I),
    re.compile(rf"(?P<number>[0-9][A-Z]?)[ ]\((?:aka )?(?:<= )?(?:version |build(?: nr)?[. ]*)?{COUNT}\)", re.I),
    re.compile(r"(?P<number>[0-9][a-z]?)[ ]\((?P<count>[0-9]{4} R[0-9])\)", re.I),
    re.compile(rf"(?P<number>\b(?:SP|R|patch )[0-9])[ ]version {COUNT}(?![\w.])", re.I),
)
"""A second number of the same release, in another count: `4.04E v10.95.210.01`, `1.2 FP2 HF6 (Build Nr. 1.2.14002.257)`,
`10.1.4 (2017 R3)`, `2018 SP3 Version 3.4.430.460`."""

BRACKETED = re.compile(r"(?<=[0-9])[ ]?\((rev(?:ision)?[. ]*[A-Z]{1,2})\)", re.I)
"""`9.40 (Rev T)`: a revision in brackets."""

REVISIONS = re.compile(r"(?<=[0-9]) (?<![A-Z][0-9]{4} )(?:\*|all revisions)$", re.I)
"""`1.2 *`, `Version 1.2 all revisions`: a wildcard."""

ORDERED = re.compile(r"^(?P<model>[0-9]{7}|1SAP[0-9]{6}R[0-9]{4}) *(?:\(\w+\) *)?(?:\||version) *(?P<rest>.+)$", re.I)
"""`1046568 (Starterkit) version 1.x`: an order number before the range."""

SHARED = re.compile(r"^(?P<op><=?)[ ]*v?[0-9.]+(?:(?:[ _]+v[0-9.]+)+|[ ]*/[ ]*v?[0-9.]+)$", re.I)
"""`<v36.011_v35.013_v34.014`, `<= 2.0.11 / 3.0.11`: one operator for limits of several lines of releases."""


def _plain(text: str) -> str:
    """The text without broken characters and remarks; a second number of the same release as `(=1.2.3)` behind the first."""
    said = " ".join(INCLUSION.sub(" ", tidied(BRANDED.sub(r"\1", text))).split())
    said = BRACKETED.sub(r" \1", WORKBENCH.sub(r"\1 \2", said))
    for form in ALIASES:
        said = form.sub(r"\g<number> (=\g<count>)", said)
    return REVISIONS.sub(".*", said)


def _split(text: str, name: str) -> tuple[str, str]:
    """The range and the words of its condition; every version, where the text is but a condition."""
    found = CONDITION.search(text)
    if found is None:
        return text, ""
    condition = text[found.start() :].strip(" -,;")
    plain = text[: found.start()].strip(" -,;:|(")
    if condition.lower() == "affected only by":
        condition += " vulnerabilities that the document does not name"
    if AGAIN.search(condition):
        raise Garbled("a range after a condition")
    return "*" if plain.lower() in ("", "<", "vers:all/", "versions") else plain, "" if _restricts_nothing(condition, name) else condition


AGAIN = re.compile(r"\) (?:and |or )?(?:versions?|v?[0-9]+\.[0-9]|R[0-9]+\.[0-9])", re.I)
"""`(only if ... is used) Versions R5.01.00`: what comes after the brackets is not of the condition."""


def _restricts_nothing(condition: str, name: str) -> bool:
    """Whether the words are but a remark."""
    host = HOSTED.match(condition)
    return REMARK.match(condition) is not None and (host is None or host.group("host").lower() in name.lower())


def _spread(text: str) -> str:
    """The operator that several limits share, before each of them."""
    found = SHARED.match(text)
    return " | ".join(found.group("op") + number for number in re.findall(r"v?[0-9][0-9.]*", text, re.I)) if found else text


def _component(said: list[Token], name: str) -> tuple[list[Token], str]:
    """The tokens without the words before the number, and the component that they name; "" where they only repeat the product's name."""
    subject = ""
    rest: list[Token] = []
    for place, token in enumerate(said):
        follower = said[place + 1].kind if place + 1 < len(said) else ""
        word = token.text.lower()
        if token.kind == "L" and rest and rest[-1].kind == "V" and len(word) == 1 and rest[-1].text[-1].isdigit():
            rest[-1] = Token("V", rest[-1].text + token.text)
        elif token.kind == "L" and follower in ("V", "L", "WORD"):
            if word not in re.findall(r"\w+", name.lower()):
                raise Garbled(f"the word {token.text!r}")
        elif token.kind != "WORD":
            rest.append(token)
        elif word in COMPONENTS:
            if subject and subject.lower() != word and {subject.lower(), word} != ONE_CARD:
                raise Garbled("two components")
            subject = subject or token.text
        elif word not in name.lower():
            raise Garbled(f"the word {token.text!r}")
    return rest, subject


def _cves(text: str) -> tuple[str, ...]:
    """The vulnerabilities that the text says it is about alone."""
    return tuple(dict.fromkeys(f"CVE-{year}-{number}" for year, number in CVES.findall(text))) if ABOUT.search(text) else ()


# ------------------------------------------------------------------------------------------------------------------------- a text


@functools.lru_cache(maxsize=65536)
def understand(text: str, name: str = "") -> Range | Unread:
    """What `text` alone says of versions of the product `name`."""
    if len(text) > LONGEST:
        return Unread(text[:LONGEST], f"longer than {LONGEST} characters")
    said = _plain(text)
    if not said or said.lower() in ("no version", "-", "n/a"):
        return Unread(text, "no version given")
    for whole in WHOLE:
        found = whole(said)
        if found is not None:
            return found._replace(quoted=text.strip())
    ordered = ORDERED.match(said)
    if ordered is not None:
        inner = understand(ordered.group("rest"), name)
        return inner._replace(quoted=text.strip(), model=ordered.group("model")) if isinstance(inner, Range) else inner
    try:
        return _words(text.strip(), *_split(said, name), name)
    except Garbled as garbled:
        return Unread(text, str(garbled))


def _words(quoted: str, plain: str, condition: str, name: str) -> Range | Unread:
    """The words of `plain` as a range under `condition`."""
    said = tokens(_spread(plain))
    if said is None:
        return Unread(quoted, "characters that no version has")
    said, subject = _component(said, name)
    kinds = {token.kind for token in said}
    flow = Flow(said)
    if not flow.bounds and "ALL" not in kinds:
        return Unread(quoted, "no version given")
    if {"V", "L"} <= kinds and all(bound.op == "=" for bound in flow.bounds):
        return Unread(quoted, "numbers and letters in one list")
    covered: Alternatives = EVERY
    doubt: Alternatives = ()
    if flow.bounds:
        covered, doubt = alternatives(flow.bounds)
    for bound in flow.bounds:
        if not _legible(bound.version):
            return Unread(quoted, f"{bound.version!r} is no version")
    subject = subject or ("date" if "DATE" in kinds or _years(flow.bounds) else "firmware")
    found = Range(covered, quoted, "", subject, condition, _cves(f"{plain} {condition}"), doubt=doubt, open_end=flow.open_end)
    return found._replace(grammar=_grammar(found))


def _years(bounds: list[Bound]) -> bool:
    """Whether the range is from one year to another: then it is the time of release, not the version."""
    return [bound.op[0] for bound in bounds] == [">", "<"] and all(re.fullmatch(r"(?:19|20)[0-9]{2}", bound.version) for bound in bounds)


@functools.lru_cache(maxsize=65536)
def _legible(number: str) -> bool:
    """Whether some scheme reads the number; the name of a file or of a protocol is none."""
    if re.search(r"\.(?:esw|bin|exe|img)$|^ipv[46]$", number, re.I):
        return False
    return any(parse(floor(number), scheme) for scheme in ("components", "ios", "date", "relay"))


FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "G",
        re.compile(
            r"(?:SP|service pack|FP|feature pack|update|upd|UC|CU|RU|QU|MP|TCU|IP|RS|SR|HF|hotfix(?:rev)?|patch|IR)"
            r"[ _.\-]?[0-9]|[ _][PURD][0-9]",
            re.I,
        ),
    ),
    ("M", re.compile(r"[0-9]x\b|\.[xX]\b|\*")),
    ("J", re.compile(r"[0-9][({]|build|[0-9][-_][0-9]|20[12][0-9]{5}", re.I)),
    ("I", re.compile(r"^(?!v[0-9])[A-Za-z]{2,}|^[A-Z]{1,2}$")),
    ("H", re.compile(r"[0-9][A-Za-z]")),
)
"""Classes of one bound, first that fits its number."""

NAMED = re.compile(r"[<>=] *(?!v[. ]*[0-9])[A-Za-z]{2,}")
"""A word between the operator and the number."""


def _grammar(found: Range) -> str:
    """The letter of the class."""
    if found.condition:
        return "Q"
    if found.alternatives == EVERY:
        return "A"
    if found.subject == "date":
        return "P"
    bounds = [bound for alternative in found.alternatives for bound in alternative]
    if all(bound.op == "=" for bound in bounds):
        return "N" if len(bounds) == 1 else "O"
    if len(found.alternatives) > 1:
        return "O"
    return _of_pair(found.quoted) if len(bounds) == 2 else _of_one(found, bounds[0].version)


def _of_pair(quoted: str) -> str:
    if re.search(r"[0-9][A-Za-z]|[A-Za-z]{2,}[0-9]|R[0-9]", re.sub(r"^vers:all/", "", quoted)):
        return "L"
    return "E" if "|" in quoted else "F"


def _of_one(found: Range, number: str) -> str:
    for letter, form in FORMS:
        if form.search(number) or (letter == "I" and (found.subject != "firmware" or NAMED.search(found.quoted))):
            return letter
    if found.quoted.lower().startswith("vers:all"):
        return "B"
    return "D" if re.match(r"all versions *[<>]", found.quoted, re.I) else "C"
