"""What is answered to who may not: nothing that tells whether the object exists elsewhere."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.roles import May


def required(request: HttpRequest, may: May, site: int | None = None, zone: int | None = None) -> Access:
    """The access of the request, where this is allowed (without a site: somewhere). Raises PermissionDenied."""
    held = access(request)
    if not held.may(may, site, zone):
        raise PermissionDenied(f"{may.value} is not allowed to {held.user.get_username()} here; an administrator gives roles")
    return held
