"""The addresses of allauth for SAML, with bounds: whoever is not signed in may bring an answer, it is kept until the browser is back, and
the libraries that read it raise whatever they come upon in bytes that are none.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.saml import urls as theirs
from allauth.socialaccount.providers.saml import views
from allauth.socialaccount.providers.saml.utils import get_app_or_404
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

MOST_BYTES = 256 * 1024
"""Of an answer: one with hundreds of groups has tens of kilobytes."""

COOKIE = "saml-acs-session"
"""Names the answer between two requests, for the server alone."""

UNREADABLE = (SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError)
"""What reading raises for bytes that are no XML, hold a DTD, are nested too deep, or lack what every message has."""

View = Callable[[HttpRequest, str], HttpResponse]


@csrf_exempt
@login_not_required  # type: ignore[untyped-decorator]
@require_POST
def bring(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Takes an answer of the provider, which is read at the next request: the one that has the session's cookie."""
    if len(request.body) > MOST_BYTES:
        return render(request, "socialaccount/authentication_error.html", status=413)
    answer: HttpResponse = views.acs(request, organization_slug)
    if COOKIE in answer.cookies:
        answer.cookies[COOKIE]["httponly"] = True
    return answer


def guarded(view: View) -> View:
    """The view; where it cannot read what came, the answer is one that is not believed."""

    def read(request: HttpRequest, organization_slug: str) -> HttpResponse:
        try:
            return view(request, organization_slug)
        except UNREADABLE as error:
            provider = get_app_or_404(request, organization_slug).get_provider(request)
            answer: HttpResponse = render_authentication_error(request, provider, exception=error)
            return answer

    made: View = csrf_exempt(login_not_required(read))
    return made


urlpatterns = [
    path("saml/<slug:organization_slug>/acs/", bring, name="saml_acs"),
    path("saml/<slug:organization_slug>/acs/finish/", guarded(views.finish_acs), name="saml_finish_acs"),
    path("saml/<slug:organization_slug>/sls/", guarded(views.sls), name="saml_sls"),
    *theirs.urlpatterns,
]
