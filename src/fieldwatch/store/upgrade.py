"""A store of an older release becomes one of this release: its database is copied first, then migrated."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from fieldwatch import __version__
from fieldwatch.store.snapshot import NAMES, UnusableStore, is_empty, save, staging


class Upgraded(NamedTuple):
    """The migrations that were applied, and where the database as it was before is kept (None where it was empty)."""

    applied: tuple[str, ...]
    copy: Path | None


def pending() -> list[str]:
    """The migrations that are still to be applied, as `app.name`. Raises UnusableStore where the store is of a newer release."""
    executor = MigrationExecutor(connection)
    newer = sorted(
        name for app, name in executor.loader.applied_migrations if app == "store" and (app, name) not in executor.loader.graph.nodes
    )
    if newer:
        raise UnusableStore(f"the store is of a newer Fieldwatch ({newer[-1]}), this is {__version__}: install the newer one again")
    return [f"{migration.app_label}.{migration.name}" for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def upgrade(data: Path) -> Upgraded:
    """Brings the database to this release. What a filled one was before is kept in `upgrades`. Raises UnusableStore and OSError."""
    plan = pending()
    if not plan:
        return Upgraded((), None)
    copy = None if is_empty() else _copy(data)
    call_command("migrate", verbosity=0, interactive=False)
    return Upgraded(tuple(plan), copy)


def _copy(data: Path) -> Path:
    folder = data / "upgrades"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = NAMES[connection.vendor]
    target = folder / f"before-{__version__}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{name}"
    with staging(data, "upgrade") as waiting:
        save(waiting)
        with (waiting / name).open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(waiting / name, target)
    return target
