"""The shelf: what the feeds brought, in one folder, with a manifest that says of each document where and when it was fetched.

Layout: `advisories/FEED/NAME` and `facts/FEED/NAME` are the documents, `manifests/FEED.jsonl` and `FEED.json` say what they are,
`listings/FEED/` keeps what a provider lists, `partial/` what is being written. A document is replaced by renaming a file that is already
on the disk, so at every moment the old one or the new one stands there, whole. The manifest is only ever appended to while a feed is
worked on; a line that was cut by a crash is dropped, and its document fetched again.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import orjson

from fieldwatch.vulnerabilities.feeds._feed import ADVISORIES, FACTS

log = logging.getLogger(__name__)

NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9+_-][A-Za-z0-9.+_-]{0,199}\Z")
"""Names of documents and feeds that are taken: no folders, no hidden files, nothing that a file system could take for something else."""


class UnusableShelf(Exception):
    """The folder cannot be used: says why and what to do."""


@dataclass(frozen=True)
class Entry:
    """What the manifest says of a document.

    `stamp` is what the provider's listing says of its age; `hash` and `signature` are verified or absent (wrong ones are refused);
    `cosmetic` names the tests of CSAF 6.1 that it fails without harm.
    """

    name: str
    url: str
    sha256: str
    size: int
    fetched: str
    stamp: str = ""
    etag: str = ""
    last_modified: str = ""
    hash: str = "absent"
    signature: str = "absent"
    cosmetic: tuple[str, ...] = ()


class Drawer:
    """The part of the shelf that belongs to one feed. Used in a `with`: leaving it writes the manifest anew."""

    def __init__(self, root: Path, feed: str, brings: str) -> None:
        self.root, self.feed, self.brings = root, feed, brings
        self.folder = root / brings / feed
        self.entries: dict[str, Entry] = {}
        self.state: dict[str, Any] = {}
        self._journal: IO[bytes] | None = None
        self._load()

    def __enter__(self) -> Drawer:
        for folder in (self.folder, self.root / "manifests", self.root / "listings" / self.feed, self.root / "partial"):
            folder.mkdir(parents=True, exist_ok=True)
        self._journal = self._manifest.open("ab")
        if self._journal.tell():  # a line that a crash cut ends here
            self._journal.write(b"\n")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._journal is not None
        self._journal.close()
        self._journal = None
        lines = [orjson.dumps(asdict(self.entries[name])) for name in sorted(self.entries)]
        self.write(self._manifest, b"\n".join(lines) + b"\n" if lines else b"")
        self.keep_state()

    @property
    def _manifest(self) -> Path:
        return self.root / "manifests" / f"{self.feed}.jsonl"

    @property
    def _state(self) -> Path:
        return self.root / "manifests" / f"{self.feed}.json"

    def _load(self) -> None:
        """Reads manifest and state; what cannot be read counts as not there, and is fetched again."""
        if self._manifest.exists():
            for line in self._manifest.read_bytes().splitlines():
                one = _entry(line)
                if one is not None:
                    self.entries[one.name] = one
        if self._state.exists():
            try:
                state = orjson.loads(self._state.read_bytes())
            except orjson.JSONDecodeError:
                state = {}
            self.state = state if isinstance(state, dict) else {}
        self.entries = {name: one for name, one in self.entries.items() if self._stands(one)}

    def _stands(self, one: Entry) -> bool:
        try:
            return (self.folder / one.name).stat().st_size == one.size
        except OSError:
            return False

    def put(self, entry: Entry, data: bytes) -> None:
        """Puts the document on the shelf, in place of the one with the same name."""
        assert self._journal is not None, "a drawer is filled in a `with`"
        assert NAME.match(entry.name), entry.name
        if self.entries.get(entry.name, entry).sha256 != entry.sha256 or not self._stands(entry):
            self.write(self.folder / entry.name, data)
        self.note(entry)

    def note(self, entry: Entry) -> None:
        """Takes note of what is newly known of a document that already stands there."""
        assert self._journal is not None
        self.entries[entry.name] = entry
        self._journal.write(orjson.dumps(asdict(entry)) + b"\n")
        self._journal.flush()

    def document(self, name: str) -> bytes | None:
        """The document, None where there is none."""
        return (self.folder / name).read_bytes() if name in self.entries else None

    def keep_state(self) -> None:
        """Writes the state of the feed (when it was asked, what went wrong, how far it came)."""
        self.write(self._state, orjson.dumps(self.state, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))

    def listing(self, url: str) -> tuple[bytes, str, str] | None:
        """What was last listed at `url`, with its ETag and its date."""
        known = self.state.get("listings", {}).get(url)
        try:
            data = (self.root / "listings" / self.feed / _digest(url.encode())[:32]).read_bytes()
        except OSError:
            return None
        if not isinstance(known, dict) or known.get("sha256") != _digest(data):
            return None
        return data, str(known.get("etag", "")), str(known.get("last_modified", ""))

    def keep_listing(self, url: str, data: bytes, etag: str, last_modified: str) -> None:
        """Keeps what was listed, to be asked for again only when it changed."""
        self.write(self.root / "listings" / self.feed / _digest(url.encode())[:32], data)
        known = {"etag": etag, "last_modified": last_modified, "sha256": _digest(data)}
        self.state.setdefault("listings", {})[url] = known
        self.keep_state()

    def write(self, path: Path, data: bytes) -> None:
        """Replaces a file so that a crash leaves the old or the new one (POSIX.1-2017 rename, after fsync of file and then of folder)."""
        partial = self.root / "partial" / f"{self.feed}.{os.getpid()}.new"
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _settle(path.parent)


class Shelf:
    """The folder of all feeds."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def advisories(self) -> Path:
        """The folder of the CSAF documents, as `catalogue.load` takes it."""
        return self.root / ADVISORIES

    def drawer(self, feed: str, brings: str) -> Drawer:
        """The drawer of a feed."""
        assert NAME.match(feed), feed
        return Drawer(self.root, feed, brings)

    def facts(self, feed: str) -> list[bytes]:
        """All documents of a feed of facts, in the order of their names."""
        drawer = self.drawer(feed, FACTS)
        return [(drawer.folder / name).read_bytes() for name in sorted(drawer.entries)]

    def drawers(self) -> Iterator[Drawer]:
        """All drawers that there are."""
        for brings in (ADVISORIES, FACTS):
            for folder in sorted((self.root / brings).glob("*")):
                if folder.is_dir() and NAME.match(folder.name):
                    yield self.drawer(folder.name, brings)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the shelf for one writer. Raises UnusableShelf when another has it, or when it cannot be written."""
        try:
            (self.root / "partial").mkdir(parents=True, exist_ok=True)
            lock = (self.root / "lock").open("wb")
        except OSError as error:
            why = error.strerror or str(error)
            raise UnusableShelf(f"{self.root}: cannot be written ({why}); name a folder of your own with --shelf") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UnusableShelf(f"{self.root}: another feeds command is writing there; wait until it has ended") from None
            for left in (self.root / "partial").glob("*.new"):  # of a process that was killed
                left.unlink()
            yield


def default_root(environment: Mapping[str, str]) -> Path:
    """Where the shelf is (XDG Base Directory Specification 0.8: XDG_DATA_HOME, or `.local/share` at home)."""
    said = environment.get("XDG_DATA_HOME", "")
    base = Path(said) if said.startswith("/") else Path.home() / ".local" / "share"
    return base / "fieldwatch" / "feeds"


def entry(name: str, url: str, data: bytes, fetched: str, **more: Any) -> Entry:
    """The manifest's line for these bytes."""
    return Entry(name=name, url=url, sha256=_digest(data), size=len(data), fetched=fetched, **more)


def _entry(line: bytes) -> Entry | None:
    try:
        read = orjson.loads(line)
        one = Entry(**{**read, "cosmetic": tuple(read.get("cosmetic", ()))})
    except (orjson.JSONDecodeError, TypeError, AttributeError):
        if line.strip():
            log.warning("a line of a manifest cannot be read; its document is fetched again")
        return None
    return one if isinstance(one.name, str) and NAME.match(one.name) else None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _settle(folder: Path) -> None:
    """Makes a rename in the folder last (fsync of the directory)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
