"""Two captures side by side, beside two tcpdump: how much of a second core is used, and how much this machine's second core is worth."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench._inputs import SEED, generated
from bench._ours import inspect
from bench._part import Outcome, Part, Promise
from bench._process import run as cost
from bench._table import table

LEAST = 1.7


class Pair(NamedTuple):
    """Wall seconds of one round: one after the other, and both at once."""

    in_turn_s: float
    at_once_s: float

    @property
    def gain(self) -> float:
        return self.in_turn_s / self.at_once_s


def run(times: int) -> Outcome:
    captures = [generated("1G").path, generated("1G", seed=SEED + 1).path]
    readers = [["tcpdump", "-r", str(path), "-w", "/dev/null"] for path in captures]
    ours, tcpdump = [], []
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder) / "one.json", Path(folder) / "two.json"
        for _ in range(times):
            ours.append(Pair(cost(inspect(*captures, json=one)).wall_s, cost(inspect(*captures, json=two, jobs=2)).wall_s))
            tcpdump.append(Pair(sum(cost(reader).wall_s for reader in readers), cost(*readers).wall_s))
        same = one.read_bytes() == two.read_bytes()
    best = max(pair.gain for pair in ours)
    head = ["program", "one at a time (median)", "two at once (median)", "gain, best round", "gain, median"]
    rows = [row("fieldwatch inspect, --jobs 1 and --jobs 2", ours), row("tcpdump -w /dev/null", tcpdump)]
    text = f"""\
{" and ".join(path.name for path in captures)}, in wall seconds. For tcpdump, which has no such option, one
process after the other stands beside two at once: that is what the machine's second core gives to a program that only reads. The gain
is that of the round, not of the columns.

{table(head, rows)}"""
    return Outcome(
        text,
        (
            Promise("gain by --jobs 2, best round", f"at least {LEAST}", f"{best:.2f}", best >= LEAST),
            Promise("JSON of both", "the same bytes", "the same bytes" if same else "different", same),
        ),
    )


def row(name: str, pairs: list[Pair]) -> tuple[str, ...]:
    in_turn_s, at_once_s = median(pair.in_turn_s for pair in pairs), median(pair.at_once_s for pair in pairs)
    gains = [pair.gain for pair in pairs]
    return name, f"{in_turn_s:.2f} s", f"{at_once_s:.2f} s", f"{max(gains):.2f}", f"{median(gains):.2f}"


PART = Part("jobs", "Two captures of 1 GB: --jobs 2 against --jobs 1, beside two tcpdump", run, 5)
