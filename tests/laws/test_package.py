"""What a wheel holds: maturin takes what git knows, and of what is built (scripts, styles, catalogues) only what pyproject.toml names."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "fieldwatch"
BY_COMPILER = {".pyc", ".so", ".pyd"}
"""Made anew wherever it is installed, or put in by maturin itself."""


def included() -> set[Path]:
    """The files that the patterns of pyproject.toml match."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["maturin"]["include"]
    assert all("wheel" in one["format"] for one in told)
    return {path for one in told for path in ROOT.glob(one["path"]) if path.is_file()}


def test_what_is_built_is_in_the_wheel() -> None:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("needs git and its history")
    command = ["git", "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", str(PACKAGE)]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    built = {ROOT / name for name in listed.split("\0") if name and Path(name).suffix not in BY_COMPILER}
    assert sorted(str(one.relative_to(ROOT)) for one in built - included()) == []


def test_patterns_reach_scripts_styles_and_catalogues() -> None:
    """A pattern that matches nothing would pass for ever: sources of each kind that it is for are there."""
    for folder, kinds in {"cli/locale": {".po"}, "server/locale": {".po"}, "server/static": {".css", ".js"}}.items():
        found = {path.suffix for path in (PACKAGE / folder).rglob("*") if path.is_file()}
        assert kinds <= found, folder
