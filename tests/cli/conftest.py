"""The program, run within the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from fieldwatch.cli.app import run
from fieldwatch.cli.language import VARIABLES
from fieldwatch.pipeline import Result, inspect
from fieldwatch.vulnerabilities.basis import basis

PLANT = str(Path(__file__).resolve().parents[2] / "examples" / "plant" / "plant.pcap")


class Done(NamedTuple):
    """How a run ended: its exit code, and what it printed."""

    exit_code: int
    output: str
    errors: str


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests, the program speaks English to them."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run_cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs `fieldwatch` with the given arguments."""

    def run_here(*arguments: str) -> Done:
        code = run(arguments)
        return Done(code, *capsys.readouterr())

    return run_here


@pytest.fixture(scope="session")
def works() -> Result:
    """The example plant, held against the starter pack."""
    return inspect([PLANT], fenced=False, secret_key=b"key").assessed(basis(with_starter=True), b"key")
