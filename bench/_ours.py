"""The program that is measured, as a user starts it, and its result."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench._machine import ROOT

INSTALLED = ROOT / ".venv" / "bin" / "fieldwatch"
PROGRAM = [str(INSTALLED)] if INSTALLED.exists() else [sys.executable, "-m", "fieldwatch"]


def inspect(*captures: Path, json: Path, jobs: int = 1) -> list[str]:
    """The command that reads the captures and writes all that it finds to `json`."""
    return [*PROGRAM, "inspect", *map(str, captures), "--json", str(json), "--jobs", str(jobs)]


def document(path: Path) -> dict[str, Any]:
    """The result that `inspect` wrote."""
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found
