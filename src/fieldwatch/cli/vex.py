"""Where the judgements go as a VEX document of our own: `--vex-out`, with who says it."""

from __future__ import annotations

import argparse
import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.pipeline import Result
    from fieldwatch.vulnerabilities.vex_out import Revision

FIRST, LATER = "first issue", "judged again"


def declare(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    what = "write what applies to the devices and what does not to this file as CSAF VEX; an earlier issue of it is continued"
    parser.add_argument("--vex-out", type=Path, metavar="FILE", help=what)
    parser.add_argument("--publisher", metavar="NAME", help="who says it, with --vex-out")
    parser.add_argument("--publisher-url", metavar="URL", help="an address on the web of the publisher, with --vex-out")


def check(given: argparse.Namespace) -> None:
    """Refuses what is not enough for a document, before the work begins."""
    if given.vex_out is None:
        return
    if given.advisories is None and not given.starter:
        refuse("--vex-out: a VEX document speaks of vulnerabilities; give --advisories PATH or --starter too")
    if not given.publisher or not given.publisher_url:
        refuse("--vex-out: a VEX document says who speaks; give --publisher NAME and --publisher-url URL too")
    if not given.publisher_url.startswith(("https://", "http://")):
        refuse(f"--publisher-url: {given.publisher_url!r}; allowed is an address that begins with https://")


def write(result: Result, given: argparse.Namespace) -> str:
    """Writes the document. The scope is the name of its file."""
    from fieldwatch.vulnerabilities.assess import everything
    from fieldwatch.vulnerabilities.vex_out import Nothing, Publisher, document, identifier

    path: Path = given.vex_out
    found = result.assessment
    assert found is not None, "assessed before it is written"
    publisher = Publisher(given.publisher, given.publisher_url)
    assets = {asset.id: asset for asset in everything(result.inventory.assets)}
    history = _history(path, identifier(publisher, path.stem))
    try:
        whole = document((*found.findings, *found.cleared), assets, publisher, path.stem, history)
    except Nothing as error:
        refuse(f"--vex-out: {error}")
    part = path.with_name(f"{path.name}.part")  # the earlier issue stays until this one is whole
    part.write_bytes(whole)
    part.replace(path)
    return str(path)


def _history(path: Path, name: str) -> tuple[Revision, ...]:
    """The issues of the document that stands there, if it is the same, and the one of now."""
    from fieldwatch.vulnerabilities.vex_out import Revision

    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    try:
        before: Any = json.loads(path.read_bytes())
        tracking = before["document"]["tracking"]
        told = [Revision(str(one["date"]), str(one["summary"])) for one in tracking["revision_history"]] if tracking["id"] == name else []
    except FileNotFoundError:
        told = []
    except (ValueError, KeyError, TypeError):
        refuse(f"{path}: stands there and is no VEX document; give another file")
    return (*told, Revision(now, LATER if told else FIRST))
