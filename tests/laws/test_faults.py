"""Faults of the machine: the page says what it is, nothing is lost, and all goes on by itself. Short form of `make prove PART=faults`."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from bench._faults import platform
from bench._faults_bytes import bring
from bench._faults_disk import fill_up, small
from bench._stage import Stage


@contextmanager
def locked(store: Path, seconds: float) -> Iterator[None]:
    """Another program holds the lock of the database for a while."""
    has_it = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(store, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            has_it.set()
            time.sleep(seconds)
            other.execute("ROLLBACK")

    thread = threading.Thread(target=hold)
    thread.start()
    assert has_it.wait(30)
    try:
        yield
    finally:
        thread.join()


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system needs root")
def test_one_fault_after_the_other(tmp_path: Path) -> None:
    with small(tmp_path) as disk, platform(Stage(tmp_path / "stage", data=disk / "data")) as made:
        bring(made, tmp_path, size=200_000)
        with locked(made.stage.data / "fieldwatch.sqlite3", 3):
            made.note("page, locked", made.visitor.sees("/assets/"), 200)
            made.note("API, locked", made.visitor.program("GET", "/api/v1/assets"), 200)
        well_s = fill_up(made, disk)
        fault = made.end("all of them", well_s)
    assert len(fault.told) > 20
    assert "\n".join(fault.wrong) == ""
