"""The verbs of `fieldwatch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="fieldwatch", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

UNUSABLE = 2
"""Exit code where the input cannot be used."""


@app.callback()
def fieldwatch() -> None:
    """Sees every device of a plant network in its captures, and what is done to it."""


@app.command()
def inspect(
    paths: Annotated[
        list[str], typer.Argument(help="Captures (pcap, pcapng, also .gz and .zst), folders of them, or - for standard input.")
    ],
    json: Annotated[Path | None, typer.Option(help="Write everything to this file as JSON.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Captures that are read side by side.")] = 1,
) -> None:
    """Says what is on the network: devices with proof for every fact, conversations, operations, logins."""
    from fieldwatch.pipeline import UnusableInput, document
    from fieldwatch.pipeline import inspect as read

    try:
        result = read(paths, jobs=jobs)
    except UnusableInput as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from None
    if json is not None:
        import orjson

        json.write_bytes(orjson.dumps(document(result)))
    typer.echo(
        f"{len(result.inventory.assets)} assets, {len(result.facts.conversations)} conversations, {len(result.facts.operations)} operations"
    )


def main() -> None:
    """Runs the program."""
    app()
