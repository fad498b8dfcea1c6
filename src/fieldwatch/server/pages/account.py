"""My account: name, looks, password, second factors, sessions and tokens of who is signed in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.adapter import LOOK_AGE_S
from fieldwatch.server.accounts.forms import LooksForm
from fieldwatch.server.pages._page import Page, one_of
from fieldwatch.server.trail import note
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.models import User


def account(request: HttpRequest) -> HttpResponse:
    """The page, and saving what can be chosen on it."""
    user = access(request).user
    form = LooksForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        note(request, AuditAction.ACCOUNT_CHANGED, user.username, detail={"changed": sorted(form.changed_data)})
        return _look(HttpResponseRedirect("/account/", status=303), user)
    context = {
        "section": "",
        "title": _("My account"),
        "form": form,
        "person": user,
        "roles": user.memberships.select_related("site", "zone").order_by("role"),
        "factors": Authenticator.objects.filter(user=user).order_by("type"),
        "sessions": sorted(UserSession.objects.purge_and_list(user), key=lambda one: one.created_at, reverse=True),
        "tokens": user.api_tokens.select_related("site").order_by("name"),
        "is_local": user.has_usable_password(),
        "single_sign_on": bool(settings.SOCIALACCOUNT_PROVIDERS),
    }
    return render(request, "administration/account.html", context, status=200 if request.method == "GET" else 400)


def end_session(request: HttpRequest, key: int) -> HttpResponse:
    """Ends one of one's own sessions."""
    session = one_of(UserSession.objects.filter(user=access(request).user), pk=key)
    session.end()
    note(request, AuditAction.SIGN_OUT, access(request).user.username, detail={"session_from": str(session.ip)})
    return HttpResponseRedirect("/account/", status=303)


def _look(answer: HttpResponse, user: User) -> HttpResponse:
    """Tells the browser the theme; the language is read from the account."""
    if user.theme:
        answer.set_cookie("fieldwatch_theme", user.theme, max_age=LOOK_AGE_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    else:
        answer.delete_cookie("fieldwatch_theme", samesite="Lax")
    return answer


PAGES = (
    Page("account/", account, None, "account", ("GET", "POST")),
    Page("account/sessions/<int:key>/end/", end_session, None, "account-session-end", ("POST",)),
)
