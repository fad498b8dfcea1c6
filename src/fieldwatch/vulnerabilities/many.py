"""Many devices matched on all cores, in their order.

What is made ready (the matcher) is shared with the processes by forking; what comes back is what the caller makes of each answer there, so
that it may be small. A result does not depend on how many processes there are.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from multiprocessing import get_all_start_methods, get_context
from typing import Any, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")

AT_ONCE = 500
"""Devices that a process takes at once."""

_work: Callable[[Any], Any] | None = None
"""What a process does with a device; it is there before the processes are forked."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(work: Callable[[Asked], Told], asked: Iterable[Asked], jobs: int) -> Iterator[Told]:
    """What `work` says of each device, in their order, on `jobs` processes; here, where processes cannot be forked or one is enough."""
    devices = iter(asked)
    first = list(islice(devices, AT_ONCE))
    if jobs < 2 or len(first) < AT_ONCE or "fork" not in get_all_start_methods():
        yield from map(work, first)
        yield from map(work, devices)
        return
    global _work
    _work = work
    gc.freeze()  # a collection would write to, and so copy, every page that the processes share
    try:
        with get_context("fork").Pool(jobs) as pool:
            for told in pool.imap(_each, _portions(first, devices)):
                yield from told
    finally:
        gc.unfreeze()
        _work = None


def _portions(first: list[Asked], others: Iterator[Asked]) -> Iterator[list[Asked]]:
    while first:
        yield first
        first = list(islice(others, AT_ONCE))


def _each(portion: list[Asked]) -> list[Any]:
    assert _work is not None
    return [_work(one) for one in portion]
