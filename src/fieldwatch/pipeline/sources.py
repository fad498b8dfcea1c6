"""Which files make which streams: sorted by their first packet, the same file once, rotated files of one source as one stream."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from fieldwatch.pipeline.tail import last_seen_ns
from fieldwatch.wire import CaptureError, peek, span

ROTATED_NS = 2_000_000_000
"""Two files of one link type are one source where the second begins within this time of the first one's end."""

NOT_TEXT = "the name of the file is not UTF-8; rename it"

SUFFIXES = (".pcap", ".pcapng", ".cap", ".ntar", ".dmp")
PACKED = ("", ".gz", ".zst")


class UnusableInput(Exception):
    """What was given cannot be read: says what was read, what is allowed, what to do."""


class Source(NamedTuple):
    """A capture file: its path as given, its size, the link type and the time of its first packet (None without one)."""

    path: str
    size_bytes: int
    link: int
    first_ns: int | None


class Skipped(NamedTuple):
    """A file that is not read, and why."""

    path: str
    why: str


def find(paths: Iterable[str]) -> list[str]:
    """The capture files that the paths name: files as they are, folders with all captures in them. `-` is standard input."""
    found: list[str] = []
    for path in paths:
        if path == "-":
            found.append(path)
            continue
        place = Path(path)
        if place.is_dir():
            found.extend(str(one) for one in sorted(place.rglob("*")) if one.is_file() and is_capture_name(one.name))
        elif place.exists():
            found.append(path)
        else:
            raise UnusableInput(
                f"{path}: there is no such file or folder; give capture files (pcap, pcapng), folders of them, or - for standard input"
            )
    if not found:
        raise UnusableInput(f"{', '.join(paths)}: no capture in there; files called {', '.join(SUFFIXES)} (also .gz, .zst) are read")
    return found


def is_capture_name(name: str) -> bool:
    """True for the names that captures have."""
    return name.lower().endswith(tuple(suffix + packed for suffix in SUFFIXES for packed in PACKED))


def look(paths: Iterable[str]) -> tuple[list[Source], list[Skipped]]:
    """A look at each file, in order of first packet, then of name; files that are no capture, or that are another's double, are skipped."""
    sources: list[Source] = []
    skipped: list[Skipped] = []
    for path in dict.fromkeys(paths):
        if path == "-":
            sources.append(Source(path, 0, 0, None))
            continue
        if not _is_text(path):
            skipped.append(Skipped(_shown(path), NOT_TEXT))
            continue
        try:
            link, first_ns = peek(path)
        except CaptureError as error:
            skipped.append(Skipped(path, str(error)))
            continue
        sources.append(Source(path, Path(path).stat().st_size, link, first_ns))
    sources.sort(key=lambda source: (source.first_ns is None, source.first_ns or 0, source.path))
    return _without_doubles(sources, skipped)


def _is_text(path: str) -> bool:
    """False for a name with bytes that are not UTF-8: no document could name it as evidence."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(path: str) -> str:
    """The name with each byte that is not UTF-8 as `\\xNN`."""
    return os.fsencode(path).decode(errors="backslashreplace")


def streams(sources: list[Source]) -> list[list[Source]]:
    """The sources (sorted) as streams: a file that begins within `ROTATED_NS` of another's end, with its link type, goes on with it."""
    open_: list[tuple[int, list[Source]]] = []
    found: list[list[Source]] = []
    links = Counter(source.link for source in sources if source.first_ns is not None)
    for source in sources:
        if source.first_ns is None or links[source.link] < 2:
            found.append([source])
            continue
        before = [pair for pair in open_ if pair[1][-1].link == source.link and 0 <= source.first_ns - pair[0] < ROTATED_NS]
        if before:
            latest = max(before, key=lambda pair: pair[0])
            open_.remove(latest)
            stream = latest[1]
            stream.append(source)
        else:
            stream = [source]
            found.append(stream)
        last_ns = last_seen_ns(source.path) or span(source.path)[1]
        if last_ns is not None:
            open_.append((last_ns, stream))
    return found


def _without_doubles(sources: list[Source], skipped: list[Skipped]) -> tuple[list[Source], list[Skipped]]:
    """Leaves out files of the same content: only those of one size and one first packet are compared, by SHA-256."""
    alike: dict[tuple[int, int, int | None], list[Source]] = {}
    for source in sources:
        alike.setdefault(source[1:], []).append(source)
    doubles = {}
    for group in alike.values():
        if len(group) > 1 and group[0].path != "-":
            seen: dict[str, str] = {}
            for source in sorted(group):
                first = seen.setdefault(digest(source.path), source.path)
                if first != source.path:
                    doubles[source.path] = first
    skipped.extend(Skipped(path, f"holds the same bytes as {first}, which is read") for path, first in doubles.items())
    return [source for source in sources if source.path not in doubles], sorted(skipped)


def digest(path: str) -> str:
    """The SHA-256 of a file, as hex."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
