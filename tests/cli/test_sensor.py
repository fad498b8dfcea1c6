"""What `fieldwatch sensor` refuses, in one line. Its work is tested in tests/sensor."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldwatch.cli.app import run


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """The verb sets up the log and the umask of its process; here those are the tests'."""
    root, httpx = logging.getLogger(), logging.getLogger("httpx")
    before, mask = (root.level, httpx.level, list(root.handlers)), os.umask(0o022)
    os.umask(mask)
    yield
    os.umask(mask)
    root.setLevel(before[0])
    httpx.setLevel(before[1])
    root.handlers[:] = before[2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "https://c"], "one of the arguments --interface --watch is required"),
        (["--to", "https://c", "--interface", "a", "--watch", "b"], "not allowed with argument"),
        (["--watch", "/no/such", "--to", "https://c"], "/no/such: is no folder"),
        (["--watch", ".", "--to", "https://c"], "is not enrolled"),
        (["--watch", ".", "--to", "http://c", "--token-file", "token"], "no address of a centre"),
        (["--watch", ".", "--to", "https://c", "--token-file", "none"], "none: cannot be read"),
        (["--watch", ".", "--to", "https://c", "--token-file", "hello"], "no enrolment token was read"),
        (["--watch", ".", "--to", "http://c", "--check"], "no address of a centre"),
    ],
)
def test_mistakes_are_said_in_one_line(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text(f"fw1.{'a' * 64}.{'A' * 43}")
    (tmp_path / "hello").write_text("hello")
    assert run(["sensor", "--state", str(tmp_path / "state"), *words]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert "A" * 43 not in told


def test_a_check_says_what_is_not_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = str(tmp_path / "state")
    assert run(["sensor", "--watch", str(tmp_path), "--to", "https://127.0.0.1:9", "--state", state, "--check"]) == 1
    told = capsys.readouterr().out
    assert "ok   folder:" in told
    assert "NOT  enrolment: none" in told
    assert "NOT  centre: https://127.0.0.1:9" in told
