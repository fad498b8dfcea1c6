"""What many tests share: captures made on the spot, and where the shared corpus is."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = tempfile.TemporaryDirectory(prefix="fieldwatch-tests-")
os.environ["FIELDWATCH_DATA"] = DATA.name  # before anything reads the options
os.environ.pop("FIELDWATCH_CONFIG", None)
START_NS = 1_700_000_000_000_000_000
Macs = tuple[str, str]


def _ip(text: str) -> bytes:
    return bytes(map(int, text.split(".")))


def _sum16(data: bytes) -> int:
    total = sum(struct.unpack(f">{len(data) // 2}H", data)) if len(data) % 2 == 0 else _sum16(data + b"\0") ^ 0xFFFF
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


class Capture:
    """A capture in the making: frames of Ethernet, in the order in which they are added, 10 ms apart unless told otherwise."""

    def __init__(self) -> None:
        self.frames: list[tuple[int, bytes]] = []
        self.now_ns = START_NS
        self.sequences: dict[tuple[str, int, str, int], int] = {}
        self.wrap: Callable[[bytes], bytes] = lambda frame: frame

    def frame(self, data: bytes, *, after_ns: int = 10_000_000) -> int:
        """Adds a frame; returns its number."""
        self.now_ns += after_ns
        self.frames.append((self.now_ns, self.wrap(data)))
        return len(self.frames)

    def ethernet(self, kind: int, payload: bytes, macs: Macs = ("02:00:00:00:00:01", "02:00:00:00:00:02")) -> bytes:
        """A frame from the first to the second MAC address."""
        source, target = (bytes.fromhex(mac.replace(":", "")) for mac in macs)
        return target + source + struct.pack(">H", kind) + payload

    def ipv4(self, source: str, target: str, protocol: int, payload: bytes) -> bytes:
        """A frame with an IPv4 packet; the MAC addresses end in the last byte of the IP addresses."""
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, protocol, 0, _ip(source), _ip(target))
        head = head[:10] + struct.pack(">H", _sum16(head)) + head[12:]
        macs = (f"02:00:00:00:00:{int(source.split('.')[3]):02x}", f"02:00:00:00:00:{int(target.split('.')[3]):02x}")
        return self.ethernet(0x0800, head + payload, macs)

    def udp(self, source: tuple[str, int], target: tuple[str, int], payload: bytes) -> int:
        """Adds a datagram; returns the number of its frame."""
        datagram = struct.pack(">HHHH", source[1], target[1], 8 + len(payload), 0) + payload
        return self.frame(self.ipv4(source[0], target[0], 17, datagram))

    def tcp(self, source: tuple[str, int], target: tuple[str, int], payload: bytes, flags: int = 0x18, lost: bool = False) -> int:
        """Adds a segment with the right sequence number; `lost` ones only count. Returns the number of its frame."""
        way, back = (*source, *target), (*target, *source)
        sequence, acknowledged = self.sequences.setdefault(way, 1000), self.sequences.setdefault(back, 5000)
        segment = struct.pack(">HHIIBBHHH", source[1], target[1], sequence, acknowledged, 0x50, flags, 8192, 0, 0) + payload
        self.sequences[way] = (sequence + len(payload) + (flags & 0x03 > 0)) & 0xFFFFFFFF
        return 0 if lost else self.frame(self.ipv4(source[0], target[0], 6, segment))

    def connect(self, client: tuple[str, int], server: tuple[str, int]) -> None:
        """Adds the three segments that open a connection."""
        self.tcp(client, server, b"", 0x02)
        self.tcp(server, client, b"", 0x12)
        self.tcp(client, server, b"", 0x10)

    def pcap(self, link: int = 1) -> bytes:
        """The capture as a pcap file."""
        out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)]
        for seen_ns, frame in self.frames:
            out.append(struct.pack("<IIII", seen_ns // 10**9, seen_ns // 1000 % 10**6, len(frame), len(frame)) + frame)
        return b"".join(out)

    def write(self, path: Path) -> str:
        """Writes the capture; returns the path as text."""
        path.write_bytes(self.pcap())
        return str(path)

    def modbus(self, client: tuple[str, int], server: tuple[str, int], transaction: int, request: bytes, answer: bytes) -> tuple[int, int]:
        """Adds a Modbus request and its answer (unit and PDU); returns the numbers of both frames."""
        head = struct.pack(">HHH", transaction, 0, len(request))
        first = self.tcp(client, server, head + request)
        return first, self.tcp(server, client, struct.pack(">HHH", transaction, 0, len(answer)) + answer)


@pytest.fixture
def capture() -> Capture:
    return Capture()


@pytest.fixture
def plant(capture: Capture) -> Capture:
    """A small plant: an HMI polls a controller over Modbus, identifies it, and writes one register."""
    hmi, plc = ("10.0.0.5", 40000), ("10.0.0.10", 502)
    arp = (
        bytes.fromhex("0001080006040002")
        + bytes.fromhex("02000000000a")
        + _ip("10.0.0.10")
        + bytes.fromhex("020000000005")
        + _ip("10.0.0.5")
    )
    capture.frame(capture.ethernet(0x0806, arp, ("02:00:00:00:00:0a", "02:00:00:00:00:05")))
    capture.connect(hmi, plc)
    for number in range(20):
        capture.modbus(hmi, plc, number, bytes.fromhex("ff0300000002"), bytes.fromhex("ff030400") + bytes([number, 0, 1]))
    vendor = bytes.fromhex("ff2b0e01010000030005") + b"Acme!" + bytes.fromhex("0104") + b"PM-5" + bytes.fromhex("0204") + b"V2.1"
    capture.modbus(hmi, plc, 100, bytes.fromhex("ff2b0e0100"), vendor)
    capture.modbus(hmi, plc, 101, bytes.fromhex("ff0600070034"), bytes.fromhex("ff0600070034"))
    return capture


@pytest.fixture
def namespace() -> Iterator[str]:
    """The name of a network namespace that is there for the test: what is sent in it reaches nobody else."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("needs root and ip")
    name = f"fieldwatch-test-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True, text=True, timeout=60)
    if made.returncode:
        pytest.skip(f"network namespaces are not there: {made.stderr.strip()}")
    try:
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, as it runs: who finds a database in memory locked is refused at once, whatever the timeout."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(Path(DATA.name) / "tests.sqlite3")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared corpus: named by FIELDWATCH_CORPUS, or beside the project. Tests that need it are marked `corpus`."""
    place = Path(os.environ.get("FIELDWATCH_CORPUS", ROOT.parent / "shared"))
    if not (place / "captures").is_dir():
        pytest.skip(f"the shared corpus is not at {place}")
    return place
