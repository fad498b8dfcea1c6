"""What is done now and then: acceptances that run out, retention, files that nobody needs, silent sensors."""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from django.utils import timezone

from fieldwatch.server.options import Options
from fieldwatch.server.trouble import trouble

log = logging.getLogger(__name__)


class Chore(NamedTuple):
    """Something to do every `every_s` seconds."""

    name: str
    every_s: float
    do: Callable[[Options], None]


def _expire(options: Options) -> None:
    from fieldwatch.store.findings import expire

    expire(datetime.datetime.now(datetime.UTC).date())


def _retain(options: Options) -> None:
    from fieldwatch.store.retention import Keep, retain

    keep = Keep(
        captures_bytes=options["captures.keep_gb"] * 10**9,
        history_days=options["history.keep_days"],
        operations_days=options["operations.keep_days"],
        operations_rows=options["operations.keep_million"] * 10**6,
        audit_days=options["audit.keep_days"],
    )
    retain(options.data, keep)


def _roll_up(options: Options) -> None:
    from fieldwatch.store.history.rollup import roll_up
    from fieldwatch.store.history.sweep import sweep

    roll_up(options.data / "history")
    sweep(options.data / "history")


def _prune(options: Options) -> None:
    from fieldwatch.store.events import prune

    prune()


def _uploads(options: Options) -> None:
    from fieldwatch.server.uploads import clean_up

    clean_up(options.data)


def _sensors(options: Options) -> None:
    from fieldwatch.server.worker.sensors import notice_silence

    notice_silence(timezone.now())


def _audit(options: Options) -> None:
    from fieldwatch.store.audit_check import check_daily

    found = check_daily()
    if found is not None and not found["is_whole"]:
        log.error("the audit log is not whole: %s", found["reason"])


CHORES = (
    Chore("acceptances", 60, _expire),
    Chore("sensors", 15, _sensors),
    Chore("history", 300, _roll_up),
    Chore("events", 300, _prune),
    Chore("uploads", 3600, _uploads),
    Chore("retention", 1800, _retain),
    Chore("audit log", 600, _audit),
)


class Rota:
    """Does each chore when its time has come. One that fails is logged, and done again at its next time."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._due = {chore.name: time.monotonic() + chore.every_s / 10 for chore in CHORES}

    def step(self) -> bool:
        """Does one chore whose time has come. True where there was one."""
        for chore in CHORES:
            if time.monotonic() >= self._due[chore.name]:
                self._due[chore.name] = time.monotonic() + chore.every_s
                try:
                    chore.do(self.options)
                except Exception as error:
                    known = trouble(error)
                    words = "%s: could not be done; it is tried again in %d s: %s"
                    log.warning(words, chore.name, chore.every_s, known or "", exc_info=None if known else error)
                return True
        return False
