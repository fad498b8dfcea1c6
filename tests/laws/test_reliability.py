"""Scores keep their promise on devices that nothing was learned from; and the committed table says the same as the program.

The labels are those of `test_attribution.py` that were not read while building, and the 111 of the shared corpus. What an answer is, and
when it is right, stands in `bench/_answers.py`.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

RESULT = ROOT / "bench" / "results" / "reliability.md"


@pytest.fixture(scope="module")
def part() -> ModuleType:
    """The bench part, which lies beside the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        return importlib.import_module("bench.reliability")


@pytest.fixture(scope="module")
def answers(part: ModuleType, corpus: Path) -> dict[tuple[str, str], list[tuple[float, bool]]]:
    catalogue = importlib.import_module("fieldwatch.vulnerabilities.catalogue")
    found: dict[tuple[str, str], list[tuple[float, bool]]] = part.answers(
        part.Library(catalogue.load(corpus / "advisories" / "csaf-ot.zip").advisories)
    )
    return found


@pytest.mark.corpus
@pytest.mark.parametrize("kind", ["device", "device and advisory"])
def test_of_the_answers_with_nine_tenths_nine_in_ten_are_right(
    part: ModuleType, answers: dict[tuple[str, str], list[tuple[float, bool]]], kind: str
) -> None:
    certain = part.sure(part.joined(answers, kind))
    assert len(certain) >= 200
    assert part.share(certain) >= 0.9


@pytest.mark.corpus
def test_the_committed_table_says_the_same(part: ModuleType, answers: dict[tuple[str, str], list[tuple[float, bool]]]) -> None:
    assert part.report(answers) in RESULT.read_text("utf-8"), "stale: make prove PART=reliability"
