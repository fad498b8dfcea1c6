"""How good a mirror is, told from what came of it: both directions, each packet once, whole frames, and the traffic of others at all."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from fieldwatch.pipeline.slice import Frame
from fieldwatch.pipeline.stream import Stream
from fieldwatch.sensor.diagnosis import Diagnosis, Standing

MOST_FRAMES = 200_000
"""Frames that are looked at one by one; the rest of a capture is only counted."""

ETHERNET = 1
GROUP = 1
"""The bit of a destination address that says that it is a group's (IEEE 802.3 3.2.3)."""

COPY_NS = 10_000_000
"""A frame is a copy where the same bytes came at most so long before it."""

HEADERS = 22
"""Bytes before the payload of a frame with two VLAN tags (IEEE 802.1ad)."""

USUAL_MTU, JUMBO_MTU = 1500, 9000
LEAST_TALKS = 3
"""Conversations from which on something is said about directions."""

ONE_WAY_ACT, ONE_WAY_LOOK = 0.5, 0.1
DOUBLED_ACT, DOUBLED_LOOK = 0.1, 0.01
AHEAD_NS = 60 * 10**9


class Frames(NamedTuple):
    """What the first frames show: how many, those to a single host (not this one), those that are copies, the longest, the last time."""

    looked: int
    to_others: int
    copies: int
    longest: int
    last_ns: int


def measure(frames: Iterable[Frame], own: bytes = b"") -> Frames:
    """Looks at frames one by one; `own` is the address of the interface."""
    looked = to_others = copies = longest = last_ns = 0
    seen: dict[int, int] = {}
    for one in islice(frames, MOST_FRAMES):
        looked += 1
        target = one.data[:6]
        to_others += one.link != ETHERNET or (len(target) == 6 and not target[0] & GROUP and target != own)
        mark = hash(one.data)
        copies += mark in seen and 0 <= one.seen_ns - seen[mark] <= COPY_NS
        seen[mark] = one.seen_ns
        longest, last_ns = max(longest, one.wire_length), max(last_ns, one.seen_ns)
    return Frames(looked, to_others, copies, longest, last_ns)


def judge(stream: Stream, frames: Frames | None, where: str, mtu: int | None = None) -> Iterator[Diagnosis]:
    """Everything that can be said of the mirror. `mtu`: of the interface; without it what Ethernet has as a rule."""
    packets = sum(row.packets for row in stream.files)
    if not packets:
        yield Diagnosis("traffic", Standing.ACT, f"no packet came of {where}", "check cable, mirror session and port of the switch")
        return
    yield Diagnosis("traffic", Standing.OK, f"{packets:,} packets of {where}")
    yield _loss(stream)
    yield _directions([row.packets for row in stream.conversations if row.carrier == "tcp"])
    yield _copies(stream.counters.get("duplicated", 0) / packets, frames)
    if frames is None:
        yield Diagnosis("frames", Standing.LOOK, "single frames are not read of this kind of file", "unpack it to have them looked at")
    elif frames.looked:
        yield _others(frames)
        yield _length(frames.longest, mtu)
    yield from _recording(stream, frames)


def _loss(stream: Stream) -> Diagnosis:
    drops = sum(row.capturer_drops for row in stream.files)
    cut = next((row.cut for row in stream.files if row.cut), None)
    if drops:
        return Diagnosis(
            "loss", Standing.ACT, f"{drops:,} packets were dropped", "give it a larger buffer or a faster machine, or mirror less"
        )
    if cut:
        return Diagnosis("loss", Standing.LOOK, f"the end is missing: {cut}", "record again where that matters")
    return Diagnosis("loss", Standing.OK, "no packet was dropped")


def _directions(talks: Sequence[tuple[int, int]]) -> Diagnosis:
    """Of how many TCP conversations one end only is heard."""
    one_way = sum(0 in each for each in talks)
    words = f"{one_way} of {len(talks)} TCP conversations show one direction only"
    if len(talks) < LEAST_TALKS:
        return Diagnosis("directions", Standing.LOOK, f"{words}: too few to tell", "listen longer, while the plant works")
    share = one_way / len(talks)
    if share > ONE_WAY_ACT:
        return Diagnosis("directions", Standing.ACT, words, "mirror both directions (rx and tx) of the ports, or the whole VLAN")
    remedy = "scans and dead hosts look so, too; check the mirror's directions"
    return Diagnosis("directions", Standing.LOOK, words, remedy) if share > ONE_WAY_LOOK else Diagnosis("directions", Standing.OK, words)


def _copies(share: float, frames: Frames | None) -> Diagnosis:
    """Packets that came twice: the core knows them by IP id and content, frames by their bytes; the larger share tells."""
    if frames and frames.looked:
        share = max(share, frames.copies / frames.looked)
    words = f"{share:.1%} of the packets came twice"
    if share > DOUBLED_ACT:
        remedy = "mirror each packet once: one direction of both ports, or both of one; not ports and their VLAN"
        return Diagnosis("duplicates", Standing.ACT, words, remedy)
    if share > DOUBLED_LOOK:
        return Diagnosis("duplicates", Standing.LOOK, words, "some ports are mirrored twice; check the mirror's sources")
    return Diagnosis("duplicates", Standing.OK, words)


def _others(frames: Frames) -> Diagnosis:
    share = frames.to_others / frames.looked
    words = f"{share:.0%} of {frames.looked:,} frames go to a single other host"
    if share == 0:
        remedy = "only broadcast, multicast or this machine's own traffic comes: make this port the mirror's destination"
        return Diagnosis("mirror", Standing.ACT, words, remedy)
    return Diagnosis("mirror", Standing.OK, words)


def _length(longest: int, mtu: int | None) -> Diagnosis:
    words = f"the longest frame has {longest:,} bytes"
    remedy = "frames were joined before they were recorded: ethtool -K IF gro off lro off tso off gso off"
    if longest > (mtu or JUMBO_MTU) + HEADERS:
        return Diagnosis("frame length", Standing.ACT, f"{words}, more than a cable carries", remedy)
    if longest > USUAL_MTU + HEADERS and not mtu:
        return Diagnosis("frame length", Standing.LOOK, words, f"jumbo frames are well; else {remedy}")
    return Diagnosis("frame length", Standing.OK, words)


def _recording(stream: Stream, frames: Frames | None) -> Iterator[Diagnosis]:
    """What whoever recorded did: cut frames, times that go back or lie ahead."""
    snapped = stream.counters.get("snapped", 0)
    if snapped:
        yield Diagnosis("snap length", Standing.LOOK, f"{snapped:,} frames were not kept whole", "record with tcpdump -s 0")
    back = stream.counters.get("clock_backwards", 0)
    if back:
        yield Diagnosis("times", Standing.LOOK, f"time goes back {back:,} times", "record with one clock, and do not set it meanwhile")
    if frames and frames.last_ns > time.time_ns() + AHEAD_NS:
        yield Diagnosis(
            "times", Standing.LOOK, "the last packet lies in the future", "set the clock of whoever recorded it, or of this machine"
        )


__all__ = ["Frames", "judge", "measure"]
