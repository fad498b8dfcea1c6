"""Which database: SQLite in the data folder, or PostgreSQL by one setting. Both run the same models and migrations.

SQLite as ingest needs it (measured in docs/decisions/0001): WAL, IMMEDIATE transactions with a timeout, each commit on the disk.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from fieldwatch.server.options import Options, UnusableOption

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY", "mmap_size=0")
WAIT_S = 20
"""Seconds that somebody waits for a lock of SQLite."""

MOST_CONNECTIONS = 10
"""Connections of one process to PostgreSQL; who comes when all are in use waits."""

POOL = {"min_size": 1, "max_size": MOST_CONNECTIONS, "timeout": 5, "reconnect_timeout": 5}
"""A pool tries for 5 s to reach a database that is away, then it waits for who asks next: it is soon back when the database is. Whoever
asks is told after 5 s that there is none."""


def database(options: Options) -> dict[str, Any]:
    """Django's entry of the database."""
    url = options["database.url"]
    if not url:
        return _sqlite(options.data)
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise UnusableOption(f"database.url: {parts.scheme or url}: postgresql://user@host/name is allowed, or nothing for SQLite")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": _password(options["database.password_file"]) or unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,  # requests come in threads of their own: what is kept is kept by the pool
        "CONN_HEALTH_CHECKS": True,  # the pool lends none that a database which was started anew has closed
        "OPTIONS": {"connect_timeout": 5, "pool": POOL},
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


def _sqlite(data: Path) -> dict[str, Any]:
    data.mkdir(parents=True, exist_ok=True, mode=0o750)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(data / "fieldwatch.sqlite3"),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": WAIT_S,
            "init_command": ";".join(f"PRAGMA {one}" for one in PRAGMAS),
        },
    }


def _password(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UnusableOption(f"database.password_file: {path}: cannot be read: {error.strerror}") from None
