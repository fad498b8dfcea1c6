"""The SAML provider as allauth knows it: an answer to no request of this browser is said and written down as one that is not believed."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


class Provider(SAMLProvider):  # type: ignore[misc]
    """A SAML identity provider; its addresses are in `urls` beside this file."""

    package = "fieldwatch.server.accounts.saml"

    def unstash_redirect_state(self, request: HttpRequest, state_id: str) -> dict[str, Any]:
        """What was kept for the request with this id, once. Raises ImmediateHttpResponse where this browser asked for no such answer."""
        try:
            found: dict[str, Any] = super().unstash_redirect_state(request, state_id)
        except PermissionDenied:
            told = {"saml_last_error_reason": "it answers no request of this browser, or one that was answered already"}
            raise ImmediateHttpResponse(render_authentication_error(request, self, extra_context=told)) from None
        return found
