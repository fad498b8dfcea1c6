"""What every request goes through."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils import timezone

Answer = Callable[[HttpRequest], HttpResponse]

OPEN = ("/static/", "/accounts/", "/setup/", "/api/", "/health")
"""What is reached without being signed in: each of these asks in its own way, or shows nothing."""

FIRST = ("/accounts/", "/static/", "/setup/")
"""What somebody without a second factor reaches: the pages where it is made."""


class RefuseBadBytes:
    """Refuses NUL and bytes that are no UTF-8 in addresses and queries: no database takes them, and nobody types them."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            query = request.META.get("QUERY_STRING", "").encode("latin-1")
            bad = b"%00" in query or b"\0" in query or "\0" in request.path or "\ufffd" in request.path
        except UnicodeEncodeError:
            bad = True
        if bad:
            return HttpResponseBadRequest(
                "address: bytes that are no text were read; UTF-8 without NUL is allowed\n", content_type="text/plain"
            )
        return self.answer(request)


class Gate:
    """Lets nobody past who is not signed in, with a second factor where one is needed; sets the time zone of the chosen site."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OPEN) and not request.user.is_authenticated:
            return self.answer(request)
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if settings.OPTIONS["accounts.require_second_factor"] and not request.path.startswith(FIRST) and not self._has_second(request):
            return redirect("mfa_index")
        with timezone.override(zoneinfo.ZoneInfo(request.session.get("timezone", "UTC"))):
            return self.answer(request)

    @staticmethod
    def _has_second(request: HttpRequest) -> bool:
        """True where the person has one. Once seen it is remembered for the session."""
        if not request.session.get("second_factor") and is_mfa_enabled(request.user):
            request.session["second_factor"] = True
        return bool(request.session.get("second_factor")) or request.path.startswith("/api/")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = settings.LOGIN_URL if settings.LOGIN_URL.startswith("/") else "/accounts/login/"
        return answer
    return redirect(f"/accounts/login/?next={request.path}")
