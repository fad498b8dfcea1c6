"""`fieldwatch doctor`: what is wrong with a server, an interface or a capture, and what to do. It changes nothing and sends nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.escape import visible
from fieldwatch.cli.numbers import at_least_one
from fieldwatch.cli.platform import add_data, chosen_options, opened
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.sensor.diagnosis import Diagnosis

SECONDS = 15
TO_ACT = 1
"""Exit code where something is to be done."""

SYMBOLS = {"ok": "\N{CHECK MARK}", "look": "!", "act": "\N{BALLOT X}"}


def declare(verbs: Any) -> None:
    """The verb and its arguments."""
    text = "Says what is wrong with a server, a mirror port or a capture, line by line, and what to do. Changes and sends nothing."
    verb = verbs.add_parser("doctor", help=text, description=text, allow_abbrev=False)
    add_data(verb)
    what = verb.add_mutually_exclusive_group()
    what.add_argument("--interface", metavar="IF", help="look at this interface and the mirror behind it; needs CAP_NET_RAW")
    what.add_argument("--capture", metavar="FILE", help="look at the mirror of which this is a capture")
    verb.add_argument("--seconds", type=at_least_one, default=SECONDS, metavar="N", help=f"listen for so long ({SECONDS})")
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Prints each check as it is done; exit code 1 where there is something to do."""
    from fieldwatch.pipeline.sources import UnusableInput
    from fieldwatch.sensor.diagnosis import Standing, worst

    found = []
    try:
        for one in _checks(given):
            found.append(one)
            if not given.json:
                print(_line(one), flush=True)
    except UnusableInput as error:
        refuse(str(error))
    standing = worst(found)
    if given.json:
        print(json.dumps({"standing": standing, "checks": [one._asdict() for one in found]}, indent=2))
    if standing is Standing.ACT:
        raise SystemExit(TO_ACT)


def _line(one: Diagnosis) -> str:
    remedy = f"; {one.remedy}" if one.remedy else ""
    return f"{SYMBOLS[one.standing]} {one.standing:<4}  {visible(f'{one.check}: {one.words}{remedy}')}"


def _checks(given: argparse.Namespace) -> Iterator[Diagnosis]:
    if given.interface is not None:
        from fieldwatch.sensor.interface import interface

        return interface(given.interface, given.seconds)
    if given.capture is not None:
        from fieldwatch.sensor.interface import capture

        return capture(given.capture)
    return _server(given)


def _server(given: argparse.Namespace) -> Iterator[Diagnosis]:
    """The machine first: where there is no data folder, there is no database either, and none is made."""
    chosen = chosen_options(given)
    try:
        from fieldwatch.server.doctor.machine import machine
    except ImportError:
        refuse("the platform is not installed; install fieldwatch[server]")
    yield from machine(chosen)
    if not (chosen.data / "keys").is_dir():
        return
    opened(given, migrated=False)
    from fieldwatch.server.doctor.stored import stored

    yield from stored()
