"""Sensors: when one is silent; what people decide of them, each with its entry of the audit log in the same transaction."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.db import transaction

from fieldwatch.store.audit import AuditAction
from fieldwatch.store.deciding import By, Refused, enter
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.models import Sensor

SILENT = datetime.timedelta(minutes=2)
"""A sensor that was not heard for so long is silent; it reports every 10 s."""

MOST = 10_000_000
"""No threshold is larger."""


def heard(sensor: Sensor) -> datetime.datetime:
    """When it was heard last, if only as it enrolled."""
    return sensor.seen_at or sensor.enrolled_at


def is_silent(sensor: Sensor, now: datetime.datetime) -> bool:
    """Whether it was not heard for too long."""
    return heard(sensor) < now - SILENT


@transaction.atomic
def revoke(sensor: Sensor, *, by: By) -> None:
    """From now on the centre takes nothing of it, whatever its certificate says. Raises Refused."""
    row = Sensor.objects.select_for_update().select_related("site").get(pk=sensor.pk)
    if row.state == Sensor.State.REVOKED:
        raise Refused(f"{row.name}: it is revoked already; enrol it anew with a token to have it back")
    row.state = Sensor.State.REVOKED
    row.save(update_fields=("state",))
    enter(by, AuditAction.SENSOR_REVOKED, row.name, row.site, {"serial": row.serial})
    emit(Kind.SENSOR, str(row.pk), site=row.site_id)


@transaction.atomic
def set_thresholds(sensor: Sensor, values: Mapping[str, float], *, by: By) -> None:
    """From when on it says that something is wrong; what is not named is as usual. The sensor fetches them within a minute."""
    for name, value in values.items():
        if not 0 <= value <= MOST:
            raise Refused(f"{name}: {value} was read; a number from 0 to {MOST:,} is allowed")
    row = Sensor.objects.select_for_update().select_related("site").get(pk=sensor.pk)
    row.config = {**row.config, "thresholds": dict(values)}
    row.save(update_fields=("config",))
    enter(by, AuditAction.SENSOR_CHANGED, row.name, row.site, {"thresholds": dict(values)})
    emit(Kind.SENSOR, str(row.pk), site=row.site_id)
