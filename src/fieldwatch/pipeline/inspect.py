"""The main job: captures in, everything that they show out."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fieldwatch.facts import Sighting as Seen
from fieldwatch.inventory import Inventory, fold
from fieldwatch.pipeline.assemble import Assembler, Facts, Sighting, hashed
from fieldwatch.pipeline.sources import Skipped, Source, UnusableInput, find, look, streams
from fieldwatch.pipeline.stream import Reader
from fieldwatch.protocols import registry
from fieldwatch.wire import CaptureError

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

    from fieldwatch.vulnerabilities.assess import Assessment
    from fieldwatch.vulnerabilities.basis import Basis

Progress = Callable[[str, int, int], None]
"""Called with a path, the bytes of it that were read, and its size (0 where it is not known)."""


class Result(NamedTuple):
    """What the captures show: facts, the inventory that they give, files that were left out; and the findings, once it was assessed."""

    facts: Facts
    inventory: Inventory
    skipped: tuple[Skipped, ...]
    assessment: Assessment | None = None

    def assessed(self, basis: Basis, secret_key: bytes, *, with_cleared: bool = False) -> Result:
        """The same with its findings; `secret_key` is that of the reading: makers' default passwords are recognised by it."""
        from fieldwatch.vulnerabilities.assess import assess

        facts, digest = self.facts, partial(hashed, secret_key)
        seen = (self.inventory, facts.conversations, facts.operations, facts.logins)
        found = assess(*seen, basis, digest=digest, with_cleared=with_cleared)
        return self._replace(assessment=found)


def inspect(
    paths: Iterable[str], *, jobs: int = 1, progress: Progress | None = None, fenced: bool = True, secret_key: bytes | None = None
) -> Result:
    """Reads all captures and folds their facts into one plant. Raises `UnusableInput` where nothing can be read.

    The order of `paths` and the number of `jobs` change nothing but the time that it takes; `secret_key` keys the hashes of secrets (a
    new one, where none is given).
    """
    sources, skipped = look(find(paths))
    if not sources:
        raise UnusableInput("; ".join(f"{one.path}: {one.why}" for one in skipped))
    return result_of(merge(read_all(streams(sources), jobs, progress, fenced, secret_key)), skipped)


def result_of(facts: Facts, skipped: Iterable[Skipped] = ()) -> Result:
    """The facts with the inventory that they give."""
    inventory = fold(facts.claims, facts.conversations, [seen(one) for one in facts.sightings], facts.operations)
    return Result(facts, inventory, tuple(skipped))


def read_all(
    streams: Sequence[Sequence[Source]], jobs: int, progress: Progress | None, fenced: bool, secret_key: bytes | None = None
) -> list[Facts]:
    """The facts of each stream, in order; streams are read side by side where `jobs` allows it."""
    key = secret_key or os.urandom(32)
    if jobs <= 1 or len(streams) <= 1:
        return [read_stream(stream, key, progress, fenced) for stream in streams]
    from concurrent.futures import ProcessPoolExecutor

    registry()  # what copies of this process have already, they need not load
    largest, *others = sorted(range(len(streams)), key=lambda number: -sum(source.size_bytes for source in streams[number]))
    with ProcessPoolExecutor(max_workers=min(jobs, len(streams)) - 1, mp_context=_processes()) as pool:
        running = {number: pool.submit(read_stream, streams[number], key, None, fenced) for number in others}
        read = {largest: read_stream(streams[largest], key, progress, fenced)}  # this process is one of the readers
        for number in reversed(others):
            if running[number].cancel():
                read[number] = read_stream(streams[number], key, progress, fenced)
        for number in others:
            if number not in read:
                read[number] = running[number].result()
                _report(streams[number], progress)
    return [read[number] for number in range(len(streams))]


def _processes() -> BaseContext:
    """How readers are started: as copies of this process, which have all that they need, or afresh where threads forbid a copy."""
    import threading
    from multiprocessing import get_context

    return get_context("fork" if threading.active_count() == 1 and sys.platform == "linux" else "forkserver")


def _report(stream: Sequence[Source], progress: Progress | None) -> None:
    """Says that a stream has been read."""
    if progress:
        for source in stream:
            progress(source.path, source.size_bytes, source.size_bytes)


def read_stream(stream: Sequence[Source], secret_key: bytes, progress: Progress | None, fenced: bool) -> Facts:
    """The facts of one stream of files that follow each other."""
    collects = gc.isenabled()
    gc.disable()  # everything that is made here is kept until the end: collecting would only go through it again and again
    try:
        report = None
        if progress:

            def report(number: int, packets: int, size_bytes: int) -> None:
                progress(stream[number].path, size_bytes, stream[number].size_bytes)

        reader = Reader(registry(), fenced=fenced)
        try:
            read = reader.read([source.path for source in stream], report)
        except CaptureError as error:
            raise UnusableInput(f"{stream[0].path}: {error}") from error
        return Assembler(read, secret_key).assemble()
    finally:
        if collects:
            gc.enable()


def merge(parts: Iterable[Facts]) -> Facts:
    """The facts of all streams together."""
    whole = Facts()
    for part in parts:
        whole.add(part)
    return whole


def seen(one: Sighting) -> Seen:
    """The sighting as the fold takes it."""
    return Seen(
        one.ip, one.mac, one.vlan, one.first_ns, one.last_ns, one.packets, one.evidence.source, one.evidence.frame, one.greatest_ttl
    )


__all__ = ["Progress", "Result", "UnusableInput", "inspect", "merge"]
