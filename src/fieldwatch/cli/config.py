"""`fieldwatch config`: the options of the platform, what they are set to, and where that was said."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.escape import visible
from fieldwatch.cli.platform import add_data, chosen_options
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.server.options import Option, Options

HIDDEN = "<secret>"


def declare(verbs: Any) -> None:
    """The verb's arguments."""
    text = "Explains the options of the platform, and checks what is set."
    parser = verbs.add_parser("config", help=text, description=text, allow_abbrev=False)
    below = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    words = "Prints every option with its value, where that came from, and what it means."
    verb = below.add_parser("explain", help=words, description=words, allow_abbrev=False)
    add_data(verb)
    verb.add_argument("names", nargs="*", metavar="NAME", help="options, or sections of them; all without")
    verb.add_argument("--json", action="store_true", help="write the table as JSON")
    verb.set_defaults(run=explain)
    words = "Says whether the options can be used: silent and 0 where they can, one line and 2 where not."
    verb = below.add_parser("check", help=words, description=words, allow_abbrev=False)
    add_data(verb)
    verb.set_defaults(run=check)


def explain(given: argparse.Namespace) -> None:
    """Prints the options that are meant."""
    from fieldwatch.server.options import OPTIONS

    chosen = chosen_options(given)
    meant = [option for option in OPTIONS if not given.names or _is_meant(option, given.names)]
    if not meant:
        sections = ", ".join(dict.fromkeys(option.name.partition(".")[0] for option in OPTIONS))
        refuse(f"{', '.join(given.names)}: there is no such option; the sections are {sections}")
    if given.json:
        print(json.dumps([_row(option, chosen) for option in meant], indent=2))
        return
    for option in meant:
        row = _row(option, chosen)
        print(f"{row['name']} = {visible(json.dumps(row['value'], ensure_ascii=False))}  ({visible(str(row['from']))})")
        print(f"    {row['help']}" + ("" if row["value"] == row["usual"] else f"; usual: {json.dumps(row['usual'])}"))


def check(given: argparse.Namespace) -> None:
    """Refuses options that cannot be used."""
    chosen = chosen_options(given)
    for name in ("server.port", "sensors.port"):
        if not 0 <= chosen[name] <= 65535:
            refuse(f"{name} = {chosen[name]}: a port from 0 to 65535 is allowed")
    for option, value in chosen.values.items():
        if isinstance(value, int) and value < 0:
            refuse(f"{option} = {value}: 0 or more is allowed")
        if option.endswith(FILES) and value:
            _readable(option, value)
    if bool(chosen["server.certificate"]) != bool(chosen["server.key"]):
        refuse("server.certificate and server.key: only one of them is set; both are needed for TLS, or none")


FILES = ("_file", ".certificate", ".key", ".authority", ".metadata")
"""Endings of options that name a file."""


def _readable(option: str, path: str) -> None:
    try:
        with open(path, "rb") as file:
            file.read(1)
    except OSError as error:
        refuse(f"{option} = {path}: it cannot be read: {error.strerror}; name a file that this user may read")


def _is_meant(option: Option, names: list[str]) -> bool:
    return any(option.name == name or option.name.startswith(f"{name}.") for name in names)


def _row(option: Option, chosen: Options) -> dict[str, Any]:
    value = chosen[option.name]
    shown = HIDDEN if option.is_secret and value else value
    return {"name": option.name, "value": shown, "from": chosen.origins[option.name], "usual": option.usual, "help": option.help}
