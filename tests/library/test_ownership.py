"""Who owns whom, and whom a vendor's string names."""

from __future__ import annotations

import re

import pytest

from fieldwatch.library.makers import maker
from fieldwatch.library.ownership import between, changes, related, vendors


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Siemens", {"Siemens"}),
        (" Hitachi Energy ", {"Hitachi Energy"}),
        ("Schneider Electric Software, LLC", {"Schneider Electric"}),
        (
            "ABB, Phoenix Contact, Schneider Electric, Siemens, and WAGO",
            {"ABB", "Phoenix Contact", "Schneider Electric", "Siemens", "WAGO"},
        ),
        ("PHOENIX CONTACT, Innominate Security Technologies", {"Phoenix Contact", "Innominate"}),
        ("General Electric (GE) and Emerson", {"General Electric", "Emerson"}),
        ("Hirschmann Automation and Control GmbH, Belden Inc.", {"Hirschmann", "Belden"}),
        ("Sensormatic Electronics, LLC, a subsidiary of Johnson Controls Inc.", {"Sensormatic", "Johnson Controls"}),
        ("Becton, Dickinson and Company (BD)", {"BD"}),
        ("PSI GridConnect GmbH (formerly PSI Nentec GmbH)", {"PSI GridConnect"}),
        (
            "ENEA, Green Hills Software, ITRON, IP Infusion, and Wind River",
            {"ENEA", "Green Hills Software", "Itron", "IP Infusion", "Wind River"},
        ),
        ("GeutebrÃ¼ck GmbH", {"Geutebrück"}),
        ("Red Lion, AutomationDirect", {"Red Lion", "AutomationDirect"}),
        ("Original Siemens Equipment", {"Siemens"}),
        ("Rockwell Automation/Allen-Bradley", {"Rockwell Automation"}),
        ("GE Fanuc", {"Emerson"}),
        ("Automation Direct", {"AutomationDirect"}),
        ("Phillips", {"Philips"}),
        ("Acme Controls GmbH", {"Acme Controls"}),
        ("Sielco Sistemi", {"Sielco Sistemi"}),
        ("Contec Health", {"Contec Health"}),
        ("multiple", set()),
        ("n/a", set()),
        ("", set()),
        (",,, ( ) / and", set()),
    ],
)
def test_whom_a_string_names(text: str, names: set[str]) -> None:
    assert vendors(text) == names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ABB", "Hitachi Energy"),
        ("GE Fanuc", "General Electric"),
        ("Innominate", "Phoenix Contact"),
        ("APC", "Schneider Electric"),
        ("Exacq", "Johnson Controls"),
        ("Hirschmann", "Belden"),
        ("OSIsoft", "AVEVA"),
        ("Tridium", "Honeywell"),
        ("Ruggedcom", "Siemens"),
        ("Welch Allyn", "Baxter"),
        ("Sierra Wireless", "Semtech"),
        ("ICONICS", "Mitsubishi Electric"),
        ("B&R", "ABB"),
        ("Bently Nevada", "Baker Hughes"),
    ],
)
def test_relations_go_both_ways(one: str, other: str) -> None:
    assert other in related(one)
    assert maker(one) in related(other)
    assert between(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siemens", "ABB"),
        ("OSIsoft", "Emerson"),
        ("WAGO", "Phoenix Contact"),
        ("Rockwell Automation", "Siemens"),
        ("Contec", "Contec Health"),
    ],
)
def test_rivals_are_not_related(one: str, other: str) -> None:
    assert other not in related(one)
    assert one not in related(other)
    assert not between(one, other)


@pytest.mark.parametrize(
    ("product", "does"),
    [("RTU500 series CMU", True), ("Relion 670 series", True), ("", True), ("AC500", False), ("Relion 615 series", False)],
)
def test_a_line_that_was_sold_and_those_that_stayed(product: str, does: bool) -> None:
    assert ("Hitachi Energy" in related("ABB", product)) is does


def test_nobody_is_related_to_himself() -> None:
    assert all(name not in related(name) for change in changes() for name in (change.owner, change.brand))


def test_a_name_in_mojibake_is_the_same_maker() -> None:
    assert vendors("GeutebrÃ¼ck") == vendors("Geutebrück")


def test_hostile_strings_end() -> None:
    assert len(vendors("a," * 5000)) <= 1
    assert vendors("(" * 5000) == frozenset()


def test_every_row_is_a_fact_with_source_and_date() -> None:
    rows = changes()
    assert len({(row.owner, row.brand, row.line) for row in rows}) == len(rows)
    for row in rows:
        assert row.owner != row.brand
        assert row.line
        assert row.since == 0 or 1980 <= row.since <= 2026
        assert len(row.source) > 10
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", row.date)
        assert maker(row.owner) == row.owner
