"""The machine of a server: data folder, disk, secrets, worker, clock, versions. The database is not asked, Django not loaded."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fieldwatch import __version__
from fieldwatch.sensor.diagnosis import Diagnosis, Standing
from fieldwatch.sensor.synchronised import clock
from fieldwatch.server.doctor.certificate import certificate
from fieldwatch.server.options import Options
from fieldwatch.server.worker.state import State, told
from fieldwatch.store.room import missing

LIBRARIES = ("django", "django-allauth", "django-ninja", "duckdb", "pyarrow", "cryptography", "uvicorn")
"""Without these no server runs."""

OPTIONS_FILE = "fieldwatch.toml"
"""Of the data folder, the one file that may be somebody else's."""

LOW_BYTES, LOW_SHARE = 5 << 30, 0.05
OLDEST_SQLITE = (3, 31, 0)
"""Django 5.2 needs it (its release notes, "Database backends")."""


def machine(options: Options) -> Iterator[Diagnosis]:
    """How it stands with what a server needs before it has a database."""
    yield versions()
    data = options.data
    if not data.is_dir():
        yield Diagnosis("folder", Standing.ACT, f"{data}: there is no such folder", "name the platform's folder with --data")
        return
    yield _folder(data)
    yield _disk(data)
    yield _keys(data / "keys")
    yield certificate(options)
    yield _worker(data)
    yield clock()
    set_s = told(data).clock_s
    if set_s:
        yield Diagnosis("clock set", Standing.LOOK, f"the clock was set by {set_s} s of late", "nothing is deleted by its age for a day")


def versions() -> Diagnosis:
    """Ours, Python's, and those of the libraries that matter."""
    found = {name: _version(name) for name in LIBRARIES}
    absent = [name for name, known in found.items() if not known]
    system = f"Fieldwatch {__version__}, Python {platform.python_version()}, Linux {platform.release()}, SQLite {sqlite3.sqlite_version}"
    words = ", ".join([system, *(f"{name} {known}" for name, known in found.items() if known)])
    if absent:
        return Diagnosis("versions", Standing.ACT, f"{', '.join(absent)}: not installed; {words}", "install fieldwatch[server]")
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return Diagnosis("versions", Standing.ACT, words, "SQLite 3.31 or later is needed: use a newer Python or system")
    return Diagnosis("versions", Standing.OK, words)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _folder(data: Path) -> Diagnosis:
    """It belongs to one user, who may write, and others may not look into it."""
    is_open = stat.S_IMODE(data.stat().st_mode) & 0o007
    if not os.access(data, os.W_OK | os.X_OK):
        return Diagnosis("folder", Standing.ACT, f"{data} cannot be written by this user", "run as the user of the server, or chown it")
    if is_open:
        return Diagnosis("folder", Standing.ACT, f"everybody may look into {data}", f"chmod o= {data}")
    kept = [one for one in sorted(data.iterdir()) if one.name != OPTIONS_FILE]
    strangers = [one.name for one in kept if one.lstat().st_uid != data.stat().st_uid]
    if strangers:
        words = f"{', '.join(strangers[:5])} in {data} belong to another user"
        return Diagnosis("folder", Standing.ACT, words, f"chown -R --reference={data} {data}")
    return Diagnosis("folder", Standing.OK, f"{data} can be written, by its user only")


def _disk(data: Path) -> Diagnosis:
    usage = shutil.disk_usage(data)
    words = f"{usage.free / 2**30:.1f} of {usage.total / 2**30:.1f} GiB are free for {data}"
    if missing(data):
        return Diagnosis("disk", Standing.ACT, f"{words}: nothing is taken in", "make room, or keep less (captures.keep_gb)")
    if usage.free < min(LOW_BYTES, usage.total * LOW_SHARE):
        return Diagnosis("disk", Standing.LOOK, words, "make room, or keep less (captures.keep_gb)")
    return Diagnosis("disk", Standing.OK, words)


def _keys(folder: Path) -> Diagnosis:
    """The folder of secrets, and each file in it, is for its user alone."""
    if not folder.is_dir():
        return Diagnosis("keys", Standing.LOOK, f"{folder} is not there yet", "it is made at the first start")
    try:
        found = [folder, *folder.iterdir()]
    except OSError as error:
        return Diagnosis("keys", Standing.ACT, f"{folder}: {error.strerror}", "run as the user of the server")
    open_ones = [path.name for path in found if stat.S_IMODE(path.lstat().st_mode) & 0o077]
    if open_ones:
        return Diagnosis("keys", Standing.ACT, f"others may read {', '.join(sorted(open_ones)[:5])}", f"chmod -R go= {folder}")
    return Diagnosis("keys", Standing.OK, f"{len(found) - 1} keys, for their user only")


def _worker(data: Path) -> Diagnosis:
    found = told(data)
    words = f"the worker: {found.state.value}" + (f" ({found.words})" if found.words else "")
    if found.state is State.WORKING:
        return Diagnosis("worker", Standing.OK, words)
    remedy = "start fieldwatch serve, or fieldwatch worker" if found.state is State.STOPPED else "see disk and database"
    return Diagnosis("worker", Standing.ACT, words, remedy)
