"""Keys are made once, whoever comes first, and are whole whenever anybody reads them."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fieldwatch.server.keys import LENGTH, key


def test_a_key_is_made_once_and_for_its_user_alone(tmp_path: Path) -> None:
    made = key(tmp_path, "session")
    assert len(made) == LENGTH
    assert key(tmp_path, "session") == made != key(tmp_path, "credentials")
    assert (tmp_path / "keys" / "session").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["credentials", "session"]


def test_many_at_once_have_the_same_whole_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them find none, and have written one of their own, before the first gives its key its name."""
    count = 8
    together, link = threading.Barrier(count, timeout=30), os.link

    def linked(*given: Path) -> None:
        together.wait()
        link(*given)

    monkeypatch.setattr(os, "link", linked)
    with ThreadPoolExecutor(count) as threads:
        made = set(threads.map(lambda _: key(tmp_path, "session"), range(count)))
    assert len(made) == 1
    assert len(made.pop()) == LENGTH
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["session"]


def test_one_who_is_ended_while_it_makes_a_key_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(_: int) -> None:
        raise Killed

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(Killed):
        key(tmp_path, "session")
    monkeypatch.undo()
    assert len(key(tmp_path, "session")) == LENGTH


def test_what_is_no_key_is_refused_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / "session").write_bytes(b"short")
    with pytest.raises(SystemExit, match=r"session: 5 bytes were read, a key has 32; restore it"):
        key(tmp_path, "session")
