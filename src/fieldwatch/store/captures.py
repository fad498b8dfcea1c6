"""Capture files in the store: by the SHA-256 of their bytes, so that the same file under two names is kept, and read, once."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from django.db import IntegrityError, transaction

from fieldwatch.store.models import Site, Source, User

PREFIX = "sha256:"
CHUNK = 1 << 20


def place(data: Path, identity: str) -> Path:
    """Where the bytes of a capture with this identity are kept below the data folder."""
    digest = identity.removeprefix(PREFIX)
    return data / "captures" / digest[:2] / digest


def bring(data: Path, path: Path) -> tuple[str, int]:
    """Copies a file into the store; its identity and size. One that is broken off leaves only a file in `uploads`. Raises OSError."""
    waiting = data / "uploads"
    waiting.mkdir(parents=True, exist_ok=True)
    hashed, size = hashlib.sha256(), 0
    with path.open("rb") as source, tempfile.NamedTemporaryFile(dir=waiting, prefix="bring-", delete=False) as target:
        try:
            while block := source.read(CHUNK):
                hashed.update(block)
                target.write(block)
                size += len(block)
            target.flush()
            os.fsync(target.fileno())
        except OSError:
            os.unlink(target.name)
            raise
    keep(data, Path(target.name), hashed.hexdigest())
    return PREFIX + hashed.hexdigest(), size


def keep(data: Path, file: Path, digest: str) -> Path:
    """Moves a complete file (on the same file system, flushed to the disk) to its place; a double is dropped."""
    target = place(data, digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        file.unlink()
        return target
    os.replace(file, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return target


def queue(site: Site, identity: str, name: str, size: int, by: User | None = None) -> Source:
    """The source of a kept capture, queued to be read; the known one, where these bytes were brought before (read again if that failed)."""
    try:
        with transaction.atomic():
            made = {"kind": "capture", "name": name, "kept": True, "file_bytes": size, "brought_by": by}
            source, is_new = Source.objects.get_or_create(site=site, identity=identity, defaults=made)
    except IntegrityError:  # somebody else was faster
        source, is_new = Source.objects.get(site=site, identity=identity), False
    if not is_new and source.state == Source.State.FAILED:
        again = {"state": Source.State.QUEUED, "reason": "", "tries": 0, "kept": True, "file_bytes": size}
        Source.objects.filter(pk=source.pk, state=Source.State.FAILED).update(**again)
        source.refresh_from_db()
    elif not source.kept:
        Source.objects.filter(pk=source.pk).update(kept=True, file_bytes=size)
    return source


def free_bytes(data: Path) -> int:
    """Bytes that are free where captures are kept."""
    return shutil.disk_usage(data).free
