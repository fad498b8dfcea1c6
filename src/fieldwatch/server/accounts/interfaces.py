"""Network interfaces of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path("/sys/class/net")
LOOPBACK = "772"
"""ARPHRD_LOOPBACK in `type` (Linux, if_arp.h)."""


class Interface(NamedTuple):
    """One that packets may come in at. `state` is the kernel's word: up, down, unknown."""

    name: str
    state: str
    address: str


def interfaces(folder: Path = FOLDER) -> list[Interface]:
    """All but loopback, by name."""
    found = sorted(one for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []
    return [Interface(one.name, _read(one / "operstate"), _read(one / "address")) for one in found if _read(one / "type") != LOOPBACK]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
