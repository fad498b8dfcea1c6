"""Whether a fast run also saw everything: its result beside the truth of the capture, and beside the bytes of the file."""

from __future__ import annotations

import mmap
import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from bench._inputs import Novel

URL = re.compile(rb"GET (/r/\d+) HTTP/1\.1\r\nHost: ")
"""The generator's requests; each has its URL in one packet."""

CHANGES = frozenset({"write", "operate"})
"""The effects of the generator's novel messages."""

CLOCK_US = 1
"""The generator cuts times to microseconds in the capture and rounds them in its truth."""

INSIDE = {"cip": "enip"}
"""What the truth calls by the name of its carrier."""


def found(truth: Iterable[Novel], result: dict[str, Any]) -> Counter[str]:
    """How many of the truth's novel messages the result holds, by protocol: an occurrence between these hosts at this time."""
    seen: Counter[Novel] = Counter()
    for operation in result["operations"]:
        if operation["effect"] in CHANGES:
            protocol = INSIDE.get(operation["protocol"], operation["protocol"])
            ends = operation["source"]["ip"], operation["destination"]["ip"]
            seen.update(Novel(_us(one["time"]), *ends, protocol) for one in operation["occurrences"])
    held: Counter[str] = Counter()
    for novel in truth:
        for off_us in (0, -CLOCK_US, CLOCK_US):
            moved = novel._replace(seen_us=novel.seen_us + off_us)
            if seen[moved]:
                seen[moved] -= 1
                held[novel.protocol] += 1
                break
    return held


def changes(result: dict[str, Any]) -> int:
    """All occurrences of operations that change something: no more of them than the truth has."""
    return sum(operation["count"] for operation in result["operations"] if operation["effect"] in CHANGES)


def _us(text: str) -> int:
    """Microseconds since 1970 of the result's `2026-01-01T00:00:03.415425000Z`."""
    second, _, fraction = text.removesuffix("Z").partition(".")
    return int(datetime.fromisoformat(second + "+00:00").timestamp()) * 1_000_000 + int(fraction) // 1000


def urls(path: Path) -> int:
    """How many different URLs the bytes of the capture hold, found without looking at packets."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return len({match[1] for match in URL.finditer(data)})
