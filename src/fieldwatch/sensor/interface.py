"""An interface and the mirror behind it, looked at by listening for a while: nothing is sent."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from fieldwatch.pipeline.live import Kept, LiveReader
from fieldwatch.pipeline.slice import Frame, walk
from fieldwatch.pipeline.sources import UnusableInput, find
from fieldwatch.pipeline.stream import Reader, Stream
from fieldwatch.protocols import registry
from fieldwatch.sensor.device import device, is_up, known
from fieldwatch.sensor.diagnosis import Diagnosis, Standing
from fieldwatch.sensor.mirror import Frames, judge, measure
from fieldwatch.sensor.offloads import joining
from fieldwatch.sensor.privileges import can_capture
from fieldwatch.sensor.synchronised import clock
from fieldwatch.wire import CaptureError

ERRORS = ("rx_errors", "rx_missed_errors", "rx_fifo_errors")
"""Of the interface's counters (Documentation/ABI/testing/sysfs-class-net-statistics), those that say that frames were lost."""

FRAMES = Kept("", segment_mib=8, keep_mib=32)
"""How much of the traffic is kept while it is looked at."""


def interface(name: str, seconds: int) -> Iterator[Diagnosis]:
    """Everything about an interface, after listening for so long."""
    place = device(name)
    if place is None:
        yield Diagnosis("interface", Standing.ACT, f"there is no {name}", f"name one of {known()}")
        return
    up = is_up(place)
    remedy = "" if up else f"ip link set {name} up"
    yield Diagnosis("interface", Standing.OK if up else Standing.ACT, f"{name} is {'up' if up else 'down'}", remedy)
    yield _privilege()
    yield _offloads(name)
    yield clock()
    if up and can_capture():
        yield from _heard(name, place, seconds)


def capture(path: str) -> Iterator[Diagnosis]:
    """How good the mirror was of which this is a capture. Raises UnusableInput."""
    try:
        stream = Reader(registry()).read(find([path]))
    except CaptureError as error:
        raise UnusableInput(f"{path}: {error}") from error
    yield from judge(stream, _frames(path), path)


def _privilege() -> Diagnosis:
    if can_capture():
        return Diagnosis("privilege", Standing.OK, "CAP_NET_RAW is there")
    return Diagnosis("privilege", Standing.ACT, "CAP_NET_RAW is missing", "start it as root, or by a systemd unit that grants it")


def _offloads(name: str) -> Diagnosis:
    on = joining(name)
    if not on:
        return Diagnosis("offloads", Standing.OK, f"{name} joins no received frames")
    switched = " ".join(f"{one} off" for one in on)
    return Diagnosis("offloads", Standing.ACT, f"{name} joins received frames ({', '.join(on)})", f"ethtool -K {name} {switched}")


def _heard(name: str, place: Path, seconds: int) -> Iterator[Diagnosis]:
    own, mtu = bytes.fromhex(_read(place, "address").replace(":", "")), int(_read(place, "mtu"))
    before = {each: _counter(place, each) for each in ("tx_packets", *ERRORS)}
    try:
        with tempfile.TemporaryDirectory(prefix="fieldwatch-doctor-") as folder:
            stream = _listen(name, seconds, folder)
            frames = measure(_kept(Path(folder)), own)
    except CaptureError as error:
        yield Diagnosis("traffic", Standing.ACT, str(error), "")
        return
    yield from judge(stream, frames, f"{name} in {seconds} s", mtu)
    new = {each: _counter(place, each) - count for each, count in before.items()}
    if new["tx_packets"]:
        words = f"this machine sent {new['tx_packets']:,} packets there meanwhile"
        yield Diagnosis("silence", Standing.ACT, words, f"take the addresses of {name} away (ip addr flush dev {name}; disable IPv6)")
    else:
        yield Diagnosis("silence", Standing.OK, "this machine sent nothing there")
    lost = sum(new[each] for each in ERRORS)
    if lost:
        yield Diagnosis("errors", Standing.ACT, f"{name} counted {lost:,} errors of reception", "check cable, speed and ring (ethtool -G)")


def _listen(name: str, seconds: int, folder: str) -> Stream:
    until = time.monotonic() + seconds
    return LiveReader(registry(), name, kept=FRAMES._replace(folder=folder)).listen(lambda: time.monotonic() < until)


def _kept(folder: Path) -> Iterator[Frame]:
    for segment in sorted(folder.iterdir()):
        yield from walk(str(segment))


def _frames(path: str) -> Frames | None:
    """None where a file cannot be walked through (zstd)."""
    try:
        return measure(walk(path))
    except UnusableInput:
        return None


def _read(place: Path, name: str) -> str:
    return (place / name).read_text().strip()


def _counter(place: Path, name: str) -> int:
    return int(_read(place, f"statistics/{name}"))


__all__ = ["capture", "interface"]
