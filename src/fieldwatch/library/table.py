"""Data files of the library: tab-separated text whose first lines say where the data comes from (its birth certificate)."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

CERTIFICATE = ("source", "date", "licence")
"""What the first lines of every data file say, as `# word: text`."""

FOLDER = Path(__file__).parent / "data"
"""Where the data files are."""


class Table(NamedTuple):
    """A data file: its birth certificate, the names of its columns and its rows."""

    certificate: dict[str, str]
    columns: tuple[str, ...]
    rows: list[list[str]]


def raw(name: str) -> bytes:
    """The bytes of the data file `name`, as shipped."""
    return (FOLDER / name).read_bytes()


def parse(text: str) -> Table:
    """The table in `text`: lines `# word: text`, one line of column names, then the rows."""
    lines = text.splitlines()
    head = 0
    while lines[head].startswith("# "):
        head += 1
    certificate = dict(line[2:].split(": ", 1) for line in lines[:head])
    return Table(certificate, tuple(lines[head].split("\t")), [line.split("\t") for line in lines[head + 1 :]])


@functools.cache
def table(name: str) -> Table:
    """The data file `name`, read once."""
    return parse(raw(name).decode())


@functools.cache
def names(name: str) -> dict[int, str]:
    """Number -> name of a registry whose first two columns are `number` and `name`."""
    return {int(row[0]): row[1] for row in table(name).rows}
