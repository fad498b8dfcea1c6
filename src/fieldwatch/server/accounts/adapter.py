"""How allauth behaves here: nobody signs up; single sign-on lets in whom an administrator, or the directory, has made."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import render

from fieldwatch.store.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Local accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are made by administrators."""
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts of an identity provider (OIDC, SAML)."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never by itself; `pre_social_login` connects people that exist."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Connects a first sign-on to the account of the same user name, where the provider vouches for it."""
        if sociallogin.is_existing:
            return
        claimed = sociallogin.account.extra_data
        userinfo = claimed.get("userinfo", claimed)
        name = userinfo.get("preferred_username") or sociallogin.user.username
        found = User.objects.filter(username=name, is_active=True).first() if name else None
        if found is None:
            raise ImmediateHttpResponse(render(request, "accounts/unknown.html", {"name": name or ""}, status=403))
        sociallogin.connect(request, found)
