"""Captures that wait to be read: each is parsed in a process of its own that has no rights, and taken batch by batch.

Where a worker was killed, the next one reads the capture again: its batches are the same, and those that were taken are not taken twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone

from fieldwatch.facts import Batch
from fieldwatch.pipeline.child import Progress, read_apart
from fieldwatch.pipeline.confine import Limits
from fieldwatch.pipeline.sources import UnusableInput
from fieldwatch.server.options import Options
from fieldwatch.store.captures import place
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.ingest import Answer, StoreWaits, Taken, Writer
from fieldwatch.store.models import Source

log = logging.getLogger(__name__)

MOST_TRIES = 10
"""How often the reading of a capture is begun, while none of its batches is taken: one that kills the worker is not read for ever."""

SHOWN_S = 0.5
"""Seconds between two words on how far a reading is: each is a transaction."""


def waiting() -> Source | None:
    """The capture to read next: one that was begun first, then in the order in which they came."""
    begun = Source.objects.filter(kind="capture", state=Source.State.READING, sensor=None).order_by("id").first()
    return begun or Source.objects.filter(state=Source.State.QUEUED).order_by("id").first()


def read(source: Source, options: Options, key: bytes, writer: Writer, beat: Callable[[], None]) -> None:
    """Reads one capture to its end, or notes why it cannot be read. `beat` is called between batches."""
    if source.tries >= MOST_TRIES:
        return _failed(source, source.reason or f"its reading ended {MOST_TRIES} times before its end; see the log of the worker")
    begun = {"tries": source.tries + 1, "reason": "", "progress": 0, "taken": 0, "stage_at": timezone.now()}
    Source.objects.filter(pk=source.pk).update(state=Source.State.READING, **begun)
    _tell(source)
    path = place(options.data, source.identity)
    if not path.exists():
        return _failed(source, f"{path.name}: the file is not in the folder of captures any more; bring it again")
    wall_s = options["captures.hours"] * 3600
    limits = Limits(memory_mib=options["captures.memory_mb"], cpu_s=wall_s)
    shown = _Shown(source)
    try:
        for step in read_apart(str(path), source.identity, source.name, key, limits=limits, wall_s=wall_s):
            if isinstance(step, Batch):
                taken = writer.take(source.site_id, step)
                _forgive(source, taken)
                if taken.answer is Answer.EXPECTED:  # batches are told from the first one on
                    return _failed(source, f"batch {step.number} came, {taken.expected} was expected: its reading is broken off")
            else:
                shown.show(step)
            beat()
    except UnusableInput as error:
        return _failed(source, str(error))
    except (SystemExit, StoreWaits, DatabaseError):  # the worker was told to stop, or the store cannot take anything: that is no try
        with suppress(DatabaseError):
            Source.objects.filter(pk=source.pk, tries__gt=0).update(tries=F("tries") - 1)
        raise
    Source.objects.filter(pk=source.pk).update(tries=0, progress=1.0, taken=1.0, done_at=timezone.now())
    _tell(source)
    return None


def _forgive(source: Source, taken: Taken) -> None:
    """Where it went on, earlier tries do not count: a worker that is stopped or killed now and then is no fault of the capture."""
    if taken.answer is Answer.TAKEN and source.tries:
        Source.objects.filter(pk=source.pk).update(tries=1)
        source.tries = 0


class _Shown:
    """How far the reading of a capture is, told to whoever looks: now and then, and when a stage begins."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.due_s = 0.0
        self.is_taking = False

    def show(self, step: Progress) -> None:
        """Tells it, unless that was just done."""
        for warning in step.warnings:
            log.warning("%s: %s", self.source.name, warning)
        begins, now_s = step.told > 0 and not self.is_taking, time.monotonic()
        if now_s < self.due_s and not begins:
            return
        self.due_s, self.is_taking = now_s + SHOWN_S, step.told > 0
        told: dict[str, Any] = {"progress": self._share(step), "taken": step.told} | ({"stage_at": timezone.now()} if begins else {})
        with suppress(DatabaseError):  # it is only shown; the next one comes soon
            Source.objects.filter(pk=self.source.pk).update(**told)
            _tell(self.source)

    def _share(self, step: Progress) -> float:
        """Of the file, that was read."""
        size_bytes = self.source.file_bytes
        return 1.0 if step.told or step.size_bytes >= size_bytes > 0 else step.size_bytes / size_bytes if size_bytes else 0.0


def _failed(source: Source, reason: str) -> None:
    log.warning("%s: %s", source.name, reason)
    Source.objects.filter(pk=source.pk).update(state=Source.State.FAILED, reason=reason, done_at=timezone.now())
    _tell(source)


def _tell(source: Source) -> None:
    emit(Kind.SOURCE, str(source.pk), site=source.site_id)
