"""What one product of an advisory says of a device that may be called so: whether its range holds the device's version, and why."""

from __future__ import annotations

import re
from typing import NamedTuple

from fieldwatch.library.designation import Edition, code_of
from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import Likeness
from fieldwatch.library.resolution import Resolution
from fieldwatch.library.resolve import clean
from fieldwatch.library.version import parse
from fieldwatch.library.wording import is_mixed, plain, wording
from fieldwatch.vulnerabilities.advisory import Vulnerability
from fieldwatch.vulnerabilities.entry import Entry
from fieldwatch.vulnerabilities.judgement import Verdict
from fieldwatch.vulnerabilities.range import EVERY, Answer, Range, Unread, answer

SERIAL = re.compile(r"\d{5}\w*(?:-\w)?")
"""A serial number in the firmware's place: controllers of Mitsubishi Electric show the first digits of it as their version."""


class Said(NamedTuple):
    """What one product says of a device: verdict, the attribute that decided, its value, why, what would settle it."""

    verdict: Verdict
    field: str
    value: str
    reason: str
    settle: str


def say(entry: Entry, like: Likeness, resolution: Resolution, identity: Identity) -> list[tuple[Vulnerability, Said]]:
    """What this product says about each CVE of which the document says something for it: the range is asked once for all."""
    if not entry.told:
        return []
    verdict, field, value, reason, settle = _inside(entry, resolution, identity)
    affected = Said(verdict, field, value, f"{like.reason}: {reason}", settle)
    only = entry.range.cves if isinstance(entry.range, Range) else ()
    if entry.is_all and not only:
        return [(flaw, affected) for flaw, _ in entry.told]
    spared = Said(Verdict.NOT_AFFECTED, field, value, f"{like.reason}: the document lists it as not affected", settle)
    others = Said(Verdict.NOT_AFFECTED, "product", entry.product.name, f"{like.reason}: the range is about {', '.join(only)} only", "")
    found = []
    for flaw, is_affected in entry.told:
        if is_affected:
            found.append((flaw, others if only and flaw.cve not in only else affected))
        elif verdict is Verdict.AFFECTED:
            found.append((flaw, spared))
    return found


def _inside(entry: Entry, resolution: Resolution, identity: Identity) -> Said:
    ranged = _by_version(entry, resolution, identity)
    if entry.serial is None or ranged.verdict is Verdict.NOT_AFFECTED:
        return ranged
    numbered = _ranged(entry.serial, entry.serial.quoted, resolution, identity)
    return ranged if numbered.verdict is Verdict.AFFECTED else numbered


def _by_version(entry: Entry, resolution: Resolution, identity: Identity) -> Said:
    found = entry.range
    quoted = entry.product.version
    if isinstance(found, Unread):
        for field, value in (("firmware", resolution.firmware), ("firmware", identity.firmware), ("hardware", identity.hardware)):
            if value and value.strip().casefold() == quoted.strip().removeprefix("<=").strip().casefold():
                return Said(Verdict.AFFECTED, field, value, f"{value} is what the document names", "")
        return Said(
            Verdict.UNDETERMINED, "firmware", resolution.firmware, f"the range {quoted!r} cannot be read: {found.why}", "read the advisory"
        )
    firmware = resolution.firmware
    if entry.what.edition is not None and not entry.codes:
        fits = _edition(entry.what.edition, resolution)
        if fits is False:
            return Said(Verdict.NOT_AFFECTED, "firmware", firmware, f"{firmware} is not of the edition {entry.what.edition.text}", "")
        year = _is_year(entry.what.edition.numbers)  # where versions count otherwise, the range says enough
        if fits is None and found.alternatives != EVERY and not (year and firmware):
            return Said(
                Verdict.UNDETERMINED,
                "firmware",
                firmware,
                f"edition {entry.what.edition.text} or another is not known",
                "firmware: query it",
            )
    return _ranged(found, quoted, resolution, identity)


def _ranged(found: Range, quoted: str, resolution: Resolution, identity: Identity) -> Said:
    if found.alternatives == EVERY and not found.condition:
        return Said(Verdict.AFFECTED, "product", resolution.model, f"{quoted or 'every version'} covers every version", "")
    field, value = "firmware", resolution.firmware
    if found.subject == "serial_number":
        serial = clean(identity)[0].serial_number
        field, value = "serial_number", serial or (resolution.firmware if SERIAL.fullmatch(resolution.firmware) else "")
    elif found.subject == "hardware":
        field, value = "hardware", resolution.hardware
    elif found.subject != "firmware":
        own = {word.strip("()") for name in resolution.names for word in plain(name).split()}
        # a component; its version is the device's where the device is nothing but this component
        field, value = found.subject, resolution.firmware if found.subject.casefold() in own else ""
    if named := _model_in_leaf(found, resolution):
        return Said(Verdict.AFFECTED, "product", named, f"{named} is what the document names", "")
    if not value and found.alternatives != EVERY:
        return Said(
            Verdict.UNDETERMINED,
            field,
            "",
            f"{quoted!r} needs the {field}, which is not known",
            f"{field} unknown: query it or read the nameplate",
        )
    scheme = field if field in {"serial_number", "hardware"} else resolution.scheme
    verdict = _answered(found, value, scheme) if found.alternatives != EVERY else None
    if verdict is not None and verdict.inside is None:
        return Said(Verdict.UNDETERMINED, field, value, f"{value} against {quoted!r}: {verdict.reason}", "read the advisory")
    if verdict is not None and not verdict.inside:
        return Said(Verdict.NOT_AFFECTED, field, value, f"{value} is not in {quoted!r}: {verdict.reason}", "")
    if found.condition and not _holds(found.condition, resolution):
        return Said(Verdict.UNDETERMINED, field, value, f"{value} is in {quoted!r}, if {found.condition}", f"whether {found.condition}")
    return Said(Verdict.AFFECTED, field, value, f"{value} is in {quoted!r}", "")


def is_of_edition(entry: Entry, resolution: Resolution) -> bool:
    """Whether the device's version is of the edition that the name gives."""
    return entry.what.edition is not None and _edition(entry.what.edition, resolution) is True


def _holds(condition: str, resolution: Resolution) -> bool:
    """True where the device says every code that the condition names: `revision index B1, BSP UN30` of hardware B1 with UN30 v1.76."""
    codes = [word for word in re.findall(r"[a-z0-9]+", condition.lower()) if is_mixed(word)]
    said = wording(f"{resolution.hardware} {resolution.firmware}").phrases
    return bool(codes) and said.issuperset(codes)


def _model_in_leaf(found: Range, resolution: Resolution) -> str:
    """The order number or model that stands in the version's place, where it is the device's: `EY-AS525F001`; "" for none."""
    exact = [each[0].version for each in found.alternatives if len(each) == 1 and each[0].op == "="]
    if not exact:
        return ""
    own = {code_of(text): text for text in (resolution.order_number, resolution.model) if any(map(str.isalpha, text)) and len(text) >= CODE}
    return next((own[version] for version in map(code_of, exact) if version in own), "")


CODE = 5
"""Signs of a model that may stand in a version's place."""


def _answered(found: Range, value: str, scheme: str) -> Answer:
    """The answer; where the value begins with a name and the range has none, for the number alone: `RUT9_R_00.07.03.4`, `UN30 v1.76`."""
    verdict = answer(found, value, scheme)
    if verdict.inside is not None:
        return verdict
    bare = _NAMED.sub("", value)
    if bare != value and not any(bound.version[:1].isalpha() for each in found.alternatives for bound in each):
        return answer(found, bare, scheme)
    without = _BUILD.sub("", value)
    if without != value:
        exact = answer(found, without, scheme)  # a build in brackets is still the release that the document names
        return exact if exact.inside else verdict
    return verdict


_BUILD = re.compile(r"\s*\(\d+\)$")
_NAMED = re.compile(r"^(?:[A-Za-z][A-Za-z0-9]*[\s_-]+)+[vV]?(?=\d+\.\d)")


def _is_year(numbers: tuple[int, ...]) -> bool:
    return 1990 <= numbers[0] <= 2035


def _edition(edition: Edition, resolution: Resolution) -> bool | None:
    """Whether the firmware is of the edition that the name gives; None where it is not known."""
    text = resolution.firmware
    bare = edition.text.removeprefix("version").removeprefix("v").strip()
    if any(bare in name.lower() for name in resolution.names):
        return True
    if not text:
        return None
    first = re.search(r"\d+(?:\.\d+)*", text)
    if first is None or parse(text, "components") is None:
        return None
    numbers = tuple(int(part) for part in first[0].split("."))
    if _is_year(edition.numbers) is not _is_year(numbers):
        return None
    if edition.end == "<=":
        return numbers[: len(edition.numbers)] <= edition.numbers
    if edition.end == ">=":
        return numbers >= edition.numbers
    return numbers[: len(edition.numbers)] == edition.numbers
