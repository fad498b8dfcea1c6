"""The database goes away for a while: PostgreSQL is stopped and started again, or another program holds the lock of SQLite."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench._faults import Fault, Platform, platform
from bench._postgres import start, stop
from bench._stage import Stage

AWAY_S = 60.0


def away(folder: Path, away_s: float = AWAY_S) -> Fault:
    """Stops PostgreSQL while a capture is uploaded and a sensor sends, and starts it again after a while."""
    place = folder / "postgres"
    url = start(place)
    try:
        with platform(Stage(folder / "stage", url=url)) as made:
            made.feeder.bring()
            made.feeder.bring()
            made.well()
            made.feeder.start_one()  # somebody uploads, and a sensor sends, while it goes
            stop(place)
            began = time.monotonic()
            _is_away(made)
            time.sleep(max(away_s - (time.monotonic() - began), 0))
            gone_s = time.monotonic() - began
            start(place, url.rsplit(":", 1)[1].split("/")[0])
            back = time.monotonic()
            made.feeder.wait()
            made.well()
            well_s = time.monotonic() - back
            made.note("page, there again", made.visitor.sees("/"), 200)
            return made.end("database gone", well_s, f"It was away for {gone_s:.0f} s.")
    finally:
        stop(place)


def held(folder: Path, held_s: float = AWAY_S) -> Fault:
    """Another program holds the lock of SQLite for a while, as a repair by hand would: what is read is there, nothing is written."""
    with platform(Stage(folder / "stage")) as made:
        made.feeder.bring()
        made.feeder.bring()
        made.well()
        made.feeder.start_one()
        with locked(made.stage.data / "fieldwatch.sqlite3", held_s):
            _is_locked(made)
        back = time.monotonic()
        made.feeder.wait()
        made.well()
        well_s = time.monotonic() - back
        made.note("page, free again", made.visitor.sees("/"), 200)
        made.note("sign-in, free again", made.visitor.signs_in(), 302)
        return made.end("database locked", well_s, f"It was locked for {held_s:.0f} s.")


@contextmanager
def locked(store: Path, seconds: float) -> Iterator[None]:
    """Another program holds the lock of the database for a while: as long as that lasts, and longer where more is done meanwhile."""
    with closing(sqlite3.connect(store, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        yield
        time.sleep(max(seconds - (time.monotonic() - began), 0))
        other.execute("ROLLBACK")


def _is_locked(made: Platform) -> None:
    look = made.visitor
    for path in ("/", "/assets/", "/captures/"):
        made.note(f"page {path}", look.sees(path), 200)
    made.note("API, a list", look.program("GET", "/api/v1/assets"), 200)
    made.note("API, a site is made", look.program("POST", "/api/v1/sites", b'{"slug": "late", "name": "late"}'), 503, says="busy")
    made.note("sign-in", look.signs_in(), 503, says="database is busy")
    made.asks("page, when the worker has waited", lambda: look.sees("/"), 200, says="nothing new is taken in")


def _is_away(made: Platform) -> None:
    look = made.visitor
    opening = json.dumps({"name": "late.pcap", "size": 1000, "site": "upload"}).encode()
    for path in ("/", "/assets/", "/captures/"):
        made.note(f"page {path}", look.sees(path), 503, says="database")
    made.note("sign-in", look.signs_in(), 200, 503)
    made.note("API, a list", look.program("GET", "/api/v1/assets"), 503, says="database")
    made.note("API, an upload is opened", look.program("POST", "/api/v1/captures", opening), 503, says="database")
    made.note("sensor", made.sensor_says(), 503, 0)
    made.note("/health, with a session", look.sees("/health"), 503, says='{"state": "the database does not answer"}')
    made.asks("/health", lambda: look.sees("/health"), 503, says="database does not answer")
