"""`fieldwatch evidence`: a frame's bytes, with the fields that were read from them marked; and bundles of evidence, read again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.numbers import at_least_one
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from rich.text import Text

    from fieldwatch.pipeline.fields import Field

LINE = 16
STYLES = ("black on cyan", "black on yellow", "black on green", "black on magenta", "black on bright_blue", "black on bright_red")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
HIDDEN = "**"
"""Stands for a byte of credentials: they are never printed; `--pcap` hands on the frame as it is."""


def declare(verbs: Any) -> None:
    """The verb's arguments."""
    text = "Shows the bytes of a frame with the fields that were read from them."
    parser = verbs.add_parser("evidence", help=text, description=text, allow_abbrev=False)
    parser.add_argument("capture", metavar="CAPTURE", help="a capture file (pcap, pcapng, also .gz); or the word verify")
    parser.add_argument("frame", metavar="FRAME", help="the number of the frame in it, from 1; after verify: a bundle to read again")
    parser.add_argument("--pcap", type=Path, metavar="OUT", help="write the frame to this file as a capture of its own")
    parser.set_defaults(run=evidence)


def evidence(given: argparse.Namespace) -> None:
    """Shows the bytes of a frame with the fields that were read from them."""
    if given.capture == "verify":
        _verify(given.frame)
        return
    from rich.console import Console
    from rich.text import Text

    from fieldwatch.cli.escape import visible
    from fieldwatch.pipeline import UnusableInput
    from fieldwatch.pipeline.fields import read_fields
    from fieldwatch.pipeline.slice import frame as find
    from fieldwatch.pipeline.slice import write_pcap
    from fieldwatch.wire import time_text

    capture, pcap = given.capture, given.pcap
    try:
        frame = at_least_one(given.frame)
    except (argparse.ArgumentTypeError, ValueError):
        refuse(f"FRAME = {given.frame}: the number of a frame, from 1, is needed")
    try:
        found = find(capture, frame)
        fields = read_fields(capture, found)
        if pcap is not None:
            write_pcap(pcap, [found])
    except UnusableInput as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.filename or pcap}: cannot be written: {error.strerror or error}")
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    size = f"{len(found.data)} bytes" + (f" of {found.wire_length} on the wire" if found.wire_length > len(found.data) else "")
    console.print(Text(f"{visible(capture)}, frame {frame}, {time_text(found.seen_ns)}, {size}", "bold"))
    for line in dump(found.data, fields):
        console.print(line)
    console.print(Text())
    for line in legend(fields):
        console.print(line)
    if pcap is not None:
        console.print(Text(f"Written: {visible(str(pcap))}", "dim"))


def _verify(path: str) -> None:
    """Reads a bundle again. Ends with 1 where something of it does not hold."""
    from fieldwatch.cli.escape import visible
    from fieldwatch.pipeline import UnusableInput
    from fieldwatch.pipeline.bundle import verify

    try:
        statement, checks = verify(path)
    except UnusableInput as error:
        refuse(str(error))
    source = statement.get("source") or {}
    print(visible(f"{statement.get('subject')}: {statement.get('title')}"))
    for one in statement.get("said") or ():
        print(visible(f"  {one.get('what')}: {one.get('value')}"))
    print(visible(f"  seen {statement.get('seen')} in {source.get('name')} ({source.get('identity')})"))
    for check in checks:
        print(visible(f"{'holds' if check.holds else 'DOES NOT HOLD'}: {check.words}"))
    if not all(check.holds for check in checks):
        raise SystemExit(1)


def dump(data: bytes, fields: list[Field]) -> list[Text]:
    """Lines of sixteen bytes as hex and text; where fields stand, also the letter of each byte's field."""
    from fieldwatch.pipeline.fields import owners

    owner = owners(len(data), fields)
    return [_line(data, start, owner, fields) for start in range(0, len(data), LINE)]


def _line(data: bytes, start: int, owner: list[int | None], fields: list[Field]) -> Text:
    from rich.text import Text

    codes, letters, names = Text(), Text(), Text()
    for at in range(start, start + LINE):
        if at >= len(data):
            codes.append("   ")
            continue
        whose = owner[at]
        style = "" if whose is None else STYLES[whose % len(STYLES)]
        secret = whose is not None and fields[whose].secret
        byte = data[at]
        codes.append(HIDDEN if secret else f"{byte:02x}", style)
        follows = at + 1 < len(data) and whose is not None and owner[at + 1] == whose and at + 1 < start + LINE
        codes.append(" ", style if follows else "")
        letters.append("*" if secret else chr(byte) if 0x20 <= byte < 0x7F else "·", style)
        names.append(" " if whose is None else LETTERS[whose % len(LETTERS)])
    line = Text.assemble((f"{start:04x}  ", "dim"), codes, " ", letters)
    if names.plain.strip():
        line.append(" " * (LINE - len(letters.plain)) + "  ")
        line.append_text(names)
        line.rstrip()
    return line


def legend(fields: list[Field]) -> list[Text]:
    """The fields by letter: which bytes, what was read, its value."""
    from rich.text import Text

    from fieldwatch.cli.escape import visible

    if not fields:
        return [Text("No field of this frame became a fact: it repeats what an earlier frame said, or nothing in it is decoded.", "dim")]
    lines = []
    for at, one in enumerate(fields):
        where = f"{one.offset:#06x} {one.length:>4} B" if one.length else "                "
        head = Text.assemble(
            (f" {LETTERS[at % len(LETTERS)]} ", STYLES[at % len(STYLES)]), f"  {where.rstrip():<14}  ", (visible(one.name), "bold")
        )
        head.append("  " + visible(one.value))
        lines.append(head)
    if any(one.secret for one in fields):
        lines.append(Text("Credentials are not shown; the frame itself (--pcap) holds them.", "dim"))
    if any(one.alone for one in fields):
        lines.append(
            Text(
                "Read from this frame alone, without what came before it: an earlier frame had said the same.",
                "dim",
            )
        )
    return lines
