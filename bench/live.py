"""How fast a live interface can be read without losing a packet, beside tcpdump, which only writes its packets to nowhere.

    python -m bench.live CAPTURE [--packets 2000000]

Needs root, ip, ethtool, tcpreplay, tcpdump. A veth pair in a network namespace of its own stands for the wire; sender and reader share the
machine. The front of CAPTURE is sent once at each rate (a second round would be retransmissions, which cost less).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench import _wire

NAMESPACE = f"fieldwatch-bench-{os.getpid()}"
RATES = (100_000, 200_000, 300_000, 400_000, 0)
"""Packets per second; 0 is as fast as the sender can."""
RING_MIB = 64

READER = f"""
import json, resource
from fieldwatch.pipeline.live import listen

used = []

def progress(*_):
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used.append(usage.ru_utime + usage.ru_stime)
    print("ready", flush=True)

facts = listen("seen", ring_mib={RING_MIB}, progress=progress)
(capture,) = facts.captures
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([capture.packets, dict(capture.counters)["capturer_drops"], used[-1] - used[0], memory]))
"""
"""The CPU of reading is that between the first tick and the last one: without Python's start and without the making of facts."""


class Run(NamedTuple):
    """One sending: what was sent, how fast, and what became of it at the reader."""

    sent: int
    rate: float
    received: int
    dropped: int
    cpu_s: float
    memory_mib: float


def inside(*command: str) -> list[str]:
    return [*_wire.inside(NAMESPACE), *command]


def front(capture: Path, packets: int, out: Path) -> int:
    """Writes the first packets of a pcap file (little-endian); returns how many there were."""
    count = 0
    with capture.open("rb") as source, out.open("wb") as sink:
        sink.write(source.read(24))
        while count < packets and (head := source.read(16)):
            sink.write(head + source.read(struct.unpack_from("<I", head, 8)[0]))
            count += 1
    return count


def machine() -> str:
    """Processor, kernel and commit, in one line."""
    processor = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=False, capture_output=True, text=True).stdout.strip()
    name = processor[1] if processor else platform.machine()
    return f"{name}, {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, commit {commit or 'unknown'}"


def send(path: Path, rate: int, *before: str) -> tuple[int, float]:
    """Sends the capture; returns packets sent, and packets per second."""
    speed = [f"--pps={rate}"] if rate else ["--topspeed"]
    said = subprocess.run(
        inside(*before, "tcpreplay", "-q", "-K", *speed, "-i", "play", str(path)), check=True, capture_output=True, text=True
    )
    text = said.stdout + said.stderr
    sent = re.search(r"Actual: (\d+) packets", text)
    flow = re.search(r"([\d.]+) pps", text)
    assert sent, text
    assert flow, text
    return int(sent[1]), float(flow[1])


def read_by_us(path: Path, rate: int, *before: str) -> Run:
    """`before` is put before the commands of sender and reader."""
    with subprocess.Popen(inside(*before, sys.executable, "-c", READER), stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        sent, flow = send(path, rate, *before)
        time.sleep(0.5)
        reader.send_signal(signal.SIGTERM)
        received, dropped, cpu_s, kib = json.loads(reader.stdout.read().splitlines()[-1])
    return Run(sent, flow, received, dropped, cpu_s, kib / 1024)


def read_by_tcpdump(path: Path, rate: int) -> Run:
    command = inside("tcpdump", "-i", "seen", "-n", "-s", "0", "-B", str(RING_MIB << 10), "-w", "/dev/null")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as reader:
        time.sleep(1)
        sent, flow = send(path, rate)
        time.sleep(1.5)
        used = Path(f"/proc/{reader.pid}/stat").read_text().rsplit(")", 1)[1].split()
        cpu_s = (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")
        status = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{reader.pid}/status").read_text())
        reader.send_signal(signal.SIGINT)
        _, text = reader.communicate()
    received = re.search(r"(\d+) packets captured", text)
    dropped = re.search(r"(\d+) packets dropped by kernel", text)
    assert received, text
    assert dropped, text
    return Run(sent, flow, int(received[1]), int(dropped[1]), cpu_s, int(status[1]) / 1024 if status else 0)


def row(name: str, run: Run) -> str:
    return (
        f"| {name} | {run.rate:,.0f} | {run.sent:,} | {run.received:,} | {run.dropped:,} | {run.cpu_s:.2f} s "
        f"| {run.cpu_s / max(run.received, 1) * 1e6:.2f} µs | {run.memory_mib:.0f} MiB |"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("capture", type=Path)
    arguments.add_argument("--packets", type=int, default=2_000_000)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, _wire.namespace(NAMESPACE):
        path = Path(folder) / "front.pcap"
        count = front(chosen.capture, chosen.packets, path)
        print(f"Machine: {machine()}.\n")
        print(f"Ring of {RING_MIB} MiB; the front of {chosen.capture.name}: {count:,} packets, {path.stat().st_size >> 20} MiB.\n")
        print("| reader | packets/s | sent | received | dropped | CPU of the reader | per packet | memory |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for rate in RATES:
            print(row("fieldwatch", read_by_us(path, rate)), flush=True)
            print(row("tcpdump", read_by_tcpdump(path, rate)), flush=True)
        print(row("fieldwatch, on the sender's core", read_by_us(path, 0, "taskset", "-c", "0")), flush=True)


if __name__ == "__main__":
    main()
