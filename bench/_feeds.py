"""What comes to a platform while it is disturbed: captures, uploaded and put into a watched folder, and numbered frames on a wire."""

from __future__ import annotations

import os
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench._machine import ROOT
from bench._stage import Stage
from bench._wire import entered
from fieldwatch.pipeline.ring import segments
from fieldwatch.pipeline.slice import walk, write_pcap

PLANT = ROOT / "examples" / "plant" / "plant.pcap"
FRAMES = 2_000
"""Frames of one capture."""

PER_S = 100
"""Frames on the wire, a second."""

HEAD = bytes.fromhex("02000000000b 02000000000a 0800")


def captures(folder: Path, dice: random.Random) -> Iterator[Path]:
    """Captures without end: pieces of the plant's, as if they were seen within the last hour. Each has other bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = list(walk(str(PLANT)))
    number = 0
    while True:
        number += 1
        at = dice.randrange(len(frames) - FRAMES)
        chosen = frames[at : at + FRAMES]
        shift_ns = time.time_ns() - 3_600_000_000_000 + number * 1_000_000_000 - chosen[0].seen_ns
        path = folder / f"{number:04}.pcap"
        write_pcap(path, [frame._replace(seen_ns=frame.seen_ns + shift_ns) for frame in chosen])
        yield path


class Feeder:
    """Brings captures to two sites, one after the other: `upload` by the API, `folder` into the watched folder."""

    def __init__(self, stage: Stage, made: Iterable[Path]) -> None:
        self.stage, self.made = stage, iter(made)
        self.watched = stage.folder / "watched"
        self.watched.mkdir(exist_ok=True)
        self.brought: list[Path] = []
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._failed: list[BaseException] = []

    def bring(self) -> Path:
        """The next capture, to both."""
        path = next(self.made)
        self.watch(path)
        self.stage.upload(path, "upload")
        self.brought.append(path)
        return path

    def watch(self, path: Path) -> None:
        """Puts a capture into the watched folder."""
        copied = self.watched / f".{path.name}"
        copied.write_bytes(path.read_bytes())
        copied.rename(self.watched / path.name)

    def start(self, pause_s: float) -> None:
        """Brings captures in a thread of its own, until `stop`."""

        def feed() -> None:
            while not self._stopped.wait(pause_s):
                self.bring()

        self._begin(feed)

    def start_one(self) -> None:
        """Brings one capture in a thread of its own, unless one is still being brought."""
        if self._thread is None or not self._thread.is_alive():
            self._begin(self.bring)

    def _begin(self, work: Callable[[], object]) -> None:
        def held() -> None:
            try:
                work()
            except BaseException as error:
                self._failed.append(error)

        self._thread = threading.Thread(target=held, name="feeder")
        self._thread.start()

    def stop(self) -> None:
        """Ends it, after the capture that is being brought."""
        self._stopped.set()
        self.wait()

    def wait(self) -> None:
        """Waits for the thread. Raises what ended it, or one before it, too early."""
        if self._thread:
            self._thread.join()
        if self._failed:
            raise self._failed[0]


class Traffic:
    """Frames on the wire of a namespace: UDP with a number in each, so that it is known which one is missing."""

    def __init__(self, inside: str) -> None:
        self.sent_ns: list[int] = []
        """When each frame was sent; its number is its place."""
        with entered(inside):
            self._out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self._out.bind(("play", 0))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._send, name="traffic")

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._stopped.set()
        self._thread.join()
        self._out.close()

    def _send(self) -> None:
        due = time.monotonic()
        while not self._stopped.is_set():
            frame = HEAD + _udp(struct.pack(">Q", len(self.sent_ns)))
            self.sent_ns.append(time.time_ns())
            self._out.send(frame)
            due += 1 / PER_S
            time.sleep(max(due - time.monotonic(), 0))


class Kept(NamedTuple):
    """A frame that a sensor kept: its number in the traffic, and when it came."""

    number: int
    seen_ns: int


def kept(state: Path) -> list[Kept]:
    """The numbered frames that a sensor kept, in order."""
    found = []
    for epoch in sorted(path for path in (state / "live" / "seen").iterdir() if path.is_dir()):
        for segment in segments(epoch):
            if os.path.getsize(segment.path) <= 24:
                continue
            for frame in walk(str(segment.path)):
                if frame.data.startswith(HEAD):
                    found.append(Kept(struct.unpack(">Q", frame.data[42:50])[0], frame.seen_ns))
    return found


def _udp(payload: bytes) -> bytes:
    """IPv4 and UDP (RFC 791, RFC 768; without checksum of the payload) from 10.9.0.10 to 10.9.0.11, port 9000."""
    length = 8 + len(payload)
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0x4000, 64, 17, 0, bytes((10, 9, 0, 10)), bytes((10, 9, 0, 11)))
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    head = head[:10] + struct.pack(">H", total ^ 0xFFFF) + head[12:]
    return head + struct.pack(">HHHH", 9001, 9000, length, 0) + payload
