"""Lines: wrapped at spaces, cut by columns, in colour on a terminal only."""

from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.cli.line import Cell, cut, show, size, wrapped


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def plain(line: tuple[Cell, ...]) -> str:
    return "".join(cell.text for cell in line)


@given(st.lists(st.text("ab 工", max_size=20), min_size=1, max_size=5), st.integers(25, 60))
def test_wrapping_keeps_every_word_and_the_width(texts: list[str], width: int) -> None:
    line = tuple(Cell(text, "bold" if number % 2 else "") for number, text in enumerate(texts))
    lines = [plain(one) for one in wrapped(line, width)]
    assert "".join(lines).replace(" ", "") == plain(line).replace(" ", "")
    assert all(size(one) <= max(width, *(size(word) for word in one.split(" "))) for one in lines)


def test_a_line_that_fits_is_left_alone() -> None:
    line = (Cell("two words", "bold"), Cell(" and more"))
    assert [plain(one) for one in wrapped(line, 80)] == ["two words and more"]


@given(st.text("ab工", max_size=30), st.integers(2, 40))
def test_what_is_cut_fits_and_says_so(text: str, width: int) -> None:
    assert size(cut(text, width)) <= width
    assert (cut(text, width) == text) == (size(text) <= width)


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for stream, coloured in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stdout", stream)
        show([(Cell("stop", "red"), Cell(" [bold]1"))])
        assert ("\x1b[" in stream.getvalue()) is coloured
        assert " [bold]1" in stream.getvalue()
