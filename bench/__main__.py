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
from collections.abc import Sequence
from pathlib import Path

import bench
from bench._machine import core, described
from bench._part import Group, Missing, Outcome, Part, Promise, Spoilt
from bench._table import table

RESULTS = Path(__file__).parent / "results"


def found() -> tuple[dict[str, Part], dict[str, Group]]:
    """All benches and groups: every module here without a leading underscore that has a `PART`, or a `GROUP`."""
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")]
    modules = [importlib.import_module(f"bench.{name}") for name in names]
    parts: list[Part] = [module.PART for module in modules if hasattr(module, "PART")]
    groups: list[Group] = [module.GROUP for module in modules if hasattr(module, "GROUP")]
    return {part.name: part for part in parts}, {group.name: group for group in groups}


def result(part: Part, outcome: Outcome, machine: str, times: int) -> str:
    """The result as it is written to its file."""
    lines = [f"# {part.about}", f"`make prove PART={part.name}` measures again. Rounds: {times}. Machine: {machine}.", outcome.text]
    if outcome.promises:
        lines.append(promised(outcome.promises))
    return "\n\n".join(lines) + "\n"


def promised(promises: Sequence[Promise]) -> str:
    """What was promised, and what was measured."""
    rows = [(one.what, one.wanted, one.measured, "yes" if one.kept else "**no**") for one in promises]
    return table(["promise", "wanted", "measured", "kept"], rows)


def prove(part: Part, times: int) -> Outcome:
    """Runs the bench and writes its result."""
    machine, built, begin = described(), core(), time.monotonic()
    outcome = part.run(times)
    if core() != built:
        raise Spoilt("the native core was built anew while it was measured; nothing is written")
    text = result(part, outcome, machine, times)
    write(part.name, text)
    print(f"{text}\nbench: {part.name}: {time.monotonic() - begin:.0f} s\n", flush=True)
    return outcome


def write(name: str, text: str) -> None:
    """Writes a result."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text, "utf-8")


def proved(part: Part, times: int) -> tuple[int, Outcome | None]:
    """0: every promise is kept; 1: one is not; 2: something is missing, or went wrong. With what was found."""
    try:
        if lacked := part.lacks():
            raise Missing(lacked)
        outcome = prove(part, times)
    except (Missing, Spoilt) as missing:
        print(f"bench: {part.name}: {missing}", file=sys.stderr)
        return 2, None
    return (0 if all(promise.kept for promise in outcome.promises) else 1), outcome


def prove_all(group: Group, parts: dict[str, Part], times: int | None) -> int:
    """Runs the benches of a group, and writes what all of them promise; the worst of `proved`. None runs where one lacks something."""
    if lacked := [f"{name}: {words}" for name in group.parts if (words := parts[name].lacks())]:
        print(f"bench: {group.name}: {'; '.join(lacked)}", file=sys.stderr)
        return 2
    machine, worst, told = described(), 0, []
    for name in group.parts:
        begin = time.monotonic()
        code, outcome = proved(parts[name], times or parts[name].times)
        worst = max(worst, code)
        minutes = f"{(time.monotonic() - begin) / 60:.0f} min"
        judged = promised(outcome.promises) if outcome else "**not measured**"
        told.append(f"## {name}: {parts[name].about}\n\n{minutes}; all that was measured: [{name}.md]({name}.md).\n\n{judged}")
    head = f"# {group.about}\n\n`make prove PART={group.name}` measures again. Machine: {machine}."
    write(group.name, "\n\n".join([head, *told]) + "\n")
    return worst


def main() -> int:
    """0: all is measured and every promise is kept; 1: one is not; 2: something is missing, or went wrong."""
    parts, groups = found()
    known: dict[str, Part | Group] = {**parts, **groups}
    options = argparse.ArgumentParser(prog="python -m bench", description="Runs benches and writes what they find to bench/results.")
    options.add_argument("parts", nargs="*", metavar="PART", help="which (all)")
    options.add_argument("--list", action="store_true", help="say what there is")
    options.add_argument("--times", type=int, help="rounds of each measurement, instead of the bench's own number")
    chosen = options.parse_args()
    if chosen.list:
        print("\n".join(f"{one.name:<12}{one.about}" for one in known.values()))
        return 0
    for name in chosen.parts:
        if name not in known:
            options.error(f"{name}: there is no such part; there are {', '.join(known)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what a bench has started is ended
    worst = 0
    for one in [known[name] for name in chosen.parts] or parts.values():
        if isinstance(one, Group):
            worst = max(worst, prove_all(one, parts, chosen.times))
        else:
            worst = max(worst, proved(one, max(1, chosen.times or one.times))[0])
    return worst


if __name__ == "__main__":
    sys.exit(main())
