"""Who asks: the owner of a token, or who signed in with a browser (then unsafe methods need the CSRF token, as on pages).

Standards: RFC 6750 2.1 (bearer tokens stand in the header, never in the address).
"""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from fieldwatch.server.accounts.access import Access
from fieldwatch.server.api.problem import Problem, Type

REALM = {"WWW-Authenticate": 'Bearer realm="Fieldwatch"'}


class ByToken(AuthBase):
    """`Authorization: Bearer fwt_...`. Whoever sends the header is not asked for a session any more."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A token of Fieldwatch; it has a scope and an end."

    def __call__(self, request: HttpRequest) -> Access | None:
        """The rights of the token's owner within its scope; None without the header. Raises Problem."""
        given = request.headers.get("Authorization")
        if given is None:
            return None
        from fieldwatch.server.accounts.tokens import authenticate

        scheme, _, text = given.partition(" ")
        if scheme.lower() != "bearer":
            raise _nobody("The header Authorization names no bearer token.", allowed="Authorization: Bearer fwt_...")
        token = authenticate(text.strip())
        if token is None:
            raise _nobody("The token is not known, has expired, or was revoked.", do="make a new token on the page of your account")
        request.user = token.user
        request.access = Access(token.user, token)  # type: ignore[attr-defined]
        return request.access  # type: ignore[attr-defined,no-any-return]


class BySession(AuthBase):
    """The cookie of a browser in which somebody has signed in, with the second factor where one is needed."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "fieldwatch"
    openapi_description = "The session of a browser; methods that change something need the header X-CSRFToken."

    def __call__(self, request: HttpRequest) -> Access | None:
        """The rights of who signed in; None where nobody has. Raises Problem."""
        if not request.user.is_authenticated:
            raise _nobody("Nobody is signed in, and no token was sent.", allowed="Authorization: Bearer fwt_..., or a session")
        if settings.OPTIONS["accounts.require_second_factor"] and not _has_second(request):
            raise Problem(Type.NOT_ALLOWED, "A second factor is needed.", do="set one up at /accounts/2fa/")
        if check_csrf(request) is not None:
            raise Problem(Type.NOT_ALLOWED, "The CSRF token is missing or wrong.", do="send the header X-CSRFToken, or use a token")
        request.access = Access(request.user)  # type: ignore[attr-defined]
        return request.access  # type: ignore[attr-defined,no-any-return]


def _has_second(request: HttpRequest) -> bool:
    return bool(request.session.get("second_factor")) or is_mfa_enabled(request.user)


def _nobody(detail: str, *, allowed: str = "", do: str = "") -> Problem:
    return Problem(Type.NOT_SIGNED_IN, detail, allowed=allowed, do=do, headers=REALM)


SIGNED = (ByToken(), BySession())
