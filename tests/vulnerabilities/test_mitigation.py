"""Mitigations: that each rule can fit, what fits first, and that what others need is not told."""

from __future__ import annotations

import re

import pytest

from fieldwatch.protocols import registry
from fieldwatch.vulnerabilities.mitigation import MOST, mitigations
from fieldwatch.vulnerabilities.tables import groups, protocols, table

RULES = table("mitigations.tsv").rows
EXPOSURES = [row[0] for row in table("exposures.tsv").rows]


def named(cwe: str = "", spoken: str = "", exposure: str = "", vector: str = "") -> list[str]:
    return [one.rule for one in mitigations(cwe, protocols(spoken), exposure, vector)]


def test_an_unauthenticated_controller_protocol() -> None:
    found = mitigations("CWE-306", frozenset({"s7comm"}), vector="network")
    assert [one.rule for one in found][:2] == ["engineering-stations", "key-switch"]
    assert "named engineering stations" in found[0].action
    assert "RUN" in found[1].action
    assert found[0].because == "CWE-306, s7comm"


@pytest.mark.parametrize(
    ("cwe", "spoken", "vector", "has", "has_not"),
    [
        ("CWE-306", "modbus", "network", "engineering-stations", "key-switch"),
        ("CWE-306", "ssh", "network", "shell-block", "engineering-stations"),
        ("CWE-79", "http", "network", "web-off", "engineering-stations"),
        ("CWE-352", "tls", "network", "web-jump-host", "web-off"),
        ("CWE-798", "telnet", "network", "no-default-accounts", "key-switch"),
        ("CWE-798", "modbus", "network", "hard-coded-elsewhere", "no-default-accounts"),
        ("CWE-319", "telnet", "network", "clear-text-services", "rate-limit"),
        ("CWE-400", "s7comm", "network", "rate-limit", "clear-text-services"),
        ("CWE-400", "s7comm", "", "rate-limit", "physical"),
        ("CWE-787", "modbus", "network", "memory-zone", "no-outside-files"),
        ("CWE-787", "modbus", "local", "no-outside-files", "memory-zone"),
        ("CWE-787", "modbus", "local", "no-outside-files", "malformed-stop"),
        ("", "", "physical", "physical", "segment"),
        ("", "", "adjacent", "segment-adjacent", "segment"),
        ("", "", "network", "segment", "physical"),
        ("CWE-427", "", "local", "engineering-software", "segment"),
    ],
)
def test_what_fits_and_what_does_not(cwe: str, spoken: str, vector: str, has: str, has_not: str) -> None:
    found = named(cwe, spoken, vector=vector)
    assert has in found
    assert has_not not in found


def test_a_finding_gets_few() -> None:
    every = " ".join(groups())
    assert len(named("CWE-306", every, vector="network")) == MOST


@pytest.mark.parametrize("vector", ["", "network", "adjacent", "local", "physical"])
def test_every_vulnerability_gets_one(vector: str) -> None:
    assert named("", "", vector=vector)


@pytest.mark.parametrize("exposure", EXPOSURES)
def test_every_exposure_gets_its_own_and_no_others(exposure: str) -> None:
    found = named("CWE-306", "s7comm http", exposure)
    rules = {row[0]: row[3].split() for row in RULES}
    assert found
    assert all(exposure in rules[name] for name in found)


def test_the_tables_hold_together() -> None:
    names = [row[0] for row in RULES]
    assert len(names) == len(set(names))
    for name, cwes, spoken, exposures, vectors, action in RULES:
        assert all(re.fullmatch(r"\d+", one) for one in cwes.split()), name
        assert set(exposures.split()) <= set(EXPOSURES), name
        assert set(vectors.split()) <= {"network", "adjacent", "local", "physical"}, name
        assert all(not one.startswith("@") or one in groups() for one in spoken.split()), name
        assert re.fullmatch(r"[A-Z].*\.", action), name


def test_groups_name_the_protocols_that_are_there() -> None:
    """Groups may name protocols that have no file yet; they must not leave out the control protocols that have one."""
    there = {one.name for one in registry().protocols}
    assert {"modbus", "s7comm", "dnp3", "bacnet", "cip", "enip", "cip-pccc"} <= there & groups()["@control"]
    assert groups()["@open"] <= groups()["@control"]
