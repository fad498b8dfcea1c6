"""The bar is shown on a terminal only."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from fieldwatch.cli.progress import shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_where_nobody_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with shown([str(tmp_path)]) as progress:
        assert progress is None


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J.pcap"
    path.write_bytes(bytes(100))
    out = Terminal()
    monkeypatch.setattr(sys, "stderr", out)
    monkeypatch.setenv("TERM", "xterm")
    with shown([str(path)]) as progress:
        assert progress is not None
        progress(str(path), 50, 100)
        progress(str(path), 100, 100)
    assert "\x1b[2J" not in out.getvalue()
    assert "a\\x1b" in out.getvalue()
