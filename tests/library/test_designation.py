"""Names of products in advisories, taken apart."""

from __future__ import annotations

import pytest

from fieldwatch.library.designation import Edition, designation


def words(name: str) -> list[tuple[str, ...]]:
    return [wanted.words for wanted in designation(name).wanted if not wanted.soft]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("SIMATIC S7-1500 CPU 1511-1 PN (6ES7511-1AK01-0AB0)", [("s7-1500",), ("1511-1",), ("pn",)]),
        ("NAE85 and NIE85", [("nae85", "nie85")]),
        ("AFS660/AFS665", [("afs660", "afs665")]),
        ("AFS660/665", [("afs660", "afs665")]),
        ("SYSMAC CP1E/CP1H", [("cp1e", "cp1h")]),
        ("MELSEC iQ-R Series R32(EN)CPU Firmware", [("iqr",), ("r32cpu", "r32encpu")]),
        ("MRD-315 MRD-355 MRD-455", [("mrd315", "mrd355", "mrd455")]),
        ("NPort 5210 5230 and 5232", [("nport",), ("5210", "5230", "5232")]),
        ("SIMATIC CP 343-1 Lean (incl. SIPLUS variants)", [("cp",), ("343-1",), ("lean",)]),
        ("Modicon M221 all references", [("m221",)]),
    ],
)
def test_what_a_name_asks_for(name: str, wanted: list[tuple[str, ...]]) -> None:
    assert words(name) == wanted


def test_a_slash_list_shares_its_head_and_its_tail() -> None:
    assert {"r08pcpu", "r16pcpu", "r120pcpu"} <= set(words("MELSEC iQ-R series R08/16/32/120PCPU")[-1])


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("SYSMAC CS1D-CPU[][]SA", "cs1dcpu[a-z0-9][a-z0-9]sa"), ("CJ2M-CPU □ □", "cj2mcpu[a-z0-9][a-z0-9]"), ("BMXP34*", "bmxp34[a-z0-9-]*")],
)
def test_wildcards_are_patterns(name: str, pattern: str) -> None:
    assert [one for wanted in designation(name).wanted for one in wanted.patterns] == [pattern]


@pytest.mark.parametrize(
    ("name", "series"),
    [
        ("1756-EN2T Series B", "b"),
        ("1756-EN2F/C", "c"),
        ("1763-L16BBB Series A and B", "ab"),
        ("SREA-01 revisions A B C", "abc"),
        ("1756-EN2T", ""),
    ],
)
def test_series_of_the_hardware(name: str, series: str) -> None:
    assert designation(name).series == frozenset(series)


@pytest.mark.parametrize(
    ("name", "edition"),
    [
        ("SIMATIC WinCC V7.5", Edition((7, 5), (), "", "v7.5")),
        ("SIMATIC PCS 7 V8.0 and earlier", Edition((8, 0), (), "<=", "v8.0 and earlier")),
        ("ClearSCADA 2014 R1", Edition((2014,), ("r1",), "", "2014 r1")),
        ("RUGGEDCOM ROS RSG2100P (32M) V5.X", Edition((5,), (), "", "v5.x")),
        ("SIMATIC S7-1500", None),
        ("Stratix 5400", None),
    ],
)
def test_editions(name: str, edition: Edition | None) -> None:
    assert designation(name).edition == edition


def test_order_numbers_are_taken_out() -> None:
    assert designation("SCALANCE X302-7 EEC (230V) (6GK5302- 7GD00-3EA3)").codes == ("6GK53027GD003EA3",)


def test_exclusions_conditions_and_families() -> None:
    assert "vscan" in designation("Invenia ABUS Scan station, not including VScan product line").excluded
    assert designation("Stratix 5200 (running Cisco IOS XE)").condition.startswith("running cisco ios xe")
    assert designation("EDS-408A series").family
    assert not designation("EDS-408A").family
