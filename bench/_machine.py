"""Where and when a measurement was made."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def processor() -> str:
    """The model of the processor."""
    found = re.search(r"^model name\s*: (.+)", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    return found[1] if found else platform.machine()


def memory_gib() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


def commit() -> str:
    """The commit that is measured; says so where files of it were changed since."""
    name = _git("rev-parse", "--short", "HEAD") or "unknown"
    return name + (" with changes" if _git("status", "--porcelain", "--untracked-files=no", "src", "native") else "")


def core() -> str:
    """The start of the SHA-256 of the native core as it is built: the commit says only what it could have been built from."""
    built = sorted((ROOT / "src" / "fieldwatch" / "wire").glob("_native*.so"))
    return hashlib.sha256(built[0].read_bytes()).hexdigest()[:12] if built else "unknown"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=False, capture_output=True, text=True).stdout.strip()


def described() -> str:
    """Processor, cores, memory, system, commit, native core, date, and the load that other work made when the measurement began."""
    system = f"Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
    hardware = f"{processor()}, {os.cpu_count()} cores, {memory_gib():.0f} GiB"
    return f"{hardware}; {system}; commit {commit()}, core {core()}; {datetime.now(UTC):%Y-%m-%d}; load before {os.getloadavg()[0]:.1f}"
