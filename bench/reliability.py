"""Scores of the library against truth, on devices that nothing was learned from; and simpler ways to rank names, on the same devices."""

from __future__ import annotations

import importlib
import importlib.util
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bench._answers import Answer, Library, Row, by_device, denotes, of_advisories, of_devices, rows
from bench._machine import ROOT
from bench._part import Missing, Outcome, Part, Promise
from bench._reliability import SURE, lines, share, summary, sure
from bench._table import table
from fieldwatch.library.identity import Identity
from fieldwatch.library.likeness import likeness
from fieldwatch.library.ranker.features import Asked
from fieldwatch.library.ranker.ngrams import uncoded
from fieldwatch.library.ranker.rank import Listed
from fieldwatch.library.ranker.space import cosine
from fieldwatch.vulnerabilities.catalogue import load

CORPUS = Path(os.environ.get("FIELDWATCH_CORPUS", ROOT.parent / "shared"))
ARCHIVE = CORPUS / "advisories" / "csaf-ot.zip"
SETS = {
    "held out": ROOT / "tests" / "laws" / "data" / "attribution_held_out.csv",
    "shared": CORPUS / "advisories" / "attribution-dev.csv",
}
"""Labels that neither the ranker nor its calibration saw."""

DEVICES, ADVISORIES = "device", "device and advisory"

DEFINED = """\
An answer of a device is the known product that it most probably is; it is right if its name denotes the product that the labels name. An
answer of a device and an advisory is the advisory's product that it most probably is; it is right if the labels say that the advisory lists
the device, under this very name. `bench/_answers.py` says both exactly. Where no product is given, there is no answer to count."""

HEAD = ("score from", "to", "answers", "mean score", "right")


def answers(library: Library) -> dict[tuple[str, str], list[Answer]]:
    """The answers, by set of labels and kind."""
    found = {}
    for name, path in SETS.items():
        labels = rows(path)
        found[name, DEVICES] = of_devices(labels, library)
        found[name, ADVISORIES] = of_advisories(labels, library)
    return found


def joined(found: dict[tuple[str, str], list[Answer]], kind: str) -> list[Answer]:
    """Those of one kind, of all sets."""
    return [one for (_, of), all_of in found.items() for one in all_of if of == kind]


def report(found: dict[tuple[str, str], list[Answer]]) -> str:
    """The tables of reliability."""
    parts = [DEFINED]
    for kind in (DEVICES, ADVISORIES):
        parts.append(f"Answers of a {kind}:\n\n{table(HEAD, lines(joined(found, kind)))}")
    each = [summary(f"{name}, {kind}", of) for (name, kind), of in found.items()]
    every = [summary(f"both, {kind}", joined(found, kind)) for kind in (DEVICES, ADVISORIES)]
    parts.append(table(("labels and kind", "answers", "ECE", "Brier", f"with {SURE} and more", "right of these"), [*each, *every]))
    return "\n\n".join(parts)


def run(times: int) -> Outcome:
    if not ARCHIVE.is_file():
        raise Missing(f"{ARCHIVE} is not there: name the corpus by FIELDWATCH_CORPUS")
    library = Library(load(ARCHIVE).advisories)
    found = answers(library)
    devices = {one: of for path in SETS.values() for one, of in by_device(rows(path)).items() if any(_is_listed(row) for row in of)}
    ranking = [(way, f"{hits / len(devices):.3f}") for way, hits in top(devices, library).items()]
    text = "\n\n".join(
        (
            report(found),
            f"The first of all products of the device's makers, for {len(devices)} devices that an advisory lists: share of right ones.",
            table(("way", "right"), ranking),
            "Cost, medians over these devices:",
            table(("step", "time"), costs(list(devices), library, times)),
        )
    )
    promises = []
    for kind in (DEVICES, ADVISORIES):
        right = share(sure(joined(found, kind)))
        promises.append(Promise(f"right, of the answers of a {kind} with {SURE} and more", "at least 0.9", f"{right:.3f}", right >= SURE))
    return Outcome(text, tuple(promises))


def _is_listed(row: Row) -> bool:
    return row["kind"] != "not_listed"


Way = Callable[[Asked, str, Listed], float]


def top(devices: dict[Identity, list[Row]], library: Library) -> dict[str, int]:
    """How often the first by each way is right."""
    space = library.ranker.model.space

    def runs(asked: Asked, _: str, one: Listed) -> float:
        name = space.place(uncoded(one.named.name))
        met = space.weight(asked.own.grams & name.grams)
        return met / (asked.own.weight * name.weight) ** 0.5 if met else 0.0

    def both(asked: Asked, text: str, one: Listed) -> float:
        return runs(asked, text, one) + cosine(asked.all, space.place(uncoded(one.named.name)))

    def rules(asked: Asked, text: str, one: Listed) -> float:
        return likeness(one.named.what, one.named.codes, asked.device).sure + runs(asked, text, one)

    def learned(asked: Asked, _: str, one: Listed) -> float:
        return library.ranker.certainty(asked, one.named, likeness(one.named.what, one.named.codes, asked.device))

    ways: dict[str, Way] = {
        "cosine of runs of characters": runs,
        "the same with cosine of embeddings": both,
        "the rules, then cosine of runs": rules,
        "the learned ranker": learned,
    }
    if importlib.util.find_spec("rapidfuzz") is not None:
        ways |= _fuzzy()
    hits = dict.fromkeys(ways, 0)
    for one, of in devices.items():
        asked = library.asked(one)
        text = " ".join(asked.device.called.own)
        near = library.ranker.listed(asked)
        for name, way in ways.items():
            first = max(near, key=lambda each: (way(asked, text, each), each.name, each.vendor), default=None)
            hits[name] += first is not None and any(denotes(first.vendor, first.name, row) for row in of)
    return hits


def _fuzzy() -> dict[str, Way]:
    fuzz, utils = importlib.import_module("rapidfuzz.fuzz"), importlib.import_module("rapidfuzz.utils")

    def by(scorer: Callable[..., float]) -> Way:
        return lambda _, text, one: scorer(text, one.named.name, processor=utils.default_process)

    version = importlib.import_module("rapidfuzz").__version__
    return {f"rapidfuzz {version}, WRatio": by(fuzz.WRatio), f"rapidfuzz {version}, token_set_ratio": by(fuzz.token_set_ratio)}


def costs(devices: Sequence[Identity], library: Library, times: int) -> list[tuple[str, str]]:
    """What a device costs."""
    asked = [library.asked(one) for one in devices]
    listed = [library.ranker.candidates(one)[:1] for one in asked]
    pairs = [
        (one, near[0].named, likeness(near[0].named.what, near[0].named.codes, one.device))
        for one, near in zip(asked, listed, strict=True)
        if near
    ]
    steps: dict[str, Callable[[], object]] = {
        "a device made ready": lambda: [library.ranker.ask(one.device) for one in asked],
        "certainty of one product": lambda: [library.ranker.certainty(*pair) for pair in pairs],
        "a device ranked": lambda: [library.ranker.ranked(one) for one in asked],
    }
    sizes = (len(asked), len(pairs), len(asked))
    return [
        (name, f"{median(_seconds(step) for _ in range(times)) / size * 1e6:.0f} µs")
        for (name, step), size in zip(steps.items(), sizes, strict=True)
    ]


def _seconds(step: Callable[[], object]) -> float:
    begin = time.perf_counter()
    step()
    return time.perf_counter() - begin


PART = Part("reliability", "Scores of the library against truth, and simpler ways to rank names", run, 3)
