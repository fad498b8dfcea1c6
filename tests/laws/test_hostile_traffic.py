"""Traffic that somebody made to blind, to exhaust or to mislead a watcher. Whatever it is: memory stays bounded, the program ends as it
says it does, and what was left out is counted.

Each case is made on the spot, inspected in a process of its own, and taken away again. Nothing here looks at the clock.
"""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from fieldwatch.pipeline.losses import LOSSES

MOST_MIB = 450
"""Memory that a whole process may take at its peak, whatever it reads."""

FENCE_MIB = 3072
"""Address space beyond which a process is stopped: a mistake of ours must not take the machine with it."""

PROGRAM = f"""
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({FENCE_MIB} << 20, {FENCE_MIB} << 20))
from fieldwatch.cli.app import run
code = run(sys.argv[1:])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1], file=sys.stderr, flush=True)
os._exit(code)
"""
"""The program as it is started by `fieldwatch`, and then its peak of resident memory in KiB on standard error."""

SYN, PUSH = 0x02, 0x18
START_S = 1_700_000_000
CLIENT, SERVER = 0x0A000001, 0xC0A80001


class Flood:
    """A capture file in the making: frames 10 us apart, of hosts whose MAC address is made from their IP address."""

    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0
        self.file = path.open("wb", buffering=1 << 20)
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))

    def frame(self, data: bytes, length: int | None = None) -> int:
        """Adds a frame, whose record says that it is `length` bytes long; returns its number."""
        self.count += 1
        seconds, millionths = divmod(self.count * 10, 1_000_000)
        said = len(data) if length is None else length
        self.file.write(struct.pack("<IIII", START_S + seconds, millionths, said, said) + data)
        return self.count

    def ip(
        self, source: int, target: int, protocol: int, payload: bytes, place: int = 0, number: int = 0, length: int | None = None
    ) -> int:
        """Adds an IPv4 packet; `place` is the field of flags and fragment offset, `length` what the header says."""
        total = 20 + len(payload) if length is None else length
        head = struct.pack(">BBHHHBBHII", 0x45, 0, total, number, place, 64, protocol, 0, source, target)
        return self.frame(struct.pack(">HIHIH", 0x0200, target, 0x0200, source, 0x0800) + head + payload)

    def tcp(self, ends: tuple[int, int, int, int], sequence: int, data: bytes = b"", flags: int = PUSH) -> int:
        """Adds a segment from (IP address, port) to (IP address, port)."""
        source, source_port, target, target_port = ends
        head = struct.pack(">HHIIBBHHH", source_port, target_port, sequence & 0xFFFFFFFF, 0, 0x50, flags, 8192, 0, 0)
        return self.ip(source, target, 6, head + data)

    def udp(self, ends: tuple[int, int, int, int], data: bytes, length: int | None = None) -> int:
        source, source_port, target, target_port = ends
        said = 8 + len(data) if length is None else length
        return self.ip(source, target, 17, struct.pack(">HHHH", source_port, target_port, said, 0) + data)


class Stream:
    """One end of a TCP connection that says one thing after another."""

    def __init__(self, flood: Flood, client: int, port: int) -> None:
        self.flood, self.ends, self.sequence = flood, (client, 40000, SERVER, port), 1000

    def say(self, data: bytes) -> int:
        self.sequence += len(data)
        return self.flood.tcp(self.ends, self.sequence - len(data), data)


class Ended(NamedTuple):
    """How a run ended; `shown` is the document that it wrote, empty where there is none."""

    exit_code: int
    peak_mib: float
    shown: dict[str, Any]
    errors: str

    def counter(self, name: str) -> int:
        return int(self.shown["totals"]["counters"][name])

    def losses(self) -> set[str]:
        return {name for name, count in self.shown["totals"]["counters"].items() if count and name in LOSSES}

    def operations(self, effect: str) -> list[tuple[str, int]]:
        return [(one["source"]["ip"], one["frame"]) for one in self.shown["operations"] if one["effect"] == effect]

    def not_read(self) -> dict[str, int]:
        """By function, messages that were counted and not read."""
        return {row["function"]: row["count"] for row in self.shown["undecoded"] if row["reason"].startswith("not read")}


def inspected(path: Path) -> Ended:
    """`fieldwatch inspect` on the file, which is deleted afterwards."""
    out = path.with_suffix(".json")
    program = [sys.executable, "-c", PROGRAM, "inspect", str(path), "--json", str(out)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    shown = orjson.loads(out.read_bytes()) if out.exists() else {}
    for file in (path, out):
        file.unlink(missing_ok=True)
    *errors, peak = done.stderr.splitlines() or [""]
    assert peak.isdigit(), done.stderr
    return Ended(done.returncode, int(peak) / 1024, shown, "\n".join(errors))


@contextmanager
def flooding(folder: Path) -> Iterator[Flood]:
    flood = Flood(folder / "hostile.pcap")
    try:
        yield flood
    finally:
        flood.file.close()


def survived(folder: Path, make: Callable[[Flood], None]) -> Ended:
    """What holds of every case: a good end, bounded memory, no fault of ours, every packet counted."""
    with flooding(folder) as flood:
        make(flood)
    ended = inspected(flood.path)
    assert (ended.exit_code, ended.errors) == (0, "")
    assert ended.peak_mib < MOST_MIB
    assert ended.counter("packets") == flood.count
    assert ended.counter("faults") == 0
    return ended


# ------------------------------------------------------------------------------------------------- too many of everything


def million_strangers(flood: Flood) -> None:
    """A million connections, each from a host of its own."""
    for number in range(1_000_000):
        flood.tcp((0x0A000000 + number, 40000, SERVER, 502), 1000, flags=SYN)


def million_ports(flood: Flood) -> None:
    """A million connections of sixteen hosts to one service."""
    for number in range(1_000_000):
        flood.tcp((CLIENT + number % 16, 1024 + number // 16, SERVER, 502), 1000, flags=SYN)


def chatty_strangers(flood: Flood) -> None:
    """The same six questions from ever new hosts: nothing is novel, every conversation counts each of them."""
    for number in range(240_000):
        host, question = divmod(number, 6)
        mbap = struct.pack(">HHHBBHH", 1, 0, 6, 1, 3, question, 1)
        flood.tcp((0x0A000000 + host, 40000, SERVER, 502), 1000 + 12 * question, mbap)


def arp_storm(flood: Flood) -> None:
    """Announcements of ever new addresses."""
    for number in range(60_000):
        mac, ip = struct.pack(">HI", 0x0200, number), struct.pack(">I", 0x0A000000 + number)
        flood.frame(b"\xff" * 6 + mac + bytes.fromhex("0806 0001 0800 06 04 0002") + mac + ip + b"\xff" * 6 + ip)


def ipv6_storm(flood: Flood) -> None:
    """Neighbours beyond number: RFC 6583's exhaustion of tables, aimed at a watcher."""
    for number in range(120_000):
        head = struct.pack(">IHBBQQQQ", 6 << 28, 8, 58, 64, 0x20010DB8 << 32, number, 0x20010DB8 << 32, 1)
        flood.frame(bytes.fromhex("020000000002 020000000001 86dd") + head + bytes.fromhex("8000 0000 0001 0001"))


def dns_storm(flood: Flood) -> None:
    """Answers about ever new names, eighty addresses in each."""
    for number in range(6_000):
        addresses = b"".join(bytes.fromhex("c00c 0001 0001 0000003c 0004") + struct.pack(">I", 80 * number + part) for part in range(80))
        head = struct.pack(">HHHHHH", number & 0xFFFF, 0x8180, 1, 80, 0, 0)
        name = b"\x05%05x\x07example\0\0\1\0\1" % number
        flood.udp((SERVER, 53, CLIENT + number % 100, 5000), head + name + addresses)


def mdns_storm(flood: Flood) -> None:
    """Hosts that claim ever new names and addresses for themselves."""
    for number in range(5_000):
        records = b"".join(
            b"\x06%06x\x05local\0\0\1\x80\1\0\0\0\x3c\0\4" % (40 * number + part) + struct.pack(">I", 40 * number + part)
            for part in range(40)
        )
        flood.udp((CLIENT + number % 1000, 5353, 0xE00000FB, 5353), struct.pack(">HHHHHH", 0, 0x8400, 0, 40, 0, 0) + records)


def fragment_flood(flood: Flood) -> None:
    """Fragments of datagrams that never become whole."""
    for number in range(100_000):
        flood.ip(CLIENT + number % 1000, SERVER, 17, b"x" * 480, place=0x2000 | number % 3 * 100, number=number & 0xFFFF)


def new_values(flood: Flood) -> None:
    """Writes of 123 registers, no two alike, from 50 hosts."""
    streams = [Stream(flood, CLIENT + host, 502) for host in range(50)]
    for number in range(150_000):
        values = struct.pack(">IH", number, number & 0xFFFF) * 41
        streams[number % 50].say(struct.pack(">HHHBBHHB", number & 0xFFFF, 0, 253, 1, 16, 1, 123, 246) + values)


def new_commands(flood: Flood) -> None:
    """Long requests that do something, each to another object."""
    streams = [Stream(flood, CLIENT + host, 80) for host in range(100)]
    for number in range(40_000):
        head = b"POST /api/%06d HTTP/1.1\r\nHost: a\r\nUser-Agent: u%06d\r\nX: %b\r\nContent-Length: 2\r\n\r\n{}"
        streams[number % 100].say(head % (number, number, b"y" * 900))


FLOODS: dict[Callable[[Flood], None], set[str]] = {
    million_ports: {"flows_shed"},
    chatty_strangers: {"refused"},
    arp_storm: {"conversations_shed", "refused"},
    ipv6_storm: {"conversations_shed"},
    dns_storm: set(),
    mdns_storm: {"claims_shed"},
    fragment_flood: {"fragments_shed"},
    new_values: {"values_shed"},
    new_commands: {"requests_shed"},
}
"""Floods, and under what names their losses are counted at least."""


@pytest.mark.parametrize("make", FLOODS, ids=[make.__name__ for make in FLOODS])
def test_a_flood_is_survived_and_what_is_shed_is_counted(make: Callable[[Flood], None], tmp_path: Path) -> None:
    assert FLOODS[make] <= survived(tmp_path, make).losses()


def test_each_of_a_million_connections_is_counted(tmp_path: Path) -> None:
    """Those that are in the tables, and those that made room for others."""
    ended = survived(tmp_path, million_strangers)
    assert ended.counter("flows") == 1_000_000
    assert sum(talk["packets"] for talk in ended.shown["conversations"]) + ended.counter("conversations_shed") == 1_000_000


# --------------------------------------------------------------------------------------------------- what never comes to an end

BEGINNINGS: dict[int, bytes] = {
    80: b"GET /" + b"a" * 1395,
    102: bytes.fromhex("0300 ffff 02f080 3201") + bytes(1380),
    443: bytes.fromhex("16 0301 4000 01 003ffc 0303") + bytes(1380),
    502: struct.pack(">HHHBBHHB", 1, 0, 253, 1, 16, 1, 123, 246) + bytes(100),
    20000: bytes.fromhex("0564 ff c4 0100 0200") + bytes(100),
    44818: struct.pack("<HHII", 0x6F, 65000, 1, 0) + bytes(1300),
}
"""By port: the first segment of a message that its framing takes for much longer."""


@pytest.mark.parametrize("opened", [True, False], ids=["with handshake", "in the middle"])
@pytest.mark.parametrize("port", BEGINNINGS)
def test_thousands_of_unfinished_messages(port: int, opened: bool, tmp_path: Path) -> None:
    def make(flood: Flood) -> None:
        for host in range(3000):
            stream = Stream(flood, CLIENT + host, port)
            if opened:
                flood.tcp(stream.ends, 999, flags=SYN)
            stream.say(BEGINNINGS[port])
            stream.say(b"\x01" * 100)

    ended = survived(tmp_path, make)
    assert len(ended.shown["conversations"]) == 3000


def test_streams_with_a_hole_are_bounded(tmp_path: Path) -> None:
    """Segments behind a hole that never closes, on tens of thousands of connections."""

    def make(flood: Flood) -> None:
        for host in range(20_000):
            flood.tcp((CLIENT + host, 40000, SERVER, 80), 999, flags=SYN)
        for part in range(6):
            for host in range(20_000):
                flood.tcp((CLIENT + host, 40000, SERVER, 80), 1001 + 1400 * part, b"b" * 1400)

    ended = survived(tmp_path, make)
    assert ended.counter("gaps") == 20_000


def test_a_message_in_single_bytes_is_read(tmp_path: Path) -> None:
    request = b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n" % (b"a" * 3000)

    def make(flood: Flood) -> None:
        for host in range(100):
            stream = Stream(flood, CLIENT + host, 80)
            flood.tcp(stream.ends, 999, flags=SYN)
            stream.say(request[:8])
            for byte in request[8:]:
                stream.say(bytes([byte]))

    ended = survived(tmp_path, make)
    assert [sum(message["count"] for message in talk["messages"]) for talk in ended.shown["conversations"]] == [1] * 100


def test_overlapping_segments_with_other_content(tmp_path: Path) -> None:
    """What came first is what was said; the contradicting copies are counted."""
    write = struct.pack(">HHHBBHH", 1, 0, 6, 1, 6, 7, 52)
    other = struct.pack(">HHHBBHH", 1, 0, 6, 1, 6, 9, 99)

    def make(flood: Flood) -> None:
        ends = (CLIENT, 40000, SERVER, 502)
        flood.tcp(ends, 999, flags=SYN)
        for number in range(20_000):
            at = 1000 + 12 * number
            flood.tcp(ends, at, write[:8])
            flood.tcp(ends, at + 4, other[4:8])  # all of it was there
            flood.tcp(ends, at + 6, other[6:8] + write[8:])  # its end is new

    ended = survived(tmp_path, make)
    (done,) = ended.shown["operations"]
    assert done["count"] == 20_000
    assert done["object"] == "holding register 7"
    assert ended.counter("retransmitted") == 40_000


# ----------------------------------------------------------------------------------------------------------------- lies

LIES: dict[str, tuple[int, bytes]] = {
    "modbus, length 0": (502, struct.pack(">HHHBB", 1, 0, 0, 1, 3)),
    "modbus, length 65535": (502, struct.pack(">HHHBBHH", 1, 0, 65535, 1, 3, 0, 1)),
    "modbus, count beyond the message": (502, struct.pack(">HHHBBHHB", 1, 0, 7, 1, 16, 1, 123, 246)),
    "TPKT, length 0": (102, bytes.fromhex("0300 0000 02f080 3201 0000")),
    "TPKT, length 4": (102, bytes.fromhex("0300 0004")),
    "COTP, header beyond the packet": (102, bytes.fromhex("0300 0016 fff080") + bytes(15)),
    "S7, parameters beyond the packet": (102, bytes.fromhex("0300 0019 02f080 3201 0000 0001 ffff ffff 04 01 12 0a 10 02 0001")),
    "ENIP, length 65535": (44818, struct.pack("<HHII", 0x6F, 65535, 1, 0) + bytes(12)),
    "ENIP, items beyond the message": (44818, bytes.fromhex("6f00 1000 01000000") + bytes(22) + bytes.fromhex("ffff b200 ffff 01000100")),
    "DNP3, length 0": (20000, bytes.fromhex("0564 00 c4 0100 0200 0000")),
    "DNP3, wrong checksum": (20000, bytes.fromhex("0564 05 c0 0100 0200 0000")),
    "HTTP, a negative length": (80, b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\nhello"),
    "HTTP, a length beyond all numbers": (80, b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\nhello"),
    "HTTP, two lengths": (80, b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    "HTTP, a chunk beyond all numbers": (80, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello"),
    "HTTP, chunks that are no numbers": (80, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello"),
    "TLS, a record of 65535": (443, bytes.fromhex("16 0301 ffff 01 ffffff 0303") + bytes(40)),
    "TLS, a hello beyond its record": (443, bytes.fromhex("16 0301 0030 01 ffffff 0303") + bytes(42)),
    "BACnet, length 65535": (47808, bytes.fromhex("810a ffff 0100 1008")),
    "SNMP, a length of 126 bytes": (161, bytes.fromhex("30fe") + b"\xff" * 40),
    "DNS, a name that points at itself": (53, bytes.fromhex("00018180 00010001 00000000 c00c00010001 c00c00010001 0000003c 0004 01020304")),
}  # fmt: skip
"""By name: a port, and a message whose lengths are not true."""

DATAGRAMS = {47808, 161, 53}


def test_lying_lengths_of_every_framing(tmp_path: Path) -> None:
    """Each lie is told a hundred times, and behind each lie the truth is told on another connection."""

    def make(flood: Flood) -> None:
        for number, (port, lie) in enumerate(list(LIES.values()) * 100):
            if port in DATAGRAMS:
                flood.udp((CLIENT + number, 40000, SERVER, port), lie)
            else:
                Stream(flood, CLIENT + number, port).say(lie)
        Stream(flood, CLIENT - 1, 502).say(struct.pack(">HHHBBHH", 1, 0, 6, 1, 6, 7, 52))

    ended = survived(tmp_path, make)
    writes = [one for one in ended.shown["operations"] if one["source"]["ip"] == "10.0.0.0"]
    assert [(one["object"], one["count"]) for one in writes] == [("holding register 7", 1)]
    assert {row["protocol"] for row in ended.shown["malformed"]} >= {"modbus", "cotp", "enip", "dnp3", "http", "bacnet", "dns"}


def test_lying_lengths_of_ip_and_udp(tmp_path: Path) -> None:
    def make(flood: Flood) -> None:
        data = struct.pack(">HHHH", 40000, 161, 16, 0) + bytes(8)
        for length in range(70_000):
            flood.ip(CLIENT, SERVER, 17, data, length=length & 0xFFFF)
            flood.udp((CLIENT, 40000, SERVER, 161), bytes(8), length=length & 0xFFFF)
        for offset in range(16):
            head = struct.pack(">HHIIBBHHH", 40000, 502, 1, 0, offset << 4, PUSH, 8192, 0, 0)
            flood.ip(CLIENT, SERVER, 6, head + bytes(12))

    ended = survived(tmp_path, make)
    assert ended.counter("lying_headers") > 70_000


# -------------------------------------------------------------------------------------------------------- files that lie

HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
BOMB = 256 << 20


def zstd_of_zeros(head: bytes, size: int, window_log: int = 17) -> bytes:
    """RFC 8878 3.1.1: a frame with a block as it is, then blocks that repeat one zero byte 128 KiB long."""

    def block(kind: int, length: int, content: bytes, last: bool = False) -> bytes:
        return struct.pack("<I", last | kind << 1 | length << 3)[:3] + content

    zeros = block(1, 128 << 10, b"\0") * (size >> 17)
    window = bytes([(window_log - 10) << 3])
    return bytes.fromhex("28b52ffd 00") + window + block(0, len(head), head) + zeros + block(0, 0, b"", last=True)


def gzip_of(head: bytes, part: bytes, times: int) -> bytes:
    """RFC 1952 2.2: members one after the other are one file."""
    return gzip.compress(head) + gzip.compress(part) * times


def test_a_bomb_of_packets_is_read_in_bounded_memory(tmp_path: Path) -> None:
    """A quarter of a GiB of records in a twentieth of it."""
    with flooding(tmp_path) as flood:
        for _ in range(1 << 17):
            flood.tcp((CLIENT, 40000, SERVER, 502), 1000, flags=SYN)
    records = flood.path.read_bytes()[24:]
    times = BOMB // len(records)
    flood.path.write_bytes(gzip_of(HEADER, records, times))
    assert flood.path.stat().st_size < BOMB / 20
    ended = inspected(flood.path)
    assert ended.exit_code == 0
    assert ended.peak_mib < MOST_MIB
    assert ended.counter("packets") == flood.count * times


BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip_of(HEADER, bytes(16 << 20), BOMB >> 24),
    "zstd": lambda: zstd_of_zeros(HEADER, BOMB),
    "zstd, the largest window": lambda: zstd_of_zeros(HEADER, BOMB, 27),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_of_zeros_is_cut_short(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.pcap"
    path.write_bytes(BOMBS[name]())
    assert path.stat().st_size < BOMB / 500
    ended = inspected(path)
    assert ended.exit_code == 0
    assert ended.peak_mib < MOST_MIB
    (capture,) = ended.shown["captures"]
    assert capture["packets"] == 0
    assert "zeros" in capture["truncated"]


@pytest.mark.parametrize(
    "make", [lambda: gzip_of(b"", bytes(16 << 20), BOMB >> 24), lambda: zstd_of_zeros(b"\0", BOMB)], ids=["gzip", "zstd"]
)
def test_a_bomb_that_holds_no_capture_is_refused(make: Callable[[], bytes], tmp_path: Path) -> None:
    path = tmp_path / "bomb.pcap"
    path.write_bytes(make())
    ended = inspected(path)
    assert ended.exit_code == 2
    assert ended.peak_mib < MOST_MIB
    assert "no capture" in ended.errors or "not a capture" in ended.errors


def test_a_window_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    """RFC 8878 3.1.1.1.2: a decoder may limit the window; 2 GiB is beyond."""
    path = tmp_path / "bomb.pcap.zst"
    path.write_bytes(zstd_of_zeros(HEADER, 1 << 20, 31))
    ended = inspected(path)
    assert ended.exit_code == 2
    assert ended.peak_mib < MOST_MIB


@pytest.mark.parametrize("length", [1 << 20, 1 << 28, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_record_that_promises_too_much(length: int, tmp_path: Path) -> None:
    with flooding(tmp_path) as flood:
        flood.tcp((CLIENT, 40000, SERVER, 502), 1000, flags=SYN)
        flood.frame(b"x" * 1000, length=length)
    ended = inspected(flood.path)
    assert ended.exit_code == 0
    assert ended.peak_mib < MOST_MIB
    (capture,) = ended.shown["captures"]
    assert capture["packets"] == 1
    assert capture["truncated"]


def test_half_files(tmp_path: Path) -> None:
    """A capture, plain and compressed, that ends anywhere: what is before the end is read, and the end is stated."""
    with flooding(tmp_path) as flood:
        stream = Stream(flood, CLIENT, 502)
        for number in range(50):
            stream.say(struct.pack(">HHHBBHH", number, 0, 6, 1, 6, 7, number))
    whole = flood.path.read_bytes()
    flood.path.unlink()
    folder = tmp_path / "halves"
    folder.mkdir()
    for length in range(24, len(whole), 97):
        (folder / f"{length}.pcap").write_bytes(whole[:length])
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    half = (packed.compress(whole) + packed.flush())[:-30]
    (folder / "half.pcap.gz").write_bytes(half)
    for length in range(1, 24):
        (folder / f"{length}.pcap").write_bytes(whole[:length])
    out = tmp_path / "halves.json"
    program = [sys.executable, "-c", PROGRAM, "inspect", str(folder), "--json", str(out)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == 0
    shown = orjson.loads(out.read_bytes())
    assert len(shown["skipped"]) == 23
    for capture in shown["captures"]:
        name = Path(capture["path"]).stem
        if name.isdigit():
            packets, rest = divmod(int(name) - 24, (len(whole) - 24) // 50)
            assert (capture["packets"], bool(capture["truncated"])) == (packets, rest > 0)
        else:
            assert capture["truncated"]


# -------------------------------------------------------------------------------------- the one message that matters


def modbus(number: int, pdu: bytes) -> bytes:
    return struct.pack(">HHHB", number & 0xFFFF, 0, len(pdu) + 1, 1) + pdu


def s7(number: int, parameters: bytes) -> bytes:
    """A job of S7comm in COTP in TPKT."""
    job = struct.pack(">BBHHHH", 0x32, 1, 0, number & 0xFFFF, len(parameters), 0) + parameters
    return struct.pack(">BBH", 3, 0, len(job) + 7) + bytes.fromhex("02f080") + job


def cip(number: int, service: int, path: bytes, data: bytes = b"") -> bytes:
    """An unconnected CIP request in EtherNet/IP's SendRRData."""
    request = bytes([service, len(path) // 2]) + path + data
    items = struct.pack("<IHHHHHH", 0, 0, 2, 0, 0, 0xB2, len(request)) + request
    return struct.pack("<HHII8sI", 0x6F, len(items), 7, 0, struct.pack("<Q", number), 0) + items


RESTART = bytes.fromhex("08 0001 0000")
STOP = bytes.fromhex("29 0000000000 09") + b"P_PROGRAM"
IDENTITY = bytes.fromhex("2001 2401")


def s7_read(number: int) -> bytes:
    return bytes.fromhex("04 01 12 0a 10 02") + struct.pack(">HHB", 1, number >> 16 & 0xFFFF | 1, 0x84) + struct.pack(">I", number)[1:]


def cip_read(number: int) -> bytes:
    return struct.pack("<HHHH", 0x21, number & 0x7FFF | 0x100, 0x25, number & 0x3FFF)


class Scan(NamedTuple):
    """A port, its novel messages by number, and the message that must not be overlooked, with its effect."""

    port: int
    novel: Callable[[int], bytes]
    grave: bytes
    effect: str


SCANS: dict[str, Scan] = {
    "modbus": Scan(502, lambda number: modbus(number, struct.pack(">BHH", 3, number & 0xFFFF, 1)), modbus(7, RESTART), "reset"),
    "s7comm": Scan(102, lambda number: s7(number, s7_read(number)), s7(7, STOP), "stop"),
    "cip": Scan(44818, lambda number: cip(number, 0x0E, cip_read(number)), cip(7, 0x05, IDENTITY), "reset"),
}


@pytest.mark.parametrize("name", SCANS)
def test_a_grave_message_among_novel_ones_is_reported(name: str, tmp_path: Path) -> None:
    """In the conversation that is scanned, and in that of another host: what does more than read has a reserve of its own."""
    scan, grave = SCANS[name], []

    def make(flood: Flood) -> None:
        scanner, quiet = Stream(flood, CLIENT, scan.port), Stream(flood, CLIENT + 1, scan.port)
        for number in range(20_000):
            scanner.say(scan.novel(number))
            if number == 15_000:
                grave.extend([scanner.say(scan.grave), quiet.say(scan.grave)])

    ended = survived(tmp_path, make)
    assert sorted(ended.operations(scan.effect)) == [("10.0.0.1", grave[0]), ("10.0.0.2", grave[1])]
    assert ended.counter("refused") == sum(ended.not_read().values()) > 10_000
    told = sum(message["count"] for talk in ended.shown["conversations"] for message in talk["messages"])
    assert told + ended.counter("refused") == ended.counter("messages")


def test_a_scan_by_many_leaves_room_for_the_grave_message(tmp_path: Path) -> None:
    """The budget of all is spent by many conversations; the reserve is not."""
    scan, grave = SCANS["s7comm"], []

    def make(flood: Flood) -> None:
        scanners = [Stream(flood, CLIENT + host, scan.port) for host in range(30)]
        for number in range(120_000):
            scanners[number % 30].say(scan.novel(number))
            if number == 100_000:
                grave.append(Stream(flood, CLIENT + 99, scan.port).say(scan.grave))

    assert survived(tmp_path, make).operations("stop") == [("10.0.0.100", grave[0])]


def test_a_grave_message_among_grave_ones_is_counted_by_its_name(tmp_path: Path) -> None:
    """Where the reserve itself is spent, in the one conversation, what was not read is shown by its function: a stop is a stop."""

    def make(flood: Flood) -> None:
        attacker, quiet = Stream(flood, CLIENT, 102), Stream(flood, CLIENT + 1, 102)
        for number in range(10_000):
            service = b"%09d" % number
            attacker.say(s7(number, bytes.fromhex("28 000000000000fd 0000 09") + service))
        attacker.say(s7(1, STOP))
        quiet.say(s7(2, STOP))

    ended = survived(tmp_path, make)
    assert [source for source, _ in ended.operations("stop")] == ["10.0.0.2"]
    assert ended.not_read()["PLC Stop"] == 1


def test_a_grave_message_behind_a_flood_of_strangers_is_reported(tmp_path: Path) -> None:
    """Somebody fills the tables with connections that nobody answers, and then acts from a new address."""

    def make(flood: Flood) -> None:
        for number in range(60_000):
            flood.tcp((0x0B000000 + number, 40000, SERVER, 502), 1000, flags=SYN)
        Stream(flood, CLIENT, 102).say(s7(1, STOP))

    with flooding(tmp_path) as flood:
        make(flood)
    assert len(inspected(flood.path).operations("stop")) == 1
