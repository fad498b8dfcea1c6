"""When a capture ends, without reading all of it: from the end of the file backwards, where its format allows it.

Standards: draft-ietf-opsawg-pcap (record header), draft-ietf-opsawg-pcapng (each block repeats its length at its end).
"""

from __future__ import annotations

import os
import struct

TAIL = 1 << 18
"""Bytes at the end of a pcap file among which a chain of records to the very end is looked for."""

LEAST_CHAIN = 3
"""Records that must follow each other up to the end, before a place in the middle of the file is believed to be a record."""

LONGEST = 262144
"""Bytes that a believable record holds at most (the usual largest snap length)."""

PCAP = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\xa1\xb2\xc3\xd4": (">", 1000), b"\x4d\x3c\xb2\xa1": ("<", 1), b"\xa1\xb2\x3c\x4d": (">", 1)}
"""Magic numbers: byte order, and how many nanoseconds a unit of the sub-second field has."""

HEADER, RECORD = 24, 16


def last_seen_ns(path: str) -> int | None:
    """The time of the last packet of a pcap file, ns since 1970. None where it cannot be told from the end of the file."""
    with open(path, "rb") as stream:
        order = PCAP.get(stream.read(4))
        if order is None:
            return None
        size = stream.seek(0, os.SEEK_END)
        start = max(HEADER, size - TAIL)
        stream.seek(start)
        tail = stream.read()
    return _last_record(tail, *order, at_first=start == HEADER)


def _last_record(tail: bytes, order: str, unit_ns: int, *, at_first: bool) -> int | None:
    """The time of the last record of a chain that ends where the bytes end; the chain may begin anywhere, unless at the first record."""
    form = struct.Struct(order + "IIII")
    for start in range(1 if at_first else max(0, len(tail) - RECORD)):
        times = _chain(tail, start, form)
        if times and (at_first or len(times) >= LEAST_CHAIN):
            seconds, fraction = times[-1]
            return seconds * 1_000_000_000 + fraction * unit_ns
    return None


def _chain(tail: bytes, at: int, form: struct.Struct) -> list[tuple[int, int]]:
    """The times of the records from `at` to the end of the bytes; none where they do not fit it exactly."""
    times: list[tuple[int, int]] = []
    while at < len(tail):
        if at + RECORD > len(tail):
            return []
        seconds, fraction, held, wire = form.unpack_from(tail, at)
        follows = not times or 0 <= seconds - times[-1][0] + 1 < 86400
        if held > LONGEST or wire < held or fraction >= 1_000_000_000 or not follows:
            return []
        times.append((seconds, fraction))
        at += RECORD + held
    return times
