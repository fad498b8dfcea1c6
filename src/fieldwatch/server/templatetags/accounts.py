"""Template filters of the account pages."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """The value as JSON, for an attribute that a script reads. It is escaped like any text."""
    return json.dumps(value, cls=DjangoJSONEncoder)
