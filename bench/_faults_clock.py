"""The clock of the server is set back an hour, then ten days forward, and right again. Server and worker run under libfaketime."""

from __future__ import annotations

import glob
import time
from pathlib import Path

import duckdb

from bench._faults import Fault, Platform, platform
from bench._stage import Stage

LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"
"""What is put before the clock."""

HOUR_BACK, DAYS_FORWARD, RIGHT = "-3600", "+864000", "+0"
KEPT = "[history]\nkeep_days = 2\n[operations]\nkeep_days = 2\n"
"""So little that ten days forward would delete everything."""

RETAINED_S = 190.0
"""So long after its start a worker has looked for what is too old."""


def has_clock() -> str:
    """Why no clock can be set here; "" where one can."""
    return "" if glob.glob(LIBRARY) else "libfaketime is not installed; on Debian: apt-get install faketime"


def set_back(folder: Path, retained_s: float = RETAINED_S) -> Fault:
    """Sets it while captures come; a sensor on a machine of its own has the right time."""
    stage = Stage(folder / "stage", options=KEPT)
    clock = folder / "clock"
    _set(clock, RIGHT)
    stage.lent = {
        "LD_PRELOAD": glob.glob(LIBRARY)[0], "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
    }  # fmt: skip
    with platform(stage) as made:
        began = time.monotonic()
        made.feeder.bring()
        made.well()
        _set(clock, HOUR_BACK)
        _is_set(made, "an hour back", "set back by 1:00:00 h")
        back_s = made.well()
        before = _rows(stage)
        _set(clock, DAYS_FORWARD)
        _forward(made)
        time.sleep(max(retained_s - (time.monotonic() - began), 0))
        if (after := _rows(stage)) != before:
            made.wrong.append(f"occurrences and messages of the history were {before}, and are {after}")
        _set(clock, RIGHT)
        made.visitor.enters()
        _is_set(made, "right again", "set back by 10 d")
        well_s = made.well()
        waited = f"{time.monotonic() - began:.0f} s after its start the worker had looked for what is too old; nothing was deleted."
        return made.end("clock set", max(back_s, well_s), waited)


def _is_set(made: Platform, how: str, says: str) -> None:
    """The page says so, and everything goes on: the session, a new sign-in, programs, uploads, the sensor."""
    look = made.visitor
    made.asks(f"page, {how}", lambda: look.sees("/"), 200, says=says)
    made.note(f"sign-in, {how}", look.signs_in(), 302)
    made.note(f"API, {how}", look.program("GET", "/api/v1/sites"), 200)
    made.feeder.bring()
    made.well()


def _forward(made: Platform) -> None:
    """Ten days on: the session is over, as it should be; a program sees its token as it is."""
    look = made.visitor
    made.note("page, ten days forward: the session is over", look.sees("/"), 302)
    made.note("sign-in, ten days forward", look.signs_in(), 302)


def _set(clock: Path, offset: str) -> None:
    fresh = clock.with_suffix(".new")
    fresh.write_text(f"{offset}\n")
    fresh.replace(clock)


def _rows(stage: Stage) -> tuple[int, int]:
    """Occurrences, and messages that the history counts, in slices of whatever length: the worker makes longer ones of old ones."""
    ((occurrences,),) = stage.query("SELECT count(*) FROM store_occurrence")
    paths = [str(stage.data / "history" / str(path)) for (path,) in stage.query("SELECT path FROM store_historyfile")]
    with duckdb.connect() as read:
        ((messages,),) = read.execute("SELECT coalesce(sum(times), 0) FROM read_parquet($1)", [paths]).fetchall()
    return occurrences, int(messages)
