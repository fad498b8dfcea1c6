"""What is said and written down where single sign-on lets nobody in."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)

MOST = 300
"""Characters of a reason, which others may have written."""


def away(request: HttpRequest, reason: str) -> HttpResponse:
    """The provider does not answer, or is not the one that was meant."""
    log.warning("the identity provider cannot be asked: %s", ascii(reason[:MOST]))
    return render(request, "accounts/provider_away.html", status=503)


def unknown(request: HttpRequest, section: str, name: str) -> HttpResponse:
    """No account of this name is opened by single sign-on."""
    _enter(request, name, section)
    return render(request, "accounts/unknown.html", {"name": name}, status=403)


def no_group(request: HttpRequest, section: str, name: str) -> HttpResponse:
    """None of the person's groups gives a role."""
    _enter(request, name, section)
    return render(request, "accounts/no_group.html", {"name": name, "option": f"{section}.roles"}, status=403)


def not_believed(request: HttpRequest, section: str, reason: str) -> None:
    """An answer that cannot be believed, or that refuses."""
    log.warning("sign-on by %s was refused: %s", section, ascii(reason[:MOST]))
    _enter(request, "", section)


def _enter(request: HttpRequest, name: str, section: str) -> None:
    from fieldwatch.server.accounts.signals import failed

    failed(request, name, section)
