"""A backup while everything runs, and a store from a backup.

In one file: the database at one moment, the files of the history that it lists then, captures, the batches that sensors have handed over
and that are not in the database yet, and, where they are asked for, the keys. Whoever has a backup with keys has the secrets of the
installation. Without keys, a restored store makes new ones: everybody signs in again, and the log's end is taken as it is restored.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from fieldwatch import __version__
from fieldwatch.store import audit
from fieldwatch.store.archive import UnusableBackup, unpack, writing
from fieldwatch.store.captures import place
from fieldwatch.store.models import Source
from fieldwatch.store.snapshot import NAMES, is_empty, put, save, staging

FOLDERS = ("history", "captures", "inbox")


class Saved(NamedTuple):
    """What a backup holds; `missing`: files that the database lists and that are not on the disk."""

    files: int
    size_bytes: int
    missing: tuple[str, ...]


class Restored(NamedTuple):
    """What was restored, and where the old store is now."""

    files: int
    made_at: str
    aside: Path | None
    log: audit.Verdict


def backup(data: Path, out: Path, *, captures: bool = True, keys: bool = False) -> Saved:
    """Writes a backup. Raises UnusableBackup, snapshot.UnusableStore and OSError."""
    about = {
        "fieldwatch": __version__,
        "database": connection.vendor,
        "made_at": datetime.now(UTC).isoformat(),
        "migrations": _migrations(),
    }
    with writing(out, about) as archive, staging(data, "backup") as folder:
        # keys and inbox first: then the log's end is not after the log, and no batch is in neither inbox nor database
        held = _link(data, ("keys",) if keys else (), folder) + _link(data, ("inbox",), folder)
        listed = save(folder)
        names = [f"history/{path}" for path in listed.history]
        if captures:
            names += [place(data, identity).relative_to(data).as_posix() for identity in listed.captures]
        missing = [name for name in names if not _link_one(data / name, folder / name)]
        for name in (NAMES[connection.vendor], *held, *sorted(set(names) - set(missing))):
            archive.add(folder / name, name)
    audit.append(actor="", address="", action=audit.AuditAction.BACKUP, object=out.name, detail={"captures": captures, "keys": keys})
    return Saved(len(archive.sums), out.stat().st_size, tuple(missing))


def restore(data: Path, file: Path, *, replace: bool = False) -> Restored:
    """Puts the store of a backup in place, verified before anything is touched. Raises UnusableBackup, UnusableStore and OSError."""
    with staging(data, "restore") as folder:
        told = unpack(file, folder)
        _fits(file, told)
        filled = not is_empty() or any((data / name).exists() and any((data / name).rglob("*")) for name in ("history", "captures"))
        if filled and not replace:
            raise UnusableBackup(f"{data}: holds a store already; --replace keeps it aside and puts the backup in its place")
        aside = data / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}" if filled else None
        if aside is not None:
            aside.mkdir(mode=0o700)
        put(folder / NAMES[connection.vendor], aside)
        _move(data, folder, aside)
    call_command("migrate", verbosity=0, interactive=False)
    log = _settle(data, file)
    return Restored(len(told["files"]), str(told.get("made_at", "")), aside, log)


def _migrations() -> list[str]:
    return sorted(name for app, name in MigrationLoader(connection).applied_migrations if app == "store")


def _fits(file: Path, told: dict[str, Any]) -> None:
    if told.get("database") != connection.vendor:
        raise UnusableBackup(
            f"{file}: holds a database of {told.get('database')}, this store is set to {connection.vendor} (option database.url);"
            " restore it into a store of its own kind"
        )
    known = {name for app, name in MigrationLoader(connection).disk_migrations if app == "store"}
    newer = sorted(set(told.get("migrations", ())) - known)
    if newer:
        raise UnusableBackup(
            f"{file}: was made by Fieldwatch {told.get('fieldwatch')}, which is newer ({newer[0]}); install that version first"
        )


def _link(data: Path, names: Iterable[str], folder: Path) -> list[str]:
    """All files of these folders as they are now, by their names below the data folder."""
    found = []
    for path in (path for name in names for path in sorted((data / name).rglob("*"))):
        inside = path.relative_to(data).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(data).parts) and _link_one(path, folder / inside):
            found.append(inside)
    return found


def _link_one(path: Path, target: Path) -> bool:
    """Another name for a file, so that it stays; a copy, where the file system has no such names. False where it is gone."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except FileNotFoundError:
        return False
    except OSError:
        shutil.copyfile(path, target)
    return True


def _move(data: Path, folder: Path, aside: Path | None) -> None:
    """The folders of the backup in place of ours. Keys of ours that the backup has not stay, but for the end of the old log."""
    for name in FOLDERS:
        if (data / name).exists():
            if aside is not None:
                os.replace(data / name, aside / name)
            else:
                shutil.rmtree(data / name)
        if (folder / name).exists():
            os.replace(folder / name, data / name)
    (data / "keys").mkdir(mode=0o700, exist_ok=True)
    ours = [data / "keys" / "audit.head", *(data / "keys" / path.name for path in (folder / "keys").glob("*"))]
    for path in ours:
        if path.exists() and aside is not None:
            (aside / "keys").mkdir(mode=0o700, exist_ok=True)
            os.replace(path, aside / "keys" / path.name)
        path.unlink(missing_ok=True)
    for path in (folder / "keys").glob("*"):
        os.replace(path, data / "keys" / path.name)


def _settle(data: Path, file: Path) -> audit.Verdict:
    """Captures that did not come along are not kept; the log goes on. Returns what was found of the log as it was restored."""
    for source in Source.objects.filter(kept=True):
        if not place(data, source.identity).exists():
            Source.objects.filter(pk=source.pk).update(kept=False)
    if not (data / "keys" / "audit.head").exists():
        audit.write_head()
    log = audit.verify()
    audit.append(actor="", address="", action=audit.AuditAction.RESTORE, object=file.name, detail={"log": log.reason})
    return log
