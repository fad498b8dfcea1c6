"""The database as one file, at one moment, while others go on to write: SQLite's online backup, or pg_dump in an exported snapshot."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, transaction

from fieldwatch.store.models import HistoryFile, Source

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
"""The name of the file, by database."""


class UnusableStore(Exception):
    """The database cannot be copied, or put in place: says why, and what to do."""


class Listed(NamedTuple):
    """What the database lists that is not in it, at the moment of the snapshot."""

    history: tuple[str, ...]
    captures: tuple[str, ...]


def save(folder: Path) -> Listed:
    """Writes the database into the folder. Raises UnusableStore."""
    target = folder / NAMES[connection.vendor]
    if connection.vendor == "sqlite":
        return _save_sqlite(target)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}")
        history = tuple(HistoryFile.objects.values_list("path", flat=True))
        return Listed(history, tuple(Source.objects.filter(kept=True).values_list("identity", flat=True).distinct()))


def _save_sqlite(target: Path) -> Listed:
    connection.ensure_connection()
    try:
        with closing(sqlite3.connect(target)) as file:
            connection.connection.backup(file)
            file.execute("PRAGMA journal_mode=DELETE")
            history = [row[0] for row in file.execute("SELECT path FROM store_historyfile")]
            return Listed(tuple(history), tuple(row[0] for row in file.execute("SELECT DISTINCT identity FROM store_source WHERE kept")))
    except sqlite3.Error as error:
        raise UnusableStore(f"{target}: the database cannot be copied: {error}") from None


def put(file: Path, aside: Path | None) -> None:
    """Puts the database of a file in the place of ours; what was there goes aside. Raises UnusableStore."""
    if connection.vendor == "sqlite":
        _put_sqlite(file, aside)
    else:
        _put_postgres(file, aside)


def is_empty() -> bool:
    """Whether nobody and nothing was entered yet."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for name in ("store_user", "store_source", "store_site"):
            if name in tables:
                cursor.execute(f'SELECT 1 FROM "{name}" LIMIT 1')
                if cursor.fetchone():
                    return False
    return True


def _put_sqlite(file: Path, aside: Path | None) -> None:
    here = Path(connection.settings_dict["NAME"])
    connection.close()
    _nobody_uses(here)
    for name in (here.name, f"{here.name}-wal", f"{here.name}-shm"):
        old = here.with_name(name)
        if old.exists():
            if aside is not None:
                os.replace(old, aside / name)
            else:
                old.unlink()
    os.replace(file, here)


def _nobody_uses(path: Path) -> None:
    """In WAL mode every open connection holds a lock, which exclusive locking wants for itself."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as file:
            file.execute("PRAGMA locking_mode=EXCLUSIVE")
            file.execute("BEGIN EXCLUSIVE")
            file.execute("ROLLBACK")
    except sqlite3.OperationalError:
        raise UnusableStore(f"{path}: another process has the database open: stop `fieldwatch serve` and its worker first") from None


def _put_postgres(file: Path, aside: Path | None) -> None:
    """What was there becomes another schema; extensions stay in the usual one."""
    with transaction.atomic(), connection.cursor() as cursor:
        if aside is not None:
            old = aside.name.replace("-", "_")
            cursor.execute(f'ALTER SCHEMA public RENAME TO "{old}"')
            cursor.execute("CREATE SCHEMA public")
            cursor.execute("SELECT e.extname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE n.nspname = %s", [old])
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER EXTENSION "{name}" SET SCHEMA public')
        else:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    connection.close()
    _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "--dbname", _name(), str(file))


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _run(program: str, *words: str) -> None:
    """Runs a program of PostgreSQL on our database. The password goes through the environment, which only we see."""
    if shutil.which(program) is None:
        raise UnusableStore(f"{program}: is not on this machine: install PostgreSQL's client programs (postgresql-client), of its version")
    held: dict[str, Any] = connection.settings_dict
    login = {"PGHOST": held["HOST"], "PGPORT": held["PORT"], "PGUSER": held["USER"], "PGPASSWORD": held["PASSWORD"], "PGDATABASE": _name()}
    told = os.environ | {name: str(value) for name, value in login.items() if value}
    done = subprocess.run([program, *words], env=told, check=False, capture_output=True, text=True)
    if done.returncode:
        raise UnusableStore(f"{program}: {(done.stderr.strip().splitlines() or ['it failed'])[0]}")


@contextmanager
def staging(data: Path, name: str) -> Iterator[Path]:
    """A folder on the file system of the data, of which nothing stays."""
    data.mkdir(parents=True, exist_ok=True, mode=0o750)
    folder = data / f".{name}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
