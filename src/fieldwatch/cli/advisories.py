"""What findings are to stand on, as the command line says it: advisories, the starter pack, VEX documents."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.vulnerabilities.basis import Basis

PLACE = "a CSAF document, a folder or zip archive of them, or the folder that `fieldwatch feeds` keeps"


def declare(parser: argparse.ArgumentParser) -> None:
    """The arguments of every verb that shows findings."""
    parser.add_argument("--advisories", type=Path, metavar="PATH", help=f"hold the devices against these advisories: {PLACE}")
    parser.add_argument(
        "--starter", action="store_true", help="hold them against the starter pack of advisories that comes with the program"
    )
    parser.add_argument(
        "--vex", type=Path, action="append", default=[], metavar="FILE", help="a VEX document that clears or confirms findings (repeatable)"
    )
    parser.add_argument("--corrections", type=Path, metavar="FILE", help="what a person knows better: identities and what they are, as TSV")


def named(given: argparse.Namespace) -> bool:
    """True where the command line names advisories."""
    return given.advisories is not None or given.starter


def asked(given: argparse.Namespace) -> Basis:
    """What was asked for; empty where nothing was. Asked before the work begins: what cannot be used is refused at once."""
    from fieldwatch.vulnerabilities.basis import Basis, UnusableBasis, basis

    if not named(given):
        if given.vex:
            refuse("--vex: statements about advisories need some; give --advisories PATH or --starter too")
        if given.corrections:
            refuse("--corrections: identities are looked up in advisories; give --advisories PATH or --starter too")
        return Basis()
    try:
        return basis(given.advisories, with_starter=given.starter, statements=given.vex, corrected=given.corrections)
    except UnusableBasis as error:
        refuse(str(error))
