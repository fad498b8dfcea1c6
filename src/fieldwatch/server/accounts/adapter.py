"""How allauth behaves here: nobody signs up, no mail is sent (`sign_on.py`: how it behaves with an identity provider)."""

from __future__ import annotations

import base64
import secrets
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from fieldwatch.server.accounts.directory import AWAY
from fieldwatch.server.keys import key
from fieldwatch.store.models import User

LOOK_AGE_S = 400 * 86_400
"""How long a browser keeps the theme that somebody chose."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Local accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are made by administrators."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends nothing: no mail server is known here."""

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Says so where the directory could not be asked, and writes the entry of the audit log."""
        from fieldwatch.server.accounts.signals import failed

        if getattr(request, AWAY, False):
            messages.warning(request, _("The directory does not answer. Accounts that were made here can sign in; ask whoever runs it."))
        failed(request, str(credentials.get("username", "")), "password")

    def is_reauthentication_required(self, *, app: str, **given: Any) -> bool:
        """Not within ten minutes of a sign-in: who comes by directory or single sign-on has nothing here to show it with."""
        request = context.request
        records = get_authentication_records(request, request.user)
        return not records or time.time() - records[-1]["at"] > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def post_login(self, request: HttpRequest, user: User, **given: Any) -> HttpResponse:
        """Where it goes on, in the look that the person chose."""
        answer: HttpResponse = super().post_login(request, user, **given)
        if user.theme:
            answer.set_cookie("fieldwatch_theme", user.theme, max_age=LOOK_AGE_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
        return answer


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors. Their secrets are encrypted with a key of this installation: a copy of the database alone gives nobody a code."""

    def get_totp_label(self, user: User) -> str:
        """The name in an authenticator."""
        return user.get_username()

    def encrypt(self, text: str) -> str:
        """What is kept of a secret."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; one that no code fits, where it was made with another key (a database that was restored without its keys)."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """To whom passkeys are bound: the host name."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Fieldwatch"}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Whose passkey it is, as the browser shows it: by the name that one signs in with."""
        return {**super().get_public_key_credential_user_entity(user), "name": user.get_username()}


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key(settings.DATA, "second-factors")))
