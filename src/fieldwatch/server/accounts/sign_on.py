"""Whom single sign-on (OpenID Connect, SAML) lets in: accounts that an administrator, or the directory, has made; and in which roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.http import HttpRequest

from fieldwatch.server.accounts.grants import grants, regrant
from fieldwatch.server.accounts.refused_sign_on import away, no_group, not_believed, unknown
from fieldwatch.server.accounts.single_sign_on import OIDC, SAML
from fieldwatch.server.options import UnusableOption
from fieldwatch.store.models import User


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts of an identity provider."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never by itself; `pre_social_login` connects people that exist."""
        return False

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Writes down that an answer of the provider was not believed, or that it refused."""
        reason = exception or (extra_context or {}).get("saml_last_error_reason") or f"{error}: no sign-on that was begun here, or refused"
        not_believed(request, _section(provider), str(reason))

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Connects a first sign-on to the account of the same user name, where the provider vouches for it; the groups give its roles."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        section = _section(sociallogin.provider)
        user = sociallogin.user if sociallogin.is_existing else _meant(request, sociallogin, section)
        if settings.OPTIONS[f"{section}.roles"] and user.is_active and not user.has_usable_password():
            _give(request, user, section, groups(sociallogin.account.extra_data, settings.OPTIONS[f"{section}.groups"]))
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)


def claims(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the provider says of the person: of OpenID Connect its claims, of SAML the attributes."""
    found = told.get("userinfo", told)
    return found if isinstance(found, Mapping) else {}


def groups(told: Mapping[str, Any], name: str) -> list[str]:
    """The groups that stand in the claim or attribute of this name."""
    found = claims(told).get(name)
    many = found if isinstance(found, list) else [found]
    return [one for one in many if isinstance(one, str)]


def _meant(request: HttpRequest, sociallogin: Any, section: str) -> User:
    """The account of the name that the provider gives. Raises ImmediateHttpResponse where single sign-on opens none of this name."""
    name = claims(sociallogin.account.extra_data).get("preferred_username") or sociallogin.user.username
    found = User.objects.filter(username=name, is_active=True).first() if isinstance(name, str) and name else None
    if found is None or found.has_usable_password():
        raise ImmediateHttpResponse(unknown(request, section, name if isinstance(name, str) else ""))
    return found


def _give(request: HttpRequest, user: User, section: str, held: list[str]) -> None:
    """Gives the roles of these groups, and takes all others. Raises ImmediateHttpResponse where there are none."""
    option = f"{section}.roles"
    try:
        given = grants(settings.OPTIONS[option], held, option)
    except UnusableOption as error:
        raise ImmediateHttpResponse(away(request, str(error))) from None
    regrant(user, given)
    if not given:
        raise ImmediateHttpResponse(no_group(request, section, user.username))


def _section(provider: Any) -> str:
    """The options that this provider is of."""
    return SAML if provider.id == SAML else OIDC
