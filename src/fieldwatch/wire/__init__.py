"""Bytes to messages: the door to the native core. Novel exchanges cross it, and sums; packets never do."""

from fieldwatch.wire._native import CaptureError, Session, peek, span, time_text

__all__ = ["CaptureError", "Session", "peek", "span", "time_text"]
