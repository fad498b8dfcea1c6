"""A batch into the store: one transaction, each number of a source once and in order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from fieldwatch.facts.batch import Batch
from fieldwatch.store import models
from fieldwatch.store.history.files import Count, write
from fieldwatch.store.ingest import ledger
from fieldwatch.store.ingest.contents import Contents
from fieldwatch.store.ingest.dialect import Dialect, dialect
from fieldwatch.store.ingest.ends import EndKey, end_table, ends
from fieldwatch.store.ingest.known import Known
from fieldwatch.store.ingest.plain import PLAIN
from fieldwatch.store.ingest.refusal import StoreAway, UnusableBatch, translated
from fieldwatch.store.ingest.talks import Memory, Tally
from fieldwatch.store.ingest.text import clean

EVENT_S = 1.0
"""Seconds between two events of one source."""


class Answer(Enum):
    """What became of a batch."""

    TAKEN = "taken"
    ALREADY = "already"
    """It was taken before; nothing has changed."""
    EXPECTED = "expected"
    """Batches before it are missing; nothing has changed."""


class Taken(NamedTuple):
    """What became of a batch, and up to which number the batches of its source are taken now."""

    answer: Answer
    batches: int

    @property
    def expected(self) -> int:
        """The number of the batch that comes next."""
        return self.batches + 1


def take(site: int, batch: Batch, *, sensor: int | None = None, history: Path | None = None) -> Taken:
    """Takes one batch. Whoever takes many keeps a `Writer`. Raises StoreWaits (take it again later) and UnusableBatch."""
    return Writer(history).take(site, batch, sensor=sensor)


class Writer:
    """Takes batches, and remembers what the store has already. For one thread: it writes on that thread's connection."""

    def __init__(self, history: Path | None = None) -> None:
        self._history = history or Path(settings.DATA) / "history"
        self._ends: Known[EndKey] = Known(end_table)
        self._memory = Memory()
        self._told: dict[int, float] = {}

    def take(self, site: int, batch: Batch, *, sensor: int | None = None) -> Taken:
        """Takes one batch, whole or not at all. Raises StoreWaits (the same batch can be taken later) and UnusableBatch."""
        _check(batch)
        contents = Contents(batch)
        with self._forgetful():
            try:
                return self._take(site, batch, contents, sensor)
            except IntegrityError:  # something that we remembered is gone: a site was removed
                self._forget()
                return self._take(site, batch, contents, sensor)

    def _take(self, site: int, batch: Batch, contents: Contents, sensor: int | None) -> Taken:
        with transaction.atomic():
            source = _source(site, batch, sensor)
            if batch.number <= source.batches:
                return Taken(Answer.ALREADY, source.batches)
            if batch.number > source.batches + 1:
                if source.batches == 0:
                    transaction.set_rollback(True)
                return Taken(Answer.EXPECTED, source.batches)
            if source.done_at is not None:
                raise UnusableBatch(f"{source.identity}: batch {batch.number} comes after the last one, {source.batches}")
            self._write(dialect(), site, source, contents)
            self._note(source, batch)
        return Taken(Answer.TAKEN, batch.number)

    def _write(self, into: Dialect, site: int, source: models.Source, contents: Contents) -> None:
        """The rows of a batch. Their order is that in which rows refer to each other."""
        is_new = source.batches == 0
        numbers = ends(into, self._ends, site, contents.ends)
        for kind, rows in contents.plain.items():
            plain = PLAIN[kind]
            place = (source.pk, site) if plain.has_site else (source.pk,)
            wide = len(plain.ends)
            made = [(*place, *[numbers[end] for end in row[:wide]], *row[wide:]) for row in rows.values()]
            (into.insert if is_new else into.upsert)(plain.table, made)
        if contents.talks:
            tally = Tally(into, site, source.pk, is_new, contents)
            tally.write(self._memory, numbers)
            self._write_slices(site, contents, tally)
        ledger.write(into, site, source.pk, is_new, contents, numbers)

    def _write_slices(self, site: int, contents: Contents, tally: Tally) -> None:
        counts = [Count(tally.classes[said], tally.talks[said[0]], *one) for said, told in contents.slices.items() for one in told]
        if counts:
            write(self._history, site, counts)

    def _note(self, source: models.Source, batch: Batch) -> None:
        """The state of the source, that facts of the site changed, and a word for browsers."""
        told, now = batch.source, timezone.now()
        models.Source.objects.filter(pk=source.pk).update(
            name=clean(told.name) or source.name,
            packets=told.packets,
            size_bytes=told.size_bytes,
            first_ns=told.first_ns,
            last_ns=told.last_ns,
            truncated=clean(told.truncated),
            counters={clean(name): count for name, count in told.counters},
            state=models.Source.State.DONE if batch.is_last else models.Source.State.READING,
            batches=batch.number,
            told_ns=max(source.told_ns, batch.told_ns),
            reason="",
            **({"done_at": now, "progress": 1.0} if batch.is_last else {}),
        )
        models.Site.objects.filter(pk=source.site_id).update(facts=F("facts") + 1)
        clock = time.monotonic()
        if batch.is_last or clock - self._told.get(source.pk, -EVENT_S) >= EVENT_S:
            self._told[source.pk] = clock
            models.Event.objects.create(site_id=source.site_id, kind="source", object=str(source.pk), data={"done": batch.is_last})
        if batch.is_last:
            self._told.pop(source.pk, None)

    @contextmanager
    def _forgetful(self) -> Iterator[None]:
        """Numbers of rows that were not written after all are forgotten; errors are told in our words."""
        try:
            yield
        except BaseException as error:
            self._forget()
            if not isinstance(error, Exception):
                raise
            known = translated(error)
            if isinstance(known, StoreAway) and not connection.in_atomic_block:
                connection.close()
            if known is error:
                raise
            raise known from error

    def _forget(self) -> None:
        self._ends.clear()
        self._memory.clear()


def _check(batch: Batch) -> None:
    if batch.number < 1:
        raise UnusableBatch(f"{batch.source.identity}: batch {batch.number}: batches are numbered from 1")


def _source(site: int, batch: Batch, sensor: int | None) -> models.Source:
    """The row of the source, locked; made where it is new."""
    told = batch.source
    source, _ = models.Source.objects.select_for_update().get_or_create(
        site_id=site,
        identity=clean(told.identity),
        defaults={"kind": told.kind, "name": clean(told.name), "sensor_id": sensor, "state": models.Source.State.READING},
    )
    if source.sensor_id is None and sensor is not None:
        models.Source.objects.filter(pk=source.pk).update(sensor_id=sensor)
    return source
