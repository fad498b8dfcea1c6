"""`fieldwatch match`: a list of devices in; which advisories really apply to each, and why."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fieldwatch.cli.numbers import at_least_one
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.vulnerabilities.match import Matched, Matcher

COLUMNS = ("vendor_raw", "product_raw", "order_number_raw", "firmware_raw", "hardware_raw", "serial_number_raw")
"""Columns that are read; any other is passed through. One of the first three must be there."""


def declare(verbs: Any) -> None:
    """The verb's arguments."""
    text = "Says which vulnerabilities apply to the devices of a table, with the range and the reason."
    parser = verbs.add_parser("match", help=text, description=text, allow_abbrev=False)
    parser.add_argument("devices", type=Path, metavar="DEVICES.csv", help=f"columns {', '.join(COLUMNS)}; others are passed through")
    parser.add_argument("--advisories", type=Path, required=True, metavar="PATH", help="a CSAF document, a folder or a zip archive of them")
    parser.add_argument("--corrections", type=Path, metavar="FILE", help="what a person knows better: identities and what they are, as TSV")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every judgement to this file as JSON")
    parser.add_argument("--jobs", type=at_least_one, metavar="N", help="processes that match side by side (as many as there are cores)")
    parser.set_defaults(run=match)


def match(given: argparse.Namespace) -> None:
    """Matches the devices and says what was found."""
    import gc

    gc.disable()  # all that is made here is kept until the end of the program

    from fieldwatch.library.correction import Corrections, UnusableCorrections
    from fieldwatch.vulnerabilities.catalogue import UnusableAdvisories, load
    from fieldwatch.vulnerabilities.many import cores, in_order
    from fieldwatch.vulnerabilities.match import Matcher

    try:
        corrections = Corrections.load(given.corrections) if given.corrections else Corrections()
        catalogue = load(given.advisories)
        rows = list(_rows(given.devices))
    except (UnusableAdvisories, UnusableCorrections, _Unusable) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.filename}: cannot be read: {error.strerror}; give a file that can be")
    matcher = Matcher(catalogue.advisories, corrections)
    answer = partial(_answer, matcher=matcher, whole=given.json is not None)
    answers = in_order(answer, rows, given.jobs or cores())
    said = _kept(answers, given.json, len(catalogue.advisories), catalogue.skipped) if given.json is not None else answers
    _show(said, len(rows), len(catalogue.advisories), catalogue.skipped)


class _Unusable(Exception):
    """The table of devices cannot be used."""


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        reader = csv.DictReader(file)
        have = reader.fieldnames or []
        if not set(COLUMNS[:3]) & set(have):
            raise _Unusable(
                f"{path}: the columns are {', '.join(have) or 'none'}; at least one of {', '.join(COLUMNS[:3])} is needed: name them so"
            )
        try:
            for row in reader:
                yield {name: value or "" for name, value in row.items() if isinstance(name, str) and not isinstance(value, list)}
        except csv.Error as error:
            raise _Unusable(f"{path}: line {reader.line_num}: {error}; write the table as CSV again") from None


def _matched(row: dict[str, str], matcher: Matcher) -> Matched:
    from fieldwatch.library.identity import Identity

    return matcher.ranked(matcher.match(Identity(*(row.get(name, "").strip() for name in COLUMNS))))


class _Answer(NamedTuple):
    """What is said of a device: on the terminal, and in the document (b"" where none is asked for)."""

    lines: tuple[str, ...]
    document: bytes


def _answer(row: dict[str, str], matcher: Matcher, whole: bool) -> _Answer:
    matched = _matched(row, matcher)
    if not whole:
        return _Answer(tuple(_lines(row, matched)), b"")
    import orjson

    from fieldwatch.vulnerabilities.match_document import device

    return _Answer(tuple(_lines(row, matched)), orjson.dumps(device(row, matched)))


def _kept(answers: Iterator[_Answer], path: Path, advisories: int, skipped: tuple[str, ...]) -> Iterator[_Answer]:
    """Writes the document of each answer as it comes."""
    import orjson

    from fieldwatch.vulnerabilities.match_document import head

    try:
        with path.open("wb") as file:
            file.write(orjson.dumps(head(advisories, skipped))[:-1] + b',"devices":[')
            for number, one in enumerate(answers):
                file.write((b"," if number else b"") + one.document)
                yield one
            file.write(b"]}\n")
    except OSError as error:
        refuse(f"{path}: cannot be written: {error.strerror}; give another file")


def _lines(row: dict[str, str], matched: Matched) -> Iterator[str]:
    name = " ".join(filter(None, (row.get("id", ""), matched.resolution.vendor, matched.resolution.model)))
    counts: dict[str, int] = {}
    for one in matched.judgements:
        counts[one.verdict.value] = counts.get(one.verdict.value, 0) + 1
    yield f"{name}  firmware {matched.resolution.firmware or 'unknown'}  {_counted(counts)}"
    for one in matched.judgements:
        if one.verdict.value != "not_affected":
            yield f"    {one.verdict.value:12}  {one.vulnerability.cve:15} {one.advisory.id}  {one.reason}"


def _show(answers: Iterator[_Answer], devices: int, advisories: int, skipped: tuple[str, ...]) -> None:
    from fieldwatch.cli.escape import visible

    for one in answers:
        for line in one.lines:
            print(visible(line))
    print(f"{devices} devices against {advisories} advisories")
    for reason in skipped:
        print(visible(f"skipped: {reason}"))


def _counted(counts: dict[str, int]) -> str:
    return (
        ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in ("affected", "undetermined", "not_affected") if name in counts)
        or "nothing"
    )
