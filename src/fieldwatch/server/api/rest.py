"""REST, put together: all records, what can be changed, captures, events. It makes `docs/openapi.json`."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils import translation
from ninja import NinjaAPI, Router

from fieldwatch.server.api import assets, captures, events, findings, hooks, places, problem, talks, tokens
from fieldwatch.server.api.body import StrictParser
from fieldwatch.server.api.records import add
from fieldwatch.server.api.signed import SIGNED
from fieldwatch.server.records.registry import records

TEXT = """Everything that the pages show, and what can be done there, with the same rights.

Lists are paged by cursor: `next` of an answer is the `cursor` of the page behind it. Times are UTC. Whatever is not done is answered
as application/problem+json (RFC 9457)."""

PREFIX = "api/v1/"

CHANGES = {
    "assets": assets.ROUTER,
    "captures": captures.ROUTER,
    "conversations": talks.ROUTER,
    "findings": findings.ROUTER,
    "sites": places.SITES,
    "subnets": places.SUBNETS,
    "tokens": tokens.ROUTER,
    "webhooks": hooks.ROUTER,
    "zones": places.ZONES,
}
"""What there is beyond lists and rows, by plural of the record."""


@cache
def rest() -> NinjaAPI:
    """The API of the server."""
    api = NinjaAPI(
        title="Fieldwatch",
        version="1",
        description=TEXT,
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
        auth=SIGNED,
        parser=StrictParser(),
    )
    problem.install(api)
    with translation.override("en"):  # titles stand in the document as they are now
        _routers(api)
    return api


def _routers(api: NinjaAPI) -> None:
    for plural, record in records().items():
        router = CHANGES.get(plural) or Router(tags=[plural])
        add(record, router)
        api.add_router(f"/{plural}", router)
    api.add_router("/events", events.ROUTER)


def openapi() -> dict[str, Any]:
    """The OpenAPI document: the framework's, in which every operation says that it may end as a problem."""
    with translation.override("en"):
        made: dict[str, Any] = rest().get_openapi_schema(path_prefix=PREFIX)
    made["components"]["schemas"]["Problem"] = problem.ProblemOut.model_json_schema()
    for operations in made["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = {
                "description": "It was not done",
                "content": {problem.MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
    return made
