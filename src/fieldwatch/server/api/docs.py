"""The description of REST: as OpenAPI, and as a page made of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fieldwatch.server.api.problem import ABOUT
from fieldwatch.server.api.rest import openapi

METHODS = ("get", "post", "put", "patch", "delete")


@cache
def text() -> bytes:
    """The document, as `docs/openapi.json` has it."""
    return orjson.dumps(openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)


def document(request: HttpRequest) -> HttpResponse:
    """The document. It holds nothing of this installation."""
    return HttpResponse(text(), content_type="application/json")


@login_required
def docs(request: HttpRequest) -> HttpResponse:
    """The page."""
    made = orjson.loads(text())
    problems = [{"key": type_.value, "status": about.status, "title": about.title} for type_, about in ABOUT.items()]
    return render(
        request, "api/docs.html", {"section": "", "title": "API", "about": made["info"], "groups": groups(made), "problems": problems}
    )


def groups(made: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations by what they are about."""
    found: dict[str, list[dict[str, Any]]] = {}
    for address, operations in made["paths"].items():
        for method in METHODS:
            if method in operations:
                found.setdefault(operations[method]["tags"][0], []).append(_operation(method, address, operations[method], made))
    return [{"name": name, "operations": operations} for name, operations in sorted(found.items())]


def _operation(method: str, address: str, told: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": method.upper(),
        "address": address,
        "id": told["operationId"],
        "summary": told.get("summary", ""),
        "description": told.get("description", ""),
        "parameters": [_parameter(one) for one in told.get("parameters", [])],
        "body": _fields(_schema(told.get("requestBody", {}), made), made),
        "answer": _fields(_schema(told["responses"].get("200") or told["responses"].get("201") or {}, made), made),
    }


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    return {"name": one["name"], "place": one["in"], "required": one.get("required", False), "description": one.get("description", ""),
            "type": _type(one.get("schema", {}))}  # fmt: skip


def _schema(body: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    content = body.get("content", {}).get("application/json", {})
    return _followed(content.get("schema", {}), made)


def _followed(schema: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference names; itself, where it is none."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = made["components"]["schemas"].get(name, schema)
    return found


def _fields(schema: dict[str, Any], made: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a body; of a list those of its rows."""
    told = schema.get("properties", {})
    if "items" in told and "next" in told:
        told = _followed(told["items"].get("items", {}), made).get("properties", {})
    return [{"name": name, "type": _type(one), "description": one.get("description", "")} for name, one in told.items()]


def _type(schema: dict[str, Any]) -> str:
    """A type in a few words."""
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"] if one is not None)
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    name = str(schema.get("format") or schema.get("type") or "any")
    return f"{name} of {_type(schema.get('items', {}))}" if name == "array" else name
