"""Interfaces of this machine, from a folder like the kernel's."""

from __future__ import annotations

from pathlib import Path

from fieldwatch.server.accounts.interfaces import Interface, interfaces


def test_all_but_loopback(tmp_path: Path) -> None:
    for name, kind, state in (("lo", "772", "unknown"), ("mirror0", "1", "up"), ("eth0", "1", "down")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "type").write_text(kind + "\n")
        (tmp_path / name / "operstate").write_text(state + "\n")
        (tmp_path / name / "address").write_text("02:00:00:00:00:01\n")
    (tmp_path / "bonding_masters").write_text("")
    assert interfaces(tmp_path) == [Interface("eth0", "down", "02:00:00:00:00:01"), Interface("mirror0", "up", "02:00:00:00:00:01")]


def test_where_there_is_no_such_folder_there_are_none(tmp_path: Path) -> None:
    assert interfaces(tmp_path / "none") == []
