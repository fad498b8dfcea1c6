"""OUI lookup: the longest registered prefix wins, and bisection finds every row."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.library.oui import _find, oui
from fieldwatch.library.table import raw, table


@pytest.mark.parametrize(
    ("mac", "name"),
    [
        ("00:1d:9c:c8:bd:e7", "Rockwell Automation"),
        ("00-1D-9C-C8-BD-E7", "Rockwell Automation"),
        ("00:0e:8c:d0:f9:cb", "Siemens AG"),
        ("00:00:00:11:22:33", "XEROX CORPORATION"),
        ("fc:ff:aa:00:00:01", None),  # the block of an MA-M or MA-S registry, this part of it given to nobody
        ("02:42:ac:11:00:02", None),
        ("ff:ff:ff:ff:ff:ff", None),
        ("", None),
        ("00:1d:9c", None),
        ("not a mac addr", None),
    ],
)
def test_owner(mac: str, name: str | None) -> None:
    assert oui(mac) == name


def test_longer_prefix_wins() -> None:
    long_rows = [row for row in table("oui.tsv").rows if len(row[0]) > 6]
    assert {len(row[0]) for row in long_rows} == {7, 9}
    for prefix, name in long_rows[::97]:
        assert oui(prefix.ljust(12, "0")) in {name, None if name == "Private" else name}


def test_bisection_finds_first_last_and_every_97th_row() -> None:
    rows = table("oui.tsv").rows
    for prefix, name in [rows[0], rows[-1], *rows[::97]]:
        assert _find(prefix.encode()) == name


def test_rows_are_in_byte_order() -> None:
    lines = [line for line in raw("oui.tsv").split(b"\n")[4:] if line]
    assert lines == sorted(lines)


@given(st.binary(min_size=6, max_size=6))
def test_agrees_with_a_plain_dictionary(address: bytes) -> None:
    known = dict(row[:2] for row in table("oui.tsv").rows)
    digits = address.hex().upper()
    plain = known.get(digits[:9]) or known.get(digits[:7]) or known.get(digits[:6])
    assert oui(address.hex(":")) == (None if plain in {"Private", "IEEE Registration Authority"} else plain)


def test_first_lookup_is_quick_and_import_reads_nothing() -> None:
    code = "import fieldwatch.library.registries, fieldwatch.library.oui as o; print(o._registry.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "0"
    best = 1.0
    for _ in range(3):
        start = time.perf_counter()
        raw("oui.tsv")
        oui.__wrapped__("00:1d:9c:00:00:01")
        best = min(best, time.perf_counter() - start)
    assert best < 0.04
