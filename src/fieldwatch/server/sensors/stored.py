"""The registry of sensors in the store: tokens are spent once, sensors enrol, their health and alerts are kept."""

from __future__ import annotations

import datetime
import functools
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from fieldwatch.sensor.alert import AlertKind
from fieldwatch.server.keys import key
from fieldwatch.server.sensors.authority import Issued
from fieldwatch.server.sensors.registry import Known, Token
from fieldwatch.store.audit import AuditAction, append
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.ingest.text import clean
from fieldwatch.store.models import EnrolmentToken, Sensor, SensorAlert

KINDS = frozenset(AlertKind)
MOST_WORDS = 1_000
DEEPEST = 6
"""How deep what a sensor tells of its health may be; beyond it is cut."""

KEPT = 120
"""Reports of which the figures are kept for the small lines of the page: one comes every 10 s."""

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


def _connected(call: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Requests of sensors run in threads of their own: a connection that is too old, or that a database closed meanwhile, is made anew."""

    @functools.wraps(call)
    def connected(*given: Given.args, **more: Given.kwargs) -> Returned:
        _refresh()
        try:
            return call(*given, **more)
        finally:
            _refresh()

    return connected


def _refresh() -> None:
    """As Django does before and after each request; within a transaction of somebody else nothing is closed."""
    if not connection.in_atomic_block:
        close_old_connections()


class StoredSensors:
    """The sensors of the store. `data` is the data folder, which has the key of the hashes of credentials."""

    def __init__(self, data: Path) -> None:
        self._key = key(data, "credentials")

    @_connected
    def token(self, digest: str) -> Token | None:
        """The token with this digest."""
        found = EnrolmentToken.objects.select_related("sensor").filter(digest=digest).first()
        if found is None:
            return None
        sensor = found.sensor.serial if found.sensor else ""
        return Token(found.name, int(found.expires_at.timestamp() * 10**9), found.used_at is not None, sensor)

    @_connected
    def admit(self, digest: str, issued: Issued, name: str, version: str) -> Known | None:
        """Spends the token and makes the sensor; None where it was spent in the meantime, or the key is another sensor's."""
        with transaction.atomic():
            now = timezone.now()
            if Sensor.objects.filter(serial=issued.sensor).exists():
                return None
            if not EnrolmentToken.objects.filter(digest=digest, used_at=None, expires_at__gt=now).update(used_at=now):
                return None
            token = EnrolmentToken.objects.select_related("site").get(digest=digest)
            sensor = Sensor.objects.create(
                site=token.site,
                name=_free_name(token, clean(token.name or name)[:180] or "sensor"),
                serial=issued.sensor,
                version=clean(version)[:64],
                expires_at=_time(issued.expires_ns),
                seen_at=now,
            )
            EnrolmentToken.objects.filter(pk=token.pk).update(sensor=sensor)
            append(
                actor="", address="", action=AuditAction.SENSOR_ENROLLED, object=sensor.name, site=token.site.slug,
                detail={"serial": issued.serial},
            )  # fmt: skip
            emit(Kind.SENSOR, str(sensor.pk), site=token.site.pk)
        return _known(sensor)

    @_connected
    def sensor(self, sensor: str) -> Known | None:
        """The sensor of this serial number."""
        found = Sensor.objects.filter(serial=sensor).first()
        return _known(found) if found else None

    @_connected
    def renewed(self, sensor: str, issued: Issued) -> None:
        """Its certificate ends later now."""
        Sensor.objects.filter(serial=sensor).update(expires_at=_time(issued.expires_ns))

    @_connected
    def heard(self, sensor: str, health: Mapping[str, Any]) -> None:
        """Keeps its health, and opens and closes its alerts."""
        plain = _plain(health)
        told = _alerts(plain.pop("alerts", None))
        version = plain.get("version")
        with transaction.atomic():
            found = Sensor.objects.filter(serial=sensor).first()
            if found is None:
                return
            now_ns = time.time_ns()
            trend = [*_kept(found.health), _figures(plain, now_ns)][-KEPT:]
            found.health, found.seen_at = plain | {"heard_ns": now_ns, "trend": trend}, timezone.now()
            found.version = version[:64] if isinstance(version, str) else found.version
            found.save(update_fields=("health", "seen_at", "version"))
            _keep(found, told)

    def secret_key(self) -> bytes:
        """The key of the hashes of credentials."""
        return self._key


def _keep(sensor: Sensor, told: Mapping[str, str]) -> None:
    """Opens the alerts that are new and closes those that are over; alerts that the centre itself opened are left alone."""
    opened = {alert.kind: alert for alert in SensorAlert.objects.filter(sensor=sensor, closed_at=None, kind__in=KINDS)}
    changed = False
    for kind, words in told.items():
        known = opened.pop(kind, None)
        if known is None:
            made = SensorAlert.objects.create(sensor=sensor, kind=kind, words=words)
            emit(Kind.ALERT, str(made.pk), site=sensor.site_id, data={"kind": kind, "state": "open"})
            changed = True
        elif known.words != words:
            SensorAlert.objects.filter(pk=known.pk).update(words=words)
    for alert in opened.values():
        SensorAlert.objects.filter(pk=alert.pk).update(closed_at=timezone.now())
        emit(Kind.ALERT, str(alert.pk), site=sensor.site_id, data={"kind": alert.kind, "state": "closed"})
        changed = True
    if changed:
        emit(Kind.SENSOR, str(sensor.pk), site=sensor.site_id)


def _kept(health: Any) -> list[list[int]]:
    """The figures of earlier reports."""
    found = health.get("trend") if isinstance(health, dict) else None
    return found if isinstance(found, list) else []


def _figures(health: Mapping[str, Any], now_ns: int) -> list[int]:
    """When it was, packets, drops, and batches that wait: counts since the sensor began, 0 for what is no number."""
    spool = health.get("spool")
    waiting = spool.get("batches") if isinstance(spool, dict) else 0
    told = (health.get("packets"), health.get("drops"), waiting)
    return [now_ns // 10**9, *(each if type(each) is int and each >= 0 else 0 for each in told)]


def _alerts(told: Any) -> dict[str, str]:
    """The alerts of a report: those of a kind that is known, with their words."""
    if not isinstance(told, list):
        return {}
    pairs = ((each.get("kind"), each.get("words")) for each in told[: len(KINDS)] if isinstance(each, dict))
    return {kind: words[:MOST_WORDS] for kind, words in pairs if isinstance(kind, str) and kind in KINDS and isinstance(words, str)}


def _plain(value: Any, deep: int = 0) -> Any:
    """What a sensor said, without what a database cannot hold."""
    if isinstance(value, str):
        return clean(value)
    if deep >= DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {clean(str(name)): _plain(each, deep + 1) for name, each in value.items()}
    return [_plain(each, deep + 1) for each in value] if isinstance(value, list) else value


def _free_name(token: EnrolmentToken, name: str) -> str:
    """The name, with a number behind it where the site has a sensor of that name already."""
    taken = set(Sensor.objects.filter(site=token.site, name__startswith=name).values_list("name", flat=True))
    return next(each for number in range(1, len(taken) + 2) if (each := name if number == 1 else f"{name} {number}") not in taken)


def _known(sensor: Sensor) -> Known:
    return Known(sensor.name, sensor.state != Sensor.State.ENROLLED, sensor.config)


def _time(ns: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(ns // 10**9, datetime.UTC)


__all__ = ["StoredSensors"]
