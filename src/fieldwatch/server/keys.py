"""The secrets of this installation: made at the first start, readable by its user alone, never printed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

LENGTH = 32
"""Bytes of a key (256 bits)."""


def key(data: Path, name: str) -> bytes:
    """The key of this name (`session`: signs cookies; `credentials`: keys the hashes of credentials seen on the wire)."""
    folder = data / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _complete(path)
    with os.fdopen(made, "wb") as stream:
        stream.write(secrets.token_bytes(LENGTH))
        stream.flush()
        os.fsync(stream.fileno())
    return path.read_bytes()


def _complete(path: Path) -> bytes:
    """A key of the right length; one that a killed process left half written is no key."""
    found = path.read_bytes()
    if len(found) != LENGTH:
        raise SystemExit(
            f"{path}: {len(found)} bytes were read, a key has {LENGTH}; restore it from a backup, or remove it to have a new one"
        )
    return found
