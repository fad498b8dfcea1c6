"""Tells other systems of events, in a thread of its own: who is slow to answer there holds up nothing here."""

from __future__ import annotations

import logging
import threading

from django.db import connection

from fieldwatch.server.api.webhooks import deliver
from fieldwatch.server.options import Options
from fieldwatch.server.trouble import trouble

log = logging.getLogger(__name__)

EVERY_S = 2.0
"""How often it looks for events that nobody was told of."""


class Courier:
    """The thread. It ends with the process."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begins."""
        self.thread.start()

    def stop(self) -> None:
        """Ends after what is being told, waiting for it a little."""
        self.stopped.set()
        self.thread.join(5)

    def _run(self) -> None:
        while not self.stopped.wait(EVERY_S):
            try:
                deliver(allow_local=self.options["webhooks.allow_local"])
            except Exception as error:
                known = trouble(error)
                log.warning("events could not be told; it is tried again: %s", known or "", exc_info=None if known else error)
            finally:
                connection.close()
