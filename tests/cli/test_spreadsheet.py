"""CSV files hold everything, and no spreadsheet runs what a device sent."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.cli.spreadsheet import neutral, write
from fieldwatch.pipeline import Result, inspect

if TYPE_CHECKING:
    from tests.conftest import Capture


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\\x09=1"),
        ("  =1", "'  =1"),
        ("V2.1", "V2.1"),
        ("a=b", "a=b"),
        (-2, "-2"),
        (None, ""),
        (True, "yes"),
        ("x\x1by", "x\\x1by"),
    ],
)
def test_cells(value: object, cell: str) -> None:
    assert neutral(value) == cell


def test_all_tables_are_written(plant: Capture, tmp_path: Path) -> None:
    result = inspect([plant.write(tmp_path / "a.pcap")], fenced=False)
    files = {path.name: rows(path) for path in write(result, tmp_path)}
    assert set(files) == {
        *("assets.csv", "claims.csv", "conversations.csv", "messages.csv", "operations.csv"),
        *("findings.csv", "logins.csv", "malformed.csv", "undecoded.csv", "unseen.csv"),
    }
    (plc,) = [row for row in files["assets.csv"] if row["ips"] == "10.0.0.10"]
    assert (plc["vendor"], plc["firmware"], plc["serial_number"]) == ("Acme!", "V2.1", "")
    (operation,) = files["operations.csv"]
    assert (operation["effect"], operation["destination_ip"], operation["count"]) == ("write", "10.0.0.10", "1")
    assert {row["operation"]: row["count"] for row in files["messages.csv"]}["Read Holding Registers"] == "20"
    assert len(files["claims.csv"]) == len(result.facts.claims)
    assert len(files["conversations.csv"]) == len(result.facts.conversations)


def test_a_finding_is_a_row(works: Result, tmp_path: Path) -> None:
    write(works, tmp_path)
    found = rows(tmp_path / "findings.csv")
    assert works.assessment is not None
    assert len(found) == len(works.assessment.findings)
    (one,) = [row for row in found if row["cve"] == "CVE-2018-19282"]
    assert (one["priority"], one["verdict"], one["range"], one["value"]) == ("next", "affected", "<= 5.001", "5.001")
    assert (one["cvss"], one["severity"], one["advisory_id"]) == ("7.5", "high", "ICSA-19-087-01")
    assert int(one["frame"]) > 0
    assert one["mitigations"]


def test_a_formula_from_the_wire_is_neutral(capture: Capture, tmp_path: Path) -> None:
    hmi, plc = ("10.0.0.5", 40000), ("10.0.0.10", 502)
    capture.connect(hmi, plc)
    answer = bytes.fromhex("ff2b0e01010000010008") + b"=cmd|'a!"
    capture.modbus(hmi, plc, 1, bytes.fromhex("ff2b0e0100"), answer)
    write(inspect([capture.write(tmp_path / "a.pcap")], fenced=False), tmp_path)
    (claim,) = [row for row in rows(tmp_path / "claims.csv") if row["attribute"] == "vendor"]
    assert claim["value"] == "'=cmd|'a!"
