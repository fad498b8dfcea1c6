"""`fieldwatch inspect`: captures in; a summary on the terminal, everything as JSON, as one page, or as CSV."""

from __future__ import annotations

import argparse
import os
from typing import Any

from fieldwatch.cli import advisories, outputs
from fieldwatch.cli.numbers import at_least_one
from fieldwatch.cli.refuse import refuse


def declare(verbs: Any) -> None:
    """The verb's arguments."""
    text = "Says what is on the network: devices with proof for every fact, findings, conversations, operations, logins."
    parser = verbs.add_parser("inspect", help=text, description=text, allow_abbrev=False)
    captures = "captures (pcap, pcapng, also .gz and .zst), folders of them, or - for standard input"
    parser.add_argument("paths", nargs="+", metavar="PATH", help=captures)
    outputs.declare(parser)
    parser.add_argument("--jobs", type=at_least_one, default=1, metavar="N", help="captures that are read side by side (1)")
    parser.set_defaults(run=inspect)


def inspect(given: argparse.Namespace) -> None:
    """Says what is on the network: devices with proof for every fact, findings, conversations, operations, logins."""
    import gc

    gc.disable()  # all that is made here is kept until the end of the program: collecting would find nothing

    from fieldwatch.cli.progress import shown
    from fieldwatch.pipeline import UnusableInput
    from fieldwatch.pipeline import inspect as read

    tongue, basis, key = outputs.spoken(given), advisories.asked(given), os.urandom(32)
    try:
        with shown(given.paths) as progress:
            result = read(given.paths, jobs=given.jobs, progress=progress, secret_key=key)
    except UnusableInput as error:
        refuse(str(error))
    outputs.put(result.assessed(basis, key, with_cleared=given.vex_out is not None), given, tongue)
