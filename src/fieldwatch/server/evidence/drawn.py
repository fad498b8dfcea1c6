"""Bytes and fields as `shell/hexdump.html` and `shell/tree.html` draw them. Credentials are never drawn."""

from __future__ import annotations

from typing import Any

from fieldwatch.facts import Span
from fieldwatch.pipeline.fields import Field, owners

LINE = 16
HIDDEN = "**"


def hexdump(data: bytes, fields: list[Field], spans: tuple[Span, ...], label: str) -> dict[str, Any]:
    """The bytes by sixteen; those of `spans` are what is proved, those of other fields are named."""
    owner = owners(len(data), fields)
    proved = {at for span in spans for at in range(span.offset, span.offset + span.length)}
    rows = [
        {
            "offset": f"{start:04x}",
            "cells": [_cell(data, at, fields, owner[at], at in proved) for at in range(start, min(start + LINE, len(data)))],
        }
        for start in range(0, len(data), LINE)
    ]
    return {"label": label, "rows": rows}


def _cell(data: bytes, at: int, fields: list[Field], whose: int | None, is_proved: bool) -> dict[str, Any]:
    field = None if whose is None else fields[whose]
    is_secret = field is not None and field.secret
    byte = data[at]
    return {
        "at": at,
        "hex": HIDDEN if is_secret else f"{byte:02x}",
        "sign": "*" if is_secret else chr(byte) if 0x20 <= byte < 0x7F else "·",
        "mark": "value" if is_proved and not is_secret else "named" if field is not None else "",
        "title": f"{field.name}: {'' if is_secret else field.value}" if field is not None else "",
    }


def tree(fields: list[Field]) -> list[dict[str, Any]]:
    """The fields, each with its bytes."""
    return [
        {"name": one.name, "value": one.value, "bytes": f"{one.offset}-{one.offset + one.length - 1}" if one.length else ""}
        for one in fields
    ]
