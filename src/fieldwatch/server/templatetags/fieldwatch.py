"""Template tags and filters of Fieldwatch."""

from __future__ import annotations

from django import template

register = template.Library()
