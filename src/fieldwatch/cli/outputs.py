"""Where a result goes: a summary on the terminal; everything as JSON, as one page, or as CSV."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from fieldwatch.cli import advisories, vex
from fieldwatch.cli.language import LANGUAGES, Language, MissingCatalogue, language
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.pipeline import Result


def declare(parser: argparse.ArgumentParser) -> None:
    """The arguments that say where the result of a verb goes, and what its findings stand on."""
    advisories.declare(parser)
    vex.declare(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything to this file as JSON")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write one self-contained page to this file")
    parser.add_argument("--csv", type=Path, metavar="FOLDER", help="write tables to this folder as CSV")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the summary and the page (what LANG says, or en)")


def spoken(given: argparse.Namespace) -> Language:
    """The language that is asked for. Asked before the work begins: a catalogue that is missing is refused at once, and so is a VEX
    document that nobody signs.
    """
    vex.check(given)
    try:
        return language(given.lang, os.environ)
    except MissingCatalogue as error:
        refuse(str(error))


def put(result: Result, given: argparse.Namespace, tongue: Language) -> None:
    """Writes the result to everything that was asked for, and the summary to the terminal."""
    written = []
    try:
        if given.json is not None:
            written.append(_json(result, given.json))
        if given.html is not None:
            written.append(_html(result, given.html, tongue))
        if given.csv is not None:
            written.append(_csv(result, given.csv))
        if given.vex_out is not None:
            written.append(vex.write(result, given))
    except OSError as error:
        refuse(f"{error.filename or 'output'}: cannot be written: {error.strerror or error}")
    _show(result, written, tongue)


def _json(result: Result, path: Path) -> str:
    from fieldwatch.pipeline import text

    with path.open("wb") as file:
        file.writelines(text(result))
    return str(path)


def _html(result: Result, path: Path, tongue: Language) -> str:
    from fieldwatch.cli.page import MissingAssets, page

    try:
        path.write_text(page(result, tongue), encoding="utf-8")
    except MissingAssets as error:
        refuse(str(error))
    return str(path)


def _csv(result: Result, folder: Path) -> str:
    from fieldwatch.cli.spreadsheet import write

    folder.mkdir(parents=True, exist_ok=True)
    write(result, folder)
    return f"{folder}/*.csv"


def _show(result: Result, written: list[str], tongue: Language) -> None:
    from fieldwatch.cli.escape import visible
    from fieldwatch.cli.line import Cell, show, terminal_width
    from fieldwatch.cli.summary import summary

    show(summary(result, terminal_width(), tongue))
    if written:
        show([(Cell(tongue.say("Written: {files}").format(files=", ".join(map(visible, written))), "dim"),)])
