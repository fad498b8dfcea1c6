"""The usual filters."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fieldwatch.server.records._record import Filter, Text
from fieldwatch.store.models import Site

WHOLE = 2**63
"""Whole numbers beyond this fit no column."""

AGES = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
"""Seconds of the units in which an age is told: `24h`, `7d`."""


def exact(name: str, title: Text, path: str = "", help: Text = "") -> Filter:
    """Rows with just this text."""
    return Filter(name, title, lambda text: Q(**{path or name: text}), help=help)


def contains(name: str, title: Text, path: str = "") -> Filter:
    """Rows with this text somewhere, in upper or lower case."""
    return Filter(name, title, lambda text: Q(**{f"{path or name}__icontains": text}))


def starts(name: str, title: Text, path: str = "") -> Filter:
    """Rows that begin with this text."""
    return Filter(name, title, lambda text: Q(**{f"{path or name}__startswith": text}))


def choice(name: str, title: Text, choices: Callable[[], Sequence[tuple[str, Text]]], path: str = "") -> Filter:
    """Rows with one of these values."""
    return Filter(name, title, lambda text: Q(**{path or name: text}), choices)


def flag(name: str, title: Text, condition: Q) -> Filter:
    """Rows for which it is so, or not."""
    return Filter(name, title, lambda text: condition if text == "yes" else ~condition, yes_no, many=False)


def yes_no() -> Sequence[tuple[str, Text]]:
    """The values of a flag."""
    return (("yes", _("yes")), ("no", _("no")))


def number(name: str, title: Text, path: str = "") -> Filter:
    """Rows with just this whole number."""
    return Filter(name, title, lambda text: Q(**{path or name: whole(text)}))


def whole(text: str) -> int:
    """The number. Raises ValueError."""
    if not re.fullmatch(r"-?\d{1,19}", text) or abs(int(text)) >= WHOLE:
        raise ValueError(_("a whole number is allowed"))
    return int(text)


def since(path: str, *, is_ns: bool = True) -> Filter:
    """Rows at or after a time: ISO 8601, or an age such as 24h or 7d."""
    return Filter("since", _("since"), lambda text: Q(**{f"{path}__gte": _point(text, is_ns)}), many=False, help=_("ISO 8601, or 24h, 7d"))


def until(path: str, *, is_ns: bool = True) -> Filter:
    """Rows before a time."""
    return Filter("until", _("until"), lambda text: Q(**{f"{path}__lt": _point(text, is_ns)}), many=False, help=_("ISO 8601, or 24h, 7d"))


def _point(text: str, is_ns: bool) -> int | datetime.datetime:
    when = moment(text)
    return int(when.timestamp() * 1_000_000) * 1000 if is_ns else when


def moment(text: str) -> datetime.datetime:
    """The time that a text means. Raises ValueError."""
    aged = re.fullmatch(r"(\d{1,5})([mhdw])", text)
    if aged:
        return datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=int(aged[1]) * AGES[aged[2]])
    try:
        found = datetime.datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
        if not 1970 <= found.astimezone(datetime.UTC).year < 2200:
            raise ValueError
        return found
    except (ValueError, OverflowError):
        raise ValueError(_("a time as 2026-11-26T14:00, or an age as 24h, 7d is allowed")) from None


def site(path: str = "site") -> Filter:
    """Rows of one site, by its slug."""
    return Filter("site", _("site"), lambda text: Q(**{f"{path}__slug": text}))


def sites() -> Sequence[tuple[str, Text]]:
    """All sites, by slug."""
    return list(Site.objects.values_list("slug", "name"))
