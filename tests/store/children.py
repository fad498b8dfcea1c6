"""Other processes on the store of a test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def shared(data: Path) -> dict[str, str]:
    """The environment of processes that share the test's database, with this data folder."""
    held: dict[str, Any] = connection.settings_dict
    made = os.environ | {"FIELDWATCH_DATA": str(data), "DJANGO_SETTINGS_MODULE": "fieldwatch.server.settings"}
    made["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    if connection.vendor == "sqlite":
        (data / "fieldwatch.sqlite3").symlink_to(held["NAME"])
        return made
    user, password = quote(held["USER"], ""), quote(held["PASSWORD"], "")
    where = f"{held['HOST']}:{held['PORT']}" if held["PORT"] else held["HOST"]
    return made | {"FIELDWATCH_DATABASE_URL": f"postgresql://{user}{':' + password if password else ''}@{where}/{held['NAME']}"}


def start(script: str, environment: dict[str, str], *words: str) -> subprocess.Popen[str]:
    """A process that runs this Python; what it prints can be read."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *words], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def close(child: subprocess.Popen[str]) -> None:
    """Closes the pipes of a process that has ended."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
