"""Draws the version ranges that are read one by one: `draw_ranges.py CSAF_ZIP > sample.tsv`.

Every `product_version_range` leaf of the product trees (CSAF 2.0, 3.1.2.2) gets the first grammar whose pattern fits it. The draw is
stratified: every grammar has `FEWEST` leaves (all, where it has fewer), the rest is shared in proportion to how common the grammars are.
The same archive gives the same sample: leaves are sorted by advisory and product id, and the seed is fixed.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

SEED = 7
SIZE = 300
FEWEST = 10

OPERATOR = r"(?:[<>]=?|=[<>])"
NUMBER = r"[vV]?\d+(?:\.\d+)*"
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
SUFFIX = r"(?:SP|SPI|Service[ _]Pack|Upd|Update|HF|Hotfix|HotfixRev|UC|Patch|MP|P|QU|CU|FP|TCU|SR|UPD)"

GRAMMARS: tuple[tuple[str, str], ...] = (
    ("A", r"vers:all/\*|All [vV]ersions"),
    ("B", rf"vers:all/{OPERATOR}{NUMBER}"),
    ("D", rf"(?i:all (?:firmware )?versions)\s+{OPERATOR}\s*(?:V )?{NUMBER}"),
    ("K", r"(?i).*serial (?:number|no).*|.*serial_No.*"),
    ("C", rf"\s*{OPERATOR}\s*{NUMBER}\s*"),
    ("N", rf"\s*{NUMBER}\s*|[\d.]+ \(build \d+\)|No version"),
    ("P", rf"(?i).*\b{MONTH}[ /]\d+.*"),
    (
        "Q",
        r"(?i).*(?:\bonly |_only_|\bwith (?!<|U-Boot|BSP)|if .*installed|\busing\b|versions including|\bconfiguration\b"
        r"|all_versions_with).*",
    ),
    ("E", rf"\s*>=?\s*R?{NUMBER}[A-Zx]?\s*\|\s*(?:<=?|=<)\s*R?{NUMBER}[A-Za-z]?\s*|>=V\d+\|<=V\d+|>= V\dL\d+ \| < V\dL\d+"),
    ("F", rf"(?:vers:all/|All [vV]ersions )?\s*>=?\s*{NUMBER}\s*(?:and)?\s*\|?<=?\s*{NUMBER}"),
    ("L", rf"\s*>=?\s*(?:{NUMBER}(?:\.x)?|R?\d+-V\d+)\s*\|\s*(?:<=?|=<)\s*(?:{NUMBER}(?:\.x)?|R?\d+-V\d+)\.?\s*"),
    ("O", r"[^<>]*\|[^<>]*|.*[^<>]*\|\s*[^<>\s].*|.*\d\s?/\s?\d.*|<[^|]*\|\s*<.*|Versions V[\d.]+, .*|V[\d.]+, V.*"),
    ("M", rf"\s*{OPERATOR}\s*[vVRS]?(?:\d+\.?)*[xX](?:\.\d+)*"),
    ("G", rf".*\d[ _.-]?{SUFFIX}[ _]?\d.*|.*\b{SUFFIX}[ _-]?\d.*"),
    (
        "I",
        rf"All BIOS versions .*|.*{OPERATOR}\s*\(?[A-Za-z][\w ]*[_. -]?\d+(?:\.\d+)*\)?|[\w ]+ {OPERATOR}\s*{NUMBER}|{OPERATOR}\s*[A-Z]+",
    ),
    ("J", r".*\d-\d.*|.*HW\d.*|.*\d_\d.*|.*(?i:build|beta).*|.*\d ?\(\d+\)|.*\d\.[xX]\.[xX].*"),
    ("H", rf".*{OPERATOR}\s*[vV]?\d[\d.()]*[A-Za-z]+\d*.*|.*\d ?RU\d.*"),
)
"""Letter of the grammar, and a pattern that the whole leaf fits; the first that fits wins. What fits none is "Z", other text."""

COMPILED = tuple((letter, re.compile(pattern)) for letter, pattern in GRAMMARS)


class Leaf(NamedTuple):
    """A `product_version_range` branch with its product, and the vendor and product branches above it."""

    advisory_id: str
    product_id: str
    vendor: str
    product_name: str
    leaf: str
    text: str


def grammar(leaf: str) -> str:
    """The letter of the first grammar that fits."""
    return next((letter for letter, pattern in COMPILED if pattern.fullmatch(leaf)), "Z")


def leaves(archive: Path) -> Iterator[Leaf]:
    """All range leaves of the archive's documents."""
    with zipfile.ZipFile(archive) as members:
        for name in members.namelist():
            if name.endswith(".json"):
                document = json.loads(members.read(name))
                yield from _walk(document["document"]["tracking"]["id"], document.get("product_tree", {}).get("branches", []), {})


def _walk(advisory_id: str, branches: Sequence[dict[str, Any]], above: dict[str, str]) -> Iterator[Leaf]:
    for branch in branches:
        path = above | {branch["category"]: branch["name"]}
        if branch["category"] == "product_version_range":
            product = branch["product"]
            names = (path.get("vendor", ""), path.get("product_name", ""))
            yield Leaf(advisory_id, product["product_id"], *names, branch["name"], product["name"])
        yield from _walk(advisory_id, branch.get("branches", ()), path)


def shares(sizes: dict[str, int], size: int, fewest: int) -> dict[str, int]:
    """How many leaves to draw from each stratum: `fewest` or all, the rest by largest remainder (ties by letter)."""
    least = {letter: min(fewest, count) for letter, count in sizes.items()}
    rest, total = size - sum(least.values()), sum(sizes.values())
    exact = {letter: rest * count / total for letter, count in sizes.items()}
    drawn = {letter: min(sizes[letter], least[letter] + int(exact[letter])) for letter in sizes}
    for letter in sorted(sizes, key=lambda letter: (int(exact[letter]) - exact[letter], letter)):
        if sum(drawn.values()) < size and drawn[letter] < sizes[letter]:
            drawn[letter] += 1
    return drawn


def draw(population: Sequence[Leaf]) -> list[tuple[str, Leaf]]:
    """The sample with the letter of each leaf's grammar, in the order of advisory and product id."""
    strata: dict[str, list[Leaf]] = {}
    for leaf in sorted(population):
        strata.setdefault(grammar(leaf.leaf), []).append(leaf)
    number = shares({letter: len(strata[letter]) for letter in sorted(strata)}, SIZE, FEWEST)
    chance = random.Random(SEED)
    return sorted(
        ((letter, leaf) for letter in sorted(strata) for leaf in chance.sample(strata[letter], number[letter])), key=lambda drawn: drawn[1]
    )


def main() -> int:
    """Writes the sample, tab-separated, to standard output; the counts of all grammars to standard error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("archive", type=Path, help="ZIP of CSAF documents")
    population = list(leaves(parser.parse_args().archive))
    writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    writer.writerow(("advisory_id", "product_id", "class", "vendor", "product_name", "leaf", "text"))
    for letter, leaf in draw(population):
        writer.writerow((leaf.advisory_id, leaf.product_id, letter, *leaf[2:]))
    letters = [grammar(leaf.leaf) for leaf in population]
    print(" ".join(f"{letter}={letters.count(letter)}" for letter in sorted(set(letters))), "all", len(letters), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
