"""What all changes by REST need: who decides, the object at its place, and refusals as problems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api.problem import Problem, Type
from fieldwatch.server.api.records import one
from fieldwatch.server.records.registry import records
from fieldwatch.server.trail import address
from fieldwatch.store.deciding import By, Refused
from fieldwatch.store.models import Asset, Finding, User

MOST = 1000
"""Objects of one bulk request."""


def by(request: HttpRequest) -> By:
    """Who decides, from where."""
    return By(access(request).user, address(request))


@contextmanager
def changing() -> Iterator[None]:
    """All that is changed within stands, or nothing. Raises Problem where it is refused."""
    try:
        with transaction.atomic():
            yield
    except Refused as error:
        raise Problem(Type.UNPROCESSABLE, str(error)) from None
    except IntegrityError:
        raise Problem(
            Type.CONFLICT, "There is one of this name already.", do="take another name, or change the one that is there"
        ) from None


def asset(request: HttpRequest, uid: str, may: May = May.EDIT_ASSETS) -> Asset:
    """The asset, where it may be changed. Raises Http404 where it may not be seen, PermissionDenied where it may only be seen."""
    row: Asset = one(request, records()["assets"], uid)
    required(request, may, row.site_id, row.zone_id)
    return row


def finding(request: HttpRequest, key: int | str, may: May = May.HANDLE_FINDINGS) -> Finding:
    """The finding, where it may be handled. Raises Http404, PermissionDenied."""
    row: Finding = one(request, records()["findings"], key)
    required(request, may, row.site_id, row.asset.zone_id)
    return row


def somebody(request: HttpRequest, name: str | None) -> User | None:
    """The person of this user name; None without one. Raises Problem."""
    if not name:
        return None
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise Problem(
            Type.UNPROCESSABLE, "assignee: there is nobody of this name.", read=name, allowed="the user name of an active account"
        )
    return found


def plural(number: int) -> dict[str, Any]:
    """The answer to a bulk request."""
    return {"changed": number}
