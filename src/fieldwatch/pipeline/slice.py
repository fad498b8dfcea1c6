"""Single frames out of a capture, to show and to hand on: a plain walk in Python, for when a person asks for a frame or two.

Standards: draft-ietf-opsawg-pcap-05 (4 file header, 5 packet record), draft-ietf-opsawg-pcapng-04 (4.1 section header, 4.2 interface
description, 4.3 enhanced and 4.4 simple packet, Appendix A packet), RFC 1952 (gzip). Not read: zstd, for which Python 3.11 has nothing.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from fieldwatch.pipeline.sources import UnusableInput

PCAP = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\xa1\xb2\xc3\xd4": (">", 1000), b"\x4d\x3c\xb2\xa1": ("<", 1), b"\xa1\xb2\x3c\x4d": (">", 1)}
"""Magic numbers: byte order, and how many nanoseconds a unit of the sub-second field has."""

SECTION, INTERFACE, PACKET, SIMPLE, ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6
"""Block types of pcapng."""

RESOLUTION, OFFSET, END = 9, 14, 0
"""Options of an interface description: if_tsresol, if_tsoffset, opt_endofopt."""

LARGEST = 1 << 26
"""Bytes of a record or block beyond which the file is taken for broken."""

ZSTD = b"\x28\xb5\x2f\xfd"


class Frame(NamedTuple):
    """A captured frame: its number in its file, link type, time, its bytes, and how long it was on the wire."""

    number: int
    link: int
    seen_ns: int
    data: bytes
    wire_length: int


class _Interface(NamedTuple):
    link: int
    snap: int
    ticks: int
    offset_s: int


def frames(path: str, wanted: Collection[int]) -> dict[int, Frame]:
    """The wanted frames (numbered from 1) that the file holds. Raises `UnusableInput` where it is no capture."""
    found: dict[int, Frame] = {}
    last = max(wanted, default=0)
    for one in walk(path):
        if one.number > last:
            break
        if one.number in wanted:
            found[one.number] = one
    return found


def frame(path: str, number: int) -> Frame:
    """One frame. Raises `UnusableInput` where the file has no such frame."""
    count = 0
    for one in walk(path):
        count = one.number
        if count == number:
            return one
    raise UnusableInput(
        f"{path}: there is no frame {number}; the capture has frames 1 to {count}" if count else f"{path}: there is no frame in it"
    )


def walk(path: str) -> Iterator[Frame]:
    """All frames of a file, in order; a file that ends too early ends there."""
    try:
        with Path(path).open("rb") as stream:
            yield from _unpacked(path, stream)
    except IsADirectoryError:
        raise UnusableInput(f"{path}: is a folder; name one capture file") from None
    except OSError as error:
        raise UnusableInput(f"{path}: cannot be read: {error.strerror or error}") from error


def _unpacked(path: str, stream: BinaryIO) -> Iterator[Frame]:
    magic = stream.read(4)
    stream.seek(0)
    if magic[:2] == b"\x1f\x8b":
        with gzip.open(stream, "rb") as inner:
            try:
                yield from _frames(path, inner)  # type: ignore[arg-type]
            except (EOFError, zlib.error, gzip.BadGzipFile):
                return
    elif magic == ZSTD:
        raise UnusableInput(f"{path}: single frames are not read out of zstd files; unpack it first (zstd -d)")
    else:
        yield from _frames(path, stream)


def _frames(path: str, stream: BinaryIO) -> Iterator[Frame]:
    magic = stream.read(4)
    if magic in PCAP:
        yield from _pcap(stream, *PCAP[magic])
    elif magic == SECTION.to_bytes(4, "big"):
        yield from _pcapng(stream)
    else:
        raise UnusableInput(f"{path}: is no capture; pcap and pcapng files are read, also as .gz")


def _pcap(stream: BinaryIO, order: str, unit_ns: int) -> Iterator[Frame]:
    head = stream.read(20)
    if len(head) < 20:
        return
    link = struct.unpack(order + "HHiIII", head)[5] & 0x0FFFFFFF  # [pcap] 4: the upper bits say how long the frame check sequence is
    number = 0
    while len(record := stream.read(16)) == 16:
        seconds, fraction, held, wire = struct.unpack(order + "IIII", record)
        data = stream.read(held) if held <= LARGEST else b""
        if len(data) < held:
            return
        number += 1
        yield Frame(number, link, seconds * 1_000_000_000 + fraction * unit_ns, data, wire)


def _pcapng(stream: BinaryIO) -> Iterator[Frame]:
    order, number = "<", 0
    interfaces: list[_Interface] = []
    stream.seek(0)
    while len(head := stream.read(8)) == 8:
        if head[:4] == SECTION.to_bytes(4, "big"):
            mark = stream.read(4)
            order = "<" if mark == b"\x4d\x3c\x2b\x1a" else ">"
            interfaces = []
            body = mark + stream.read(max(0, min(struct.unpack(order + "I", head[4:])[0], LARGEST) - 16))
        else:
            length = struct.unpack(order + "I", head[4:])[0]
            if not 12 <= length <= LARGEST:
                return
            body = stream.read((length + 3 & ~3) - 12)
        if len(stream.read(4)) < 4:
            return
        kind = struct.unpack(order + "I", head[:4])[0]
        if kind == INTERFACE and len(body) >= 8:
            interfaces.append(_interface(body, order))
        elif kind in {PACKET, SIMPLE, ENHANCED}:
            one = _packet(kind, body, order, interfaces, number + 1)
            if one is not None:
                number += 1
                yield one


def _interface(body: bytes, order: str) -> _Interface:
    link, _, snap = struct.unpack_from(order + "HHI", body)
    ticks, offset_s, at = 1_000_000, 0, 8
    while at + 4 <= len(body):
        code, length = struct.unpack_from(order + "HH", body, at)
        value = body[at + 4 : at + 4 + length]
        if code == END:
            break
        if code == RESOLUTION and value:  # [pcapng] 4.2: a power of 2 where the highest bit is set, else of 10
            ticks = 1 << (value[0] & 0x7F) if value[0] & 0x80 else 10 ** min(value[0], 30)
        if code == OFFSET and length == 8:
            offset_s = struct.unpack(order + "q", value.ljust(8, b"\0"))[0]
        at += 4 + (length + 3 & ~3)
    return _Interface(link, snap, ticks, offset_s)


def _packet(kind: int, body: bytes, order: str, interfaces: list[_Interface], number: int) -> Frame | None:
    """The frame of a packet block; None where the block contradicts itself or names an interface that is not described."""
    at, interface, high, low = (4, 0, 0, 0) if kind == SIMPLE else (20, 0, 0, 0)
    if len(body) < at:
        return None
    if kind == SIMPLE:
        wire = held = struct.unpack_from(order + "I", body)[0]
    elif kind == ENHANCED:
        interface, high, low, held, wire = struct.unpack_from(order + "IIIII", body)
    else:
        interface, _, high, low, held, wire = struct.unpack_from(order + "HHIIII", body)
    if interface >= len(interfaces):
        return None
    where = interfaces[interface]
    if kind == SIMPLE:
        held = min(held, where.snap or held)
    if at + held > len(body):
        return None
    ticks = high << 32 | low
    return Frame(number, where.link, where.offset_s * 1_000_000_000 + ticks * 1_000_000_000 // where.ticks, body[at : at + held], wire)


def write_pcap(path: Path, chosen: Iterable[Frame]) -> None:
    """Writes the frames as a classic pcap file (nanoseconds), with the link type of the first."""
    rows = list(chosen)
    link = rows[0].link if rows else 1
    with path.open("wb") as stream:
        stream.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link))
        for one in rows:
            seconds, rest = divmod(max(one.seen_ns, 0), 1_000_000_000)
            stream.write(struct.pack("<IIII", seconds & 0xFFFFFFFF, rest, len(one.data), one.wire_length) + one.data)
