"""The big captures that benches read. They are made by the corpus' generator, once, in a folder outside of the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from bench._machine import ROOT
from bench._part import Missing

FOLDER = Path(os.environ.get("FIELDWATCH_BENCH_DIR", Path.home() / ".cache" / "fieldwatch-bench"))
GENERATOR = Path(os.environ.get("FIELDWATCH_CORPUS", ROOT.parent / "shared")) / "tools" / "make_bench_pcap.py"
PYTHON = os.environ.get("FIELDWATCH_BENCH_PYTHON", sys.executable)
"""A Python that has numpy, which the generator needs."""

HOSTS = 250
SEED = 11


class Novel(NamedTuple):
    """A message that the generator wrote once, among polls: when, from whom, to whom, in which protocol."""

    seen_us: int
    client: str
    server: str
    protocol: str


class Input(NamedTuple):
    """A capture with the truth about it."""

    path: Path
    packets: int
    size_bytes: int
    novel: tuple[Novel, ...]


def generated(size: str, *, seed: int = SEED, novel: str = "0.0005") -> Input:
    """The capture of that size, seed and share of novel messages; made if it is not there, and read once so that it is in memory."""
    path = FOLDER / f"{size}-hosts{HOSTS}-seed{seed}-novel{novel}.pcap"
    if not path.exists():
        _make(path, size, seed, novel)
    truth = json.loads(_truth(path).read_text("utf-8"))
    novels = tuple(Novel(round(seen_s * 1e6), client, server, protocol) for seen_s, client, server, protocol in truth["novel"])
    _warm(path)
    return Input(path, truth["packets"], truth["bytes"], novels)


def _truth(path: Path) -> Path:
    return path.with_name(path.name + ".truth.json")


def _make(path: Path, size: str, seed: int, novel: str) -> None:
    if not GENERATOR.exists():
        raise Missing(f"{GENERATOR} is not there: name the corpus by FIELDWATCH_CORPUS, or put {path} there with its .truth.json")
    if subprocess.run([PYTHON, "-c", "import numpy"], check=False, capture_output=True).returncode:
        raise Missing(f"{PYTHON} has no numpy, which the generator needs: name one that has it by FIELDWATCH_BENCH_PYTHON")
    print(f"bench: making {path}", file=sys.stderr)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        made = Path(folder) / path.name
        options = ["--size", size, "--hosts", str(HOSTS), "--seed", str(seed), "--novel", novel]
        subprocess.run([PYTHON, str(GENERATOR), "--out", str(made), *options], check=True, stdout=subprocess.DEVNULL)
        _truth(made).rename(_truth(path))
        made.rename(path)


def _warm(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass
