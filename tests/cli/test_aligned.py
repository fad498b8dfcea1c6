"""Tables fit the terminal: what may be cut is cut, what may not is whole."""

from __future__ import annotations

import pytest

from fieldwatch.cli.aligned import aligned
from fieldwatch.cli.line import Cell


def shown(heads: tuple[str, ...], rows: list[tuple[Cell, ...]], width: int) -> list[str]:
    return ["".join(cell.text for cell in line).rstrip() for line in aligned(heads, rows, width)]


ROW = (Cell("192.168.100.100"), Cell("A very long name of a device that nobody can read at a glance"), Cell("1,234,567"))


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_numbers_and_addresses_are_never_cut(width: int) -> None:
    lines = shown(("Address", "~Name", ">Times"), [ROW], width)
    assert all(len(line) <= width for line in lines)
    assert "192.168.100.100" in lines[-1]
    assert lines[-1].endswith("1,234,567")


def test_long_text_is_whole_where_there_is_room() -> None:
    assert ROW[1].text in shown(("Address", "~Name", ">Times"), [ROW], 200)[-1]
    assert "…" in shown(("Address", "~Name", ">Times"), [ROW], 60)[-1]


def test_what_can_be_missed_is_left_out_where_it_is_narrow() -> None:
    assert "Name" in shown(("Address", "-~Name", ">Times"), [ROW], 120)[0]
    assert "Name" not in shown(("Address", "-~Name", ">Times"), [ROW], 80)[0]
