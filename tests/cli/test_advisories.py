"""What findings are to stand on, as a person says it, and how what cannot be used is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Done
    from tests.conftest import Capture


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--advisories", "nowhere"), "nowhere: does not exist; give a CSAF document, a folder or a zip archive of them"),
        (("--vex", "our.json"), "give --advisories PATH or --starter too"),
        (("--starter", "--vex", "our.json"), "our.json: cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_before_the_work(
    words: tuple[str, ...], says: str, run_cli: Callable[..., Done], plant: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run_cli("inspect", plant.write(tmp_path / "a.pcap"), *words)
    assert (done.exit_code, done.output) == (2, "")
    assert says in done.errors
    assert len(done.errors.strip().splitlines()) == 1


def test_without_advisories_one_line_says_so(run_cli: Callable[..., Done], plant: Capture, tmp_path: Path) -> None:
    done = run_cli("inspect", plant.write(tmp_path / "a.pcap"))
    assert done.exit_code == 0
    assert [line for line in done.output.splitlines() if line.startswith("No advisories were given")] == [
        "No advisories were given (--advisories PATH, --starter): only exposures were looked for."
    ]
