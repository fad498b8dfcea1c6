"""What messages cost that were not seen before: the same traffic with more and more of them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from bench._inputs import Input, generated
from bench._ours import document, inspect
from bench._part import Outcome, Part, Promise
from bench._process import in_turn
from bench._proof import found
from bench._table import table

SHARES = ("0.0001", "0.001", "0.01", "0.1")
EMPTY = bytes.fromhex("d4c3b2a1020004000000000000000000000004000100000001000000000000003c0000003c000000") + bytes(60)
"""A capture with one empty packet: what a run costs before it reads anything."""


def run(times: int) -> Outcome:
    rows, promises = [], []
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.pcap"
        empty.write_bytes(EMPTY)
        for share in SHARES:
            row, promise = measure(generated("100M", novel=share), share, empty, times)
            rows.append(row)
            promises.append(promise)
    head = ["novel share", "packets", "novel messages", "found", "read in Python", "kept times", "CPU", "CPU without start", "per packet"]
    text = f"""\
Captures of 100 MB whose share of request cycles that are novel (a write or a command with values of its own, among the polls) grows.
CPU is user and system of the whole process, the median of the rounds; the start is that of a run over one empty packet, in turn with
the others. "Read in Python" counts the exchanges that the native core had not met and handed to a protocol file; "kept times" the
occurrences in the JSON. tcpdump reads the same file.

{table([*head, "against tcpdump"], rows)}"""
    return Outcome(text, tuple(promises))


def measure(capture: Input, share: str, empty: Path, times: int) -> tuple[tuple[str, ...], Promise]:
    """The row of one share, and whether all its novel messages were found."""
    out = empty.with_name("out.json")
    reader = ["tcpdump", "-r", str(capture.path), "-w", "/dev/null"]
    start, tcpdump, ours = in_turn(times, inspect(empty, json=out), reader, inspect(capture.path, json=out))
    result = document(out)
    cpu_s = median(cost.cpu_s for cost in ours)
    rest_s = median(cost.cpu_s - before.cpu_s for cost, before in zip(ours, start, strict=True))
    ratio = median(cost.cpu_s / peer.cpu_s for cost, peer in zip(ours, tcpdump, strict=True))
    held = found(capture.novel, result).total()
    kept = sum(len(operation["occurrences"]) for operation in result["operations"])
    row = (
        f"{float(share):.2%}",
        f"{capture.packets:,}",
        f"{len(capture.novel):,}",
        f"{held:,}",
        f"{result['totals']['counters']['novel']:,}",
        f"{kept:,}",
        f"{cpu_s:.2f} s",
        f"{rest_s:.2f} s",
        f"{rest_s / capture.packets * 1e6:.2f} µs",
        f"{ratio:.1f}",
    )
    there = len(capture.novel)
    return row, Promise(f"novel messages found at {float(share):.2%}", f"{there:,}", f"{held:,}", held == there)


PART = Part("novelty", "What messages cost that were not seen before: 0.01 %, 0.1 %, 1 % and 10 % of all", run, 5)
