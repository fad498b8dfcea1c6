"""The reading of version ranges against 300 leaves that were read one by one before the program's verdict on them was seen.

The leaves were drawn by `tools/draw_ranges.py` from all kinds of grammar; `data/ranges_blind.tsv` has leaf and text as they stand in the
documents, and versions on both sides of the limits as devices would write them. A row is changed only where leaf and text were misread.
"""

from __future__ import annotations

import csv
import functools
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from fieldwatch.library.table import parse
from fieldwatch.vulnerabilities.advisory import Product
from fieldwatch.vulnerabilities.range import Range, Unread, answer, read

TOOL = Path(__file__).parents[2] / "tools" / "draw_ranges.py"
DATA = Path(__file__).parent / "data" / "ranges_blind.tsv"
COLUMNS = (
    *("advisory_id", "product_id", "class", "vendor", "product_name", "leaf", "text"),
    *("subject", "bounds", "inside", "outside", "condition", "undecidable", "note"),
)
CLASSES = "ABCDEFGHIJKLMNOPQZ"

SCHEMES = (("Stratix", "ios"), ("SEL-", "relay"))
"""What stands in a product's name, and how its maker counts; the others count by components."""

SILENT = 3
"""Rows of 300, 1 %, that a careful reader decides and the program leaves open.

`No version` may say that none is affected, or that none is given; in `VX.17 Update 5` the line VX is not known to be V; `9 Linux Image
2019-12-13 | 13` has the date of an image beside a release and a stray number.
"""


class Row(NamedTuple):
    """A leaf and how it was read."""

    line: int
    product: Product
    scheme: str
    subject: str
    points: tuple[tuple[str, bool], ...]
    condition: str
    decidable: bool

    def says(self, what: str) -> str:
        """One line for the assertion's message."""
        return f"{DATA.name}:{self.line}: {self.product.name} | {self.product.version!r} | {self.product.text!r}: {what}"


def _cell(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(text.split(";"))


def _row(line: int, cells: list[str]) -> Row:
    row = dict(zip(COLUMNS, cells, strict=True))
    product = Product(row["product_id"], row["vendor"], row["product_name"], row["leaf"], "product_version_range", row["text"])
    scheme = next((scheme for word, scheme in SCHEMES if word in product.name), "components")
    points = tuple((version, column == "inside") for column in ("inside", "outside") for version in _cell(row[column]))
    return Row(line, product, scheme, row["subject"], points, " ".join(_cell(row["condition"])), row["undecidable"] == "no")


@functools.cache
def rows() -> tuple[Row, ...]:
    """All rows, with their line in the file."""
    table = parse(DATA.read_text(encoding="utf-8"))
    assert table.columns == COLUMNS
    first = len(table.certificate) + 2
    return tuple(_row(line, cells) for line, cells in enumerate(table.rows, first))


def understood() -> Iterator[tuple[Row, Range]]:
    """The rows that a careful reader decides and the program reads."""
    for row in rows():
        found = read(row.product)
        if row.decidable and isinstance(found, Range):
            yield row, found


def wrong(row: Row, found: Range) -> list[str]:
    """The points on which the program says the opposite."""
    answers = ((version, inside, answer(found, version, row.scheme)) for version, inside in row.points)
    return [
        row.says(f"{version} is {'' if inside else 'not '}affected, but: {said.reason}")
        for version, inside, said in answers
        if said.inside is (not inside)
    ]


def silence(row: Row) -> str:
    """Why the program decides the row, or a point of it, not; empty if it decides."""
    found = read(row.product)
    if isinstance(found, Unread):
        return row.says(f"not read: {found.why}")
    answers = ((version, answer(found, version, row.scheme)) for version, _ in row.points)
    return next((row.says(f"{version} left open: {said.reason}") for version, said in answers if said.inside is None), "")


def test_the_sample_is_whole() -> None:
    classes = [cells[COLUMNS.index("class")] for cells in parse(DATA.read_text(encoding="utf-8")).rows]
    assert len(rows()) == 300
    assert {letter for letter in CLASSES if classes.count(letter) < 10} == set()
    assert len({(row.product.id, row.line) for row in rows()}) == 300
    assert [row.line for row in rows() if row.decidable and not row.points] == []


def test_no_version_is_judged_the_other_way() -> None:
    found = [line for row, range_ in understood() for line in wrong(row, range_)]
    assert not found, f"{len(found)} versions:\n" + "\n".join(found)


def test_hardly_any_row_is_left_open() -> None:
    found = [line for row in rows() if row.decidable and (line := silence(row))]
    assert len(found) <= SILENT, f"{len(found)} rows, {SILENT} allowed:\n" + "\n".join(found)


def test_what_cannot_be_decided_is_never_simply_affected() -> None:
    found = [(row, read(row.product)) for row in rows() if not row.decidable]
    assert len(found) == 4
    assert [row.says(f"read as {range_}") for row, range_ in found if isinstance(range_, Range) and not range_.condition] == []


def test_a_condition_is_seen_and_none_is_made_up() -> None:
    found = [
        row.says(f"condition {row.condition or 'none'!r}, but: {range_.condition or ' '.join(range_.cves) or 'none'!r}")
        for row, range_ in understood()
        if bool(row.condition) is not bool(range_.condition or range_.cves)
    ]
    assert not found, f"{len(found)} rows:\n" + "\n".join(found)


@pytest.mark.parametrize("subject", ["serial_number", "date"])
def test_what_the_number_is_of(subject: str) -> None:
    found = [
        row.says(f"{row.subject}, but: {range_.subject}")
        for row, range_ in understood()
        if (row.subject == subject) is not (range_.subject == subject)
    ]
    assert not found, f"{len(found)} rows:\n" + "\n".join(found)


def test_a_component_is_named() -> None:
    found = [
        row.says(f"{row.subject}, but: {range_.subject} {range_.condition}")
        for row, range_ in understood()
        if row.subject.startswith("component:")
        and not any(name in f"{range_.subject} {range_.condition}" for name in row.subject.removeprefix("component:").split(","))
    ]
    assert not found, f"{len(found)} rows:\n" + "\n".join(found)


@pytest.mark.corpus
def test_the_same_archive_gives_the_same_sample(corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(TOOL), str(corpus / "advisories" / "csaf-ot.zip")])
    with pytest.raises(SystemExit, match=r"^0$"):
        runpy.run_path(str(TOOL), run_name="__main__")
    drawn = list(csv.reader(capsys.readouterr().out.splitlines(), delimiter="\t"))
    assert drawn[1:] == [cells[:7] for cells in parse(DATA.read_text(encoding="utf-8")).rows]
