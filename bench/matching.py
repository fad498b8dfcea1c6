"""Many devices against all advisories, and one advisory that comes: beside a naive loop and a join in DuckDB."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench import _matching
from bench._devices import SEED
from bench._machine import ROOT
from bench._part import Missing, Outcome, Part, Promise
from bench._process import run as run_process
from bench._table import table

ARCHIVE = Path(os.environ.get("FIELDWATCH_CORPUS", ROOT.parent / "shared")) / "advisories" / "csaf-ot.zip"

MOST_S = 30
MOST_MIB = 2048
MOST_CHANGE_S = 1

OF = ("median", "95th percentile", "most")


def run(times: int) -> Outcome:
    if not ARCHIVE.exists():
        raise Missing(f"{ARCHIVE} is not there: name the corpus by FIELDWATCH_CORPUS")
    for module in ("duckdb", "rapidfuzz", "packaging"):
        if importlib.util.find_spec(module) is None:
            raise Missing(f"{module} is not installed: `make setup` brings it")
    rounds = [{name: measured(name) for name in _matching.PROGRAMS} for _ in range(times)]
    best = min(rounds, key=lambda one: float(one["ours"]["wall_s"]))
    ours, naive, joined = best["ours"], best["naive"], best["joined"]
    spread_out = min((one["spread_out"] for one in rounds), key=lambda one: float(one["wall_s"]))
    total_s = spread_out["read_s"] + spread_out["wall_s"]
    changes = ours["change_s"]
    promises = (
        Promise("seconds for all devices on all cores, all included", f"< {MOST_S}", f"{total_s:.1f}", total_s < MOST_S),
        *(
            Promise(f"peak memory, {name}", f"< {MOST_MIB} MiB", f"{one['peak_mib']:.0f} MiB", one["peak_mib"] < MOST_MIB)
            for name, one in (("every result kept", ours), ("all processes together", spread_out))
        ),
        Promise("seconds for one new advisory, the slowest", f"< {MOST_CHANGE_S}", f"{max(changes):.3f}", max(changes) < MOST_CHANGE_S),
    )
    return Outcome(text(ours, spread_out, naive, joined, times), promises)


def measured(name: str) -> dict[str, Any]:
    """What one program measured of itself, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        run_process([sys.executable, "-m", "bench._matching", name, str(ARCHIVE), str(out)])
        found: dict[str, Any] = json.loads(out.read_bytes())
        return found


def text(ours: dict[str, Any], spread_out: dict[str, Any], naive: dict[str, Any], joined: dict[str, Any], times: int) -> str:
    """What was measured, in words and tables."""
    rows = [
        ("fieldwatch", seconds(ours), f"{ours['cpu_s']:.1f} s", "1.0", f"{ours['judgements']:,}", f"{ours['affected']:,}"),
        (
            f"fieldwatch, {spread_out['processes']} processes",
            seconds(spread_out),
            f"{spread_out['cpu_s']:.1f} s",
            ratio(spread_out, ours),
            f"{spread_out['judgements']:,}",
            f"{spread_out['affected']:,}",
        ),
        ("naive loop, extrapolated", seconds(naive), f"{naive['cpu_s']:.1f} s", ratio(naive, ours), "", f"{naive['affected']:,.0f}"),
        (
            "join in DuckDB",
            seconds(joined),
            f"{joined['cpu_s']:.1f} s",
            ratio(joined, ours),
            f"{joined['judgements']:,}",
            f"{joined['affected']:,}",
        ),
    ]
    changes = [
        ("seconds", f"{median(ours['change_s']):.4f}", f"{max(ours['change_s']):.3f}"),
        ("devices judged again", f"{median(ours['touched']):,.0f}", f"{max(ours['touched']):,}"),
    ]
    head = ["program", "time", "CPU", "CPU against ours", "judgements", "of them affected"]
    return f"""\
{_matching.DEVICES:,} different devices of {ours["models"]:,} models, against {ours["advisories"]:,} advisories with
{ours["products"]:,} products. The models are the products that the advisories name, called as devices call themselves (maker, name,
order number in one cell or in several, no brackets), the firmware is drawn by chance (seed {SEED}). Fieldwatch runs on one core and
keeps every result, and again on all cores, where the verdicts are counted. Rounds: {times}, the fastest counts. Reading the archive
took {ours["read_s"]:.1f} s, making ready {ours["prepared_s"]:.1f} s; peak memory {ours["peak_mib"]:.0f} MiB,
{ours["peak_later_mib"]:.0f} MiB after the advisories below.

{table(head, rows)}

The times are without reading the archive. The naive loop compares each device with each product: the maker's first word equal,
`rapidfuzz` token set at {_matching.ALIKE} or more, `packaging` for the version; it ran on {naive["devices"]} devices
({naive["measured_s"]:.1f} s) and is extrapolated to all. {version_of("duckdb")} joins on the maker's first word and on name or order
number without signs, on one thread, and compares versions as lists of numbers. Both read no more of a range than its operators and
numbers, and neither says why; DuckDB has a line for {joined["devices"]:,} of the devices, whatever the verdict.

One advisory that comes while all devices are remembered: {len(ours["change_s"])} of them (seed {SEED}) were taken out and came
again; time until each is in force and the devices of which it says something are judged again.

{table(["", "median", "slowest"], changes)}

Advisories that a device's owner has to read: those with a verdict of affected or undetermined, and all that speak of the device.

{table(["devices", "count", *OF, *(f"all: {one}" for one in OF)], spread(ours))}"""


def spread(ours: dict[str, Any]) -> list[tuple[str, ...]]:
    """Rows of the table of advisories for each device."""
    kinds = (("generated", ours["generated"]), ("labelled (attribution-dev.csv)", ours["labelled"]))
    return [
        (name, f"{one['devices']:,}", *(f"{value:.0f}" for value in (*one["may"], *one["all"]))) for name, one in kinds if one["devices"]
    ]


def seconds(one: dict[str, Any]) -> str:
    return f"{one['wall_s']:.1f} s"


def ratio(one: dict[str, Any], ours: dict[str, Any]) -> str:
    """CPU seconds against ours: more than 1 is slower than we are."""
    return f"{one['cpu_s'] / ours['cpu_s']:.2f}"


def version_of(module: str) -> str:
    return f"DuckDB {importlib.metadata.version(module)}"


PART = Part("matching", "100,000 devices against all advisories, and one that comes: beside a naive loop and a join in DuckDB", run, 1)
