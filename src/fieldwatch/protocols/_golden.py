"""Goldens: exchanges written by hand in a text file beside their test. Every law and every fuzzer starts from them.

The format is described in `tests/protocols/README.md`; outside packages test their protocols with the same files and laws.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

from fieldwatch.protocols._protocol import Context, Exchange, Protocol
from fieldwatch.protocols._reading import Reading, Registry

TOKEN = re.compile(r'\s*(?:#.*$|("(?:[^"\\]|\\.)*"|(?:[0-9a-fA-F]{2})+)(?:\*(\d+))?(?=[\s#]|$))')
"""Hex bytes, or text in double quotes with Python's escapes; either may be repeated (`00*16`). A `#` starts a comment."""

OPTIONS = ("transport", "port", "from_server", "context", "after")


class Golden(NamedTuple):
    """One exchange of a golden file. `after` names the golden whose last `Open` is the context; else `context` is."""

    name: str
    exchange: Exchange
    context: Context = None
    after: str = ""


class Goldens:
    """The goldens of one protocol, by name."""

    def __init__(self, path: Path, protocol: Protocol, registry: Registry | None = None) -> None:
        self.protocol, self.registry = protocol, registry or Registry([protocol])
        self.by_name = {golden.name: golden for golden in load(path)}

    def context(self, name: str) -> Context:
        """The context that the golden is read in."""
        golden = self.by_name[name]
        return self.read(golden.after).opens[-1][1].value if golden.after else golden.context

    def read(self, name: str) -> Reading:
        """The full reading of the golden."""
        return self.registry.read(self.protocol, self.by_name[name].exchange, self.context(name))


def load(path: Path) -> list[Golden]:
    """All goldens of the file, in its order. A line that is not understood raises `ValueError` with file and line."""
    found: list[Golden] = []
    lines: list[tuple[int, str]] = []
    name = ""
    for number, line in enumerate([*path.read_text("utf-8").splitlines(), "[]"], 1):
        if line.startswith("["):
            if name:
                found.append(_golden(path, name, lines))
            elif lines:
                raise ValueError(f"{path}:{lines[0][0]}: a line stands before the first [name]")
            name, lines = line.strip()[1:-1], []
        elif line.strip() and not line.startswith("#"):
            lines.append((number, line))
    if len({golden.name for golden in found}) < len(found):
        raise ValueError(f"{path}: two goldens have one name")
    return found


def _golden(path: Path, name: str, lines: list[tuple[int, str]]) -> Golden:
    messages: dict[str, bytes] = {}
    options: dict[str, str] = {}
    for number, line in lines:
        option, colon, value = line.partition(":")
        if line[0] in "<>":
            messages[line[0]] = messages.get(line[0], b"") + _bytes(path, number, line[1:])
        elif colon and option in OPTIONS:
            options[option] = value.strip()
        else:
            raise ValueError(f"{path}:{number}: {line!r} is neither bytes (> or <) nor one of {', '.join(OPTIONS)}")
    exchange = Exchange(
        messages.get(">"),
        messages.get("<"),
        from_server=options.get("from_server") == "yes",
        transport=options.get("transport", "tcp"),
        port=int(options.get("port", "0"), 0),
    )
    return Golden(name, exchange, ast.literal_eval(options.get("context", "None")), options.get("after", ""))


def _bytes(path: Path, number: int, line: str) -> bytes:
    found = b""
    at = 0
    while at < len(line.rstrip()):
        token = TOKEN.match(line, at)
        if token is None:
            raise ValueError(f"{path}:{number}: {line[at:].strip()!r} is neither hex bytes nor quoted text")
        piece, times = token.groups()
        if piece:
            raw: bytes = ast.literal_eval("b" + piece) if piece[0] == '"' else bytes.fromhex(piece)
            found += raw * int(times or 1)
        at = token.end()
    return found
