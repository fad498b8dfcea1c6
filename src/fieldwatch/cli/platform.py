"""Opens the platform for a verb: the options, Django, and a store that is up to date."""

from __future__ import annotations

import argparse
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.server.options import Options


def add_data(verb: argparse.ArgumentParser) -> None:
    """The arguments that say where the platform keeps everything."""
    verb.add_argument(
        "--data", type=Path, metavar="FOLDER", help="folder of the platform (usual: /var/lib/fieldwatch, or ~/.local/share/fieldwatch)"
    )
    verb.add_argument("--config", type=Path, metavar="FILE", help="options (usual: fieldwatch.toml in that folder)")


def chosen_options(given: argparse.Namespace) -> Options:
    """The options in force, or a refusal; nothing is opened."""
    from fieldwatch.server.options import UnusableOption, options

    if given.config:
        os.environ["FIELDWATCH_CONFIG"] = str(given.config.absolute())
        if not given.config.is_file():
            refuse(f"{given.config}: there is no such file")
    try:
        return options(given.data and given.data.absolute())
    except UnusableOption as error:
        refuse(str(error))


def opened(given: argparse.Namespace, *, migrated: bool = True) -> Options:
    """The options, with Django ready; the store is brought up to date (see `store.upgrade`), unless told otherwise."""
    if given.data:
        os.environ["FIELDWATCH_DATA"] = str(given.data.absolute())
    if given.config:
        os.environ["FIELDWATCH_CONFIG"] = str(given.config.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fieldwatch.server.settings")
    try:
        import django
    except ImportError:
        refuse("the platform is not installed; install fieldwatch[server]")
    from fieldwatch.server.options import UnusableOption, options

    try:
        chosen = options()
        chosen.data.mkdir(parents=True, exist_ok=True, mode=0o750)
        django.setup()
    except UnusableOption as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}; name another folder with --data")
    if migrated:
        _bring_up_to_date(chosen)
    return chosen


def _bring_up_to_date(chosen: Options) -> None:
    from django.db import OperationalError

    from fieldwatch.store.snapshot import UnusableStore
    from fieldwatch.store.upgrade import upgrade

    try:
        with _alone(chosen.data):
            upgrade(chosen.data)
    except UnusableStore as error:
        refuse(str(error))
    except OperationalError as error:
        refuse(f"the database cannot be reached: {error}".strip())


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One process at a time, while it lasts: server and worker may be started at once."""
    with open(os.open(data / "upgrade.lock", os.O_RDWR | os.O_CREAT, 0o640), "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
