"""`fieldwatch protocols`: what is read of each protocol, and what is recognised but not read."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.line import terminal_width

if TYPE_CHECKING:
    from fieldwatch.protocols import Protocol


def declare(verbs: Any) -> None:
    """The verb's arguments."""
    text = "Lists the protocols: where they are found, what is decoded and what is not."
    parser = verbs.add_parser("protocols", help=text, description=text, allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="write the table as JSON")
    parser.set_defaults(run=protocols)


def protocols(given: argparse.Namespace) -> None:
    """Lists the protocols: where they are found, what is decoded and what is not."""
    from fieldwatch.protocols import registry

    rows = [row(protocol) for protocol in registry().protocols]
    if given.json:
        import orjson

        sys.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 1, 0), expand=True)
    for head in ("Protocol", "Found at", "Decoded", "Not decoded"):
        table.add_column(head, ratio=3 if "ecoded" in head else 2)
    for one in rows:
        table.add_row(
            f"{one['name']}\n{one['title']}",
            ", ".join(one["where"]) or "where another protocol announces it",
            "; ".join(one["decoded"]),
            "; ".join(one["not_decoded"]),
        )
    console = Console(width=terminal_width(), highlight=False, markup=False, emoji=False)
    console.print(table)
    console.print(f"{len(rows)} protocols. A message that is recognised and not decoded is counted by protocol and function.")


def row(protocol: Protocol) -> dict[str, Any]:
    """What a protocol file says about itself."""
    return {
        "name": protocol.name,
        "title": protocol.title,
        "where": [_place(place) for place in protocol.where],
        "elsewhere": any(looks.anywhere for looks in protocol.looks),
        "decoded": list(protocol.decoded),
        "not_decoded": list(protocol.not_decoded),
    }


def _place(place: Any) -> str:
    """A place as people say it: `tcp 502`, `EtherType 0x88cc`, `in cotp`."""
    from fieldwatch.protocols._protocol import EtherType, Expected, Inside, Llc, Port

    match place:
        case Port():
            return f"{place.transport} {place.number}"
        case EtherType():
            return f"EtherType {place.number:#06x}"
        case Llc():
            return f"LLC {place.prefix.hex()}"
        case Expected():
            return "where another protocol expects it"
        case Inside():
            return f"in {place.carrier}"
    return str(place)
