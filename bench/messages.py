"""What it costs to read one message of each protocol in Python, which happens once for each different message."""

from __future__ import annotations

import struct
import timeit
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

from bench._machine import ROOT
from bench._part import Outcome, Part
from bench._table import table
from fieldwatch.protocols import Protocol, registry
from fieldwatch.protocols._golden import Goldens

GOLDENS = ROOT / "tests" / "protocols"
ENOUGH_S = 0.002
"""A measurement repeats what it measures for at least as long."""

FLOOR_TIMES = 10


class Read(NamedTuple):
    """The reading of one golden: how long it takes, and how long the floor of the same bytes."""

    golden: str
    size_bytes: int
    read_us: float
    floor_us: float


def run(times: int) -> Outcome:
    head = ["protocol", "goldens", "bytes (median)", "median", "worst", "the worst one", "bytes", "against the floor"]
    found = [(protocol.name, measure(protocol, times)) for protocol in registry().protocols if (GOLDENS / f"{protocol.name}.hex").exists()]
    whole = ("all", [one for _, reads in found for one in reads])
    text = f"""\
The full reading (facts and marks, with what the message carries inside) of each golden of `tests/protocols`, the least of the rounds.
Many goldens are broken or as large as the standard allows: the worst is the dearest message that a tester could think of, not traffic.
The floor is `struct.unpack` of the same bytes into single bytes, {FLOOR_TIMES} times, measured next to it; the ratio is the median of
the goldens. The native core counts all repetitions of a message by itself, so that this is paid once for each different one.

{table(head, [row(name, reads) for name, reads in [*found, whole]])}"""
    return Outcome(text)


def measure(protocol: Protocol, times: int) -> list[Read]:
    """Every golden of the protocol."""
    goldens = Goldens(GOLDENS / f"{protocol.name}.hex", protocol, registry())
    reads = []
    for name, golden in goldens.by_name.items():
        context = goldens.context(name)
        exchange = golden.exchange
        data = (exchange.request or b"") + (exchange.answer or b"")
        shape = f"{len(data)}B"

        def read(exchange: object = exchange, context: object = context) -> None:
            registry_read(protocol, exchange, context)  # type: ignore[arg-type]

        def floor(shape: str = shape, data: bytes = data) -> None:
            for _ in range(FLOOR_TIMES):
                struct.unpack(shape, data)

        reads.append(Read(name, len(data), least_us(read, times), least_us(floor, times)))
    return reads


registry_read = registry().read


def least_us(work: Callable[[], None], times: int) -> float:
    """Microseconds of one call, in the fastest round."""
    timer = timeit.Timer(work)
    once_s = max(timer.timeit(1), timer.timeit(1), 1e-7)
    number = max(1, round(ENOUGH_S / once_s))
    return min(timer.repeat(times, number)) / number * 1e6


def row(name: str, reads: list[Read]) -> tuple[str, ...]:
    worst = max(reads, key=lambda one: one.read_us)
    return (
        name,
        str(len(reads)),
        f"{median(one.size_bytes for one in reads):.0f}",
        f"{median(one.read_us for one in reads):.1f} µs",
        f"{worst.read_us:.1f} µs",
        worst.golden,
        str(worst.size_bytes),
        f"{median(one.read_us / one.floor_us for one in reads):.1f}",
    )


PART = Part("messages", "What it costs to read one message, by protocol", run, 5)
