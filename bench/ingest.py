"""Batches into the store, on SQLite and PostgreSQL, beside the same rows written plainly in the same process: `executemany`, and COPY."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench._ingest import made
from bench._machine import ROOT
from bench._part import Outcome, Part, Promise
from bench._postgres import has_postgres, postgres
from bench._table import table
from fieldwatch.pipeline.batches import weight

DEVICES = 1_500
LEAST = 0.1
"""Share of the floor's speed on SQLite below which something has become slow; the table says what the indexes alone cost."""


def run(times: int) -> Outcome:
    told = made(DEVICES)
    facts = sum(weight(row) for batch in told for row in batch.rows)
    with tempfile.TemporaryDirectory() as folder:
        batches = Path(folder) / "batches"
        batches.write_bytes(pickle.dumps(told))
        sqlite = measured(batches, times, {})
        with postgres() as url:
            copy = measured(batches, times, {"FIELDWATCH_DATABASE_URL": url})
    rows = [row("SQLite", "executemany", facts, sqlite), row("PostgreSQL", "COPY", facts, copy)]
    head = ["database", "facts/s", "worst round", "floor", "facts/s of the floor", "with our indexes", "share, best round", "share, median"]
    text = f"""\
{facts:,} facts in {len(told)} batches, as a live sensor tells of {DEVICES:,} devices three times (sightings, conversations with
their message classes, slices, writes), and a capture of the same plant: half of the rows are new, half change what is there. Taken by
one `Writer`, each batch in one transaction that is on the disk when it ends; slices go into a Parquet file each batch. The floor: the
{sqlite["rows"]:,} rows that come of it, a transaction for each batch, too, into tables without keys, indexes and references, in the same
process and round; then the same floor with the indexes that the store's tables have.

{table(head, rows)}"""
    best = max(shares(sqlite))
    return Outcome(text, (Promise("share of executemany on SQLite, best round", f"at least {LEAST:.0%}", f"{best:.0%}", best >= LEAST),))


def shares(found: dict[str, Any]) -> list[float]:
    return [floor / ours for ours, floor in zip(found["ours_s"], found["floor_s"], strict=True)]


def row(name: str, floor: str, facts: int, found: dict[str, Any]) -> tuple[str, ...]:
    ours_s, floor_s, indexed_s = (median(found[one]) for one in ("ours_s", "floor_s", "indexed_s"))
    speeds = f"{facts / ours_s:,.0f}", f"{facts / max(found['ours_s']):,.0f}", floor, f"{facts / floor_s:,.0f}", f"{facts / indexed_s:,.0f}"
    return name, *speeds, f"{max(shares(found)):.0%}", f"{median(shares(found)):.0%}"


def measured(batches: Path, times: int, more: dict[str, str]) -> dict[str, Any]:
    """The rounds of one database, in a process and a data folder of their own."""
    with tempfile.TemporaryDirectory(dir=ROOT / "build" if (ROOT / "build").is_dir() else None) as data:
        told = {name: value for name, value in os.environ.items() if not name.startswith("FIELDWATCH_")}
        told |= {"FIELDWATCH_DATA": data, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", **more}
        command = [sys.executable, "-m", "bench._ingest", str(batches), str(times)]
        done = subprocess.run(command, env=told, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


PART = Part("ingest", "Facts per second into the store, beside executemany and COPY of the same rows", run, 3, has_postgres)
