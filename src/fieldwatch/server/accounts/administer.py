"""Who may administer: only everywhere, never at a site alone."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from fieldwatch.server.accounts.access import Access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May


def administering(request: HttpRequest) -> Access:
    """The access of an administrator. Raises PermissionDenied."""
    held = required(request, May.ADMINISTER)
    if not held.scope(May.ADMINISTER).everywhere:
        raise PermissionDenied(
            f"{May.ADMINISTER.value} is allowed to {held.user.get_username()} at some sites only; it is needed everywhere"
        )
    return held
