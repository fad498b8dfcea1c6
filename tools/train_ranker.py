"""Learns the ranker's numbers from advisories: `python -m tools.train_ranker CSAF [--labels CSV]`, at the project's root.

CSAF is a document, a folder or a zip archive. Pairs of device and product are made from the names in it (`tools/training/pairs.py`); the
labels, devices judged by hand, are for nothing but the calibration. The numbers go to the library's `ranker.tsv`. The same input gives the
same file.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import math
import sys
import time
from array import array
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from bench._answers import Library, of_advisories, of_candidates, of_devices, rows
from tools.training.boosting import trees
from tools.training.factors import Row, vectors
from tools.training.pairs import Pair, pairs

from fieldwatch.library.gazetteer import Gazetteer, Known
from fieldwatch.library.likeness import Sure
from fieldwatch.library.ranker.calibration import Curve, fit
from fieldwatch.library.ranker.features import named
from fieldwatch.library.ranker.model import Model
from fieldwatch.library.ranker.ngrams import BUCKETS, grams, uncoded
from fieldwatch.library.ranker.rank import Ranker
from fieldwatch.library.ranker.weights import FILE, RARITY_SCALE, Weights
from fieldwatch.library.table import FOLDER
from fieldwatch.vulnerabilities.catalogue import load

SEED = 20261126
DIMENSIONS = 16
SWEEPS = 6
"""Rounds of subspace iteration."""

TREES = 40
HELD = 5
"""Every fifth name is held out while the number of trees is judged; the trees that are shipped are grown on all."""

LABELS = Path("tests/laws/data/attribution_known.csv")


def rarity(known: Sequence[Known]) -> list[float]:
    """How much each bucket tells: the logarithm of how many names have it, in steps that a byte can hold."""
    names = {uncoded(one.name) for one in known}
    have = [0] * BUCKETS
    for name in names:
        for bucket in grams(name):
            have[bucket] += 1
    return [min(255, round(RARITY_SCALE * math.log((1 + len(names)) / (1 + count)))) / RARITY_SCALE for count in have]


def texts(known: Sequence[Known]) -> list[set[str]]:
    """All names and order numbers of one product together: names that share an order number are of one product."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        while parent.setdefault(one, one) != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for one in known:
        for code in sorted(named(one).codes):
            parent[root(code)] = root(one.name)
        root(one.name)
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for one_text in parent:
        groups[root(one_text)].add(one_text)
    return [groups[first] for first in sorted(groups)]


def embedding(known: Sequence[Known], rare: Sequence[float]) -> tuple[tuple[int, ...], ...]:
    """A vector for each bucket, in whole numbers from -127 to 127."""
    matrix: list[Row] = []
    for group in texts(known):
        found = sorted({bucket for text in group for bucket in grams(text) | grams(uncoded(text))})
        length = math.sqrt(sum(rare[bucket] ** 2 for bucket in found)) or 1.0
        matrix.append([(bucket, rare[bucket] / length) for bucket in found])
    found_vectors = vectors(matrix, BUCKETS, DIMENSIONS, SWEEPS, SEED)
    weighted = [[value * rare[bucket] for value in row] for bucket, row in enumerate(found_vectors)]
    sizes = sorted(abs(value) for row in weighted for value in row if value)
    most = sizes[int(len(sizes) * 0.999)]
    return tuple(tuple(max(-127, min(127, round(127 * value / most))) for value in row) for row in weighted)


def loss(learned: Model, held: Sequence[Pair]) -> float:
    """Mean log loss on pairs that were not learned from."""
    total = 0.0
    for pair in held:
        chance = 1 / (1 + math.exp(-learned.odds(pair.numbers)))
        total -= math.log(max(1e-9, chance if pair.right else 1 - chance))
    return total / len(held)


def calibrated(labels: Sequence[dict[str, str]], library: Library) -> tuple[tuple[Curve, ...], int]:
    """A curve for each thing that the rules may say, and of how many answers they are made.

    Where the rules are sure, the answers are the best of a device and of an advisory; else all products near a device, of which few are
    right: what the rules do not find must earn its score.
    """
    best = [*of_devices(labels, library), *of_advisories(labels, library)]
    near = of_candidates(labels, library)
    answers = [[one for one in near if one.sure is sure] for sure in (Sure.NO, Sure.MAYBE)] + [
        [one for one in best if one.sure is Sure.YES]
    ]
    curves = tuple(fit([(one.score, one.right) for one in of]) for of in answers)
    return curves, sum(map(len, answers))


def lines(learned: Weights) -> list[tuple[str, str, str]]:
    """The rows of the file."""
    packed = bytes(round(value * RARITY_SCALE) for value in learned.rarity)
    found = [("rarity", str(BUCKETS), base64.b85encode(packed).decode())]
    for number, dimension in enumerate(zip(*learned.vectors, strict=True)):
        found.append(("vector", str(number), base64.b85encode(array("b", dimension).tobytes()).decode()))
    found.append(("begin", "0", f"{learned.begin:.4f}"))
    for number, tree in enumerate(learned.trees):
        parts = (map(str, tree.features), (f"{limit:.10g}" for limit in tree.limits), (f"{leaf:.4g}" for leaf in tree.leaves))
        found.append(("tree", str(number), "|".join(" ".join(part) for part in parts)))
    for sure, curve in zip(Sure, learned.curves, strict=True):
        scores, chances = zip(*curve.points, strict=True)
        found.append(("curve", sure.name.lower(), "|".join(" ".join(f"{value:.6f}" for value in half) for half in (scores, chances))))
    return found


def main() -> int:
    """Learns and writes; says on standard error what was counted."""
    parser = argparse.ArgumentParser(prog="python -m tools.train_ranker", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("advisories", type=Path, metavar="CSAF", help="a CSAF document, a folder or a zip archive of them")
    parser.add_argument("--labels", type=Path, default=LABELS, help=f"devices judged by hand, for the calibration ({LABELS})")
    parser.add_argument("--date", default=time.strftime("%Y-%m-%d", time.gmtime()), help="the date of the certificate (today)")
    given = parser.parse_args()
    advisories = load(given.advisories).advisories
    known = sorted({Known(product.vendor, product.name, product.order_numbers) for one in advisories for product in one.products})
    rare = rarity(known)
    learned = Weights(tuple(rare), embedding(known, rare), 0.0, (), (Curve(((0.0, 0.0), (1.0, 1.0))),) * len(Sure))
    made = list(pairs(known, Gazetteer(known), Ranker(known, (), Model(learned)), SEED))
    kept, held = [pair for pair in made if pair.group % HELD], [pair for pair in made if not pair.group % HELD]
    begin, grown = trees([pair.numbers for pair in kept], [pair.right for pair in kept], TREES)
    said = f"{len(known)} products, {len(made)} pairs ({sum(pair.right for pair in made)} right)"
    print(f"{said}; log loss on held-out names {loss(Model(learned._replace(begin=begin, trees=tuple(grown))), held):.4f}", file=sys.stderr)
    begin, grown = trees([pair.numbers for pair in made], [pair.right for pair in made], TREES)
    learned = learned._replace(begin=begin, trees=tuple(grown))
    library = Library(advisories, Ranker(known, (), Model(learned)))
    curves, count = calibrated(rows(given.labels), library)
    learned = learned._replace(curves=curves)
    archive = hashlib.sha256(given.advisories.read_bytes()).hexdigest()[:12] if given.advisories.is_file() else "a folder"
    source = (
        f"learned by `python -m tools.train_ranker {given.advisories.name}` (SHA-256 {archive}, {len(advisories)} documents, {said}), seed "
        f"{SEED}; calibrated on {count} answers of {given.labels.name}; numbers only"
    )
    head = f"# source: {source}\n# date: {given.date}\n# licence: Apache-2.0\npart\tkey\tnumbers\n"
    (FOLDER / FILE).write_text(head + "".join("\t".join(line) + "\n" for line in lines(learned)), "utf-8")
    print(f"{FOLDER / FILE}: {(FOLDER / FILE).stat().st_size:,} bytes, calibrated on {count} answers", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
