"""The packets of an interface that are kept on disk: segments that the native core writes, found again by the numbers of their frames.

A segment is a pcap file; its name is the number of its first frame, and its frames follow each other. Every epoch has a folder of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from fieldwatch.pipeline.slice import Frame, walk
from fieldwatch.pipeline.sources import UnusableInput

HEADER_BYTES = 24
"""Of a pcap file; one that has nothing else holds no frame."""


class Segment(NamedTuple):
    """A file of the ring, and the number of its first frame."""

    path: Path
    first: int


def segments(folder: Path) -> list[Segment]:
    """The segments of an epoch, in order. What else lies in the folder is none of them."""
    found = [Segment(path, int(path.stem)) for path in folder.glob("*.pcap") if path.stem.isascii() and path.stem.isdigit()]
    return sorted(found, key=lambda one: one.first)


def frames(folder: Path, wanted: Collection[int]) -> Iterator[Frame]:
    """Those of the wanted frames that are kept, under their numbers in the epoch."""
    kept = segments(folder)
    firsts = [one.first for one in kept]
    by_segment: dict[int, set[int]] = {}
    for number in wanted:
        at = bisect_right(firsts, number) - 1
        if at >= 0:
            by_segment.setdefault(at, set()).add(number - firsts[at] + 1)
    for at, numbers in sorted(by_segment.items()):
        last = max(numbers)
        with suppress(UnusableInput):  # deleted in the meantime, or not yet begun
            for frame in walk(str(kept[at].path)):
                if frame.number in numbers:
                    yield frame._replace(number=firsts[at] + frame.number - 1)
                if frame.number >= last:
                    break


def last_frame(segment: Segment) -> Frame | None:
    """The last whole frame of a segment, under its number in the epoch."""
    last = None
    with suppress(UnusableInput):
        for last in walk(str(segment.path)):  # noqa: B007 - the last one is what is wanted
            pass
    return last._replace(number=segment.first + last.number - 1) if last else None


def prune(root: Path, keep_mib: int, current: Path) -> None:
    """Deletes the oldest segments of other epochs than the current one, until all together are no more than is kept."""
    sized = [(folder, path, path.stat().st_size) for folder in _epochs(root) for path, _ in segments(folder)]
    size_bytes = sum(size for _, _, size in sized)
    for folder, path, size in sized:
        if size_bytes <= keep_mib << 20 or folder == current:
            break
        path.unlink(missing_ok=True)
        size_bytes -= size
    for folder in _epochs(root):
        if folder != current and not any(folder.iterdir()):
            folder.rmdir()


def _epochs(root: Path) -> list[Path]:
    """The folders of the epochs, the oldest first; their names are times."""
    return sorted((path for path in root.iterdir() if path.is_dir() and path.name.isdigit()), key=lambda path: int(path.name))


__all__ = ["Segment", "frames", "last_frame", "prune", "segments"]
