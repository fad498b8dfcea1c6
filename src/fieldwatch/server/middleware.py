"""What every request goes through."""

from __future__ import annotations

import math
import time
import zoneinfo
from collections.abc import Callable
from functools import cache
from urllib.parse import unquote_to_bytes, urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils import timezone, translation

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.bucket import Buckets
from fieldwatch.server.api.problem import Problem, Type
from fieldwatch.server.pages.context import chosen_site

Answer = Callable[[HttpRequest], HttpResponse]

OPEN = ("/static/", "/accounts/", "/api/", "/health")
"""What is reached without being signed in: each of these asks in its own way, or shows nothing."""

FIRST = ("/accounts/", "/static/")
"""What somebody without a second factor reaches: the pages where it is made."""

CLOSED = (
    "/accounts/signup/",
    "/accounts/email/",
    "/accounts/confirm-email/",
    "/accounts/login/code/",
    "/accounts/reauthenticate/code/",
    "/accounts/password/set/",
    "/accounts/social/",
    "/accounts/3rdparty/signup/",
)
"""Pages of allauth that are not here: nobody signs up, and no mail is sent."""

UTC = zoneinfo.ZoneInfo("UTC")

TOUCH_S = 60
"""A session is written at most this often, to move its end."""


class RefuseBadBytes:
    """Refuses NUL and bytes that are no UTF-8 in addresses and queries: no database takes them, and nobody types them."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            query = request.META.get("QUERY_STRING", "").encode("latin-1")
            unquote_to_bytes(request.path).decode()  # what is no UTF-8 stands in the path as it came
            bad = b"%00" in query or b"\0" in query or "\0" in request.path or "\ufffd" in request.path
        except UnicodeError:
            bad = True
        if bad:
            return HttpResponseBadRequest(
                "address: bytes that are no text were read; UTF-8 without NUL is allowed\n", content_type="text/plain"
            )
        return self.answer(request)


class RateLimit:
    """Answers 429 to who sends too much: by person, and by address while nobody is signed in (whose a token is, is not known yet)."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            wait_s = buckets(settings.OPTIONS["limits.person_per_minute"], "person").wait_s(str(request.user.pk), time.monotonic())
        else:
            address = str(request.META.get("REMOTE_ADDR", ""))
            wait_s = buckets(settings.OPTIONS["limits.address_per_minute"], "address").wait_s(address, time.monotonic())
        return _too_many(request, math.ceil(wait_s)) if wait_s else self.answer(request)


@cache
def buckets(per_minute: int, of: str) -> Buckets:
    """The buckets of people, or of addresses."""
    return Buckets(per_minute)


def _too_many(request: HttpRequest, wait_s: int) -> HttpResponse:
    words = f"too many requests were read; send fewer, and go on in {wait_s} s"
    headers = {"Retry-After": str(wait_s)}
    if request.path.startswith("/api/"):
        return Problem(Type.TOO_OFTEN, words, headers=headers).answer()
    return HttpResponse(f"{words}\n", status=429, content_type="text/plain; charset=utf-8", headers=headers)


class Gate:
    """Lets nobody past who is not signed in, with a second factor where one is needed; sets the language and the time zone."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(_language(request)):
            return self._answered(request)

    def _answered(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(CLOSED) or _asks_for_mail(request.path):
            raise Http404("there is nothing here")
        if request.user.is_authenticated and not _still_in(request):
            logout(request)
        if not request.user.is_authenticated and (request.path.startswith(OPEN) or _is_setup_link(request.path)):
            return self.answer(request)
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if settings.OPTIONS["accounts.require_second_factor"] and not request.path.startswith(FIRST) and not self._has_second(request):
            return redirect("mfa_index")
        with timezone.override(zone_of(request)):
            return self.answer(request)

    @staticmethod
    def _has_second(request: HttpRequest) -> bool:
        """True where the person has one. Once seen it is remembered for the session."""
        if not request.session.get("second_factor") and is_mfa_enabled(request.user):
            request.session["second_factor"] = True
        return bool(request.session.get("second_factor")) or request.path.startswith("/api/")


def _language(request: HttpRequest) -> str:
    """English for programs, whoever asks; for people what they chose, else what their browser asks for."""
    if request.path.startswith("/api/"):
        return "en"
    chosen: str = request.user.language if request.user.is_authenticated else ""
    return chosen or translation.get_language() or "en"


def _is_setup_link(path: str) -> bool:
    """`/setup/<token>/`: what makes the first account. The steps after it are for who is signed in."""
    return path.startswith("/setup/") and path.count("/") == 3 and path != "/setup/site/"


def _asks_for_mail(path: str) -> bool:
    """The page that would send a link by mail; the one where a link leads to stays."""
    return path.startswith("/accounts/password/reset/") and not path.startswith("/accounts/password/reset/key/")


def _still_in(request: HttpRequest) -> bool:
    """Moves the end of the session by this request; false where it began too long ago (idle ones end by themselves)."""
    now = int(time.time())
    begun = request.session.setdefault("begun", now)
    if now - begun >= settings.OPTIONS["accounts.most_hours"] * 3600:
        return False
    if abs(now - request.session.get("touched", 0)) >= TOUCH_S and request.path != "/state/":
        request.session["touched"] = now
    return True


def zone_of(request: HttpRequest) -> zoneinfo.ZoneInfo:
    """The zone of the page's times: that of the site that is shown, or of the only one; UTC where several are shown at once."""
    if request.path.startswith(("/api/", "/events", "/accounts/", "/static/")):
        return UTC
    held = access(request)
    slug = chosen_site(request, held)
    shown = [one for one in held.sites if not slug or one.slug == slug]
    return zoneinfo.ZoneInfo(shown[0].timezone) if len({one.timezone for one in shown}) == 1 else UTC


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = "/accounts/login/"
        return answer
    return redirect(f"/accounts/login/?{urlencode({'next': request.get_full_path()})}")
