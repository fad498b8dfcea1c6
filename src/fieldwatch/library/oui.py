"""Who registered a MAC address.  Standards: IEEE 802-2014, 8.2 (MA-L, MA-M, MA-S; and the older IAB).

The registry's file is sorted, so a name is found by bisection over its bytes: nothing is parsed at the start of the process.
"""

from __future__ import annotations

import functools

from fieldwatch.library.table import raw

DIGITS = (9, 7, 6)
"""Length in hex digits of MA-S and IAB, MA-M, MA-L: the longest that is registered is the owner."""

NO_MAKER = frozenset({"IEEE Registration Authority", "Private"})
"""Names that name no maker: a block that is subdivided, and an owner who does not want to be named."""


@functools.cache
def _registry() -> tuple[bytes, int]:
    """The file, and the offset of its first row."""
    data = raw("oui.tsv")
    start = 0
    while data.startswith(b"#", start):
        start = data.index(b"\n", start) + 1
    return data, data.index(b"\n", start) + 1


@functools.lru_cache(maxsize=65536)
def _find(prefix: bytes) -> str | None:
    """The name registered for exactly this prefix (upper-case hex)."""
    data, low = _registry()
    high = len(data)
    key = prefix + b"\t"
    while low < high:
        start = data.rfind(b"\n", 0, (low + high) // 2) + 1
        start = max(start, low)
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        line = data[start:end]
        if line.startswith(key):
            return line[len(key) :].decode()
        if line < key:
            low = end + 1
        else:
            high = start
    return None


@functools.lru_cache(maxsize=65536)
def oui(mac: str) -> str | None:
    """The organisation to which the address block of `mac` (`00:1d:9c:..`) is registered; None where no maker is named."""
    digits = mac.replace(":", "").replace("-", "").upper().encode()
    if len(digits) != 12:
        return None
    for length in DIGITS:
        name = _find(digits[:length])
        if name is not None:
            return None if name in NO_MAKER else name
    return None
