"""Webhooks by REST: addresses that are told of events. For who administers everything."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api import changed
from fieldwatch.server.api.body import Given, Word
from fieldwatch.server.api.problem import Problem, Type
from fieldwatch.server.api.records import detailed, one, written
from fieldwatch.server.records.registry import records
from fieldwatch.server.trail import note
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.events import Kind, kept
from fieldwatch.store.models import Site, Webhook


class HookChange(Given):
    """What may be changed of a webhook."""

    name: Word = ""
    url: str = Field("", max_length=500, examples=["https://soc.example.org/fieldwatch"])
    kinds: list[Word] = Field(default_factory=list, description="kinds of events; none: all", max_length=50)
    site: Word | None = Field(None, description="slug of a site whose events are told; null: of all")
    is_active: bool = True
    new_secret: bool = Field(False, description="makes a new secret, which this answer alone shows")


class HookIn(HookChange):
    """A new webhook."""

    name: Word = Field(min_length=1)
    url: str = Field(max_length=500, examples=["https://soc.example.org/fieldwatch"])


ROUTER = Router(tags=["webhooks"])
Row = dict[str, Any]


@ROUTER.post("", response={201: Row}, operation_id="add_webhook", summary="Make a webhook")
def add(request: HttpRequest, given: HookIn) -> HttpResponse:
    """Makes a webhook. `secret` of the answer is shown this once: it keys the signatures."""
    _administers(request)
    made = Webhook(secret=secrets.token_urlsafe(32), cursor=kept().last, created_by=access(request).user)
    return _saved(request, made, given.told(), AuditAction.WEBHOOK_CREATED, is_new=True)


@ROUTER.patch("/{key}", response=Row, operation_id="change_webhook", summary="Change a webhook")
def change(request: HttpRequest, key: str, given: HookChange) -> HttpResponse:
    """Sets what was given. One that is switched on again is told of events from now on."""
    row: Webhook = one(request, records()["webhooks"], key)
    _administers(request)
    told = given.told()
    if told.get("is_active") and not row.is_active:
        row.failures, row.next_at, row.last_error, row.cursor = 0, None, "", kept().last
    if told.pop("new_secret", False):
        row.secret = secrets.token_urlsafe(32)
    return _saved(request, row, told, AuditAction.WEBHOOK_CHANGED, is_new=given.new_secret)


@ROUTER.delete("/{key}", response={204: None}, operation_id="remove_webhook", summary="Remove a webhook")
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Removes it."""
    row: Webhook = one(request, records()["webhooks"], key)
    _administers(request)
    with changed.changing():
        note(request, AuditAction.WEBHOOK_REMOVED, row.name, row.site)
        row.delete()
    return HttpResponse(status=204)


def _administers(request: HttpRequest) -> Access:
    held = required(request, May.ADMINISTER)
    if not held.scope(May.ADMINISTER).everywhere:
        raise Problem(Type.NOT_ALLOWED, "Webhooks are made by who administers everything.")
    return held


def _saved(request: HttpRequest, row: Webhook, told: Row, action: AuditAction, *, is_new: bool) -> HttpResponse:
    told.pop("new_secret", None)
    for name, value in told.items():
        setattr(row, name, CHECKS[name](value) if name in CHECKS else value)
    if not row.name.strip():
        raise Problem(Type.UNPROCESSABLE, "name: a name is needed.")
    status = 200 if row.pk else 201
    with changed.changing():
        row.save()
        note(request, action, row.name, row.site, {name: value for name, value in told.items() if name != "site"})
    record = records()["webhooks"]
    shown = detailed(record, one(request, record, row.pk), access(request))
    return written(shown | ({"secret": row.secret} if is_new else {}), status)


def _url(text: str) -> str:
    """An address that can be told of events. Where it leads is asked again at each delivery. Raises Problem."""
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or not text.isascii() or not text.isprintable() or " " in text:
        allowed = "http:// or https://, a host, no user name; ASCII"
        raise Problem(Type.UNPROCESSABLE, "url: nothing can be sent there.", read=text, allowed=allowed)
    return text


def _kinds(names: list[str]) -> list[str]:
    allowed = [one.value for one in Kind]
    for name in names:
        if name not in allowed:
            raise Problem(Type.UNPROCESSABLE, "kinds: there is no such kind.", read=name, allowed=", ".join(allowed))
    return sorted(set(names))


def _site(slug: str | None) -> Model | None:
    if slug is None:
        return None
    found = Site.objects.filter(slug=slug).first()
    if found is None:
        raise Problem(Type.UNPROCESSABLE, "site: there is none of this slug.", read=slug)
    return found


CHECKS: dict[str, Any] = {"url": _url, "kinds": _kinds, "site": _site}
