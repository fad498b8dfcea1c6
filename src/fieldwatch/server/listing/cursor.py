"""Where a page of a list begins: the sort value and the key of the row before it. No page is reached by counting."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import math
from typing import Any, NamedTuple

from django.db.models import Q

LONGEST = 4000
"""Characters of a cursor: a sort value is text of any length, cut to what orders it."""

PLAIN = (str, int, float, bool)


class BadCursor(ValueError):
    """The text is no cursor of this list."""


class Cursor(NamedTuple):
    """The place behind a row (`is_back`: before it)."""

    value: Any
    key: int
    is_back: bool

    def text(self) -> str:
        """For an address."""
        value = {"t": self.value.isoformat()} if isinstance(self.value, datetime.date) else self.value
        packed = json.dumps([value, self.key, int(self.is_back)], separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    def q(self, path: str, is_descending: bool) -> Q:
        """The condition for rows beyond the place, in the order of `path`, then of the key."""
        beyond = "lt" if is_descending is not self.is_back else "gt"
        if not path:
            return Q(**{f"pk__{beyond}": self.key})
        return Q(**{f"{path}__{beyond}": self.value}) | Q(**{path: self.value, f"pk__{beyond}": self.key})


def read(text: str) -> Cursor:
    """The cursor. Raises BadCursor."""
    try:
        if len(text) > LONGEST:
            raise ValueError
        value, key, is_back = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return Cursor(_value(value), _key(key), bool(is_back))
    except (ValueError, TypeError, KeyError, binascii.Error, RecursionError):
        raise BadCursor("cursor: it is none of this list; take the address that the list gave, or leave it out") from None


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        text = value["t"]
        return datetime.datetime.fromisoformat(text) if "T" in text else datetime.date.fromisoformat(text)
    if (
        not isinstance(value, PLAIN)
        or (isinstance(value, int) and abs(value) >= 2**63)
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        raise ValueError
    if isinstance(value, str) and "\0" in value:
        raise ValueError
    return value


def _key(key: Any) -> int:
    if type(key) is not int or not 0 <= key < 2**63:
        raise ValueError
    return key
