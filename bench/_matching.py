"""What the bench of matching runs as processes of their own: Fieldwatch, the naive loop, the join in DuckDB.

python -m bench._matching NAME ARCHIVE OUT.json
"""

from __future__ import annotations

import csv
import gc
import json
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

from bench._devices import SEED, devices, models
from fieldwatch.library.identity import Identity
from fieldwatch.vulnerabilities.advisory import Advisory
from fieldwatch.vulnerabilities.catalogue import load
from fieldwatch.vulnerabilities.many import cores, in_order
from fieldwatch.vulnerabilities.match import Matched, Matcher

DEVICES = 100_000
CHANGES = 200
"""Advisories that are taken out and come again."""

SAMPLE = 200
"""Devices that the naive loop is run on; its time for all is extrapolated."""

ALIKE = 80
"""Points of 100 from which a fuzzy comparison takes two names for one."""

BOUND = re.compile(r"(<=|>=|<|>|=)?\s*v?(\d+(?:\.\d+)*)", re.IGNORECASE)


class Clock:
    """Wall and CPU seconds since it was made."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        return time.perf_counter() - self.wall, time.process_time() - self.cpu


def ours(advisories: tuple[Advisory, ...], archive: Path) -> dict[str, Any]:
    """All devices against all advisories; then advisories that go and come; then what a device has to read."""
    asked = devices(advisories, DEVICES)
    clock = Clock()
    matcher = Matcher(advisories)
    _, prepared_s = clock.read()
    found = [matcher.match(one) for one in asked]
    wall_s, cpu_s = clock.read()
    peak_mib = _peak_mib()
    changed = [_changed(matcher, one) for one in random.Random(SEED).sample(advisories, CHANGES)]
    labelled = [matcher.match(one) for one in _labelled(archive)]
    return {
        "models": models(asked),
        "prepared_s": prepared_s,
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "peak_mib": peak_mib,
        "peak_later_mib": _peak_mib(),
        "judgements": sum(len(one.judgements) for one in found),
        "affected": sum(said.verdict.value == "affected" for one in found for said in one.judgements),
        "change_s": [seconds for seconds, _ in changed],
        "touched": [count for _, count in changed],
        "generated": _read(found),
        "labelled": _read(labelled),
    }


def spread_out(advisories: tuple[Advisory, ...], _archive: Path) -> dict[str, Any]:
    """All devices against all advisories on all cores, each verdict counted where it is made."""
    asked = devices(advisories, DEVICES)
    clock = Clock()
    matcher = Matcher(advisories)
    counted = [0, 0]
    for told in in_order(partial(_counted, matcher), asked, cores()):
        counted = [one + other for one, other in zip(counted, told, strict=True)]
    wall_s, _ = clock.read()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "wall_s": wall_s,
        "cpu_s": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        "processes": cores(),
        "peak_mib": _peak_mib() + cores() * children.ru_maxrss / 1024,
        "judgements": counted[0],
        "affected": counted[1],
    }


def _counted(matcher: Matcher, one: Identity) -> tuple[int, int]:
    judgements = matcher.match(one).judgements
    return len(judgements), sum(said.verdict.value == "affected" for said in judgements)


def _changed(matcher: Matcher, one: Advisory) -> tuple[float, int]:
    """Seconds until an advisory that comes is in force and the devices that it concerns are judged, and how many these are."""
    for device in matcher.withdraw(one.id):
        matcher.match(device)
    clock = Clock()
    concerned = matcher.update(one)
    for device in concerned:
        matcher.match(device)
    return clock.read()[0], len(concerned)


def _labelled(archive: Path) -> list[Identity]:
    """The identities of the labelled rows beside the archive, each once."""
    path = archive.with_name("attribution-dev.csv")
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        cells = ("vendor_raw", "product_raw", "order_number_raw", "firmware_raw", "hardware_raw")
        return list(dict.fromkeys(Identity(*(row[name] for name in cells)) for row in csv.DictReader(file)))


def _read(found: Iterable[Matched]) -> dict[str, Any]:
    """How many advisories a device has: median, 95th percentile and most; those that may concern it, and all."""
    may, every = [], []
    for one in found:
        every.append(len({said.advisory.id for said in one.judgements}))
        may.append(len({said.advisory.id for said in one.judgements if said.verdict.value != "not_affected"}))
    return {"devices": len(every), "may": _spread(may), "all": _spread(every)}


def _spread(counts: list[int]) -> list[float]:
    return [median(counts), quantiles(counts, n=20)[-1], max(counts)] if len(counts) > 1 else []


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Row(NamedTuple):
    """A product with one bound of its range, as a naive program reads it; "" and () where there is none."""

    vendor: str
    name: str
    numbers: tuple[str, ...]
    advisory: str
    cves: tuple[str, ...]
    bounds: tuple[tuple[str, str], ...]


def folded(text: str) -> str:
    """Lower case, letters and digits alone."""
    return "".join(sign for sign in text.lower() if sign.isalnum())


def maker(text: str) -> str:
    """The first word of a maker's name: Siemens of Siemens AG."""
    return folded(next(iter(text.split()), ""))


def rows(advisories: Iterable[Advisory]) -> list[Row]:
    """The products as both peers take them."""
    found = []
    for one in advisories:
        for product in one.products:
            cves = tuple(flaw.cve for flaw in one.vulnerabilities if product.id in flaw.affected)
            bounds = tuple((match[1] or "=", match[2]) for match in BOUND.finditer(product.version))
            found.append(Row(maker(product.vendor), product.name, tuple(map(folded, product.order_numbers)), one.id, cves, bounds))
    return found


def naive(advisories: tuple[Advisory, ...], archive: Path) -> dict[str, Any]:
    """Each device against each product: the same maker, the name alike to 80 of 100, the version inside as `packaging` counts."""
    from packaging.version import InvalidVersion, Version
    from rapidfuzz.fuzz import token_set_ratio

    compare = {"<": Version.__lt__, "<=": Version.__le__, ">": Version.__gt__, ">=": Version.__ge__, "=": Version.__eq__}

    def inside(version: str, bounds: tuple[tuple[str, str], ...]) -> bool:
        try:
            own = Version(version)
        except InvalidVersion:
            return False
        return all(compare[operator](own, Version(bound)) for operator, bound in bounds)

    asked = devices(advisories, DEVICES)[:: DEVICES // SAMPLE]
    products = rows(advisories)
    clock = Clock()
    hits = 0
    for device in asked:
        vendor, name = maker(device.vendor), device.product or device.order_number
        version = next(iter(re.findall(r"\d+(?:\.\d+)*", device.firmware)), "")
        for row in products:
            if row.vendor == vendor and token_set_ratio(name.lower(), row.name.lower()) >= ALIKE and inside(version, row.bounds):
                hits += len(row.cves)
    wall_s, cpu_s = clock.read()
    scale = DEVICES / len(asked)
    return {"wall_s": wall_s * scale, "cpu_s": cpu_s * scale, "measured_s": wall_s, "devices": len(asked), "affected": hits * scale}


JOIN = r"""
CREATE TABLE found AS
WITH product AS (
    SELECT vendor, name, number, advisory, cve, bounds,
        [{'operator': part[1], 'bound': [digit::BIGINT FOR digit IN string_split(part[2], '.')]}
         FOR part IN [string_split(one, ' ') FOR one IN string_split(bounds, '|')] IF len(part) = 2] AS limits
    FROM read_csv($products, header = true, all_varchar = true)
), device AS (
    SELECT id, vendor, name, number,
        [digit::BIGINT FOR digit IN regexp_extract_all(regexp_extract(firmware, '\d+(\.\d+)*'), '\d+')] AS version
    FROM read_csv($devices, header = true, all_varchar = true)
), pair AS (
    SELECT id, version, advisory, cve, limits FROM device JOIN product USING (vendor, name)
    UNION ALL
    SELECT id, version, advisory, cve, limits FROM device JOIN product USING (vendor, number)
)
SELECT id, advisory, cve, bool_or(len(list_filter(limits, lambda one: NOT CASE one.operator
    WHEN '<' THEN version < one.bound WHEN '<=' THEN version <= one.bound
    WHEN '>' THEN version > one.bound WHEN '>=' THEN version >= one.bound ELSE version = one.bound END)) = 0) AS affected
FROM pair GROUP BY ALL
"""
"""Equality of maker and name, or of maker and order number; versions as lists of numbers, which SQL compares from the left."""


def joined(advisories: tuple[Advisory, ...], archive: Path) -> dict[str, Any]:
    """The same in SQL: the tables are read, joined, and the versions compared, on one thread."""
    import duckdb

    asked = devices(advisories, DEVICES)
    products = rows(advisories)
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        of_products, of_devices = Path(folder) / "products.csv", Path(folder) / "devices.csv"
        _write(
            of_products,
            ("vendor", "name", "number", "advisory", "cve", "bounds"),
            (
                (row.vendor, folded(row.name), number, row.advisory, cve, "|".join(map(" ".join, row.bounds)))
                for row in products
                for number in row.numbers or ("",)
                for cve in row.cves
            ),
        )
        _write(
            of_devices,
            ("id", "vendor", "name", "number", "firmware"),
            (
                (str(at), maker(one.vendor), folded(one.product), folded(one.order_number) or None, one.firmware)
                for at, one in enumerate(asked)
            ),
        )
        base = duckdb.connect()
        base.execute("SET threads = 1")
        base.execute(JOIN, {"products": str(of_products), "devices": str(of_devices)})
    wall_s, cpu_s = clock.read()
    counts = base.execute("SELECT count(*), count(*) FILTER (affected), count(DISTINCT id) FROM found").fetchone() or (0, 0, 0)
    return {"wall_s": wall_s, "cpu_s": cpu_s, "judgements": counts[0], "affected": counts[1], "devices": counts[2]}


def _write(path: Path, head: tuple[str, ...], lines: Iterable[tuple[str | None, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(head)
        table.writerows(lines)


PROGRAMS = {"ours": ours, "spread_out": spread_out, "naive": naive, "joined": joined}


def main() -> None:
    gc.disable()  # as `fieldwatch match` does
    program, archive, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    clock = Clock()
    advisories = load(archive).advisories
    read_s, _ = clock.read()
    measured = PROGRAMS[program](advisories, archive)
    out.write_text(
        json.dumps({**measured, "read_s": read_s, "advisories": len(advisories), "products": sum(len(one.products) for one in advisories)})
    )


if __name__ == "__main__":
    main()
