"""The provider as allauth knows it, with our checks in it."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider

from fieldwatch.server.accounts.openid.adapter import Adapter


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """An OpenID provider; its addresses are in `urls` beside this file."""

    package = "fieldwatch.server.accounts.openid"
    oauth2_adapter_class = Adapter

    def get_redirect_from_request_kwargs(self, request: Any) -> dict[str, Any]:
        """What goes into the request to the provider: what is asked of it is ours to say, not the browser's."""
        kept: dict[str, Any] = super().get_redirect_from_request_kwargs(request)
        return kept | {"scope": self.get_scope(), "auth_params": self.get_auth_params()}
