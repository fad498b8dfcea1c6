"""Entries of the audit log from a request: who, from where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from fieldwatch.store.audit import AuditAction, append
from fieldwatch.store.models import Site


def note(
    request: HttpRequest, action: AuditAction, object_: str, site: Site | None = None, detail: Mapping[str, Any] | None = None
) -> None:
    """Writes the entry."""
    append(
        actor=request.user.get_username() if request.user.is_authenticated else "",
        address=address(request),
        action=action,
        object=object_,
        site=site.slug if site else "",
        detail=dict(detail or {}),
    )


def address(request: HttpRequest) -> str:
    """Where the request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))
