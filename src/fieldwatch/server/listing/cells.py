"""A value of a record, for a spreadsheet, for REST, and for a cell of a page."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext as _

from fieldwatch.server.records._record import Column, Kind, Record
from fieldwatch.server.words import decimal, term
from fieldwatch.wire import time_text

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

PRIORITIES = ("now", "next", "never")


def plain(column: Column, value: Any) -> Any:
    """The value as REST gives it: text, number, yes or no, list; None where nothing is known."""
    if value is None or value == "":
        return [] if column.kind is Kind.LIST and value is not None else None
    if column.kind is Kind.TIME:
        return time_text(value) if value else None
    if isinstance(value, datetime.date):
        return value.isoformat()
    if column.kind in {Kind.SHARE, Kind.SCORE}:
        return None if value < 0 else value
    if column.kind is Kind.LEVEL:
        return None if value < 0 else value / 10
    if column.kind is Kind.PRIORITY:
        return PRIORITIES[value]
    if column.kind is Kind.LIST:
        return [str(one) for one in value]
    return value if isinstance(value, (bool, int, float)) else str(value)


def flat(column: Column, value: Any) -> str | int | float:
    """The value as a cell of a spreadsheet. Text that begins like a formula gets an apostrophe before it."""
    found = plain(column, value)
    if found is None:
        return ""
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, (int, float)):
        return found
    return harmless(", ".join(found) if isinstance(found, list) else found)


def harmless(text: str) -> str:
    """The text so that no spreadsheet calculates with it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def cell(record: Record, column: Column, row: Any) -> Any:
    """The value as `shell/cell.html` draws it."""
    value = record.value(column, row)
    drawn = _drawn(column, value)
    if drawn.get("unknown"):
        return drawn
    if column.url and value != 0 and (url := column.url(row)):
        drawn["url"] = url
        drawn["first"] = column is record.columns[0]
    if column.evidence and (evidence := column.evidence(row)):
        drawn["evidence"], drawn["of"] = evidence, column.title
    return drawn


def _drawn(column: Column, value: Any) -> dict[str, Any]:
    kind = column.kind
    if kind in {Kind.TIME, Kind.MOMENT}:
        return {"kind": "time", "when": at(value) if kind is Kind.TIME else value} if value else {"text": "", "kind": "text"}
    if kind is Kind.PRIORITY:
        return {"kind": "badge", "badge": "when", "value": PRIORITIES[value]}
    if kind in {Kind.VERDICT, Kind.EFFECT}:
        return {"kind": "badge", "badge": kind.value, "value": str(value)} if value else {"text": "", "kind": "text"}
    if kind is Kind.STATE:
        return _state(value)
    if kind is Kind.NUMBER:
        return {"kind": "number", "text": "" if value is None else f"{value:,}".replace(",", "\u202f")}
    if kind is Kind.BYTES:
        return {"kind": "number", "text": size(value or 0), "title": f"{value:,} B"}
    found = plain(column, value)
    if found is None:
        return {"unknown": True} if column.evidence else {"text": "", "kind": "text"}
    if isinstance(found, bool):
        return {"text": _("yes") if found else "", "kind": "text"}
    if kind is Kind.SHARE:
        return {"text": f"{100 * found:.0f}\u202f%", "kind": "number"}
    told = [str(one) for one in (found if isinstance(found, list) else [found])]
    text = ", ".join(column.words(one) for one in told) if column.words else ", ".join(told)
    return {"text": text, "kind": "code" if kind is Kind.CODE else "text", "title": text if len(text) > 40 else ""}


TONES = {
    "failed": "high", "revoked": "high", "unauthorised": "high", "new": "low", "open": "emphasis", "accepted": "calm", "closed": "calm",
    "done": "calm", "queued": "calm", "reading": "emphasis", "enrolled": "calm", "authorised": "calm", "off": "off", "silent": "medium",
}  # fmt: skip
"""How much a state stands out. Grey is normal."""


def _state(value: Any) -> dict[str, Any]:
    text = str(value or "")
    return {"kind": "badge", "badge": "state", "value": TONES.get(text, "calm"), "text": term("state", text)}


def at(seen_ns: int) -> datetime.datetime:
    """The time as a datetime, to the microsecond."""
    return datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(microseconds=seen_ns // 1000)


def clock(lasting_s: float) -> str:
    """How long something lasts, as 0:38 or 1:02:05."""
    minutes, seconds = divmod(round(lasting_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def size(count: float) -> str:
    """A number of bytes in the unit that fits (powers of 1,000)."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f}\u202f{unit}" if unit == "B" or count >= 100 else f"{decimal(count)}\u202f{unit}"
        count /= 1000
    return f"{decimal(count)}\u202fTB"
