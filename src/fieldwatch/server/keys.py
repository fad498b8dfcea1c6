"""The secrets of this installation: made at the first start, readable by its user alone, never printed."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

LENGTH = 32
"""Bytes of a key (256 bits)."""


def key(data: Path, name: str) -> bytes:
    """The key of this name (`session`: signs cookies; `credentials`: keys the hashes of credentials seen on the wire)."""
    folder = data / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        _make(path)
    return _complete(path)


def _make(path: Path) -> None:
    """Writes a new key beside its place, then gives it its name: it is there whole or not at all; of several, the first is everybody's."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(LENGTH))
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):  # another process was faster
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def _complete(path: Path) -> bytes:
    """A key of the right length; a file that is shorter is none."""
    found = path.read_bytes()
    if len(found) != LENGTH:
        raise SystemExit(
            f"{path}: {len(found)} bytes were read, a key has {LENGTH}; restore it from a backup, or remove it to have a new one"
        )
    return found
