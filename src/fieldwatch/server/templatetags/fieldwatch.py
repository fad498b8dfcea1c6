"""Template filters of Fieldwatch: values as people read them."""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from fieldwatch.server.listing.cells import at, size
from fieldwatch.server.listing.drawing import draw_rows
from fieldwatch.server.words import field, term

register = template.Library()


@register.filter
def moment(seen_ns: int | None) -> datetime.datetime | None:
    """A time of a fact (ns since 1970) as a datetime; none where there is none."""
    return at(seen_ns) if seen_ns else None


@register.filter
def evidence(finding: Any) -> str:
    """The address of the evidence of a finding."""
    return f"/findings/{finding.pk}/evidence/"


@register.filter
def operation_evidence(occurrence: Any) -> str:
    """The address of the evidence of an operation."""
    return f"/operations/{occurrence.pk}/evidence/"


@register.filter
def bytes_size(count: float) -> str:
    """A number of bytes in the unit that fits."""
    return size(count)


@register.filter
def called(name: str) -> str:
    """What an attribute, or what decided about a finding, is called."""
    return field(str(name))


@register.filter
def said(word: str, kind: str) -> str:
    """A word of a closed set (see `server.words`) in the language of the page."""
    return term(kind, str(word))


@register.simple_tag
def drawn_rows(table: dict[str, Any], select: str) -> SafeString:
    """The rows of a list."""
    return draw_rows(table, select)


@register.filter
def get(values: dict[str, Any], name: str) -> Any:
    """The value of this name."""
    return values.get(name)
