"""Interfaces of this machine, as the system has them. Standards: netdevice(7); Documentation/ABI/testing/sysfs-class-net."""

from __future__ import annotations

from pathlib import Path

NET = Path("/sys/class/net")
UP = 1
"""IFF_UP."""


def device(name: str) -> Path | None:
    """Where the system tells of an interface; None where there is none of this name."""
    place = NET / name
    return place if "/" not in name and place.is_dir() else None


def known() -> str:
    """The names of all, for who named none of them."""
    return ", ".join(sorted(entry.name for entry in NET.iterdir()))


def is_up(place: Path) -> bool:
    """Whether the interface is up."""
    return bool(int((place / "flags").read_text(), 16) & UP)


__all__ = ["device", "is_up", "known"]
