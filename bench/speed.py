"""Reading a capture of 1 GB, beside a program that only reads it and one that only names its protocols."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench._inputs import Input, generated
from bench._ours import document, inspect
from bench._part import Outcome, Part, Promise
from bench._process import Cost, in_turn, version
from bench._proof import changes, found, urls
from bench._table import table

MOST_TCPDUMP = 2.0
MOST_NDPI = 0.5
MOST_MIB = 200


class Measured(NamedTuple):
    """Costs of each program, round by round."""

    ours: list[Cost]
    tcpdump: list[Cost]
    ndpi: list[Cost]


def ratio(ours: Sequence[Cost], peer: Sequence[Cost]) -> list[float]:
    """CPU against the peer's, round by round, sorted."""
    return sorted(mine.cpu_s / other.cpu_s for mine, other in zip(ours, peer, strict=True))


def run(times: int) -> Outcome:
    big = generated("1G")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        path = str(big.path)
        tcpdump, ndpi = ["tcpdump", "-r", path, "-w", "/dev/null"], ["ndpiReader", "-q", "-i", path]
        measured = Measured(*in_turn(times, inspect(big.path, json=out), tcpdump, ndpi))
        result = document(out)
    held, distinct, there = found(big.novel, result), result["totals"]["distinct"]["http"], urls(big.path)
    text = f"""\
{big.path.name}: {big.size_bytes:,} bytes, {big.packets:,} packets. CPU is user and system of the whole process, start and
writing of the JSON included; the programs take turns, and the ratio is the median of the rounds (least to most).
{version("tcpdump", "--version")} only reads; {version("ndpiReader", "-h")} names protocols and reads no message.

{costs(measured, big.packets)}

What the run's JSON holds. A novel message is a write or a command that the generator put among the polls; it is found where the JSON has it
between the same hosts at the same time (1 µs). All changes that the JSON has: {changes(result)}.

{proof(big, held)}

Different URLs: {distinct:,} in the JSON, {there:,} in the bytes of the file.

{undecoded(result)}"""
    return Outcome(text, promises(measured, big, held, distinct, there))


def costs(measured: Measured, packets: int) -> str:
    names = ("fieldwatch inspect --json", "tcpdump -w /dev/null", "ndpiReader -q")
    rows = []
    for name, some in zip(names, measured, strict=True):
        cpu_s = median(cost.cpu_s for cost in some)
        ratios = ratio(measured.ours, some)
        spread = f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})" if some is not measured.ours else "1"
        peak_mib = max(cost.peak_mib for cost in some)
        wall_s = median(cost.wall_s for cost in some)
        rows.append((name, f"{cpu_s:.2f} s", f"{wall_s:.2f} s", f"{packets / cpu_s / 1e6:.2f} M", f"{peak_mib:.0f} MiB", spread))
    return table(["program", "CPU", "wall", "packets per CPU second", "peak memory", "ours against it"], rows)


def proof(big: Input, held: Counter[str]) -> str:
    there = Counter(novel.protocol for novel in big.novel)
    rows = [(name, str(count), str(held[name])) for name, count in sorted(there.items())]
    return table(["protocol", "novel messages", "found"], rows)


def undecoded(result: dict[str, Any]) -> str:
    """What the capture holds and no protocol file reads; the generator's IEC 60870-5-104 (port 2404) has no novel messages."""
    rows = [(one["protocol"], one["function"], one["reason"], f"{one['count']:,}") for one in result["undecoded"]]
    return "Not decoded, and reported as such:\n\n" + table(["protocol", "function", "reason", "times"], rows)


def promises(measured: Measured, big: Input, held: Counter[str], distinct: int, there: int) -> tuple[Promise, ...]:
    tcpdump, ndpi = median(ratio(measured.ours, measured.tcpdump)), median(ratio(measured.ours, measured.ndpi))
    peak_mib = max(cost.peak_mib for cost in measured.ours)
    return (
        Promise("CPU against tcpdump", f"at most {MOST_TCPDUMP}", f"{tcpdump:.2f}", tcpdump <= MOST_TCPDUMP),
        Promise("CPU against ndpiReader", f"under {MOST_NDPI}", f"{ndpi:.2f}", ndpi < MOST_NDPI),
        Promise("peak memory", f"under {MOST_MIB} MiB", f"{peak_mib:.0f} MiB", peak_mib < MOST_MIB),
        Promise("novel messages found", str(len(big.novel)), str(held.total()), held.total() == len(big.novel)),
        Promise("different URLs", f"{there:,}", f"{distinct:,}", distinct == there),
    )


PART = Part("speed", "A capture of 1 GB: CPU and memory beside tcpdump and ndpiReader, and whether everything was seen", run, 7)
