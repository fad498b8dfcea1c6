"""`fieldwatch sensor`: reads an interface or a watched folder, and hands what it finds to a centre."""

from __future__ import annotations

import argparse
import logging
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.escape import visible
from fieldwatch.cli.numbers import at_least_one
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.sensor.run import Plan
    from fieldwatch.sensor.state import Enrolled, State

RING_GIB, SPOOL_GIB = 4, 2


def declare(verbs: Any) -> None:
    """The verb's arguments."""
    text = "Reads a mirror port or a watched folder, keeps what it finds until the centre has it, and hands it over (mutual TLS)."
    parser = verbs.add_parser("sensor", help=text, description=text, allow_abbrev=False)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--interface", metavar="IF", default="", help="the interface that mirrored packets come to; needs CAP_NET_RAW")
    what.add_argument("--watch", metavar="FOLDER", type=Path, help="a folder in which captures come to lie; they stay there")
    parser.add_argument("--to", metavar="URL", required=True, help="the centre's address for sensors (https://HOST:8485)")
    parser.add_argument("--token-file", metavar="FILE", type=Path, help="a file with the enrolment token; needed once")
    parser.add_argument("--state", metavar="DIR", type=Path, help="where key, spool and packets are kept")
    parser.add_argument("--ring-gib", metavar="N", type=at_least_one, default=RING_GIB, help=f"GiB of packets that are kept ({RING_GIB})")
    parser.add_argument("--spool-gib", metavar="N", type=at_least_one, default=SPOOL_GIB, help=f"GiB that may wait ({SPOOL_GIB})")
    parser.add_argument("--site-name", metavar="NAME", default=platform.node(), help="what this sensor calls itself (the machine's name)")
    parser.add_argument("--check", action="store_true", help="say whether it can run here, and end")
    parser.set_defaults(run=sensor)


def sensor(given: argparse.Namespace) -> None:
    """Runs until it is told to stop (SIGTERM, Ctrl-C)."""
    from fieldwatch.sensor.privileges import CAP_NET_RAW, NotConfined, keep_only
    from fieldwatch.sensor.run import Plan, Sensor
    from fieldwatch.sensor.state import BrokenState, State

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    os.umask(0o077)
    plan = Plan(given.interface, given.watch, given.ring_gib, given.spool_gib)
    try:
        state = State(given.state or _state_folder())
        if given.check:
            _check(plan, state, given.to)
            return
        if given.watch and not given.watch.is_dir():
            refuse(f"{given.watch}: is no folder; name one with --watch")
        enrolled = _enrolled(given, state)
        at_work = Sensor(plan, state, enrolled)
        keep_only(CAP_NET_RAW if given.interface else None)
    except (BrokenState, NotConfined) as error:
        refuse(str(error))
    if not at_work.run():
        raise SystemExit(1)


def _state_folder() -> Path:
    return Path("/var/lib/fieldwatch-sensor") if os.geteuid() == 0 else Path.home() / ".local/share/fieldwatch-sensor"


def _check(plan: Plan, state: State, url: str) -> None:
    """Prints what was looked at; exit code 1 where something is not well."""
    from fieldwatch.sensor.centre import BadAddress
    from fieldwatch.sensor.check import check

    try:
        lines = list(check(plan, state, url))
    except BadAddress as error:
        refuse(str(error))
    for line in lines:
        print(f"{'ok ' if line.is_well else 'NOT'}  {visible(line.words)}")
    if not all(line.is_well for line in lines):
        raise SystemExit(1)


def _enrolled(given: argparse.Namespace, state: State) -> Enrolled:
    """The enrolment, made now where there is none. Of one that is there, only the address may be another."""
    from fieldwatch.sensor.centre import Away, BadAddress, address
    from fieldwatch.sensor.enrol import NotEnrolled, enrol

    try:
        known = state.enrolled()
        if known:
            return known._replace(url=address(given.to))
        if given.token_file is None:
            refuse(f"{state.folder}: this sensor is not enrolled; make a token on the page of sensors and give it with --token-file")
        return enrol(state, given.to, given.token_file.read_text(encoding="ascii", errors="replace"), given.site_name)
    except (BadAddress, NotEnrolled, Away) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{given.token_file}: cannot be read: {error.strerror}")
