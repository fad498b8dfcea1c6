"""The log of what is nobody's mistake has no traceback."""

from __future__ import annotations

import logging
import sys

from django.db import OperationalError

from fieldwatch.server.logged import WithoutWay


def record(error: Exception) -> logging.LogRecord:
    """What is logged where this is raised."""
    try:
        raise error
    except Exception:
        return logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Service Unavailable: /", None, sys.exc_info())


def test_a_store_that_is_away_is_one_line() -> None:
    one = record(OperationalError("connection failed: Connection refused"))
    assert WithoutWay().filter(one)
    assert one.exc_info is None


def test_our_mistakes_keep_their_traceback() -> None:
    one = record(ValueError("ours"))
    assert WithoutWay().filter(one)
    assert one.exc_info
    assert isinstance(one.exc_info[1], ValueError)


def test_a_line_without_an_error_passes() -> None:
    assert WithoutWay().filter(logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Not Found: /", None, None))
