"""`fieldwatch listen`: what an interface shows, as `inspect` shows a capture. It only listens: nothing is sent, no frame is kept."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from fieldwatch.cli import advisories, outputs
from fieldwatch.cli.numbers import at_least_one
from fieldwatch.cli.refuse import refuse


def declare(verbs: Any) -> None:
    """The verb's arguments."""
    text = "Says what is on the network of a mirror port, until it is stopped (Ctrl-C). Sends nothing; needs CAP_NET_RAW."
    parser = verbs.add_parser("listen", help=text, description=text, allow_abbrev=False)
    parser.add_argument("interface", metavar="INTERFACE", help="the interface that the mirrored packets come to")
    parser.add_argument("--seconds", type=at_least_one, metavar="N", help="stop after so many seconds")
    parser.add_argument("--packets", type=at_least_one, metavar="N", help="stop after so many packets, or a few more")
    outputs.declare(parser)
    parser.set_defaults(run=listen)


def listen(given: argparse.Namespace) -> None:
    """Listens until it is told to stop, then says what it saw; what the kernel dropped is among what was not seen."""
    from fieldwatch.pipeline import UnusableInput
    from fieldwatch.pipeline.inspect import result_of
    from fieldwatch.pipeline.live import listen as hear

    tongue, basis, key = outputs.spoken(given), advisories.asked(given), os.urandom(32)
    watched = sys.stderr.isatty()
    try:
        told = _progress if watched else None
        facts = hear(given.interface, seconds=given.seconds, packets=given.packets, progress=told, secret_key=key)
    except UnusableInput as error:
        refuse(str(error))
    if watched:
        sys.stderr.write("\r\x1b[K")
    outputs.put(result_of(facts).assessed(basis, key, with_cleared=given.vex_out is not None), given, tongue)


def _progress(received: int, dropped: int) -> None:
    """One line that is written over: where the listening is."""
    sys.stderr.write(f"\r{received:,} packets, {dropped:,} dropped; Ctrl-C stops\x1b[K")
    sys.stderr.flush()
