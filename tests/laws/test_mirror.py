"""Tests mirror the tree: where a part is, its tests are; and no test is left behind by what it tested."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSE, TESTS = ROOT / "src" / "fieldwatch", ROOT / "tests"

NOT_PARTS = {"laws": "what holds for the whole house", "web": "what a browser makes of web/"}
"""Folders of tests that mirror no part, and why."""

PARTS = sorted(folder.name for folder in HOUSE.iterdir() if any(folder.glob("*.py")))
FILES = sorted(file.relative_to(TESTS).as_posix() for file in TESTS.rglob("test_*.py"))


def mirrored(test: str) -> list[Path]:
    """The places of what `part/test_x.py` may test: a file `x.py`, a contract `_x.py`, or a folder `x`."""
    folder, _, name = test.rpartition("/")
    name = name.removeprefix("test_").removesuffix(".py")
    return [HOUSE / folder / f"{name}.py", HOUSE / folder / f"_{name}.py", HOUSE / folder / name / "__init__.py"]


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_tests(part: str) -> None:
    assert list((TESTS / part).rglob("test_*.py")), f"tests/{part} has no test"


@pytest.mark.parametrize("test", FILES)
def test_every_test_has_what_it_tests(test: str) -> None:
    if test.split("/", maxsplit=1)[0] in NOT_PARTS:
        return
    assert any(place.is_file() for place in mirrored(test)), f"tests/{test} mirrors nothing"


def test_no_tests_stand_outside_a_folder() -> None:
    assert [file for file in FILES if "/" not in file] == []
