"""The verbs of `fieldwatch`."""

from __future__ import annotations

import io
import os
import sys

import typer

from fieldwatch.cli.evidence import evidence
from fieldwatch.cli.inspect import inspect
from fieldwatch.cli.protocols import protocols

app = typer.Typer(name="fieldwatch", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

INTERRUPTED = 130
"""Exit code where a person stopped the program (128 and the number of the signal, as shells count)."""


@app.callback()
def fieldwatch() -> None:
    """Sees every device of a plant network in its captures, and what is done to it."""


for verb in (inspect, evidence, protocols):
    app.command()(verb)


def main() -> None:
    """Runs the program."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that cannot show a character shows a question mark
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except BrokenPipeError:  # the reader of our output went away: `fieldwatch ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
