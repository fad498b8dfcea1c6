"""Values in spreadsheets, in REST, on pages."""

from __future__ import annotations

import pytest

from fieldwatch.server.listing.cells import flat, harmless, plain, size
from fieldwatch.server.records._record import Column, Kind


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert flat(Column("x", "x"), text) == f"'{text}"
    assert str(flat(Column("x", "x", Kind.LIST), [text, "b"])).startswith("'")


def test_text_stays_text_and_numbers_stay_numbers() -> None:
    assert flat(Column("x", "x"), "6ES7 314-6EH04-0AB0") == "6ES7 314-6EH04-0AB0"
    assert flat(Column("x", "x", Kind.NUMBER), -5) == -5
    assert flat(Column("x", "x", Kind.FLAG), True) == "yes"


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        (Kind.TIME, 1_700_000_000_000_000_001, "2023-11-14T22:13:20.000000001Z"),
        (Kind.TIME, 0, None),
        (Kind.LEVEL, 35, 3.5),
        (Kind.LEVEL, -1, None),
        (Kind.SCORE, -1, None),
        (Kind.SCORE, 9.8, 9.8),
        (Kind.PRIORITY, 0, "now"),
        (Kind.LIST, [], []),
        (Kind.LIST, [1, "b"], ["1", "b"]),
        (Kind.TEXT, "", None),
        (Kind.FLAG, False, False),
    ],
)
def test_what_is_not_known_is_nothing(kind: Kind, value: object, wanted: object) -> None:
    assert plain(Column("x", "x", kind), value) == wanted


def test_sizes_have_a_unit() -> None:
    shown = [size(count).replace("\u202f", " ") for count in (0, 999, 1500, 600_000, 3 * 10**9, 5 * 10**13)]
    assert shown == ["0 B", "999 B", "1.5 kB", "600 kB", "3.0 GB", "50.0 TB"]
