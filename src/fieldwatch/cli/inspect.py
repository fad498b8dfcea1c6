"""`fieldwatch inspect`: captures in; a summary on the terminal, everything as JSON, as one page, or as CSV."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.language import LANGUAGES, Language, MissingCatalogue, language
from fieldwatch.cli.numbers import at_least_one
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.pipeline import Result


def declare(verbs: Any) -> None:
    """The verb's arguments."""
    text = "Says what is on the network: devices with proof for every fact, conversations, operations, logins."
    parser = verbs.add_parser("inspect", help=text, description=text, allow_abbrev=False)
    captures = "captures (pcap, pcapng, also .gz and .zst), folders of them, or - for standard input"
    parser.add_argument("paths", nargs="+", metavar="PATH", help=captures)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything to this file as JSON")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write one self-contained page to this file")
    parser.add_argument("--csv", type=Path, metavar="FOLDER", help="write tables to this folder as CSV")
    parser.add_argument("--jobs", type=at_least_one, default=1, metavar="N", help="captures that are read side by side (1)")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the summary and the page (what LANG says, or en)")
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> None:
    try:
        spoken = language(given.lang, os.environ)
    except MissingCatalogue as error:
        refuse(str(error))
    inspect(given.paths, given.json, given.html, given.csv, given.jobs, spoken)


def inspect(paths: list[str], json: Path | None, html: Path | None, csv: Path | None, jobs: int, spoken: Language) -> None:
    """Says what is on the network: devices with proof for every fact, conversations, operations, logins."""
    import gc

    gc.disable()  # all that is made here is kept until the end of the program: collecting would find nothing

    from fieldwatch.cli.progress import shown
    from fieldwatch.pipeline import UnusableInput
    from fieldwatch.pipeline import inspect as read

    try:
        with shown(paths) as progress:
            result = read(paths, jobs=jobs, progress=progress)
    except UnusableInput as error:
        refuse(str(error))
    written = []
    try:
        if json is not None:
            written.append(_json(result, json))
        if html is not None:
            written.append(_html(result, html, spoken))
        if csv is not None:
            written.append(_csv(result, csv))
    except OSError as error:
        refuse(f"{error.filename or 'output'}: cannot be written: {error.strerror or error}")
    _show(result, written, spoken)


def _json(result: Result, path: Path) -> str:
    from fieldwatch.pipeline import text

    with path.open("wb") as file:
        file.writelines(text(result))
    return str(path)


def _html(result: Result, path: Path, spoken: Language) -> str:
    from fieldwatch.cli.page import MissingAssets, page

    try:
        path.write_text(page(result, spoken), encoding="utf-8")
    except MissingAssets as error:
        refuse(str(error))
    return str(path)


def _csv(result: Result, folder: Path) -> str:
    from fieldwatch.cli.spreadsheet import write

    folder.mkdir(parents=True, exist_ok=True)
    write(result, folder)
    return f"{folder}/*.csv"


def _show(result: Result, written: list[str], spoken: Language) -> None:
    from fieldwatch.cli.escape import visible
    from fieldwatch.cli.line import Cell, show, terminal_width
    from fieldwatch.cli.summary import summary

    show(summary(result, terminal_width(), spoken))
    if written:
        show([(Cell(spoken.say("Written: {files}").format(files=", ".join(map(visible, written))), "dim"),)])
