"""When nothing more is taken in for want of room."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from fieldwatch.store.room import LEAST_FREE, missing

GB = 10**9


class Usage(NamedTuple):
    """As `shutil.disk_usage` tells it."""

    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("total", "free", "is_full"),
    [(100 * GB, LEAST_FREE, False), (100 * GB, LEAST_FREE - 1, True), (GB, GB // 20, False), (GB, GB // 20 - 1, True), (GB, 0, True)],
)
def test_a_little_stays_free(total: int, free: int, is_full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(total, total - free, free))
    words = missing(tmp_path)
    assert bool(words) is is_full
    assert not is_full or ("are free at" in words and "are needed" in words)
