"""Tables fit the terminal: what may be cut is cut, what may not is whole."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from fieldwatch.cli.aligned import aligned


def shown(heads: tuple[str, ...], rows: list[tuple[Text, ...]], width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False)
    console.print(aligned(heads, rows, width))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


ROW = (Text("192.168.100.100"), Text("A very long name of a device that nobody can read at a glance"), Text("1,234,567"))


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_numbers_and_addresses_are_never_cut(width: int) -> None:
    lines = shown(("Address", "~Name", ">Times"), [ROW], width)
    assert all(len(line) <= width for line in lines)
    assert "192.168.100.100" in lines[-1]
    assert lines[-1].endswith("1,234,567")


def test_long_text_is_whole_where_there_is_room() -> None:
    assert ROW[1].plain in shown(("Address", "~Name", ">Times"), [ROW], 200)[-1]
    assert "…" in shown(("Address", "~Name", ">Times"), [ROW], 60)[-1]


def test_what_can_be_missed_is_left_out_where_it_is_narrow() -> None:
    assert "Name" in shown(("Address", "-~Name", ">Times"), [ROW], 120)[0]
    assert "Name" not in shown(("Address", "-~Name", ">Times"), [ROW], 80)[0]
