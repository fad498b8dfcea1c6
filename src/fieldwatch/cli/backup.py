"""`fieldwatch backup` and `fieldwatch restore`: the whole store in one file, and back."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from fieldwatch.cli.escape import visible
from fieldwatch.cli.refuse import refuse


def declare(verbs: Any) -> None:
    """The verbs' arguments."""
    text = "Writes the whole store into one file, while it is in use."
    parser = verbs.add_parser("backup", help=text, description=text, allow_abbrev=False)
    parser.add_argument("file", type=Path, metavar="FILE", help="the backup to write, *.tar.zst or *.tar.gz")
    parser.add_argument(
        "--without-captures", action="store_true", help="leave the captures out: their facts are kept, their frames are not"
    )
    parser.add_argument("--with-keys", action="store_true", help="put the keys in, too: the file is then as secret as they are")
    data_folder(parser)
    parser.set_defaults(run=backup)
    text = "Puts the store of a backup in place; everything is verified first. The server must be stopped."
    parser = verbs.add_parser("restore", help=text, description=text, allow_abbrev=False)
    parser.add_argument("file", type=Path, metavar="FILE", help="the backup")
    parser.add_argument("--replace", action="store_true", help="where there is a store already: keep it aside")
    data_folder(parser)
    parser.set_defaults(run=restore)


def data_folder(parser: argparse.ArgumentParser) -> None:
    """The argument that names the data folder."""
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="the data folder ($FIELDWATCH_DATA)")


def opened(data: Path | None) -> Path:
    """Opens the store; returns its data folder."""
    if data is not None:
        os.environ["FIELDWATCH_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fieldwatch.server.settings")
    import django
    from django.conf import settings

    try:
        django.setup()
    except Exception as error:
        if type(error).__name__ != "UnusableOption":
            raise
        refuse(str(error))
    return Path(settings.DATA)


def backup(given: argparse.Namespace) -> None:
    """Writes a backup and says what it holds."""
    data = opened(given.data)
    from django.db import DatabaseError

    from fieldwatch.store.archive import UnusableBackup
    from fieldwatch.store.backup import backup as save
    from fieldwatch.store.snapshot import UnusableStore

    try:
        done = save(data, given.file, captures=not given.without_captures, keys=given.with_keys)
    except (UnusableBackup, UnusableStore) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.filename or given.file}: {error.strerror}")
    except DatabaseError as error:
        refuse(f"{data}: the database cannot be read: {error}")
    for name in done.missing:
        print(visible(f"not there any more: {name}"))
    print(
        visible(f"{given.file}: {done.files} files, {done.size_bytes:,} bytes" + (", with keys: keep it secret" if given.with_keys else ""))
    )


def restore(given: argparse.Namespace) -> None:
    """Restores a backup and says what became of the store that was there."""
    if not given.file.is_file():
        refuse(f"{given.file}: is no file; name a backup that `fieldwatch backup` wrote")
    data = opened(given.data)
    from fieldwatch.store.archive import UnusableBackup
    from fieldwatch.store.backup import restore as put
    from fieldwatch.store.snapshot import UnusableStore

    try:
        done = put(data, given.file, replace=given.replace)
    except (UnusableBackup, UnusableStore) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.filename or data}: {error.strerror}")
    print(visible(f"{data}: {done.files} files of {done.made_at}"))
    if done.aside is not None:
        print(visible(f"the store that was here is in {done.aside}; remove it when you do not need it"))
    print(visible(f"audit log: {done.log.entries} entries; {done.log.reason}"))
