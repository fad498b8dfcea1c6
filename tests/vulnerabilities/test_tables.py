"""The tables of findings: born with a certificate, whole, and every cell of the kind that it should be."""

from __future__ import annotations

import re

import pytest

from fieldwatch.library.makers import maker
from fieldwatch.library.table import CERTIFICATE
from fieldwatch.vulnerabilities.priority import Priority
from fieldwatch.vulnerabilities.tables import FOLDER, groups, protocols, table

FILES = sorted(path.name for path in FOLDER.iterdir())


@pytest.mark.parametrize("name", FILES)
def test_first_lines_say_source_date_and_licence(name: str) -> None:
    certificate = table(name).certificate
    assert tuple(certificate) == CERTIFICATE
    assert all(certificate.values())
    assert re.match(r"20\d\d-\d\d-\d\d", certificate["date"])


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_every_column_and_comes_once(name: str) -> None:
    found = table(name)
    assert found.rows
    assert all(len(row) == len(found.columns) for row in found.rows)
    assert all(cell == cell.strip() for row in found.rows for cell in row)
    assert len({tuple(row) for row in found.rows}) == len(found.rows)


def test_priorities_are_words_that_there_are() -> None:
    words = {one.name.capitalize() for one in Priority}
    assert {row[4] for row in table("priority.tsv").rows} <= words
    assert {cell for row in table("exposures.tsv").rows for cell in row[3:6]} <= words
    assert table("priority.tsv").rows[-1][:4] == ["*"] * 4


def test_patterns_can_be_read() -> None:
    for kind, sign, _ in table("vulnerable_protocols.tsv").rows:
        assert kind in ("cwe", "word")
        assert re.compile(sign) if kind == "word" else re.fullmatch(r"CWE-\d+", sign)


def test_reasons_have_only_places_that_are_filled() -> None:
    for row in table("exposures.tsv").rows:
        assert set(re.findall(r"\{(\w+)\}", row[6])) <= {"value", "about", "peers"}, row[0]


def test_makers_of_credentials_have_their_usual_names() -> None:
    rows = table("default_credentials.tsv").rows
    assert [row[0] for row in rows if row[0] != "*" and maker(row[0]) != row[0]] == []
    assert all(row[3] for row in rows)


def test_a_word_for_several_protocols() -> None:
    assert protocols("@web ssh") == groups()["@web"] | {"ssh"}
    assert protocols("") == frozenset()
