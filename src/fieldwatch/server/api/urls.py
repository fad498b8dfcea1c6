"""Addresses of REST, of its description, and of the stream of events. `URLS` stand below `api/`, `EVENTS` at the root."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path

from fieldwatch.server.api.problem import Problem, Type, fenced
from fieldwatch.server.api.rest import rest


def _nothing(request: HttpRequest, **given: Any) -> HttpResponse:
    return Problem(Type.NOT_FOUND, f"{request.path}: there is no such address.", do="see /api/docs").answer()


def _rest() -> list[URLPattern]:
    """The framework's addresses, each behind the fence."""
    patterns, *_ = rest().urls
    return [path(f"v1/{one.pattern._route}", fenced(one.callback), name=f"api-{one.name}") for one in patterns if one.name != "api-root"]


URLS: list[URLPattern] = [*_rest(), re_path(r"^.*$", _nothing, name="api-nothing")]
