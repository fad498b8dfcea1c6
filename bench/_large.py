"""A capture of any size: the example plant again and again, each time later, so that it goes on for weeks."""

from __future__ import annotations

import struct
from pathlib import Path

from bench._feeds import PLANT

FILE_HEAD, RECORD_HEAD = 24, 16


def large(path: Path, least_bytes: int) -> int:
    """Writes it; how many packets it has. The plant's file has little-endian heads (pcap; draft-ietf-opsawg-pcap)."""
    whole = PLANT.read_bytes()
    assert whole[:4] in {b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"}, "the plant's capture is no little-endian pcap"
    body = bytearray(whole[FILE_HEAD:])
    heads = _heads(body)
    span = heads[-1][1] - heads[0][1] + 1
    rounds = -(-least_bytes // len(body))
    with path.open("wb") as out:
        out.write(whole[:FILE_HEAD])
        for number in range(rounds):
            later = number * span
            for at, seconds in heads:
                struct.pack_into("<I", body, at, seconds + later)
            out.write(body)
    return rounds * len(heads)


def _heads(body: bytearray) -> list[tuple[int, int]]:
    """Where each record begins, and its second."""
    found, at = [], 0
    while at + RECORD_HEAD <= len(body):
        seconds, _, length = struct.unpack_from("<III", body, at)
        found.append((at, seconds))
        at += RECORD_HEAD + length
    return found
