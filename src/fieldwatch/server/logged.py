"""What the log leaves out: where the store is away or full, a line says so, and the way that the error took is nobody's help."""

from __future__ import annotations

import logging


class WithoutWay(logging.Filter):
    """Takes the traceback from what is no mistake of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        if record.exc_info and record.exc_info[1] is not None:
            from fieldwatch.server.trouble import trouble  # it needs Django, which is set up after its log

            if trouble(record.exc_info[1]):
                record.exc_info = None
        return True
