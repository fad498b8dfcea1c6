"""Addresses of REST, of its description, and of the stream of events. `URLS` stand below `api/`, `EVENTS` at the root."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path

from fieldwatch.server.api.docs import docs, document
from fieldwatch.server.api.live import stream
from fieldwatch.server.api.problem import Problem, Type, fenced
from fieldwatch.server.api.rest import rest


def _nothing(request: HttpRequest, **given: Any) -> HttpResponse:
    return Problem(Type.NOT_FOUND, f"{request.path}: there is no such address.", do="see /api/docs").answer()


def _rest() -> list[URLPattern]:
    """The framework's addresses, each behind the fence; words come before what stands for any word."""
    found = [one for one in rest().urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    by_route = {str(one.pattern): one.callback for one in found}
    return [
        path(f"v1/{route}", fenced(view), name=_name(route)) for route, view in sorted(by_route.items(), key=lambda one: _order(one[0]))
    ]


def _order(route: str) -> str:
    return route.replace("<", "~")


def _name(route: str) -> str:
    return "api-" + route.replace("/", "-").replace("<", "").replace(">", "")


URLS: list[URLPattern] = [
    path("docs", docs, name="api-docs"),
    path("v1/openapi.json", document, name="api-openapi"),
    path("v1/events/stream", stream, name="api-stream"),
    *_rest(),
    re_path(r"^.*$", _nothing, name="api-nothing"),
]
EVENTS: list[URLPattern] = [path("events", stream, name="events")]
