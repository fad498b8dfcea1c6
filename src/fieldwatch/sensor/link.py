"""What goes on between sensor and centre, in one thread: batches, health, configuration, and the renewal of the certificate."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from fieldwatch.sensor.alert import Thresholds, alerts
from fieldwatch.sensor.centre import Away, Centre, Reply, trusting
from fieldwatch.sensor.enrol import NotEnrolled, is_due, renew, told_again
from fieldwatch.sensor.health import REPORT_S, Gauge
from fieldwatch.sensor.sender import Sender
from fieldwatch.sensor.state import Enrolled, State

log = logging.getLogger(__name__)

CONFIG_S = 60.0
RENEWAL_S = 3600.0


class Link:
    """The sensor's line to its centre."""

    def __init__(self, state: State, enrolled: Enrolled) -> None:
        self.state, self.enrolled = state, enrolled
        self.centre = Centre(enrolled.url, trusting(enrolled.authority, state.identity))
        self.sender: Sender
        self.gauge: Gauge
        self.told: list[Any] = []
        """The alerts that were told last."""
        self._due = {"health": 0.0, "config": 0.0, "renewal": 0.0}

    def batch(self, packed: bytes) -> Reply:
        """What the centre says to a batch (for the sender, whatever became of the certificate meanwhile)."""
        return self.centre.batch(packed)

    def run(self, goes_on: Callable[[], bool], wait: Callable[[float], object]) -> None:
        """Until `goes_on` says no."""
        while goes_on():
            pause_s = self.sender.step()
            self.chores()
            if pause_s > 0:
                wait(min(pause_s, 0.5))
        with suppress(Away):  # what is here goes to the centre once more, if it takes it at once
            while self.sender.may_ask() and self.sender.spool.waiting() and not self.sender.away and self.sender.step() == 0:
                pass
        self.centre.close()

    def chores(self) -> None:
        """What is due beside the batches."""
        for name, every_s, do in (
            ("health", REPORT_S, self._health),
            ("config", CONFIG_S, self._config),
            ("renewal", RENEWAL_S, self._renew),
        ):
            if time.monotonic() >= self._due[name] and self.sender.may_ask():
                self._due[name] = time.monotonic() + every_s
                try:
                    do()
                except Away as away:
                    self.sender.missed(str(away))

    def _health(self) -> None:
        health = self.gauge.read()
        self.told = list(alerts(health, self.thresholds()))
        for alert in self.told:
            log.warning("%s: %s", alert.kind, alert.words)
        told = health.told() | {"alerts": [{"kind": one.kind, "words": one.words} for one in self.told]}
        self.sender.heard(self.centre.post("/sensor/v1/health", told))

    def _config(self) -> None:
        reply = self.centre.get("/sensor/v1/config")
        self.sender.heard(reply)
        if reply.status == 200:
            now = told_again(self.enrolled, reply)
            if now != self.enrolled:
                self.enrolled = now
                self.state.keep(now)

    def _renew(self) -> None:
        if not is_due(self.state):
            return
        try:
            renew(self.state, self.centre)
        except NotEnrolled as refused:
            log.error("the certificate was not renewed: %s", refused)
            return
        self.centre.close()
        self.centre = Centre(self.enrolled.url, trusting(self.enrolled.authority, self.state.identity))
        log.info("the certificate was renewed")

    def thresholds(self) -> Thresholds:
        """Those of the centre's configuration where it names some, else the usual ones."""
        return thresholds(self.enrolled.config.get("thresholds"))


def thresholds(told: object) -> Thresholds:
    """The usual thresholds with those that are told; what is no number is passed over."""
    usual = Thresholds()
    if not isinstance(told, dict):
        return usual
    known = {name: type(getattr(usual, name)) for name in usual.__dataclass_fields__}
    fits = {name: known[name](value) for name, value in told.items() if name in known and type(value) in (int, float) and value >= 0}
    return Thresholds(**fits)


__all__ = ["Link", "thresholds"]
