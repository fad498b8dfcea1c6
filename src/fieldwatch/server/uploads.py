"""Captures that are sent in pieces: each piece is on the disk before it is acknowledged, and an upload goes on where it stopped.

In `uploads` of the data folder an upload has three files: `<id>.json` says what it is, `<id>.part` holds the bytes that came, `<id>.at` how
many of them are acknowledged (what stands behind them is of a piece that broke, and is written again). A complete one becomes a capture
(`store.captures`); its `.json` stays for a while, so that whoever did not hear of it is told again.

Standards: RFC 9110 14.4 (Content-Range).
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO

from fieldwatch.store import clock
from fieldwatch.store.captures import free_bytes, keep, place, queue
from fieldwatch.store.models import Site, Source, User

PIECE = 8 * 2**20
"""Bytes that one piece may have."""

RESERVE = 256 * 2**20
"""Bytes that stay free on the disk: the database needs them."""

STALE_S = 48 * 3600
"""After how many seconds without a new piece an upload is given up."""

BLOCK = 1 << 20
ID = re.compile(r"[0-9a-f]{32}")
RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")
SHA256 = re.compile(r"[0-9a-f]{64}")


class Refused(Exception):
    """An upload, or a piece of it, is not taken: says what was read, what is allowed, what to do. `offset`: where it goes on."""

    def __init__(self, words: str, offset: int | None = None) -> None:
        super().__init__(words)
        self.offset = offset


class TooLarge(Refused):
    """It is larger than the options allow."""


class NoSpace(Refused):
    """It does not fit on the disk."""


class OutOfPlace(Refused):
    """The piece is not the next one."""


class Unlike(Refused):
    """The bytes are not those that were announced."""


class Unknown(Refused):
    """There is no such upload, or it is somebody else's."""


@dataclass(frozen=True)
class Upload:
    """What is known of one upload. `digest` is set when all bytes came, `source` when they are queued to be read."""

    id: str
    name: str
    size: int
    site: int
    user: int
    sha256: str = ""
    digest: str = ""
    source: int = 0


@dataclass(frozen=True)
class Piece:
    """Where a piece belongs: the first byte, how many there are, and the size of the whole."""

    first: int
    length: int
    size: int


def piece(content_range: str, length: int) -> Piece:
    """The piece that the header Content-Range names. An empty file has the range `0-0/0` and no bytes. Raises Refused."""
    found = RANGE.fullmatch(content_range.strip())
    first, last, size = (int(one) for one in found.groups()) if found else (0, -1, 0)
    if not found or last < first or (last >= size and size) or (not size and length):
        raise Refused(f"Content-Range: {content_range[:80]!r} was read; bytes FIRST-LAST/SIZE is allowed, LAST below SIZE")
    count = last - first + 1 if size else 0
    if count > PIECE:
        raise TooLarge(f"Content-Range: {count} bytes were announced; a piece has {PIECE} at most; send smaller ones")
    if count != length:
        raise Refused(f"Content-Length: {length} was read, and {count} bytes in Content-Range; both must be the same")
    return Piece(first, count, size)


class Uploads:
    """The uploads of a data folder. `most` is the size in bytes that a capture may have."""

    def __init__(self, data: Path, most: int) -> None:
        self.data = data
        self.folder = data / "uploads"
        self.most = most

    def open(self, name: str, size: int, site: Site, user: User, *, sha256: str = "", modified: str = "") -> Upload:
        """A new upload, or the one that was begun with the same file (name, size and time of change). Raises Refused."""
        if size > self.most:
            raise TooLarge(f"size: {size} bytes were announced; captures.most_mb allows {self.most}; cut the capture, or raise the option")
        if sha256 and not SHA256.fullmatch(sha256):
            raise Refused(f"sha256: {sha256[:80]!r} was read; 64 hexadecimal digits are allowed, or nothing")
        self.folder.mkdir(parents=True, exist_ok=True)
        clean_up(self.data)
        told = f"{user.pk}\0{site.pk}\0{name}\0{size}\0{modified or os.urandom(16).hex()}\0{sha256}"
        made = Upload(hashlib.sha256(told.encode()).hexdigest()[:32], name[:500], size, site.pk, user.pk, sha256)
        with suppress(Unknown):
            known = self.get(made.id, user)
            if not known.source:
                return known
        self._room(size)
        self._path(made, "part").touch()
        self._at(made, 0)
        self._save(made)
        return made

    def get(self, id_: str, user: User) -> Upload:
        """The upload with this id, where it is this person's. Raises Unknown."""
        path = self.folder / f"{id_}.json"
        if ID.fullmatch(id_):
            with suppress(OSError, ValueError, TypeError):
                found = Upload(**json.loads(path.read_text(encoding="utf-8")))
                if found.user == user.pk:
                    return found
        raise Unknown(f"upload {id_[:40]}: there is none, it was given up after {STALE_S // 3600} h, or it is not yours; begin again")

    def offset(self, upload: Upload) -> int:
        """How many bytes are acknowledged."""
        if upload.digest:
            return upload.size
        try:
            return int(self._path(upload, "at").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0

    def put(self, upload: Upload, where: Piece, body: BinaryIO) -> int:
        """Takes a piece; how many bytes are there now, on the disk. Raises Refused."""
        if where.size != upload.size:
            raise Refused(f"Content-Range: the size {where.size} was read, {upload.size} was announced; begin again")
        with self._locked(upload) as file:
            there = self.offset(upload)
            if where.first != there or upload.digest:
                raise OutOfPlace(f"Content-Range: a piece from {where.first} was read, the next one begins at {there}", there)
            try:
                self._write(file, where, body)
            except OSError as error:
                if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                    raise
                with suppress(OSError):
                    os.ftruncate(file, there)
                raise NoSpace("The disk is full; make room, or ask who runs Fieldwatch; then go on", there) from None
            self._at(upload, there + where.length)
            return there + where.length

    def finish(self, upload: Upload, site: Site, user: User) -> Source:
        """The source of a complete upload, queued to be read: the known one, where these bytes were brought before. Raises Refused."""
        if upload.source:
            return Source.objects.get(pk=upload.source)
        part = self._path(upload, "part")
        if not upload.digest:
            with self._locked(upload) as file:
                os.ftruncate(file, upload.size)
                os.fsync(file)
            digest = _digest(part)
            if upload.sha256 and digest != upload.sha256:
                self.drop(upload)
                raise Unlike(f"sha256: the bytes that came have {digest}, {upload.sha256} was announced; send the file again")
            upload = replace(upload, digest=digest)
            self._save(upload)
        if part.exists():
            keep(self.data, part, upload.digest)
        if not place(self.data, upload.digest).exists():
            self.drop(upload)
            raise Unknown("The bytes of the upload are gone; send the file again")
        source = queue(site, f"sha256:{upload.digest}", upload.name, upload.size, user)
        self._save(replace(upload, source=source.pk))
        self._path(upload, "at").unlink(missing_ok=True)
        return source

    def drop(self, upload: Upload) -> None:
        """Forgets an upload."""
        for end in ("json", "part", "at"):
            self._path(upload, end).unlink(missing_ok=True)

    def _path(self, upload: Upload, end: str) -> Path:
        return self.folder / f"{upload.id}.{end}"

    def _room(self, size: int) -> None:
        """Raises NoSpace where the bytes, and those that other uploads still bring, do not fit."""
        promised = sum(one.size - self.offset(one) for one in self._all() if not one.digest)
        free = max(free_bytes(self.data) - RESERVE - promised, 0)
        if size > free:
            raise NoSpace(f"size: {size} bytes were announced, {free} are free for captures; make room, or ask who runs Fieldwatch")

    def _all(self) -> Iterator[Upload]:
        for path in self.folder.glob("*.json"):
            with suppress(OSError, ValueError, TypeError):
                yield Upload(**json.loads(path.read_text(encoding="utf-8")))

    @contextmanager
    def _locked(self, upload: Upload) -> Iterator[int]:
        """The file of the bytes, for one writer at a time. Raises OutOfPlace where another one has it."""
        try:
            file = os.open(self._path(upload, "part"), os.O_RDWR)
        except FileNotFoundError:
            raise Unknown("The bytes of the upload are gone; begin again") from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file
        except BlockingIOError:
            raise OutOfPlace("Another piece of this upload is being written; go on from the offset", self.offset(upload)) from None
        finally:
            os.close(file)

    @staticmethod
    def _write(file: int, where: Piece, body: BinaryIO) -> None:
        at, end = where.first, where.first + where.length
        while at < end:
            block = body.read(min(BLOCK, end - at))
            if not block:
                raise Refused(f"The body ended after {at - where.first} of {where.length} bytes; send the piece again", where.first)
            while block:
                written = os.pwrite(file, block, at)
                at, block = at + written, block[written:]
        os.fdatasync(file)

    def _at(self, upload: Upload, offset: int) -> None:
        """Acknowledges bytes. The text has one length: it is overwritten in its place, whole or not at all."""
        file = os.open(self._path(upload, "at"), os.O_WRONLY | os.O_CREAT, 0o640)
        try:
            os.pwrite(file, f"{offset:020}".encode(), 0)
            os.fdatasync(file)
        finally:
            os.close(file)

    def _save(self, upload: Upload) -> None:
        path, new = self._path(upload, "json"), self._path(upload, "new")
        with new.open("w", encoding="utf-8") as file:
            json.dump(asdict(upload), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)


def clean_up(data: Path, now_s: float | None = None) -> int:
    """Deletes what is left of uploads that were given up; how many files."""
    if now_s is None and clock.doubted():
        return 0
    border = (time.time() if now_s is None else now_s) - STALE_S
    gone = 0
    for path in (data / "uploads").glob("*"):
        with suppress(OSError):
            fresh = max((one.stat().st_mtime for one in path.parent.glob(f"{path.stem}.*")), default=path.stat().st_mtime)
            if max(fresh, path.stat().st_mtime) < border:
                path.unlink()
                gone += 1
    return gone


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
