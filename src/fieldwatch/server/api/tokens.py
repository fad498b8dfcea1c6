"""Tokens by REST: everybody makes and revokes their own, in a session; administrators revoke all."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from fieldwatch.server.accounts import tokens
from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api import changed
from fieldwatch.server.api.body import Given, Word
from fieldwatch.server.api.problem import Problem, Type
from fieldwatch.server.api.records import shown, written
from fieldwatch.server.records.registry import records
from fieldwatch.server.trail import note
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.models import ApiToken, Site


class TokenIn(Given):
    """A new token, for who asks."""

    name: Word = Field(min_length=1)
    scope: Literal["read", "write"] = "read"
    site: Word | None = Field(None, description="slug of the one site that it is for; null: all that you may")
    expires_at: datetime.datetime = Field(description="a year from now at most")


ROUTER = Router(tags=["tokens"])
Row = dict[str, Any]


@ROUTER.get("/mine", response=list[Row], operation_id="list_own_tokens", summary="My tokens")
def mine(request: HttpRequest) -> HttpResponse:
    """The tokens of who asks, not their text."""
    return written([_shown(row) for row in _rows().filter(user=access(request).user).order_by("name", "pk")])


@ROUTER.post("", response={201: Row}, operation_id="add_token", summary="Make a token")
def add(request: HttpRequest, given: TokenIn) -> HttpResponse:
    """Makes a token. `token` of the answer is its text, which is shown this once. A token makes no tokens."""
    held = access(request)
    if held.token is not None:
        raise Problem(Type.NOT_ALLOWED, "A token makes no tokens.", do="sign in with a browser")
    site = _site(held, given.site)
    until = given.expires_at if given.expires_at.tzinfo else given.expires_at.replace(tzinfo=datetime.UTC)
    with changed.changing():
        try:
            text = tokens.make(held.user, given.name, given.scope, site, until)
        except (tokens.BadToken, OverflowError) as error:
            raise Problem(Type.UNPROCESSABLE, str(error)) from None
        note(request, AuditAction.TOKEN_CREATED, given.name, site, {"scope": given.scope, "until": until.isoformat()})
    return written(_shown(_rows().get(digest=tokens.digest(text))) | {"token": text}, 201)


@ROUTER.delete("/{key}", response={204: None}, operation_id="revoke_token", summary="Revoke a token")
def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """Revokes a token at once."""
    held = access(request)
    row = _rows().filter(pk=key).first() if 0 < key < 2**63 else None
    if row is None or not _may_revoke(held, row):
        raise Http404
    with changed.changing():
        note(request, AuditAction.TOKEN_REVOKED, row.name, row.site, {"of": row.user.get_username()})
        row.delete()
    return HttpResponse(status=204)


def _may_revoke(held: Access, row: ApiToken) -> bool:
    """Its owner may, unless by a token that only reads; who administers everything may."""
    is_own = row.user_id == held.user.pk and (held.token is None or held.token.scope == ApiToken.Scope.WRITE)
    return is_own or held.scope(May.ADMINISTER).everywhere


def _rows() -> Any:
    return records()["tokens"].base()


def _shown(row: ApiToken) -> Row:
    record = records()["tokens"]
    return shown(record, row, record.columns)


def _site(held: Access, slug: str | None) -> Site | None:
    if slug is None:
        return None
    found = next((one for one in held.sites if one.slug == slug), None)
    if found is None:
        raise Problem(Type.UNPROCESSABLE, "site: there is none of this slug that you may see.", read=slug)
    return found
