"""Files that are no captures, or are none to their end: each is uploaded, and read behind the one before it; then a sound one."""

from __future__ import annotations

import gzip
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench._faults import Fault, Platform, platform
from bench._feeds import PLANT
from bench._stage import Stage, until

MB = 1 << 20
LARGEST = 8 * MB
"""Of a piece of an upload."""

SECTION = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
"""A section header block (pcapng; draft-ietf-opsawg-pcapng 4.1)."""


class Bad(NamedTuple):
    """A file: how it is made from so many bytes of noise, and what its page says."""

    name: str
    make: Callable[[random.Random, int], bytes]
    says: str


def noise(dice: random.Random, size: int) -> bytes:
    """Random bytes."""
    return dice.randbytes(size)


def bomb(dice: random.Random, size: int) -> bytes:
    """A capture's head, and behind it twenty times as many zeros as there is noise elsewhere, packed into a thousandth of it."""
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packed.compress(PLANT.read_bytes()[:24])]
    parts += [packed.compress(bytes(size)) for _ in range(20)]
    return b"".join([*parts, packed.flush()])


BAD = (
    Bad("noise.pcap", noise, "could not be read"),
    Bad("noise.pcapng", lambda dice, size: SECTION + noise(dice, size), "ends too early"),
    Bad("noise.pcap.gz", lambda dice, size: gzip.compress(noise(dice, size), 1), "could not be read"),
    Bad("head-and-noise.pcap", lambda dice, size: PLANT.read_bytes()[:24] + noise(dice, size), "ends too early"),
    Bad("cut.pcap", lambda dice, size: PLANT.read_bytes()[:300_001], "ends too early"),
    Bad("cut.pcap.gz", lambda dice, size: gzip.compress(PLANT.read_bytes(), 6)[:50_001], "ends too early"),
    Bad("empty.pcap", lambda dice, size: b"", "could not be read"),
    Bad("bomb.pcap.gz", bomb, "ends too early"),
)


def bad(folder: Path, size: int = 50 * MB) -> Fault:
    """Brings all of them, then a sound capture to both sites."""
    with platform(Stage(folder / "stage")) as made:
        return made.end("bytes that are no capture", bring(made, folder, size))


def bring(made: Platform, folder: Path, size: int) -> float:
    """Does it; the seconds until all was well."""
    dice = random.Random(5)
    for one in BAD:
        path = folder / one.name
        path.write_bytes(one.make(dice, size))
        made.stage.upload(path, "noise", LARGEST)
    made.feeder.bring()
    well_s = made.well()
    for one in BAD:
        _judged(made, one)
    return well_s


def _judged(made: Platform, one: Bad) -> None:
    """What the page of a file says."""
    ((number,),) = made.stage.query(f"SELECT id FROM store_source WHERE name = '{one.name}'")
    page = f"/captures/{number}/"
    until(lambda: "waits to be read" not in made.visitor.sees(page).text, f"{one.name} is read")
    seen = made.visitor.sees(page)
    _, _, unseen = seen.text.partition("What could not be seen")
    made.note(f"page of {one.name}", seen if seen.alert else seen._replace(alert=f"What could not be seen:{unseen}"), 200, says=one.says)
