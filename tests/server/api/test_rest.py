"""Requests made up from the OpenAPI document, right ones and wrong ones: none of them ends in an error of the server.

FIELDWATCH_EXAMPLES says how many requests each operation gets.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import orjson
import pytest
import schemathesis
from django.test import Client
from schemathesis import GenerationMode

from fieldwatch.server.api.docs import text
from fieldwatch.server.options import Options
from fieldwatch.store.models import Asset, Site, User

EXAMPLES = int(os.environ.get("FIELDWATCH_EXAMPLES", "4"))
SCHEMA = schemathesis.openapi.from_dict(orjson.loads(text()))
FOUND: list[Any] = [one.ok() for one in SCHEMA.get_all_operations()]  # type: ignore[union-attr]
OPERATIONS = {f"{one.method.upper()} {one.path}": one for one in FOUND}
KEPT = {"/api/v1/tokens/{key}"}
"""What would take away who asks."""


def sent(client: Client, case: Any) -> Any:
    """The answer to a made up request."""
    body = case.body
    data = b"" if body is schemathesis.core.NOT_SET else body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {name: str(value) for name, value in (case.headers or {}).items() if str(value).isascii() and str(value).isprintable()}
    address = case.formatted_path.encode("utf-8", "surrogatepass").decode("latin-1")
    query = {name: value for name, value in (case.query or {}).items() if value is not None}
    return client.generic(case.method, address, data, case.media_type or "application/json", query_params=query, headers=headers)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_no_request_ends_in_an_error_of_the_server(
    name: str, site: Site, fill: Callable[..., None], program: Callable[..., Client], administrator: User, settings: Any, tmp_path: Path
) -> None:
    settings.OPTIONS = Options(settings.OPTIONS.values, settings.OPTIONS.origins, tmp_path)
    fill(site, 1)
    client, operation = program(administrator), OPERATIONS[name]
    keys = [str(Asset.objects.get().uid), site.slug, "1"]

    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE), at=hypothesis.strategies.integers(0, 3))
    def right(case: Any, at: int) -> None:
        if at < len(keys) and "key" in (case.path_parameters or {}) and operation.path not in KEPT:
            case.path_parameters["key"] = keys[at]
        held(sent(client, case))

    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def wrong(case: Any) -> None:
        held(sent(client, case))

    right()
    wrong()


def held(answer: Any) -> None:
    """No error of ours; a refusal is a problem."""
    assert answer.status_code < 500 or answer.status_code == 507, answer.content
    if answer.status_code >= 400 and not answer.content.startswith(b"address: bytes"):
        assert answer["Content-Type"] == "application/problem+json", answer.content
