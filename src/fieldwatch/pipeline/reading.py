"""One capture file, read to the batches of its one source: the same file gives the same batches, whoever reads it."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fieldwatch.facts import Batch
from fieldwatch.pipeline.assemble import Assembler, Facts
from fieldwatch.pipeline.batches import batches, rows, size_of, source_of, weight
from fieldwatch.pipeline.by_time import Clock
from fieldwatch.pipeline.sources import UnusableInput
from fieldwatch.pipeline.stream import Reader
from fieldwatch.protocols import registry
from fieldwatch.wire import CaptureError

Progress = Callable[[int, int, float], None]
"""Called a few times a second with the packets and the bytes of the file that were read so far, and the share of the facts (0 to 1) that
was told in batches: none until all is read."""


def read_capture(
    path: str, identity: str, name: str, secret_key: bytes, *, fenced: bool = True, progress: Progress | None = None
) -> Iterator[Batch]:
    """The batches of one capture, the last of which says so. Raises `UnusableInput` where it is none, with what it should be.

    `identity` is what the store knows the source by, `name` what people know it by; `secret_key` keys the hashes of credentials.
    """
    with uncollected():
        facts, width_ns = _facts(path, name, secret_key, fenced, progress)
    told_ns = max((count[0] + width_ns for one in facts.slices for count in one.counts), default=0)
    made = batches(source_of(facts, identity, "capture", name), rows(facts, identity), told_ns=told_ns)
    yield from _telling(made, facts, os.path.getsize(path), progress) if progress else made


def _telling(made: Iterator[Batch], facts: Facts, size_bytes: int, progress: Progress) -> Iterator[Batch]:
    """The batches, with a word on the file that is read, and one after each batch on how much of it all they were."""
    (capture,), total, told = facts.captures, size_of(facts), 0
    progress(capture.packets, size_bytes, 0.0)
    for batch in made:
        yield batch
        told += sum(map(weight, batch.rows))
        progress(capture.packets, size_bytes, 1.0 if batch.is_last else told / total)


def _facts(path: str, name: str, secret_key: bytes, fenced: bool, progress: Progress | None) -> tuple[Facts, int]:
    report = None
    if progress:

        def report(_number: int, packets: int, size_bytes: int) -> None:
            progress(packets, size_bytes, 0.0)

    clock = Clock()
    try:
        stream = Reader(registry(), fenced=fenced, clock=clock).read([path], report)
    except CaptureError as error:
        raise UnusableInput(f"{name}: {error}") from error
    return Assembler(stream, secret_key).assemble(), stream.width_ns


@contextmanager
def uncollected() -> Iterator[None]:
    """While it lasts nothing is collected: all that is made is kept, and looking through it again and again would cost most of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


__all__ = ["Progress", "read_capture", "uncollected"]
