"""The program, run within the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from fieldwatch.cli import main


class Done(NamedTuple):
    """How a run ended: its exit code, and what it printed."""

    exit_code: int
    output: str
    errors: str


@pytest.fixture
def run_cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs `fieldwatch` with the given arguments."""

    def run(*arguments: str) -> Done:
        code: object = 0
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code
        output, errors = capsys.readouterr()
        return Done(code if isinstance(code, int) else 0, output, errors)

    return run
