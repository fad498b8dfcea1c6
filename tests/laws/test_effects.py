"""What an operation does agrees with what tshark shows in its packet: no read is taken for a change, and no change for a read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fieldwatch.facts import DANGEROUS, Operation
from fieldwatch.pipeline import inspect

if TYPE_CHECKING:
    from tests.laws.conftest import Shown

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(900)]

Is = Callable[[Any], bool]
"""Whether a function is such."""

READS: dict[str, Is] = {
    "bacnet": {(0, service) for service in (6, 12, 13, 14, 26)}.__contains__,
    "cip": lambda service: service & 0x7F in {0x01, 0x03, 0x0E},
    "dnp3": {1}.__contains__,
    "enip": {0x04, 0x63, 0x64}.__contains__,
    "ftp": {"LIST", "MDTM", "NLST", "PWD", "RETR", "SIZE", "SYST"}.__contains__,
    "http": {"GET", "HEAD", "OPTIONS"}.__contains__,
    "modbus": lambda function: function[0] in {1, 2, 3, 4, 7, 11, 12, 17, 20, 24, 43},
    "pn_dcp": lambda service: service[0] in {3, 5},
    "s7comm": {(1, code) for code in (0x04, 0x1D, 0x1E, 0x1F, 0xF0)}.union(
        {(7, 4, 3, 1), (7, 4, 4, 1), (7, 4, 7, 1), (7, 4, 7, 3)}
    ).__contains__,
    "snmp": {0, 1, 5}.__contains__,
}
"""Functions by which nothing is changed, as each standard says."""

CHANGES: dict[str, Is] = {
    "bacnet": {(0, service) for service in (7, 8, 9, 10, 11, 15, 16, 17, 20)}.__contains__,
    "cip": {0x02, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x10}.__contains__,
    "dnp3": {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 27}.__contains__,
    "ftp": {"APPE", "DELE", "MKD", "RMD", "RNFR", "RNTO", "STOR", "STOU"}.__contains__,
    "http": {"DELETE", "PATCH", "PUT"}.__contains__,
    "modbus": {(code, False) for code in (5, 6, 15, 16, 21, 22, 23)}.__contains__,
    "pn_dcp": {(4, 0)}.__contains__,
    "s7comm": {(1, code) for code in (0x05, 0x1A, 0x1B, 0x1C, 0x28, 0x29)}.__contains__,
    "snmp": {3}.__contains__,
}
"""Requests by which something is changed."""

Packet = tuple[str, int]
"""A capture and a frame of it."""


Known = Mapping[str, Mapping[Packet, set[str]]]
"""By protocol, the packets in which something is changed, and by what operations."""


@pytest.fixture(scope="module")
def operations(corpus: Path) -> list[tuple[str, Operation]]:
    """What changes something in each capture, by the capture's name."""
    folder = corpus / "captures"
    found = inspect([str(folder)], fenced=False).facts.operations
    return [(Path(one.evidence.source).relative_to(folder).as_posix(), one) for one in found if one.effect in DANGEROUS]


@pytest.fixture(scope="module")
def changed(operations: list[tuple[str, Operation]]) -> Known:
    known: dict[str, dict[Packet, set[str]]] = defaultdict(lambda: defaultdict(set))
    for capture, operation in operations:
        for occurrence in operation.occurrences:
            known[operation.protocol][capture, occurrence.frame].add(f"{operation.effect}: {operation.name}")
    return known


def test_no_read_is_taken_for_a_change(changed: Known, tshark: Shown) -> None:
    wrong = {}
    compared = 0
    for protocol, is_read in READS.items():
        for (capture, frame), names in changed[protocol].items():
            shown = [function for name, function in tshark[capture][frame - 1] if name == protocol]
            compared += bool(shown)
            if shown and all(map(is_read, shown)):
                wrong[protocol, capture, frame] = names, shown
    assert wrong == {}
    assert compared > 10_000


def test_no_change_is_taken_for_a_read(operations: list[tuple[str, Operation]], changed: Known, tshark: Shown) -> None:
    missing: Counter[tuple[str, str]] = Counter()
    compared = 0
    for capture, packets in tshark.items():
        for number, shown in enumerate(packets, 1):
            for protocol, function in shown:
                if protocol in CHANGES and CHANGES[protocol](function):
                    compared += 1
                    missing[protocol, capture] += (capture, number) not in changed[protocol]
    thinned: Counter[tuple[str, str]] = Counter()
    for capture, operation in operations:  # of what comes too often, not every occurrence is kept, and it is said of how many
        thinned[operation.protocol, capture] += operation.times - len(operation.occurrences)
    assert +(missing - thinned) == Counter()
    assert compared > 20_000
