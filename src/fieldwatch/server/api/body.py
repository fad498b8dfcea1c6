"""Bodies of requests as JSON, so that what comes through fits the database. Standards: RFC 8259; RFC 3629 (UTF-8)."""

from __future__ import annotations

from typing import Annotated, Any, cast

import orjson
from django.http import HttpRequest
from ninja import Schema
from ninja.parser import Parser
from pydantic import ConfigDict, StringConstraints

from fieldwatch.server.api.problem import Problem, Type

NUL = b"\\u0000"

Word = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=10_000)]


class Given(Schema):
    """A body. Names that are not known are refused: a misspelt one would be forgotten without a word."""

    model_config = ConfigDict(extra="forbid")

    def told(self) -> dict[str, Any]:
        """What was given, without what was left out."""
        return self.model_dump(exclude_unset=True)


class StrictParser(Parser):
    """Refuses what is no JSON, and the character NUL, which no database takes as text."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body. Raises Problem."""
        try:
            made = orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            raise Problem(Type.BAD_REQUEST, f"The body is no JSON: {error}", allowed="a JSON object, in UTF-8") from None
        return cast(dict[str, Any], without_nul(made) if NUL in request.body else made)


def without_nul(value: Any) -> Any:
    """The value. Raises Problem where it holds the character NUL."""
    if _has_nul(value):
        raise Problem(Type.BAD_REQUEST, "The body holds the character NUL.", allowed="text without U+0000")
    return value


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in str(name) or _has_nul(one) for name, one in value.items())
    return isinstance(value, list) and any(_has_nul(one) for one in value)
