"""What sensors sent: batches that wait in the inbox, taken in order; and sensors that have become silent."""

from __future__ import annotations

import datetime
import logging
from itertools import islice

from fieldwatch.pipeline.codec import read_packed
from fieldwatch.server.options import Options
from fieldwatch.server.sensors.inbox import Inbox, Waiting
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.ingest import UnusableBatch, Writer
from fieldwatch.store.models import Sensor, SensorAlert, Skipped
from fieldwatch.store.sensors import heard, is_silent

log = logging.getLogger(__name__)

MOST = 64
"""Batches that are taken before something else has its turn."""


class Arrivals:
    """The inbox, emptied."""

    def __init__(self, options: Options, writer: Writer) -> None:
        self.inbox = Inbox(options.data / "inbox", most_bytes=options["sensors.inbox_mb"] * 10**6)
        self.writer = writer

    def step(self) -> bool:
        """Takes what waits, at most `MOST` batches. True where something was taken."""
        count = 0
        for waiting in islice(self.inbox.take(), MOST):
            self._take(waiting)
            self.inbox.done(waiting)
            count += 1
        return count > 0

    def _take(self, waiting: Waiting) -> None:
        sensor = Sensor.objects.select_related("site").filter(serial=waiting.sensor).first()
        if sensor is None:
            log.warning("batch %d of sensor %s: there is no such sensor any more; it is dropped", waiting.number, waiting.sensor)
            return
        batch = read_packed(waiting.packed)
        try:
            self.writer.take(sensor.site_id, batch, sensor=sensor.pk)
        except UnusableBatch as error:  # its number is taken without its rows, so that those behind it are not held up
            log.error("batch %d of %s: %s", batch.number, batch.source.name, error)
            Skipped.objects.create(site=sensor.site, name=f"{batch.source.name}, batch {batch.number}", reason=str(error))
            self.writer.take(sensor.site_id, batch._replace(rows=()), sensor=sensor.pk)


def notice_silence(now: datetime.datetime) -> None:
    """Opens an alert for each sensor that has become silent, and closes it when it is heard again."""
    for sensor in Sensor.objects.filter(state=Sensor.State.ENROLLED).select_related("site"):
        opened = SensorAlert.objects.filter(sensor=sensor, kind="silent", closed_at=None).first()
        silent = is_silent(sensor, now)
        if silent and opened is None:
            words = f"not heard since {heard(sensor):%Y-%m-%d %H:%M:%S} UTC"
            SensorAlert.objects.create(sensor=sensor, kind="silent", words=words)
            emit(Kind.SENSOR, str(sensor.pk), site=sensor.site_id)
        elif opened is not None and not silent:
            SensorAlert.objects.filter(pk=opened.pk).update(closed_at=now)
            emit(Kind.SENSOR, str(sensor.pk), site=sensor.site_id)
