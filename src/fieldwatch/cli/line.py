"""A line of the summary: pieces of text with the styles that a terminal gives them. Where there is no terminal, Rich is not needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

PIPED_WIDTH = 140
"""Columns where the text goes to a file or another program."""


class Cell(NamedTuple):
    """Text in one style (a name or colour as Rich knows them; "" for none)."""

    text: str
    style: str = ""


Line = tuple[Cell, ...]


def size(text: str) -> int:
    """The columns that the text takes on a terminal: characters of East Asia take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, width: int) -> str:
    """The text, or as much of it as fits with an ellipsis behind."""
    if size(text) <= width:
        return text
    while text and size(text) > width - 1:
        text = text[:-1]
    return text + "…"


def wrapped(line: Line, width: int) -> Iterator[Line]:
    """The line in lines of this width, broken at spaces."""
    row: list[Cell] = []
    used = 0
    for cell in line:
        for number, word in enumerate(cell.text.split(" ")):
            glue = 1 if row and number else 0
            if row and used + glue + size(word) > width:
                yield tuple(row)
                row, used, glue = [], 0, 0
            row.append(Cell((" " if glue else "") + word, cell.style))
            used += glue + size(word)
    yield tuple(row)


def terminal_width() -> int:
    """The columns of standard output: of the terminal, as COLUMNS says, or those of a page."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    return os.get_terminal_size(sys.stdout.fileno()).columns or PIPED_WIDTH if sys.stdout.isatty() else PIPED_WIDTH


def show(lines: Iterable[Line]) -> None:
    """Prints the lines: in colour on a terminal, else as plain text."""
    if not sys.stdout.isatty():
        sys.stdout.writelines("".join(cell.text for cell in line).rstrip() + "\n" for line in lines)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*line))
