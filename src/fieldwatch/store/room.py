"""Room on the disk of the data folder: what is taken in stops before pages and sign-in, which need some, too."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

LEAST_FREE = 64 << 20
"""Bytes that stay free for pages and sign-in; on a small disk a twentieth of it."""

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the system says where there is no room (POSIX.1-2017, errno)."""


def missing(folder: Path) -> str:
    """Why nothing more is taken in, in words; "" where there is room."""
    usage = shutil.disk_usage(folder)
    least = min(LEAST_FREE, usage.total // 20)
    return "" if usage.free >= least else f"{usage.free >> 20} MiB are free at {folder}, {max(least >> 20, 1)} MiB are needed"
