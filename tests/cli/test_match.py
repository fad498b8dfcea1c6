"""The verb `match`: a table of devices, a folder of advisories; the document it writes, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import orjson
import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Done

SCHEMA = orjson.loads((Path(__file__).parents[2] / "docs" / "schema" / "match.schema.json").read_bytes())

HEAD = "id,vendor_raw,product_raw,order_number_raw,firmware_raw,hardware_raw,site\n"


@pytest.fixture
def advisories(tmp_path: Path) -> Path:
    """One advisory: EDS-408A up to 3.8, and 1756-EN2T of series B up to 5.008."""
    leaves = [("Moxa", "EDS-408A series", "<= 3.8", "P1"), ("Rockwell Automation", "1756-EN2T Series B", "<= 5.008", "P2")]
    branches = [
        {
            "category": "vendor",
            "name": vendor,
            "branches": [
                {
                    "category": "product_name",
                    "name": name,
                    "branches": [
                        {
                            "category": "product_version_range",
                            "name": version,
                            "product": {"name": f"{name}: {version}", "product_id": number},
                        }
                    ],
                }
            ],
        }
        for vendor, name, version, number in leaves
    ]
    document = {
        "document": {"title": "Test", "tracking": {"id": "TEST-1", "current_release_date": "2024"}},
        "product_tree": {"branches": branches},
        "vulnerabilities": [{"cve": "CVE-2024-0001", "product_status": {"known_affected": ["P1", "P2"]}}],
    }
    folder = tmp_path / "advisories"
    folder.mkdir()
    (folder / "a.json").write_bytes(orjson.dumps(document))
    (folder / "half.json").write_bytes(b'{"document":')
    return folder


def matched(run_cli: Callable[..., Done], advisories: Path, rows: str) -> tuple[dict[str, Any], str]:
    table, out = advisories.parent / "devices.csv", advisories.parent / "out.json"
    table.write_text(HEAD + rows, encoding="utf-8")
    done = run_cli("match", str(table), "--advisories", str(advisories), "--json", str(out))
    assert done.exit_code == 0, done.output
    document = orjson.loads(out.read_bytes())
    jsonschema.validate(document, SCHEMA)
    return document, done.output


def test_each_device_has_its_verdict_with_range_and_reason(run_cli: Callable[..., Done], advisories: Path) -> None:
    document, shown = matched(
        run_cli, advisories, "1,Moxa,EDS-408A,,3.8,,north\n2,Moxa,EDS-408A,,3.9,,south\n3,Moxa,EDS-408A,,,,\n4,Acme,X,,1,,\n"
    )
    statuses = {one["id"]: [each["status"] for each in one["judgements"]] for one in document["devices"]}
    assert statuses == {"1": ["affected"], "2": ["not_affected"], "3": ["undetermined"], "4": []}
    first = document["devices"][0]
    assert first["row"]["site"] == "north"
    assert first["judgements"][0]["range"] == "<= 3.8"
    assert document["skipped"][0].endswith("fetch it again")
    assert "CVE-2024-0001" in shown
    assert "half.json" in shown


def test_a_banner_in_one_cell(run_cli: Callable[..., Done], advisories: Path) -> None:
    document, _ = matched(run_cli, advisories, "1,Rockwell Automation/Allen-Bradley,1756-EN2T/B,,5.007,,\n")
    assert [one["status"] for one in document["devices"][0]["judgements"]] == ["affected"]
    assert any(step["stage"] == "family" or step["stage"] == "order number" for step in document["devices"][0]["resolution"]["trail"])


@pytest.mark.parametrize(
    ("table", "says"), [("a,b\n1,2\n", "at least one of vendor_raw"), ("", "the columns are none"), (None, "cannot be read")]
)
def test_a_table_that_cannot_be_used_is_refused(run_cli: Callable[..., Done], advisories: Path, table: str | None, says: str) -> None:
    path = advisories.parent / "devices.csv"
    if table is not None:
        path.write_text(table, encoding="utf-8")
    done = run_cli("match", str(path), "--advisories", str(advisories))
    assert done.exit_code == 2
    assert says in done.errors


def test_a_place_without_advisories_is_refused(run_cli: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "devices.csv").write_text(HEAD, encoding="utf-8")
    done = run_cli("match", str(tmp_path / "devices.csv"), "--advisories", str(tmp_path / "nowhere"))
    assert done.exit_code == 2
    assert "does not exist" in done.errors


CORRECTIONS = "vendor_raw\tproduct_raw\torder_number_raw\tvendor\tproduct\torder_number\twho\tdate\n"


def test_a_correction_wins_and_is_in_the_trail(run_cli: Callable[..., Done], advisories: Path) -> None:
    table, out, corrections = (advisories.parent / name for name in ("devices.csv", "out.json", "corrections.tsv"))
    table.write_text(HEAD + "1,ACME,Grey box,,3.8,,north\n2,ACME,Blue box,,3.8,,north\n", encoding="utf-8")
    corrections.write_text(CORRECTIONS + "ACME\tGrey box\t\tMoxa\tEDS-408A\t\tA. Smith\t2026-11-20\n", encoding="utf-8")
    done = run_cli("match", str(table), "--advisories", str(advisories), "--corrections", str(corrections), "--json", str(out))
    assert done.exit_code == 0, done.output
    grey, blue = orjson.loads(out.read_bytes())["devices"]
    assert [one["status"] for one in grey["judgements"]] == ["affected"]
    assert (grey["resolution"]["vendor"], grey["resolution"]["model"]) == ("Moxa", "EDS-408A")
    assert grey["resolution"]["trail"][0]["source"] == "correction by A. Smith on 2026-11-20"
    assert grey["row"]["product_raw"] == "Grey box"
    assert blue["judgements"] == []


def test_corrections_that_cannot_be_used_are_refused(run_cli: Callable[..., Done], advisories: Path) -> None:
    table, corrections = advisories.parent / "devices.csv", advisories.parent / "corrections.tsv"
    table.write_text(HEAD + "1,ACME,Grey box,,3.8,,north\n", encoding="utf-8")
    corrections.write_text(CORRECTIONS + "ACME\tGrey box\t\tMoxa\tEDS-408A\t\t\t2026-11-20\n", encoding="utf-8")
    done = run_cli("match", str(table), "--advisories", str(advisories), "--corrections", str(corrections))
    assert done.exit_code == 2
    assert "corrections.tsv: line 2: who is empty" in done.errors
