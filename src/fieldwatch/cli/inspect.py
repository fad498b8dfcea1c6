"""`fieldwatch inspect`: captures in; a summary on the terminal, everything as JSON, as one page, or as CSV."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.pipeline import Result

PIPED_WIDTH = 140
"""Columns of the summary where it goes to a file or another program."""


def inspect(
    paths: Annotated[
        list[str], typer.Argument(help="Captures (pcap, pcapng, also .gz and .zst), folders of them, or - for standard input.")
    ],
    json: Annotated[Path | None, typer.Option(help="Write everything to this file as JSON.", metavar="FILE")] = None,
    html: Annotated[Path | None, typer.Option(help="Write one self-contained page to this file.", metavar="FILE")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write tables to this folder as CSV.", metavar="FOLDER")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Captures that are read side by side.")] = 1,
) -> None:
    """Says what is on the network: devices with proof for every fact, conversations, operations, logins."""
    import gc

    from fieldwatch.cli.progress import shown
    from fieldwatch.pipeline import UnusableInput
    from fieldwatch.pipeline import inspect as read

    gc.disable()  # all that is made here is kept until the end of the program: collecting would find nothing
    try:
        with shown(paths) as progress:
            result = read(paths, jobs=jobs, progress=progress)
    except UnusableInput as error:
        refuse(str(error))
    except UnicodeEncodeError as error:
        refuse(f"{error.object!s}: the name of the file is not UTF-8; rename it")
    written = []
    try:
        if json is not None:
            written.append(_json(result, json))
        if html is not None:
            written.append(_html(result, html))
        if csv is not None:
            written.append(_csv(result, csv))
    except OSError as error:
        refuse(f"{error.filename or 'output'}: cannot be written: {error.strerror or error}")
    _show(result, written)


def _json(result: Result, path: Path) -> str:
    import orjson

    from fieldwatch.pipeline import document

    path.write_bytes(orjson.dumps(document(result)))
    return str(path)


def _html(result: Result, path: Path) -> str:
    from fieldwatch.cli.page import MissingAssets, page

    try:
        path.write_text(page(result), encoding="utf-8")
    except MissingAssets as error:
        refuse(str(error))
    return str(path)


def _csv(result: Result, folder: Path) -> str:
    from fieldwatch.cli.spreadsheet import write

    folder.mkdir(parents=True, exist_ok=True)
    write(result, folder)
    return f"{folder}/*.csv"


def _show(result: Result, written: list[str]) -> None:
    from rich.console import Console
    from rich.text import Text

    from fieldwatch.cli.escape import visible
    from fieldwatch.cli.summary import summary

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPED_WIDTH
    for part in summary(result, console.width):
        console.print(part)
    if written:
        console.print(Text("Written: " + ", ".join(map(visible, written)), "dim"))
