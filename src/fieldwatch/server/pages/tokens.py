"""Tokens for programs: each person makes their own; an administrator sees and revokes all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from fieldwatch.server.accounts import tokens
from fieldwatch.server.accounts.access import access
from fieldwatch.server.accounts.forms import TokenForm
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.pages._page import Page, one_of
from fieldwatch.server.trail import note
from fieldwatch.store.audit import AuditAction
from fieldwatch.store.models import ApiToken


def new(request: HttpRequest) -> HttpResponse:
    """A new token of one's own: shown once."""
    held = access(request)
    form = TokenForm(held, request.POST or None)
    place = {"section": "", "title": _("New token"), "crumbs": [{"label": _("My account"), "url": "/account/"}]}
    if request.method != "POST" or not form.is_valid():
        status = 200 if request.method == "GET" else 400
        return render(
            request, "administration/form.html", place | {"form": form, "back": "/account/", "do": _("Make the token")}, status=status
        )
    told = form.cleaned_data
    text = tokens.make(held.user, told["name"], told["scope"], told["site"], told["expires"])
    detail = {"scope": told["scope"], "until": told["expires"].isoformat(), "begins": text[: tokens.SHOWN]}
    note(request, AuditAction.TOKEN_CREATED, told["name"], told["site"], detail)
    words = _("This is the only time that it is shown. It goes into the header: Authorization: Bearer …")
    answer = render(request, "administration/secret.html", place | {"secret": text, "words": words, "back": "/account/"})
    answer["Cache-Control"] = "no-store"
    return answer


def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """Revokes one's own token; an administrator anybody's."""
    held = access(request)
    everybodys = held.scope(May.ADMINISTER).everywhere
    rows = ApiToken.objects.select_related("user", "site")
    token: ApiToken = one_of(rows if everybodys else rows.filter(user=held.user), pk=key)
    note(request, AuditAction.TOKEN_REVOKED, token.name, token.site, {"of": token.user.username, "begins": token.hint})
    token.delete()
    back = "/tokens/" if everybodys and request.POST.get("back") == "tokens" else "/account/"
    return HttpResponseRedirect(back, status=303)


PAGES = (
    Page("tokens/new/", new, None, "token-new", ("GET", "POST")),
    Page("tokens/<int:key>/revoke/", revoke, None, "token-revoke", ("POST",)),
)
