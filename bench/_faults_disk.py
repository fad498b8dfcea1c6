"""The disk of the data folder becomes full, in two steps: less is left than pages and sign-in need; then no byte."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench._faults import Fault, Platform, platform
from bench._stage import PIECE, Stage

SIZE_MB = 512
"""Of the file system; uploads leave 256 MiB of it free."""

LITTLE = 6 << 20
"""Bytes that are free in the first step."""

TAKEN = "nothing new is taken in"


@contextmanager
def small(folder: Path, size_mb: int = SIZE_MB) -> Iterator[Path]:
    """A file system in memory, in which a data folder can be filled up. Needs root."""
    place = folder / "disk"
    place.mkdir(parents=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "fieldwatch-bench", place], check=True, capture_output=True, timeout=60
    )
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True, capture_output=True, timeout=60)


def full(folder: Path) -> Fault:
    """Fills the disk while a capture is read, one is uploaded and a sensor sends; makes room again."""
    with small(folder) as disk, platform(Stage(folder / "stage", data=disk / "data")) as made:
        made.feeder.bring()
        made.feeder.bring()
        made.well()
        return made.end("disk full", fill_up(made, disk))


def fill_up(made: Platform, disk: Path) -> float:
    """Does it beneath a platform that is there; the seconds until all was well."""
    begun = _begin_upload(made)
    ballast = disk / "ballast"
    _new_work(made)
    _fill(ballast, leave=LITTLE)
    _little_is_left(made)
    _fill(ballast, leave=0)
    _nothing_is_left(made, begun)
    ballast.unlink()
    well_s = made.well()
    _finish_upload(made, begun)
    made.note("page, room again", made.visitor.sees("/"), 200)
    return well_s


def _new_work(made: Platform) -> None:
    """A capture for both sites, of which none is read yet."""
    path = next(made.feeder.made)
    made.stage.upload(path, "upload")
    made.feeder.watch(path)
    made.feeder.brought.append(path)


def _fill(ballast: Path, *, leave: int) -> None:
    """Grows the ballast until only so much is left."""
    with ballast.open("ab") as out:
        while (room := shutil.disk_usage(ballast.parent).free - leave) > 0:
            try:
                os.posix_fallocate(out.fileno(), out.seek(0, os.SEEK_END), room)
            except OSError:
                continue


def _little_is_left(made: Platform) -> None:
    look = made.visitor
    opening = json.dumps({"name": "late.pcap", "size": 1000, "site": "upload"}).encode()
    made.asks("page, little is left", lambda: look.sees("/captures/"), 200, says=TAKEN)
    made.note("/health, little is left", look.sees("/health"), 503, says="disk is full")
    made.note("API, an upload is opened, little is left", look.program("POST", "/api/v1/captures", opening), 507, says="make room")
    made.note("sensor, little is left", made.sensor_says(), 429, says="disk of the centre is full")
    made.note("sign-in, little is left", look.signs_in(), 302)
    made.note("page of assets, little is left", look.sees("/assets/"), 200)


def _nothing_is_left(made: Platform, begun: Path) -> None:
    look = made.visitor
    url, size = made.urls[begun], begun.stat().st_size
    piece = begun.read_bytes()[PIECE : 2 * PIECE]
    span = f"bytes {PIECE}-{PIECE + len(piece) - 1}/{size}"
    made.note("API, a piece of an upload, full", look.program("PUT", url, piece, Content_Range=span), 507, says="make room")
    made.note("sensor, full", made.sensor_says(), 429, says="disk of the centre is full")
    for path in ("/assets/", "/findings/", "/captures/"):
        made.asks(f"page {path}, full", lambda path=path: look.sees(path), 200, says=TAKEN)  # type: ignore[misc]
    made.note("sign-in, full", look.signs_in(), 302, 507)
    made.note("API, a list, full", look.program("GET", "/api/v1/assets"), 200)


def _begin_upload(made: Platform) -> Path:
    """An upload of which the first piece is there."""
    path = next(made.feeder.made)
    size = path.stat().st_size
    opening = json.dumps({"name": path.name, "size": size, "modified": 1, "site": "upload"}).encode()
    made.urls[path] = str(made.stage.ask("POST", "/api/v1/captures", opening)["url"])
    made.stage.ask("PUT", made.urls[path], path.read_bytes()[:PIECE], Content_Range=f"bytes 0-{PIECE - 1}/{size}")
    return path


def _finish_upload(made: Platform, begun: Path) -> None:
    """It goes on behind its first piece."""
    at = made.stage.ask("GET", made.urls[begun])["offset"]
    if at != PIECE:
        made.wrong.append(f"the upload that was begun goes on at {at}, {PIECE} was expected")
    made.stage.upload(begun, "upload")
    made.feeder.watch(begun)
    made.feeder.brought.append(begun)
