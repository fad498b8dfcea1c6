"""The shelf as one signed file, for a site without a network.

Format: three lines, then a zip archive. The first line is `fieldwatch feeds bundle 1`; the second the Ed25519 public key and the signature
(base64), or `unsigned`; the third, in JSON, the time, and the size and SHA-512 of the archive. Signed are the first and the third line.
Standards: RFC 8032 Ed25519; RFC 8410 and RFC 7468 for the files of keys (PEM).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from fieldwatch.vulnerabilities.catalogue import DAMAGED
from fieldwatch.vulnerabilities.csaf import UnreadableDocument
from fieldwatch.vulnerabilities.feeds._feed import ADVISORIES, FACTS, Report
from fieldwatch.vulnerabilities.feeds.importing import DOCUMENT
from fieldwatch.vulnerabilities.feeds.shelf import NAME, Entry, Shelf
from fieldwatch.vulnerabilities.feeds.validate import check

MAGIC = b"fieldwatch feeds bundle 1\n"
UNSIGNED = b"unsigned\n"
LONGEST_LINE = 4096
BLOCK = 1024 * 1024
TRUSTED = "trusted"
"""Folder of the shelf: public keys (*.pem) whose bundles are taken without naming the key."""

CARRIED = ("asked", "kind", "listed", "until", "url")
"""What of a feed's state goes along: how old it is, not what was asked from here."""


class UnusableBundle(Exception):
    """The bundle or the key cannot be used; the text says what was read, what is allowed, and what to do."""


def is_bundle(path: Path) -> bool:
    """True for a file that begins like a bundle."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def new_key(path: Path) -> Path:
    """Makes a key: the private one at `path`, for its owner's eyes only, the public one beside it. Returns the path of the public one."""
    key, public = Ed25519PrivateKey.generate(), path.with_suffix(".pub.pem")
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    except OSError as error:
        raise UnusableBundle(f"{error.filename}: no key was made ({error.strerror}); name a file that is not there yet") from None
    return public


def private_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a PEM file."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableBundle(
            f"{path}: no private key ({_first_line(error)}); an Ed25519 key in PEM is needed: --new-key makes one"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UnusableBundle(f"{path}: another kind of key; an Ed25519 key in PEM is needed: --new-key makes one")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The public key in a PEM file."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableBundle(f"{path}: no public key ({_first_line(error)}); the *.pub.pem of who made the bundle is needed") from None
    if not isinstance(key, Ed25519PublicKey):
        raise UnusableBundle(f"{path}: another kind of key; the *.pub.pem of who made the bundle is needed")
    return key


def trusted_keys(shelf: Shelf) -> list[Ed25519PublicKey]:
    """The public keys that a person laid into the folder `trusted` of the shelf."""
    return [public_key(path) for path in sorted((shelf.root / TRUSTED).glob("*.pem"))]


def write(shelf: Shelf, out: Path, key: Ed25519PrivateKey | None, now: datetime) -> int:
    """Writes all that is on the shelf; returns the number of documents. A file at `out` is replaced when the new one is whole."""
    partial = out.with_name(out.name + ".partial")
    try:
        with tempfile.TemporaryFile(dir=out.parent) as archive:
            count = _pack(shelf, archive)
            with partial.open("wb") as file:
                file.write(_head(archive, key, now))
                archive.seek(0)
                shutil.copyfileobj(archive, file, BLOCK)
                file.flush()
                os.fsync(file.fileno())
        partial.replace(out)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise UnusableBundle(f"{out}: cannot be written ({error.strerror or error}); name a file in a folder of yours") from None
    return count


def _pack(shelf: Shelf, file: IO[bytes]) -> int:
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for drawer in shelf.drawers():
            entries = [drawer.entries[name] for name in sorted(drawer.entries)]
            state = {name: drawer.state[name] for name in CARRIED if name in drawer.state}
            _add(
                archive, f"{drawer.brings}/{drawer.feed}.json", orjson.dumps({"state": state, "entries": [asdict(one) for one in entries]})
            )
            for one in entries:
                _add(archive, f"{drawer.brings}/{drawer.feed}/{one.name}", (drawer.folder / one.name).read_bytes())
            count += len(entries)
    return count


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def _head(archive: IO[bytes], key: Ed25519PrivateKey | None, now: datetime) -> bytes:
    size, digest = _measure(archive)
    said = orjson.dumps({"created": now.isoformat(), "sha512": digest, "size": size}) + b"\n"
    if key is None:
        return MAGIC + UNSIGNED + said
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return MAGIC + base64.b64encode(public) + b" " + base64.b64encode(key.sign(MAGIC + said)) + b"\n" + said


def _measure(file: IO[bytes], start: int = 0) -> tuple[int, str]:
    """Size and SHA-512 of what follows `start`."""
    file.seek(start)
    digest, size = hashlib.sha512(), 0
    while block := file.read(BLOCK):
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


def bring_in(shelf: Shelf, path: Path, keys: Iterable[Ed25519PublicKey], *, unsigned: bool = False) -> Report:
    """Takes what is newer in the bundle than on the shelf, which must be held. Raises UnusableBundle before anything is changed."""
    report = Report(path.name)
    with _verified(path, list(keys), unsigned) as archive:
        for brings, feed, state, entries in _feeds(path, archive):
            with shelf.drawer(feed, brings) as drawer:
                for one in entries:
                    known = drawer.entries.get(one.name)
                    if known is not None and (known.sha256 == one.sha256 or known.fetched > one.fetched):
                        report.unchanged += known.sha256 == one.sha256
                        report.older += known.sha256 != one.sha256
                        continue
                    try:
                        drawer.put(one, _document(path, archive, brings, feed, one))
                        report.fetched += 1
                    except (UnusableBundle, UnreadableDocument) as error:
                        report.fault(error)
                newer = str(state.get("listed", "")) > str(drawer.state.get("listed", ""))
                drawer.state |= {name: value for name, value in state.items() if newer and name in CARRIED}
    return report


@contextmanager
def _verified(path: Path, keys: list[Ed25519PublicKey], unsigned: bool) -> Iterator[zipfile.ZipFile]:
    """The archive of a bundle whose signature and hash are right."""
    with path.open("rb") as file:
        file.seek(len(MAGIC))
        signed, said = file.readline(LONGEST_LINE), file.readline(LONGEST_LINE)
        if not unsigned:
            _check_signature(path, signed, said, keys)
        start = file.tell()
        size, digest = _measure(file, start)
        try:
            head = orjson.loads(said)
            announced = head["size"], head["sha512"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise UnusableBundle(f"{path}: damaged, its third line cannot be read; a whole bundle is needed: copy it again") from None
        if announced != (size, digest):
            raise UnusableBundle(
                f"{path}: {size:,} bytes that are not the {announced[0]} of its maker; a whole bundle is needed: copy it again"
            )
        try:
            with zipfile.ZipFile(_Rest(file, start)) as archive:
                yield archive
        except DAMAGED as error:
            raise UnusableBundle(f"{path}: damaged archive ({error}); a whole bundle is needed: copy it again") from None


class _Rest:
    """A file from `start` on, as zipfile reads it."""

    def __init__(self, file: IO[bytes], start: int) -> None:
        self.file, self.start = file, start
        self.read, self.close = file.read, file.close

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.file.tell() - self.start

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        at = self.file.seek(offset + self.start if whence == os.SEEK_SET else offset, whence)
        return at - self.start


def _check_signature(path: Path, signed: bytes, said: bytes, keys: list[Ed25519PublicKey]) -> None:
    if signed == UNSIGNED:
        raise UnusableBundle(f"{path}: is not signed; a signed bundle is needed: --unsigned takes it all the same")
    if not keys:
        raise UnusableBundle(
            f"{path}: signed, and no key to verify it with; name its maker's with --key, or lay it into the shelf's {TRUSTED}/"
        )
    try:
        public, signature = (base64.b64decode(part, validate=True) for part in signed.split())
    except (ValueError, binascii.Error):
        raise UnusableBundle(f"{path}: damaged, its second line is no signature; a whole bundle is needed: copy it again") from None
    ours = {key.public_bytes(Encoding.Raw, PublicFormat.Raw): key for key in keys}
    if public not in ours:
        raise UnusableBundle(f"{path}: signed with another key; one that you trust is needed: ask who made it, then --key")
    try:
        ours[public].verify(signature, MAGIC + said)
    except InvalidSignature:
        raise UnusableBundle(f"{path}: wrongly signed; what its maker signed is needed: do not use it, have it made again") from None


def _feeds(path: Path, archive: zipfile.ZipFile) -> Iterator[tuple[str, str, Mapping[str, Any], list[Entry]]]:
    """The feeds in an archive: what they bring, name, state, documents."""
    for member in sorted(archive.namelist()):
        brings, _, rest = member.partition("/")
        feed = rest.removesuffix(".json")
        if "/" in rest or feed == rest:
            continue
        try:
            whole = orjson.loads(_read(path, archive, member))
            entries = [Entry(**{**one, "cosmetic": tuple(one["cosmetic"])}) for one in whole["entries"]]
            state: Mapping[str, Any] = dict(whole["state"])
            wrong = [
                one
                for one in entries
                for each in fields(one)
                if each.name not in ("size", "cosmetic") and not isinstance(getattr(one, each.name), str)
            ]
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise UnusableBundle(f"{path}!{member}: no list of documents ({_first_line(error)}); have the bundle made again") from None
        if brings not in (ADVISORIES, FACTS) or not NAME.match(feed) or wrong or not all(NAME.match(one.name) for one in entries):
            raise UnusableBundle(f"{path}!{member}: names that are not allowed; do not use it, have it made again")
        yield brings, feed, state, entries


def _document(path: Path, archive: zipfile.ZipFile, brings: str, feed: str, one: Entry) -> bytes:
    member = f"{brings}/{feed}/{one.name}"
    data = _read(path, archive, member)
    if hashlib.sha256(data).hexdigest() != one.sha256 or len(data) != one.size:
        raise UnusableBundle(f"{path}!{member}: is not the document that the bundle lists; not taken: have it made again")
    if brings == ADVISORIES:
        check(data, f"{path}!{member}", one.name, thorough=False)
    return data


def _read(path: Path, archive: zipfile.ZipFile, member: str) -> bytes:
    try:
        with archive.open(member) as file:
            data = file.read(DOCUMENT * 4 + 1)
    except (*DAMAGED, KeyError) as error:
        raise UnusableBundle(f"{path}!{member}: cannot be read ({_first_line(error)}); have the bundle made again") from None
    if len(data) > DOCUMENT * 4:
        raise UnusableBundle(f"{path}!{member}: larger than {DOCUMENT * 4 // 2**20} MB; not taken: have the bundle made again")
    return data


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
