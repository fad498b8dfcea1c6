"""The verbs of `fieldwatch`."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from fieldwatch import __version__
from fieldwatch.cli import (
    account,
    audit,
    backup,
    config,
    doctor,
    evidence,
    explain,
    feeds,
    ingest,
    inspect,
    listen,
    match,
    protocols,
    sensor,
    serve,
    site,
    worker,
)

VERBS = (
    inspect, listen, explain, match, feeds, evidence, protocols,
    serve, worker, ingest, site, sensor, account, backup, audit, config, doctor,
)  # fmt: skip
"""First those that need nothing but a capture, then those of the platform."""

INTERRUPTED = 130
"""Exit code where a person stopped the program (128 and the number of the signal, as shells count)."""


def parser() -> argparse.ArgumentParser:
    """What may be said on the command line. Each verb declares its own arguments, and the function that takes them (`run`)."""
    program = argparse.ArgumentParser(
        prog="fieldwatch", description="Sees every device of a plant network in its captures, and what is done to it.", allow_abbrev=False
    )
    program.add_argument("--version", action="version", version=f"fieldwatch {__version__}")
    verbs = program.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb in VERBS:
        verb.declare(verbs)
    return program


def run(words: Sequence[str]) -> int:
    """Runs the program with these arguments; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that cannot show a character shows a question mark
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        given = parser().parse_args(words or ["--help"])
        given.run(given)
        sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BrokenPipeError:  # the reader of our output went away: `fieldwatch ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def main() -> NoReturn:
    """Runs the program as a process, which then ends at once: to free all that a large capture leaves would take a while."""
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
