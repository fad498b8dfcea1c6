"""The verb `explain`: the whole way to a verdict, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from tests.cli.conftest import PLANT

from fieldwatch.vulnerabilities.starter import starter

if TYPE_CHECKING:
    from tests.cli.conftest import Done


@pytest.mark.parametrize("name", ["10.61.8.12", "00:1d:9c:c4:18:12", "00:1D:9C:C4:18:12"])
def test_the_whole_way_to_a_verdict(name: str, run_cli: Callable[..., Done]) -> None:
    done = run_cli("explain", name, "cve-2021-22681", PLANT, "--starter")
    assert done.exit_code == 0, done.errors
    said = " ".join(done.output.split())
    assert "10.61.8.12 00:1d:9c:c4:18:12 CVE-2021-22681" in said
    assert "product 1769-L30ER/A LOGIX5330ER 95% cip: model, frame 886 of" in said
    assert "hardware ░░ nothing in the captures says it" in said
    assert "1769-L30ER -> CompactLogix 5370" in said
    assert "> affected CompactLogix 1769 vers:all/*" in said
    assert " affected CompactLogix 5370 vers:all/*" in said, "the other product that it may be"
    assert "threat exploited known exploited (KEV" in said
    assert "reach segment cip from 10.61.8.61" in said
    assert "harm high CVSS 3.0 10.0 critical, CVSS:3.0/AV:N" in said
    assert "▲ Now known exploited" in said
    assert "Where no patch can be 1 Carry the traffic" in said


def test_what_is_not_affected_is_explained_too(run_cli: Callable[..., Done]) -> None:
    done = run_cli("explain", "intake_station", "CVE-2017-2680", PLANT, "--starter")
    assert done.exit_code == 0
    assert "V3.3.14 is not < V3.X.14" in " ".join(done.output.split())
    assert "Where no patch can be" not in done.output


def test_a_cve_that_names_other_products(run_cli: Callable[..., Done]) -> None:
    done = run_cli("explain", "INTAKE_STATION", "CVE-2021-22681", PLANT, "--starter")
    assert done.exit_code == 0
    assert "No product that an advisory names for CVE-2021-22681 can be this device" in done.output
    assert "ICSA-21-056-03" in done.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("10.0.0.1", "CVE-2021-22681", PLANT, "--starter"), "10.0.0.1: no asset of these captures is called so; there are "),
        (("INTAKE_STATION", "CVE-1999-0001", PLANT, "--starter"), f"CVE-1999-0001: none of the {len(starter())} advisories speaks of it"),
        (("io-sludge", "CVE-2021-22681", PLANT, "--starter"), "no model and no order number is known"),
        (("INTAKE_STATION", "CVE-2021-22681", PLANT), "give --advisories PATH or --starter"),
        (("INTAKE_STATION", "CVE-2021-22681", "nowhere.pcap", "--starter"), "nowhere.pcap"),
    ],
)
def test_what_is_not_there_is_refused(words: tuple[str, ...], says: str, run_cli: Callable[..., Done]) -> None:
    done = run_cli("explain", *words)
    assert (done.exit_code, done.output) == (2, "")
    assert says in done.errors
    assert len(done.errors.strip().splitlines()) == 1


def test_what_people_said_is_told(run_cli: Callable[..., Done], tmp_path: Path) -> None:
    said = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "author": "Elmsbrook",
        "statements": [
            {
                "vulnerability": "CVE-2021-22681",
                "products": ["ip:10.61.8.12"],
                "status": "not_affected",
                "justification": "inline_mitigations_already_exist",
            }
        ],
    }
    path = tmp_path / "our.json"
    path.write_bytes(orjson.dumps(said))
    done = run_cli("explain", "10.61.8.12", "CVE-2021-22681", PLANT, "--starter", "--vex", str(path))
    assert "What VEX says" in done.output
    assert "Elmsbrook says not affected (inline mitigations already exist)" in done.output
    assert "○ Never  not affected" in done.output
    assert "> affected" in " ".join(done.output.split()), "what the advisory says stays"


@pytest.mark.parametrize("width", ["70", "100", "200"])
def test_lines_fit_the_terminal(width: str, run_cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    done = run_cli("explain", "INTAKE_STATION", "CVE-2019-10936", PLANT, "--starter")
    assert [line for line in done.output.splitlines() if len(line) > max(int(width), 75)] == [], "75: an address of the web is not broken"
