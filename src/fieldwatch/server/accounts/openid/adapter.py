"""How an answer of an OpenID provider is believed.

Standards: OpenID Connect Core 1.0 3.1.3.7 (ID token), 5.3.2 (whose the claims are); OpenID Connect Discovery 1.0 4.3 (the issuer is the
one that was asked); RFC 8725 3.1 (algorithms are chosen here, not by the token).
"""

from __future__ import annotations

from typing import Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from requests import RequestException

from fieldwatch.server.accounts.refused_sign_on import away

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that only the provider has."""

NEEDED = ("iss", "aud", "exp", "iat", "sub")
LEEWAY_S = 60
"""Seconds that the two clocks may be apart."""


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Asks the provider, and checks what it says."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's description of itself. Raises ImmediateHttpResponse where there is none, or it is another's."""
        try:
            found: dict[str, Any] = super().openid_config
            issuer = str(found["issuer"])
        except (RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ImmediateHttpResponse(away(self.request, f"{type(error).__name__}: {error}")) from None
        asked = str(self.get_provider().app.settings["server_url"])
        if issuer.rstrip("/") != asked.rstrip("/"):
            raise ImmediateHttpResponse(away(self.request, f"oidc.issuer = {asked}: it calls itself {issuer}"))
        return found

    def complete_login(self, request: Any, app: Any, token: Any, **given: Any) -> Any:
        """Who signs in. Raises OAuth2Error where the claims are not of the person of the ID token."""
        if not given["response"].get("id_token"):
            raise OAuth2Error("no ID token came")
        try:
            made = super().complete_login(request, app, token, **given)
            data = made.account.extra_data
            is_same = data["userinfo"]["sub"] == data["id_token"]["sub"]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise OAuth2Error(f"the claims cannot be read: {type(error).__name__}: {error}") from None
        if not is_same:
            raise OAuth2Error("the claims are of somebody else than the ID token")
        return made

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """The claims of the token: signed by a key of the provider, for us, and still good. Raises OAuth2Error."""
        try:
            with get_adapter().get_requests_session() as session:
                answer = session.get(self.openid_config["jwks_uri"])
                answer.raise_for_status()
                key = signing_key(answer.json(), jwt.get_unverified_header(id_token))
            return jwt.decode(
                id_token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                leeway=LEEWAY_S,
                options={"require": list(NEEDED)},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error(f"the ID token cannot be believed: {error}") from None


def signing_key(told: Any, header: dict[str, Any]) -> jwt.PyJWK:
    """The key of the provider that the header names; without a name, its only one. Raises ValueError."""
    algorithm, name = header.get("alg"), header.get("kid")
    keys = [one for one in told["keys"] if one.get("use", "sig") == "sig" and one.get("alg", algorithm) == algorithm]
    named = [one for one in keys if name is None or one.get("kid") == name]
    if algorithm not in ALGORITHMS or len(named) != 1:
        raise ValueError(f"algorithm {algorithm} and key {name} were read; a key of the provider's, and a signature by it, are needed")
    return jwt.PyJWK(named[0], algorithm=algorithm)
