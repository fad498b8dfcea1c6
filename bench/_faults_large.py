"""A capture of more than 4 GiB: uploaded in pieces, cut off in the middle, read apart; how much memory each process takes meanwhile."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench._faults import Fault, Platform, platform
from bench._large import large
from bench._stage import Stage, until

LEAST = (1 << 32) + 1
"""More bytes than four of them can count."""

PIECE = 8 << 20
MOST_MB = 8_000
LONGEST_S = 3_600.0
STAGES = ("is being read", "what was read is taken in")
SHARE = re.compile(rf"({'|'.join(STAGES)}) (\d+) %")
LEAST_SHARES = 3
"""So many shares of each stage are shown: a bar that stands still and then is gone shows nothing."""


class Memory:
    """The most memory that each process of a platform had resident, by what it is; looked at twice a second."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.most: dict[str, int] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory")

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def mib(self, what: str) -> int:
        """MiB of one of `pages`, `worker` and `reader`."""
        return self.most.get(what, 0) >> 10

    def _look(self) -> None:
        while not self._stopped.wait(0.5):
            for number in [self.server, *below(self.server)]:
                try:
                    words = Path(f"/proc/{number}/cmdline").read_bytes().decode(errors="replace").split("\0")
                    told = Path(f"/proc/{number}/status").read_text()
                except OSError:  # it has ended
                    continue
                what = "reader" if "fieldwatch.pipeline.reader" in words else "worker" if "worker" in words else "pages"
                peak = [int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM")]
                self.most[what] = max([self.most.get(what, 0), *peak])


def upload(folder: Path, least: int = LEAST) -> Fault:
    """Uploads it with a break in the middle, and waits until it is read."""
    path = folder / "large.pcap"
    packets = large(path, least)
    with platform(Stage(folder / "stage", options=f"[captures]\nmost_mb = {MOST_MB}\n")) as made, Memory(made.server.pid) as memory:
        _too_large(made)
        size = path.stat().st_size
        began = time.monotonic()
        number = _uploaded(made, path, size)
        sent_s = time.monotonic() - began
        path.unlink()
        began = time.monotonic()
        asked = list(_read(made, number))
        read_s = time.monotonic() - began
        ((found, state),) = made.stage.query(f"SELECT packets, state FROM store_source WHERE id = {number}")
        if str(state) != "done" or found != packets:
            made.wrong.append(f"{found:,} packets of {packets:,} were read, and the capture is {state}")
        made.note("page of the capture at its end", made.visitor.sees(f"/captures/{number}/"), 200, says="read to its end")
        notes = (
            f"{size:,} bytes, {packets:,} packets: sent in {sent_s:.0f} s ({size / sent_s / 1e6:.0f} MB/s, with the break and one process"
            f" for both ends), read and folded in {read_s:.0f} s ({size / read_s / 1e6:.1f} MB/s).",
            f"Most memory resident: pages {memory.mib('pages')} MiB, worker {memory.mib('worker')} MiB, reader {memory.mib('reader')} MiB.",
            f"A page of assets, asked for every 5 s while it was read: at most {max(asked, default=0) * 1000:.0f} ms.",
        )
        if memory.mib("pages") > MOST_PAGES_MIB:
            made.wrong.append(f"the pages took {memory.mib('pages')} MiB")
        made.feeder.bring()
        return made.end("4 GiB upload", made.well(), *notes)


MOST_PAGES_MIB = 512
"""What the process that takes the pieces may have resident."""


def _too_large(made: Platform) -> None:
    opening = json.dumps({"name": "larger.pcap", "size": MOST_MB * 10**6 + 1, "site": "noise"}).encode()
    made.note(
        "API, a capture over `captures.most_mb`", made.visitor.program("POST", "/api/v1/captures", opening), 413, says="captures.most_mb"
    )


def _uploaded(made: Platform, path: Path, size: int) -> int:
    """Sends it piece by piece; in the middle a piece breaks off and the browser comes anew. The number of the capture."""
    opening = json.dumps({"name": path.name, "size": size, "modified": 1, "site": "noise"}).encode()
    told = made.stage.ask("POST", "/api/v1/captures", opening)
    is_broken = False
    with path.open("rb") as file:
        while told["capture"] is None:
            at = int(str(told["offset"]))
            piece = os.pread(file.fileno(), PIECE, at)
            if at >= size // 2 and not is_broken:
                is_broken = True
                told = _broken(made, opening, str(told["url"]), piece, at, size)
                continue
            told = made.stage.ask("PUT", str(told["url"]), piece, Content_Range=f"bytes {at}-{at + len(piece) - 1}/{size}")
    return int(str(told["capture"]))


def _broken(made: Platform, opening: bytes, url: str, piece: bytes, at: int, size: int) -> dict[str, object]:
    """Half a piece, then the line is cut; what is told to who opens the upload again."""
    import socket

    head = f"PUT {url} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {made.stage.tokens.api}\r\nContent-Length: {len(piece)}\r\n"
    with socket.create_connection(("127.0.0.1", made.stage.pages)) as line:
        line.sendall(f"{head}Content-Range: bytes {at}-{at + len(piece) - 1}/{size}\r\n\r\n".encode() + piece[: len(piece) // 2])
    time.sleep(1)
    told = made.stage.ask("POST", "/api/v1/captures", opening)
    if told["offset"] != at:
        made.wrong.append(f"an upload that was cut off goes on at {told['offset']}, {at} was expected")
    return told


def _read(made: Platform, number: int) -> Iterator[float]:
    """Waits until it is read and folded; the seconds that a page took meanwhile. How far it is is noted at some shares of each stage."""
    end, due_s, shown = time.monotonic() + LONGEST_S, 0.0, list[tuple[str, int]]()
    while time.monotonic() < end:
        seen = made.visitor.sees(f"/captures/{number}/progress/")
        if "read to its end" in seen.text or "could not be read" in seen.text:
            break
        if (share := SHARE.search(seen.text)) is not None and (one := (share[1], int(share[2]))) not in shown:
            shown.append(one)
            if sum(stage == one[0] and at // 25 == one[1] // 25 for stage, at in shown) == 1:  # the first of each quarter
                made.note("how far the reading is", seen, 200)
        if time.monotonic() > due_s:
            began = time.monotonic()
            made.visitor.sees("/assets/")
            yield time.monotonic() - began
            due_s = time.monotonic() + 5
        time.sleep(0.5)
    stages = dict.fromkeys(stage for stage, _ in shown)
    for stage in STAGES:
        shares = [at for found, at in shown if found == stage]
        if len(shares) < LEAST_SHARES or shares != sorted(shares):
            made.wrong.append(f"shares of “{stage}” that were shown: {shares}")
    if tuple(stages) != STAGES:
        made.wrong.append(f"stages that were shown: {', '.join(stages)}")
    until(lambda: made.stage.is_folded("noise"), "the large capture is folded", 600)


def below(process: int) -> Iterator[int]:
    """The processes that a process started, and theirs."""
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = [int(one) for one in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from below(child)
