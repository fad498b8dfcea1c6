"""Every data file of the library: born with a certificate, whole, and in order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fieldwatch.library import table as table_file
from fieldwatch.library.table import CERTIFICATE, names, parse, raw, table

FILES = sorted(path.name for path in table_file.FOLDER.iterdir())
REGISTRIES = ["bacnet_vendors.tsv", "cip_device_types.tsv", "cip_vendors.tsv", "profinet_vendors.tsv"]


def test_only_tables_are_there() -> None:
    assert FILES
    assert {Path(name).suffix for name in FILES} == {".tsv"}


@pytest.mark.parametrize("name", FILES)
def test_first_lines_say_source_date_and_licence(name: str) -> None:
    certificate = table(name).certificate
    assert tuple(certificate) == CERTIFICATE
    assert all(certificate.values())
    assert re.match(r"20\d\d-\d\d-\d\d", certificate["date"])


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_every_column(name: str) -> None:
    found = table(name)
    assert found.rows
    assert all(len(row) == len(found.columns) for row in found.rows)
    assert all(cell == cell.strip() for row in found.rows for cell in row)


@pytest.mark.parametrize("name", FILES)
def test_lines_end_in_newline_only(name: str) -> None:
    data = raw(name)
    assert data.endswith(b"\n")
    assert b"\r" not in data


@pytest.mark.parametrize("name", REGISTRIES)
def test_numbers_are_given_once_and_in_order(name: str) -> None:
    numbers = [int(row[0]) for row in table(name).rows]
    assert numbers == sorted(set(numbers))
    assert len(names(name)) == len(numbers)


def test_parse_reads_certificate_columns_and_rows() -> None:
    found = parse("# source: a: b\n# date: 2020-01-01\n# licence: c\nnumber\tname\n1\tOne\n2\tTwo words\n")
    assert found.certificate == {"source": "a: b", "date": "2020-01-01", "licence": "c"}
    assert found.columns == ("number", "name")
    assert found.rows == [["1", "One"], ["2", "Two words"]]
