"""Faults of the machine: the page says what it is, nothing is lost, and all goes on by itself. Short form of `make prove PART=faults`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bench._faults import platform
from bench._faults_bytes import bring
from bench._faults_database import locked
from bench._faults_disk import fill_up, small
from bench._stage import Stage


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
