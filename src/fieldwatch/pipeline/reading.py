"""One capture file, read to the batches of its one source: the same file gives the same batches, whoever reads it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fieldwatch.facts import Batch
from fieldwatch.pipeline.assemble import Assembler, Facts
from fieldwatch.pipeline.batches import batches, rows, source_of
from fieldwatch.pipeline.by_time import Clock
from fieldwatch.pipeline.sources import UnusableInput
from fieldwatch.pipeline.stream import Reader
from fieldwatch.protocols import registry
from fieldwatch.wire import CaptureError

Progress = Callable[[int, int], None]
"""Called a few times a second with the packets and the bytes of the file that were read so far."""


def read_capture(
    path: str, identity: str, name: str, secret_key: bytes, *, fenced: bool = True, progress: Progress | None = None
) -> Iterator[Batch]:
    """The batches of one capture, the last of which says so. Raises `UnusableInput` where it is none, with what it should be.

    `identity` is what the store knows the source by, `name` what people know it by; `secret_key` keys the hashes of credentials.
    """
    with uncollected():
        facts, width_ns = _facts(path, name, secret_key, fenced, progress)
    told_ns = max((count[0] + width_ns for one in facts.slices for count in one.counts), default=0)
    yield from batches(source_of(facts, identity, "capture", name), rows(facts, identity), told_ns=told_ns)


def _facts(path: str, name: str, secret_key: bytes, fenced: bool, progress: Progress | None) -> tuple[Facts, int]:
    report = None
    if progress:

        def report(_number: int, packets: int, size_bytes: int) -> None:
            progress(packets, size_bytes)

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
