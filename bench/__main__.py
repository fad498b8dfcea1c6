"""Runs benches and writes what they find to `bench/results`.

python -m bench [PART ...] [--times N] [--list]
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import signal
import sys
import time
from pathlib import Path

import bench
from bench._machine import core, described
from bench._part import Missing, Outcome, Part, Spoilt
from bench._table import table

RESULTS = Path(__file__).parent / "results"


def parts() -> dict[str, Part]:
    """All benches: every module here without a leading underscore that has a `PART`."""
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")]
    modules = [importlib.import_module(f"bench.{name}") for name in names]
    found: list[Part] = [module.PART for module in modules if hasattr(module, "PART")]
    return {part.name: part for part in found}


def result(part: Part, outcome: Outcome, machine: str, times: int) -> str:
    """The result as it is written to its file."""
    lines = [f"# {part.about}", f"`make prove PART={part.name}` measures again. Rounds: {times}. Machine: {machine}.", outcome.text]
    if outcome.promises:
        rows = [(one.what, one.wanted, one.measured, "yes" if one.kept else "**no**") for one in outcome.promises]
        lines.append(table(["promise", "wanted", "measured", "kept"], rows))
    return "\n\n".join(lines) + "\n"


def prove(part: Part, times: int) -> bool:
    """Runs the bench and writes its result; true if all its promises are kept."""
    machine, built, begin = described(), core(), time.monotonic()
    outcome = part.run(times)
    if core() != built:
        raise Spoilt("the native core was built anew while it was measured; nothing is written")
    text = result(part, outcome, machine, times)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{part.name}.md"
    path.write_text(text, "utf-8")
    print(f"{text}\nbench: {part.name}: {time.monotonic() - begin:.0f} s, written to {path}\n", flush=True)
    return all(promise.kept for promise in outcome.promises)


def main() -> int:
    """0: all is measured and every promise is kept; 1: one is not; 2: something is missing, or went wrong."""
    known = parts()
    options = argparse.ArgumentParser(prog="python -m bench", description="Runs benches and writes what they find to bench/results.")
    options.add_argument("parts", nargs="*", metavar="PART", help="which (all)")
    options.add_argument("--list", action="store_true", help="say what there is")
    options.add_argument("--times", type=int, help="rounds of each measurement, instead of the bench's own number")
    chosen = options.parse_args()
    if chosen.list:
        print("\n".join(f"{part.name:<12}{part.about}" for part in known.values()))
        return 0
    for name in chosen.parts:
        if name not in known:
            options.error(f"{name}: there is no such part; there are {', '.join(known)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what a bench has started is ended
    worst = 0
    for part in [known[name] for name in chosen.parts] or known.values():
        try:
            kept = prove(part, max(1, chosen.times or part.times))
        except (Missing, Spoilt) as missing:
            print(f"bench: {part.name}: {missing}", file=sys.stderr)
            worst = 2
        else:
            worst = max(worst, 0 if kept else 1)
    return worst


if __name__ == "__main__":
    sys.exit(main())
