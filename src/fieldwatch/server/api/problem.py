"""What REST answers where it cannot do what was asked. Standards: RFC 9457 (problem details); RFC 9110 15 (status codes).

Every problem says what was read, what is allowed and what to do, where that is known.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel, Field

from fieldwatch.server.listing.query import BadQuery
from fieldwatch.server.trouble import trouble
from fieldwatch.store.ingest import StoreFull, StoreWaits

log = logging.getLogger(__name__)

MEDIA = "application/problem+json"
WAIT_S = 5
"""After how many seconds somebody should ask again, where the database was away or busy."""

LATER = {"Retry-After": str(WAIT_S)}


class Type(StrEnum):
    """The closed set of problems; each stands at `/api/docs#<type>`."""

    BAD_REQUEST = "bad-request"
    NOT_SIGNED_IN = "not-signed-in"
    NOT_ALLOWED = "not-allowed"
    NOT_FOUND = "not-found"
    NO_SUCH_METHOD = "no-such-method"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    UNPROCESSABLE = "unprocessable"
    TOO_OFTEN = "too-often"
    OUR_BUG = "our-bug"
    BUSY = "busy"
    NO_SPACE = "no-space"


class About(NamedTuple):
    """Status and title of a type."""

    status: int
    title: str


ABOUT = {
    Type.BAD_REQUEST: About(400, "The request cannot be answered as it stands"),
    Type.NOT_SIGNED_IN: About(401, "Nobody is signed in"),
    Type.NOT_ALLOWED: About(403, "This is not allowed to you"),
    Type.NOT_FOUND: About(404, "There is nothing here, or not for you"),
    Type.NO_SUCH_METHOD: About(405, "This cannot be done here"),
    Type.CONFLICT: About(409, "Something else is there already"),
    Type.TOO_LARGE: About(413, "This is too large"),
    Type.UNPROCESSABLE: About(422, "Something in the request is not allowed"),
    Type.TOO_OFTEN: About(429, "Too many requests"),
    Type.OUR_BUG: About(500, "Something went wrong here"),
    Type.BUSY: About(503, "The database is away or busy"),
    Type.NO_SPACE: About(507, "There is no space left"),
}

BY_STATUS = {about.status: type_ for type_, about in ABOUT.items()}


class Problem(Exception):
    """Ends a request with a problem. `more` are further members of the answer."""

    def __init__(
        self,
        type_: Type,
        detail: str,
        *,
        read: str = "",
        allowed: str = "",
        do: str = "",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.type = type_
        self.detail = detail
        self.told = {"read": read[:200], "allowed": allowed, "do": do}
        self.headers = headers or {}
        self.more = more

    def answer(self) -> HttpResponse:
        """The problem as a response."""
        about = ABOUT[self.type]
        body: dict[str, Any] = {"type": f"/api/docs#{self.type}", "title": about.title, "status": about.status, "detail": self.detail}
        body |= {name: words for name, words in self.told.items() if words} | self.more
        return HttpResponse(orjson.dumps(body), status=about.status, content_type=MEDIA, headers=self.headers)


class ProblemOut(BaseModel):
    """Why a request was not done (RFC 9457)."""

    type: str = Field(description="names the kind of problem", examples=["/api/docs#bad-request"])
    title: str = Field(description="the kind of problem, in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what is wrong with this request")
    read: str | None = Field(None, description="what was read")
    allowed: str | None = Field(None, description="what is allowed")
    do: str | None = Field(None, description="what to do")


def install(api: NinjaAPI) -> None:
    """Lets each exception end as a problem."""
    for kind, problem in HANDLERS.items():
        api.add_exception_handler(kind, _handler(problem))
    api.add_exception_handler(Exception, _bug)


def _handler(problem: Callable[[Any], Problem]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, error: problem(error).answer()


def _bug(request: HttpRequest, error: Any) -> HttpResponse:
    """Tells of our bug without its details; a full disk is none. Tests see the exception: Django's test client listens to the signal."""
    if trouble(error):
        return of_store(error).answer()
    log.error("%s %s: %s", request.method, request.path, type(error).__name__, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return Problem(Type.OUR_BUG, "It was logged.", do="ask again later; if it stays so, tell who runs Fieldwatch").answer()


def _http(error: HttpError) -> Problem:
    type_ = BY_STATUS.get(error.status_code, Type.BAD_REQUEST)
    headers = {"WWW-Authenticate": 'Bearer realm="Fieldwatch"'} if type_ is Type.NOT_SIGNED_IN else None
    return Problem(type_, str(error), headers=headers)


def _invalid(error: ValidationError) -> Problem:
    """What the first rules say that the request breaks."""
    found = [(".".join(str(part) for part in one["loc"] if part not in {"body", "query", "given"}), one["msg"]) for one in error.errors[:5]]
    words = "; ".join(f"{place}: {message}" if place else message for place, message in found)
    return Problem(Type.UNPROCESSABLE, words, do="see the schema of the request in /api/docs")


def of_store(error: Exception) -> Problem:
    """The store cannot be reached or written now."""
    if isinstance(trouble(error), StoreFull):
        return Problem(Type.NO_SPACE, "The disk of the server is full; nothing was changed.", do="make room there, then ask again")
    return Problem(Type.BUSY, "The database does not answer now; nothing was changed.", do="ask again", headers=LATER)


HANDLERS: dict[type[Exception], Callable[[Any], Problem]] = {
    Problem: lambda error: error,
    BadQuery: lambda error: Problem(Type.BAD_REQUEST, str(error)),
    HttpError: _http,
    ValidationError: _invalid,
    PermissionDenied: lambda error: Problem(Type.NOT_ALLOWED, str(error), do="ask an administrator for a role that may do this"),
    Http404: lambda error: Problem(Type.NOT_FOUND, "There is nothing at this address that you may see."),
    RequestDataTooBig: lambda error: Problem(Type.TOO_LARGE, "The body is too large.", allowed="16 MiB"),
    SuspiciousOperation: lambda error: Problem(Type.BAD_REQUEST, "The request cannot be read."),
    UnreadablePostError: lambda error: Problem(Type.BAD_REQUEST, "The body ended before its end."),
    OperationalError: of_store,
    InterfaceError: of_store,
    StoreWaits: of_store,
}


def fenced(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, whose refusals without a body in this form (of the framework) get one."""

    def inner(request: HttpRequest, **given: Any) -> HttpResponse:
        answer = view(request, **given)
        if answer.status_code < 400 or answer.get("Content-Type", "").startswith(MEDIA):
            return answer
        kept = {name: answer[name] for name in ("Allow", "Retry-After") if name in answer}
        type_ = BY_STATUS.get(answer.status_code, Type.BAD_REQUEST)
        return Problem(type_, f"{request.method} {request.path}", allowed=answer.get("Allow", ""), headers=kept).answer()

    inner.csrf_exempt = True  # type: ignore[attr-defined]  # `signed` checks it, where a session is what signs
    return inner
