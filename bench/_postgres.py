"""A PostgreSQL of Debian's that runs for a bench (tools/postgres.sh)."""

from __future__ import annotations

import glob
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench._machine import ROOT
from bench._part import Missing

SCRIPT = ROOT / "tools" / "postgres.sh"


def has_postgres() -> str:
    """Why none can be started here; "" where one can."""
    if os.geteuid() != 0:
        return "PostgreSQL has a user of its own: needs root"
    return "" if glob.glob("/usr/lib/postgresql/*/bin/initdb") else "PostgreSQL is not installed; on Debian: apt-get install postgresql"


@contextmanager
def postgres() -> Iterator[str]:
    """Its address, for as long as it lasts. Raises Missing where it cannot be started."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # PostgreSQL has a user of its own
        url = start(Path(folder))
        try:
            yield url
        finally:
            stop(Path(folder))


def start(folder: Path, *port: str) -> str:
    """Starts it in a folder, at the port that it had; its address. Raises Missing where it cannot be started."""
    done = subprocess.run(["bash", SCRIPT, "start", folder, *port], capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        raise Missing(done.stderr.strip())
    return done.stdout.strip()


def stop(folder: Path) -> None:
    """Ends it, where it runs."""
    subprocess.run(["bash", SCRIPT, "stop", folder], check=False, capture_output=True, timeout=120)
