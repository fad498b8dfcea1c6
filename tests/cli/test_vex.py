"""Our own VEX document: who says it, what it says, and how it goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Done

PLANT = Path(__file__).resolve().parents[2] / "examples" / "plant" / "plant.pcap"
WHO = ("--publisher", "Water Works", "--publisher-url", "https://water.example")


def test_an_issue_is_continued(run_cli: Callable[..., Done], tmp_path: Path) -> None:
    out = tmp_path / "plant.json"
    for issue in (1, 2):
        done = run_cli("inspect", str(PLANT), "--starter", "--vex-out", str(out), *WHO)
        assert done.exit_code == 0, done.errors
        assert f"Written: {out}" in done.output
        tracking = json.loads(out.read_bytes())["document"]["tracking"]
        assert (tracking["version"], len(tracking["revision_history"])) == (str(issue), issue)
    told = json.loads(out.read_bytes())["vulnerabilities"]
    said = {status for one in told for status in one["product_status"]}
    assert said >= {"known_affected", "known_not_affected"}
    assert "CVE-2021-22681" in {one["cve"] for one in told}
    assert [path.name for path in tmp_path.iterdir()] == ["plant.json"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--starter",), "give --publisher NAME and --publisher-url URL too"),
        (WHO, "give --advisories PATH or --starter too"),
        (("--starter", "--publisher", "W", "--publisher-url", "water"), "'water'; allowed is an address that begins with https://"),
    ],
)
def test_what_is_not_enough_is_refused(words: tuple[str, ...], says: str, run_cli: Callable[..., Done], tmp_path: Path) -> None:
    done = run_cli("inspect", str(PLANT), "--vex-out", str(tmp_path / "plant.json"), *words)
    assert (done.exit_code, done.output) == (2, "")
    assert says in done.errors


def test_another_file_is_not_written_over(run_cli: Callable[..., Done], tmp_path: Path) -> None:
    out = tmp_path / "plant.json"
    out.write_text("[]")
    done = run_cli("inspect", str(PLANT), "--starter", "--vex-out", str(out), *WHO)
    assert done.exit_code == 2
    assert "stands there and is no VEX document; give another file" in done.errors
    assert out.read_text() == "[]"
