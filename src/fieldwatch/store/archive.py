"""The file of a backup: a tar of plain files, packed with zstd or gzip, with the SHA-256 of each in `manifest.json`, which comes last."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

MANIFEST = "manifest.json"
FORMAT = 1
NAME = re.compile(r"(database\.(sqlite3|pgdump)|(history|captures|inbox|keys)(/[A-Za-z0-9_][A-Za-z0-9_.:@+=-]*)+)\Z")
"""What a file of a backup may be called."""

MOST_MANIFEST = 512 * 2**20


class UnusableBackup(Exception):
    """A file is no backup, or not a whole one: says what was read and what is wrong."""


class _Hashed(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self.sum = stream, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        block = self._stream.read(size)
        self.sum.update(block)
        return block


class Archive:
    """An archive that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.sums: dict[str, str] = {}

    def add(self, path: Path, name: str) -> None:
        """Adds a file. Raises OSError."""
        if not NAME.match(name):
            raise UnusableBackup(f"{path}: no file of a store has such a name; remove it")
        with path.open("rb") as stream:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = os.fstat(stream.fileno()).st_size, 0o600
            hashed = _Hashed(stream)
            self._tar.addfile(entry, hashed)
        self.sums[name] = hashed.sum.hexdigest()


@contextmanager
def writing(path: Path, about: dict[str, Any]) -> Iterator[Archive]:
    """Writes an archive: under another name, until it is whole and on the disk. `about` goes into its manifest."""
    waiting = path.with_name(f".{path.name}.new")
    try:
        with _packing(waiting, path.name) as stream, tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            made = Archive(tar)
            yield made
            words = json.dumps({"format": FORMAT, **about, "files": made.sums}, indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(words), 0o600
            tar.addfile(entry, io.BytesIO(words))
        with waiting.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(waiting, path)
    finally:
        waiting.unlink(missing_ok=True)


@contextmanager
def _packing(path: Path, name: str) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
        if name.endswith((".tar.gz", ".tgz")):
            with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, filename="") as packed:
                yield packed  # type: ignore[misc]
        elif name.endswith(".tar.zst"):
            import pyarrow as pa

            with pa.CompressedOutputStream(pa.PythonFile(raw, mode="w"), "zstd") as packed:
                yield packed
            raw.flush() if not raw.closed else None
        else:
            raise UnusableBackup(f"{name}: a backup is called *.tar.zst or *.tar.gz; choose one of these")


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Unpacks an archive into an empty folder, and verifies all of it. Returns its manifest. Raises UnusableBackup."""
    sums: dict[str, str] = {}
    manifest: bytes | None = None
    try:
        with _unpacking(path) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            for entry in tar:
                source = tar.extractfile(entry) if entry.isreg() else None
                if source is not None and entry.name == MANIFEST and entry.size <= MOST_MANIFEST:
                    manifest = source.read()
                elif source is None or not NAME.match(entry.name) or entry.name in sums:
                    raise UnusableBackup(f"{path}: {entry.name!r}: is no file of a backup")
                else:
                    sums[entry.name] = _extract(source, folder / entry.name)
            while stream.read(1 << 20):  # to the end of the packing, which has a sum of its own
                pass
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise UnusableBackup(f"{path}: cannot be read to its end: {error}") from None
    return _verified(path, manifest, sums)


def _extract(source: IO[bytes], target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    hashed = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        while block := source.read(1 << 20):
            hashed.update(block)
            stream.write(block)
        stream.flush()
        os.fsync(stream.fileno())
    return hashed.hexdigest()


def _verified(path: Path, manifest: bytes | None, sums: dict[str, str]) -> dict[str, Any]:
    if manifest is None:
        raise UnusableBackup(f"{path}: has no {MANIFEST}: it is no backup, or its end is missing")
    try:
        told: dict[str, Any] = json.loads(manifest)
        files: dict[str, str] = told["files"]
        told_format = told["format"]
    except (ValueError, KeyError, TypeError):
        raise UnusableBackup(f"{path}: its {MANIFEST} cannot be read") from None
    if told_format != FORMAT:
        raise UnusableBackup(f"{path}: is of format {told_format}, {FORMAT} can be read; use the version of Fieldwatch that made it")
    wrong = sorted(name for name in files.keys() | sums.keys() if files.get(name) != sums.get(name))
    if wrong:
        raise UnusableBackup(f"{path}: {wrong[0]}: is missing, or not what was saved ({len(wrong)} such files); use another backup")
    return told


@contextmanager
def _unpacking(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as raw:
        magic = raw.read(4)
        raw.seek(0)
        if magic[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=raw) as stream:
                yield stream  # type: ignore[misc]
        elif magic == b"\x28\xb5\x2f\xfd":
            import pyarrow as pa

            with pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd") as stream:
                yield stream
        else:
            raise UnusableBackup(f"{path}: is no backup: neither zstd nor gzip")
