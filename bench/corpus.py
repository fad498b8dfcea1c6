"""The corpus of real captures: what reading all of it costs, what is not read of it, and whether what is known to be in it is found."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench._machine import ROOT
from bench._ours import document, inspect
from bench._part import Missing, Outcome, Part, Promise
from bench._process import Cost
from bench._process import run as cost
from bench._table import table
from fieldwatch.pipeline.sources import find

CORPUS = Path(os.environ.get("FIELDWATCH_CORPUS", ROOT.parent / "shared"))
FOLDERS = ("captures", "datasets", "plant")

TRUTHS = (
    (
        "identity",
        "eval_identity.py",
        0.97,
        "arp,bacnet,cdp,cip,cip-pccc,dhcp,dnp3,enip,ftp,http,llmnr,lldp,mdns,modbus,nbns,pn_dcp,s7comm,snmp,ssh,telnet,tls",
    ),
    ("operations", "eval_operations.py", 0.95, "bacnet,cip,cip-pccc,dnp3,ftp,http,modbus,pn_dcp,s7comm,snmp,telnet"),
)
"""What is known of the captures: the program that compares, the least share that it must find, and the protocols of which it is asked."""


LEAST_PRECISION, LEAST_FRAMES = 0.98, 0.9

EXPLAINED = """\
What is listed as missed or different, from the bytes:
- dnp3/igbe, frame 1, and ftp/zeek__bruteforce, frame 1: labels of whole captures; frame 1 is a SYN. Every restart, and every one of the
  30 logins, is reported where it happens.
- enip, class 0x8b: the wall clock object of Rockwell's controllers. Its attribute 6 is the time, so the effect is time_set, which the
  program does not let pass for "set attribute".
- telnet banner: frame 178 says ttyp1, frame 224 says ttyp2. Both are there; the truth has one."""


class Folder(NamedTuple):
    """What was read of one folder, and whether another order of its files and another number of jobs gave the same bytes."""

    name: str
    costs: list[Cost]
    result: dict[str, Any]
    same: bool


def run(times: int) -> Outcome:
    if not all((CORPUS / name).is_dir() for name in FOLDERS):
        raise Missing(f"{CORPUS} is not there: name the corpus by FIELDWATCH_CORPUS")
    with tempfile.TemporaryDirectory() as place:
        folders = [read(name, times, Path(place)) for name in FOLDERS]
        said = [compare(tool, protocols, Path(place) / "captures.json") for _, tool, _, protocols in TRUTHS]
    text = "\n\n".join(
        (
            "Files are read by one command per folder; seconds are the median of the rounds, start and writing of the JSON included.",
            table(
                ["folder", "files", "packets", "bytes", "wall", "CPU", "peak memory", "broken rules", "not decoded"],
                [row(one) for one in folders],
            ),
            "Not decoded, packets or messages by protocol (`unknown`: of no protocol that has a file):",
            table(["protocol", "reason", *FOLDERS], undecoded(folders)),
            *(f"Known {what} ({tool}):\n\n```\n{report.strip()}\n```" for (what, tool, _, _), report in zip(TRUTHS, said, strict=True)),
            EXPLAINED,
        )
    )
    return Outcome(text, (*map(is_whole, folders), *map(is_same, folders), *known(said)))


def read(name: str, times: int, place: Path) -> Folder:
    """Reads a folder, then its files in another order by two processes."""
    paths = [Path(path) for path in find([str(CORPUS / name)])]
    first, second = place / f"{name}.json", place / f"{name}-shuffled.json"
    costs = [cost(inspect(*paths, json=first)) for _ in range(times)]
    cost(inspect(*random.Random(5).sample(paths, len(paths)), json=second, jobs=2))
    return Folder(name, costs, document(first), first.read_bytes() == second.read_bytes())


def row(one: Folder) -> tuple[str, ...]:
    result, counters = one.result, one.result["totals"]["counters"]
    counts = (len(result["captures"]), counters["packets"], sum(capture["bytes"] for capture in result["captures"]))
    seconds = (median(each.wall_s for each in one.costs), median(each.cpu_s for each in one.costs))
    peak_mib = max(each.peak_mib for each in one.costs)
    last = (sum(each["count"] for each in result["malformed"]), sum(each["count"] for each in result["undecoded"]))
    return (
        one.name,
        *(f"{count:,}" for count in counts),
        *(f"{each:.2f} s" for each in seconds),
        f"{peak_mib:.0f} MiB",
        *(f"{count:,}" for count in last),
    )


def undecoded(folders: list[Folder]) -> list[tuple[str, ...]]:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for folder in folders:
        for one in folder.result["undecoded"]:
            counts.setdefault((one["protocol"], one["reason"]), Counter())[folder.name] += one["count"]
    return [(*key, *(f"{count[name]:,}" for name in FOLDERS)) for key, count in sorted(counts.items())]


def compare(tool: str, protocols: str, result: Path) -> str:
    """What the corpus' own program says of the result."""
    command = [sys.executable, str(CORPUS / "tools" / tool), str(CORPUS / "captures"), "--protocols", protocols, "--json", str(result)]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def figure(pattern: str, report: str) -> float:
    """The last number in the report that stands where the pattern has its group."""
    found = re.findall(pattern, report)
    return float(found[-1]) if found else 0.0


def is_whole(one: Folder) -> Promise:
    """Every packet is in a conversation, or of a link type that is said not to be read; nothing failed."""
    counters = one.result["totals"]["counters"]
    told = sum(each["packets"] for each in one.result["conversations"]) + counters["unknown_link"]
    kept = told == counters["packets"] and not counters["faults"] and not one.result["skipped"]
    return Promise(f"packets of {one.name} that are told of", f"{counters['packets']:,}", f"{told:,}, {counters['faults']} faults", kept)


def is_same(one: Folder) -> Promise:
    return Promise(f"JSON of {one.name}, shuffled, --jobs 2", "the same bytes", "the same bytes" if one.same else "different", one.same)


def known(said: list[str]) -> list[Promise]:
    """What the corpus' programs measured."""
    shares = [figure(r"recall (\d\.\d+)", report) for report in said]
    pairs = zip(TRUTHS, shares, strict=True)
    found = [
        Promise(f"known {what} found", f"at least {least}", f"{measured:.3f}", measured >= least) for (what, _, least, _), measured in pairs
    ]
    rows, named, precision = (figure(pattern, said[0]) for pattern in (r"/(\d+)\), frame", r"frame named (\d+)", r"precision (\d\.\d+)"))
    frames = named / rows if rows else 0.0
    return [
        *found,
        Promise("known identity with the first frame that says it", f"at least {LEAST_FRAMES}", f"{frames:.3f}", frames >= LEAST_FRAMES),
        Promise("precision of identity", f"at least {LEAST_PRECISION}", f"{precision:.3f}", precision >= LEAST_PRECISION),
    ]


PART = Part("corpus", "The corpus of real captures: cost, what is not decoded, and how much of what is known is found", run, 3)
